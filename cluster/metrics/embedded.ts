/** Who answers which metric question: a script where the scenario gives one, else the embedded Prometheus. */
import type { MetricAnswer, MetricQuestion, MetricSource } from '../kube/effects.ts';
import type { ScriptedMetrics } from './scripted.ts';

export class EmbeddedMetrics implements MetricSource {
  readonly #prometheus: MetricSource;
  readonly #scripted: ScriptedMetrics;

  constructor(prometheus: MetricSource, scripted: ScriptedMetrics) {
    this.#prometheus = prometheus;
    this.#scripted = scripted;
  }

  ask(question: MetricQuestion, reply: (answer: MetricAnswer) => void): void {
    const scripted = this.#scripted.answer(question);
    if (scripted !== undefined) reply(scripted);
    else if (question.provider === 'prometheus') this.#prometheus.ask(question, reply);
    else reply({ error: unanswered(question) });
  }
}

function unanswered({ provider, metric }: MetricQuestion): string {
  return `provider ${provider} is outside the embedded cluster: say what metric "${metric}" answers under spec.metrics of the scenario`;
}
