/** The result of a sweep, as published (result.schema.json): everything that the reports say, and nothing that depends on who ran it. */
import type { AxisKind, AxisValue } from './point/axis.ts';
import { planPoints, type Declared, type SweepPlan } from './plan.ts';
import type { SeedRow } from './seed/row.ts';
import { judgeBudget, errorShare, type BudgetVerdict, type ErrorShare } from './statistics/budget.ts';
import { curvesOf, type Curve } from './statistics/curve.ts';
import { pointFigures, type PointFigures } from './statistics/point.ts';

export type Verdict = 'within' | 'over' | 'needMoreSeeds' | 'noBudget';

export interface SweepResult {
  apiVersion: 'coalmine.dev/v1alpha1';
  kind: 'SweepResult';
  plan: Omit<SweepPlan, 'file'>;
  verdict: Verdict;
  /** With verdict `needMoreSeeds`: seeds in all, for the budget that needs most; null when no number is known to settle it. */
  seedsNeeded: number | null;
  errors: GateErrors[];
  curves: Curve[];
  points: PointFigures[];
  assumptions: string[];
}

/** The two ways in which a gate errs, on one curve. */
export interface GateErrors {
  at: Curve['at'];
  /** Aborted though declared good. */
  falseRollback: GateError | null;
  /** Promoted though declared bad. */
  falsePromotion: GateError | null;
}

export interface GateError {
  axis: AxisKind;
  declared: string;
  seen: ErrorShare;
  budget: BudgetVerdict | null;
}

/** `rows` may be of a part of the seeds only: each point says how many it has. */
export function resultOf(plan: SweepPlan, rows: readonly SeedRow[]): SweepResult {
  const byPoint = new Map<number, SeedRow[]>(planPoints(plan).map(({ index }) => [index, []]));
  for (const row of rows) byPoint.get(row.point)?.push(row);
  const points = planPoints(plan).map((point) => pointFigures(point, byPoint.get(point.index) ?? []));
  const curves = curvesOf(plan.axes, points);
  const errors = curves.map((curve) => gateErrors(curve, byPoint, plan.declared));
  const budgets = errors
    .flatMap(({ falseRollback, falsePromotion }) => [falseRollback?.budget, falsePromotion?.budget])
    .filter((budget) => budget !== undefined && budget !== null);
  const { file: _file, ...published } = plan;
  return {
    apiVersion: 'coalmine.dev/v1alpha1',
    kind: 'SweepResult',
    plan: published,
    verdict: overall(budgets),
    seedsNeeded: mostSeeds(budgets),
    errors,
    curves,
    points,
    assumptions: ASSUMPTIONS,
  };
}

const ASSUMPTIONS = [
  'Requests fail independently of each other at the stated rate, on every pod alike.',
  'Load is an open model: Poisson arrivals at the stated rate, whatever the answers.',
  'The stable version behaves as the scenario says, from the first request to the last.',
  'The figures hold for the embedded cluster as modelled, not for a particular real one.',
];

function gateErrors(
  curve: Curve,
  byPoint: ReadonlyMap<number, readonly SeedRow[]>,
  declared: Declared,
): GateErrors {
  const rowsAt = (value: AxisValue | null): readonly SeedRow[] | undefined => {
    const point = curve.points.find(({ x }) => x.value === value?.value)?.figures.point;
    return point === undefined ? undefined : byPoint.get(point.index);
  };
  const error = (
    value: AxisValue | null,
    errs: (row: SeedRow) => boolean,
    budget: number | null,
  ): GateError | null => {
    const rows = rowsAt(value);
    const axis = curve.points[0]?.x.kind;
    if (rows === undefined || value === null || axis === undefined) return null;
    const k = rows.filter(errs).length;
    return {
      axis,
      declared: value.text,
      seen: errorShare(k, rows.length),
      budget: budget === null ? null : judgeBudget(k, rows.length, budget),
    };
  };
  return {
    at: curve.at,
    falseRollback: error(declared.good, ({ abortMs }) => abortMs !== null, declared.budgetFalseRollback),
    falsePromotion: error(
      declared.bad,
      ({ outcome }) => outcome === 'promoted',
      declared.budgetFalsePromotion,
    ),
  };
}

/** Over one budget is over; else one that is undecided leaves the whole undecided. */
function overall(budgets: readonly BudgetVerdict[]): Verdict {
  if (budgets.length === 0) return 'noBudget';
  if (budgets.some(({ state }) => state === 'over')) return 'over';
  return budgets.some(({ state }) => state === 'needMoreSeeds') ? 'needMoreSeeds' : 'within';
}

function mostSeeds(budgets: readonly BudgetVerdict[]): number | null {
  const open = budgets.filter(({ state }) => state === 'needMoreSeeds');
  if (open.length === 0 || open.some(({ seedsNeeded }) => seedsNeeded === null)) return null;
  return Math.max(...open.map(({ seedsNeeded }) => seedsNeeded ?? 0));
}
