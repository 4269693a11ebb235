/** The parts of a sweep's report as tables and sentences, for the terminal and for Markdown alike. */
import type { Curve } from '../statistics/curve.ts';
import type { PointFigures } from '../statistics/point.ts';
import type { GateError, SweepResult } from '../result.ts';
import { count, percent, settingWords, timeWords } from './words.ts';

export type Table = string[][];

export interface NamedFigures {
  name: string;
  figures: PointFigures;
  noGate: number | null;
}

/** How a curve is called: its fixed settings, or `the scenario as it is`. */
export function curveTitle({ at }: Pick<Curve, 'at'>): string {
  return at.length === 0 ? 'all other settings as in the scenario' : at.map(settingWords).join(', ');
}

export function outcomeTable(rows: readonly NamedFigures[]): Table {
  return [
    ['', 'rolled back', '95 % Wilson', 'promoted', 'paused', 'error', 'seeds'],
    ...rows.map(({ name, figures: { outcomes, seeds } }) => {
      const { low, high } = outcomes.rolledBack.wilson;
      return [
        name,
        percent(outcomes.rolledBack.share),
        `${percent(low)} to ${percent(high)}`,
        percent(outcomes.promoted.share),
        percent(outcomes.paused.share),
        percent(outcomes.error.share),
        String(seeds),
      ];
    }),
  ];
}

export function harmTable(rows: readonly NamedFigures[]): Table {
  return [
    ['', 'detected p50', 'p95', 'undetected', 'then clean p95', 'bad requests', 'p95', 'max', 'no gate'],
    ...rows.map(({ name, figures: { timeToDetect, timeToClean, blast }, noGate }) => [
      name,
      timeWords(timeToDetect.p50Ms, timeToDetect),
      timeWords(timeToDetect.p95Ms, timeToDetect),
      `${timeToDetect.censored}/${timeToDetect.total}`,
      timeWords(timeToClean.p95Ms, timeToClean),
      count(blast.mean),
      count(blast.p95),
      count(blast.max),
      noGate === null ? '-' : count(noGate),
    ]),
  ];
}

export function evidenceTable(rows: readonly NamedFigures[]): Table {
  return [
    ['', 'metric', 'a seed', 'independent', 'canary requests', 'min', 'of all', 'NaN', 'empty', 'error'],
    ...rows.flatMap(({ name, figures }) =>
      figures.evidence.metrics.map((metric) => [
        name,
        metric.metric,
        metric.perSeed.toFixed(1),
        metric.effectivePerSeed?.toFixed(1) ?? '-',
        metric.canaryRequests === null ? '-' : String(metric.canaryRequests.median),
        metric.canaryRequests === null ? '-' : String(metric.canaryRequests.min),
        metric.requests === null ? '-' : String(metric.requests.median),
        String(metric.nan),
        String(metric.empty),
        String(metric.errors),
      ]),
    ),
  ];
}

/** One sentence for each way to err on each curve. */
export function errorSentences({ errors }: SweepResult): string[] {
  return errors.flatMap((error) => {
    const where = error.at.length === 0 ? '' : ` (${curveTitle(error)})`;
    return [
      ...errorSentence('false rollback', 'declared good', error.falseRollback, where),
      ...errorSentence('false promotion', 'declared bad', error.falsePromotion, where),
    ];
  });
}

function errorSentence(what: string, declared: string, error: GateError | null, where: string): string[] {
  if (error === null) return [];
  const { seen, budget } = error;
  const bounds = `${percent(seen.lower)} to ${percent(seen.upper)}`;
  const base = `${what} at ${error.declared}, ${declared}${where}: ${seen.k} of ${seen.n}, ${percent(seen.share)}; one-sided 95 % bounds ${bounds}`;
  if (budget === null) return [base];
  const verdict = {
    within: `within the budget of ${percent(budget.budget)}`,
    over: `OVER the budget of ${percent(budget.budget)}`,
    needMoreSeeds: `undecided against the budget of ${percent(budget.budget)}: ${moreSeeds(budget.seedsNeeded)}`,
  };
  return [`${base}: ${verdict[budget.state]}`];
}

function moreSeeds(seeds: number | null): string {
  return seeds === null
    ? 'it lies on the budget, so no number of seeds is known to settle it'
    : `about ${seeds} seeds in all would settle it, should the share stay`;
}

export function caughtSentence({ caught80, caught95, points }: Curve): string {
  const worst = points.at(-1)?.x.text ?? '';
  const from = (x: Curve['caught80']): string =>
    x === null ? `nothing tested, up to ${worst}` : `${x.text} and worse`;
  return `caught in 80 % of seeds: ${from(caught80)}; in 95 %: ${from(caught95)}`;
}

export function verdictSentence({ verdict, seedsNeeded }: SweepResult): string {
  switch (verdict) {
    case 'within':
      return 'Within budget.';
    case 'over':
      return 'Over budget.';
    case 'needMoreSeeds':
      return seedsNeeded === null
        ? 'Undecided: the error share lies on its budget.'
        : `Undecided: about ${seedsNeeded} seeds are needed in all.`;
    case 'noBudget':
      return 'No budget was given, so nothing is judged (--good, --bad, --budget-false-rollback, --budget-false-promotion).';
  }
}
