/** A stream: the states that one aspect of one object went through, each held from `t` until the next. */

export type State = Readonly<Record<string, unknown>>;

export interface Moment {
  /** Seconds since the first step. */
  t: number;
  /** How long it was held, to the end of the trace for the last. */
  heldS: number;
  state: State;
  /** The same state, for comparing. */
  key: string;
  /** For a deadline: how far ahead of `t` it lies, in seconds. Compared with tolerance, so not part of the state. */
  aheadS?: number | undefined;
}

export interface Stream {
  /** `Rollout/demo phase` */
  name: string;
  /**
   * strict: every state must appear in both, in order. settled: a state that was held only briefly may be missing on
   * either side, for it depends on how writes fall together.
   */
  rule: 'strict' | 'settled';
  moments: Moment[];
}

/** Collects states, drops repetitions, and measures how long each was held. */
export class StreamBuilder {
  readonly #streams = new Map<string, { rule: Stream['rule']; moments: Omit<Moment, 'heldS'>[] }>();

  push(name: string, rule: Stream['rule'], t: number, state: State, aheadS?: number): void {
    let stream = this.#streams.get(name);
    if (stream === undefined) this.#streams.set(name, (stream = { rule, moments: [] }));
    const key = stable(state);
    if (stream.moments.at(-1)?.key !== key) stream.moments.push({ t, state, key, aheadS });
  }

  build(endS: number): Map<string, Stream> {
    return new Map(
      [...this.#streams].map(([name, { rule, moments }]) => {
        const held = moments.map((moment, i) => ({
          ...moment,
          heldS: (moments[i + 1]?.t ?? endS) - moment.t,
        }));
        return [name, { name, rule, moments: held }];
      }),
    );
  }
}

/** JSON with sorted keys; undefined fields are left out. */
export function stable(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, field]) => `${JSON.stringify(key)}:${stable(field)}`).join(',')}}`;
}
