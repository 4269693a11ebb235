/** The figures of one point, from its rows. */
import { wilson, type Interval } from '../../judge/statistics/intervals.ts';
import type { SweepPoint } from '../point/points.ts';
import { OUTCOMES, type SeedOutcome, type SeedRow } from '../seed/row.ts';
import { evidenceOf, type Evidence } from './evidence.ts';
import { censoredTimes, spread, type CensoredTimes, type Spread } from './quantiles.ts';

export interface OutcomeShare {
  k: number;
  share: number;
  /** Two-sided 95 %. */
  wilson: Interval;
}

export interface PointFigures {
  point: SweepPoint;
  seeds: number;
  outcomes: Record<SeedOutcome, OutcomeShare>;
  /** What decided the rollbacks, pauses and errors: how often, most often first. */
  decidedBy: { what: string; seeds: number }[];
  /** From the canary's first answer to the abort; seeds without an abort are censored. */
  timeToDetect: CensoredTimes;
  /** From the abort to the canary's last answer, of the aborted seeds. */
  timeToClean: CensoredTimes;
  /** Failed answers of the shipped version until the Rollout rested. */
  blast: Spread & { meanShareOfRequests: number };
  /** Of the shipped version's answers: the share that failed, and how many a promoted seed had in the mean (null: none). */
  walk: { failedShare: number; promotedRequests: number | null };
  evidence: Evidence;
}

export function pointFigures(point: SweepPoint, rows: readonly SeedRow[]): PointFigures {
  const aborted = rows.filter(({ abortMs }) => abortMs !== null);
  return {
    point,
    seeds: rows.length,
    outcomes: outcomeShares(rows),
    decidedBy: tally(rows.map(({ decidedBy }) => decidedBy).filter((what) => what !== '')),
    timeToDetect: censoredTimes(rows.map(detectMs)),
    timeToClean: censoredTimes(aborted.map(cleanMs)),
    blast: {
      ...spread(rows.map(({ canaryFailed }) => canaryFailed)),
      meanShareOfRequests: ratio(total(rows, 'canaryFailed'), total(rows, 'requests')),
    },
    walk: walkOf(rows),
    evidence: evidenceOf(rows),
  };
}

/** A canary that was aborted before it answered anyone was detected at once. */
function detectMs({ abortMs, exposedMs }: SeedRow): number | null {
  return abortMs === null ? null : Math.max(0, abortMs - (exposedMs ?? abortMs));
}

function cleanMs({ abortMs, cleanMs }: SeedRow): number | null {
  return cleanMs === null || abortMs === null ? null : Math.max(0, cleanMs - abortMs);
}

function walkOf(rows: readonly SeedRow[]): PointFigures['walk'] {
  const promoted = rows.filter(({ outcome }) => outcome === 'promoted');
  return {
    failedShare: ratio(total(rows, 'canaryFailed'), total(rows, 'canaryRequests')),
    promotedRequests: promoted.length === 0 ? null : total(promoted, 'canaryRequests') / promoted.length,
  };
}

function outcomeShares(rows: readonly SeedRow[]): Record<SeedOutcome, OutcomeShare> {
  const shareOf = (outcome: SeedOutcome): OutcomeShare => {
    const k = rows.filter((row) => row.outcome === outcome).length;
    return { k, share: ratio(k, rows.length), wilson: wilson(k, rows.length) };
  };
  const entries = OUTCOMES.map((outcome) => [outcome, shareOf(outcome)] as const);
  return Object.fromEntries(entries) as Record<SeedOutcome, OutcomeShare>;
}

function tally(words: readonly string[]): { what: string; seeds: number }[] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts]
    .map(([what, seeds]) => ({ what, seeds }))
    .toSorted((a, b) => b.seeds - a.seeds || (a.what < b.what ? -1 : 1));
}

function total(rows: readonly SeedRow[], key: 'canaryFailed' | 'canaryRequests' | 'requests'): number {
  return rows.reduce((sum, row) => sum + row[key], 0);
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
