/** Rows by hand, so that figures are tested on seeds that nobody needs to run. */
import type { SeedMeasurement, SeedRow } from '../../../scripts/sweep/seed/row.ts';

export function row(given: Partial<SeedRow> = {}): SeedRow {
  return {
    point: 0,
    seed: 1,
    outcome: 'promoted',
    decidedBy: '',
    exposedMs: 0,
    abortMs: null,
    cleanMs: null,
    endMs: 300_000,
    requests: 1000,
    failed: 0,
    canaryRequests: 100,
    canaryFailed: 0,
    measurements: [],
    ...given,
  };
}

export function measurement(atMs: number, given: Partial<SeedMeasurement> = {}): SeedMeasurement {
  return {
    metric: 'success',
    atMs,
    answer: 'value',
    windowMs: 60_000,
    canaryRequests: 60,
    requests: 600,
    ...given,
  };
}
