/** What is kept of one seed at one point: a line of the journal, and all that the statistics are made from. */

/**
 * `promoted`: the shipped version is the stable one. `rolledBack`: the Rollout was aborted. `paused`: it waits for a
 * person, by an inconclusive analysis or a pause without end. `error`: no verdict on the version: the analysis
 * itself ended in Error, the Rollout was refused, or it had not come to rest by the scenario's timeout.
 */
export type SeedOutcome = 'promoted' | 'rolledBack' | 'paused' | 'error';

export const OUTCOMES = [
  'rolledBack',
  'promoted',
  'paused',
  'error',
] as const satisfies readonly SeedOutcome[];

/** Times are whole milliseconds since the ship. */
export interface SeedRow {
  point: number;
  seed: number;
  outcome: SeedOutcome;
  /** The analysis metric that decided, the Rollout's own message, or empty for a promotion. */
  decidedBy: string;
  /** The canary answered its first request: where its errors began to reach users. Null: it never answered one. */
  exposedMs: number | null;
  /** The abort. Null: it was not aborted. */
  abortMs: number | null;
  /** The canary's last answer, of an aborted Rollout. Null: not aborted, or still answering when the watch ended. */
  cleanMs: number | null;
  /** The watch ended: at rest and, after an abort, without canary pods. */
  endMs: number;
  /** Requests of all loads from the ship to `endMs`, and those among them that failed (status 500 or more). */
  requests: number;
  failed: number;
  /** Of these, answered by the shipped version. */
  canaryRequests: number;
  canaryFailed: number;
  /** In order of time. */
  measurements: SeedMeasurement[];
}

export interface SeedMeasurement {
  metric: string;
  atMs: number;
  answer: 'value' | 'nan' | 'empty' | 'error';
  /** The longest range of the query, in ms; null where it has none (or is not a Prometheus query). */
  windowMs: number | null;
  /** Requests that the shipped version, and all versions, had answered within that window by then; null without one. */
  canaryRequests: number | null;
  requests: number | null;
}
