/**
 * Answers metric questions from a script, in turn; the last answer stays. For providers that need somebody else's
 * service (Datadog, CloudWatch, a web endpoint in virtual time): what they would say is the scenario's to give.
 */
import type { MetricAnswer, MetricQuestion } from '../kube/effects.ts';

export interface MetricScript {
  /** The provider's key in the template; undefined: any. */
  provider: string | undefined;
  /** The metric's name; undefined: any. */
  metric: string | undefined;
  answers: readonly ({ value: unknown } | { error: string })[];
}

export class ScriptedMetrics {
  readonly #scripts: readonly MetricScript[];
  readonly #given = new Map<MetricScript, number>();

  constructor(scripts: readonly MetricScript[]) {
    this.#scripts = scripts;
  }

  /** The next answer of the first script that fits; undefined when none does. */
  answer({ provider, metric }: Pick<MetricQuestion, 'provider' | 'metric'>): MetricAnswer | undefined {
    const script = this.#scripts.find(
      (each) =>
        (each.provider === undefined || each.provider === provider) &&
        (each.metric === undefined || each.metric === metric),
    );
    if (script === undefined || script.answers.length === 0) return undefined;
    const turn = this.#given.get(script) ?? 0;
    this.#given.set(script, turn + 1);
    const answer = script.answers[Math.min(turn, script.answers.length - 1)]!;
    return 'error' in answer ? answer : { value: answer.value, text: textOf(answer.value) };
  }
}

/** As the providers write a measurement's value: lists in Go's brackets, everything else as JSON. */
function textOf(value: unknown): string {
  if (Array.isArray(value) && value.every((item) => typeof item === 'number'))
    return `[${value.map(String).join(',')}]`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
