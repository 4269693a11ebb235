/**
 * AnalysisRuns with their counters and the Jobs that they started.
 *
 * Follows: info/analysisrun_info.go of Argo Rollouts v1.9.1.
 */
import { fromRfc3339 } from '../../kernel/time.ts';
import type { AnalysisRun, Measurement, RunSummary } from '../../kube/types/analysis.ts';
import { humanDuration } from './human-duration.ts';
import { analysisIcon } from './icons.ts';
import { age, compareText, createdMs } from './pods.ts';
import { isOwnedBy, revisionOf } from './replica-sets.ts';
import { branch } from './table.ts';
import type { Branch, Row } from './table.ts';

const JOB_NAME = 'job-name';
const COUNTERS: readonly (readonly [keyof RunSummary, string])[] = [
  ['successful', '✔'],
  ['failed', '✖'],
  ['inconclusive', '?'],
  ['error', '⚠'],
];

/** Newest revision first, then oldest first. */
export function shownAnalysisRuns(ownerUid: string, runs: readonly AnalysisRun[]): AnalysisRun[] {
  return runs
    .filter(({ metadata }) => isOwnedBy(metadata, ownerUid))
    .toSorted(
      (a, b) =>
        revisionOf(b.metadata) - revisionOf(a.metadata) ||
        createdMs(a.metadata) - createdMs(b.metadata) ||
        compareText(b.metadata.name, a.metadata.name),
    );
}

export function analysisRunRows(run: AnalysisRun, at: Branch, nowMs: number): Row[] {
  const results = run.status?.metricResults ?? [];
  const info = COUNTERS.map(([counter, icon]) => {
    const total = results.reduce((sum, result) => sum + (result[counter] ?? 0), 0);
    return total > 0 ? `${icon} ${total}` : '';
  }).filter((text) => text !== '');
  const phase = run.status?.phase ?? '';
  const own: Row = [
    `${at.own}α ${run.metadata.name}`,
    'AnalysisRun',
    `${analysisIcon(phase)} ${phase}`,
    age(run.metadata, nowMs),
    info.join(','),
  ];
  const jobs = results
    .flatMap(({ measurements }) => measurements ?? [])
    .filter(({ metadata }) => metadata?.[JOB_NAME] !== undefined);
  return [own, ...jobs.map((job, i) => jobRow(job, branch(i === jobs.length - 1, at.below).own, nowMs))];
}

function jobRow({ metadata, phase, startedAt }: Measurement, prefix: string, nowMs: number): Row {
  const started = startedAt === undefined ? 0 : fromRfc3339(startedAt);
  return [
    `${prefix}⊞ ${metadata?.[JOB_NAME]}`,
    'Job',
    `${analysisIcon(phase)} ${phase}`,
    humanDuration(nowMs - started),
    '',
  ];
}
