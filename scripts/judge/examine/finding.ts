/** What looking at the world once says of one expectation. */
export interface Finding {
  /**
   * `holds`: passed, now. `waiting`: not true yet, may become so. `broken`: can no longer become true.
   * `doubtful`: can no longer be decided either way.
   */
  state: 'holds' | 'waiting' | 'broken' | 'doubtful';
  /** One fact a line, what was seen beside what was expected. */
  detail: string[];
  /** Of a waiting one: the last word should time be up now. Without it, that it did not hold. */
  ifOver?: Finding;
}

export interface Moment {
  /** When the expectation began, milliseconds since the run began. */
  startedMs: number;
  /** For `rollout: NAME` without a namespace. */
  namespace: string;
}

export const holds = (...detail: string[]): Finding => ({ state: 'holds', detail });
export const waiting = (...detail: string[]): Finding => ({ state: 'waiting', detail });
export const broken = (...detail: string[]): Finding => ({ state: 'broken', detail });
export const doubtful = (...detail: string[]): Finding => ({ state: 'doubtful', detail });
