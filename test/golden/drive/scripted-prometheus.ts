/** The Prometheus of the golden cases: it answers every query with what the last `prom` step said; 1 at first. */
import type { MetricAnswer, MetricQuestion, MetricSource } from '../../../cluster/kube/effects.ts';
import type { PrometheusAnswer } from '../trace.ts';

export class ScriptedPrometheus implements MetricSource {
  answer: PrometheusAnswer = 1;
  readonly #asked: (answer: PrometheusAnswer) => void;

  constructor(asked: (answer: PrometheusAnswer) => void) {
    this.#asked = asked;
  }

  ask(question: MetricQuestion, reply: (answer: MetricAnswer) => void): void {
    if (question.provider !== 'prometheus')
      throw new Error(`the golden cases know Prometheus only, not ${question.provider}`);
    this.#asked(this.answer);
    reply(decode(this.answer, String(question.config['query'])));
  }
}

function decode(answer: PrometheusAnswer, query: string): MetricAnswer {
  const metadata = { ResolvedPrometheusQuery: query };
  // The words of Prometheus' own client for the stub's HTTP status 500.
  if (answer === 'error') return { error: 'server_error: server error: 500', metadata };
  const values = answer === 'empty' ? [] : answer === 'nan' ? [Number.NaN] : [answer].flat();
  return { value: values, text: `[${values.join(',')}]`, metadata };
}
