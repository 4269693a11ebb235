/** The Prometheus of the golden cases: it answers every query with what the last `prom` step said; 1 at first. */
import type { Scheduler } from '../../../cluster/kernel/scheduler.ts';
import type { MetricAnswer, MetricQuestion, MetricSource } from '../../../cluster/kube/effects.ts';
import type { PrometheusAnswer } from '../trace.ts';

export interface Script {
  scheduler: Scheduler;
  /** By AnalysisRun: how long its first answer takes, in milliseconds. */
  firstAnswerAfterMs: ReadonlyMap<string, number>;
  asked: (answer: PrometheusAnswer) => void;
}

export class ScriptedPrometheus implements MetricSource {
  answer: PrometheusAnswer = 1;
  readonly #script: Script;
  readonly #known = new Set<string>();

  constructor(script: Script) {
    this.#script = script;
  }

  ask(question: MetricQuestion, reply: (answer: MetricAnswer) => void): void {
    if (question.provider !== 'prometheus')
      throw new Error(`the golden cases know Prometheus only, not ${question.provider}`);
    const { scheduler, asked } = this.#script;
    scheduler.after(this.#delayMs(question), `answer to ${question.metric}`, () => {
      asked(this.answer);
      reply(decode(this.answer, String(question.config['query'])));
    });
  }

  #delayMs({ run }: MetricQuestion): number {
    if (this.#known.has(run.name)) return 0;
    this.#known.add(run.name);
    return this.#script.firstAnswerAfterMs.get(run.name) ?? 0;
  }
}

function decode(answer: PrometheusAnswer, query: string): MetricAnswer {
  const metadata = { ResolvedPrometheusQuery: query };
  // The words of Prometheus' own client for the stub's HTTP status 500.
  if (answer === 'error') return { error: 'server_error: server error: 500', metadata };
  const values = answer === 'empty' ? [] : answer === 'nan' ? [Number.NaN] : [answer].flat();
  return { value: values, text: `[${values.join(',')}]`, metadata };
}
