/** Operating characteristic curves: one for each combination of the other axes, along the axis that is the version's fault. */
import type { Axis, AxisKind } from '../point/axis.ts';
import type { Setting } from '../point/points.ts';
import type { PointFigures } from './point.ts';

export interface Curve {
  /** Settings of the other axes, the same at every point of the curve. */
  at: readonly Setting[];
  points: CurvePoint[];
  /** The smallest tested degradation from which on at least that share of the seeds is rolled back, everywhere; null: none. */
  caught80: Setting | null;
  caught95: Setting | null;
}

export interface CurvePoint {
  x: Setting;
  figures: PointFigures;
  /**
   * Failed answers of the shipped version had every measurement passed: the answers of a promoted seed, in the mean
   * over the curve (load is an open model, so the walk is the same at every point), times the share that fails here.
   * Null when no seed of the curve was promoted.
   */
  noGate: number | null;
}

/** The version's own fault comes first: an error rate, else a latency, else whatever is varied. */
export function curveAxis(axes: readonly Axis[]): Axis | undefined {
  const order: readonly AxisKind[] = ['errorRate', 'latency', 'rate'];
  return order.map((kind) => axes.find((axis) => axis.kind === kind)).find((axis) => axis !== undefined);
}

export function curvesOf(axes: readonly Axis[], figures: readonly PointFigures[]): Curve[] {
  const along = curveAxis(axes);
  if (along === undefined) return [];
  const isAlong = ({ kind, target }: Setting): boolean => kind === along.kind && target === along.target;
  const curves = new Map<string, Curve>();
  for (const one of figures) {
    const at = one.point.settings.filter((setting) => !isAlong(setting));
    const x = one.point.settings.find(isAlong);
    if (x === undefined) throw new Error(`point ${one.point.index} is not on axis ${along.kind}`);
    const key = JSON.stringify(at);
    const curve = curves.get(key) ?? { at, points: [], caught80: null, caught95: null };
    curves.set(key, curve);
    curve.points.push({ x, figures: one, noGate: null });
  }
  return [...curves.values()].map((curve) => ({
    ...curve,
    points: withoutGate(curve.points),
    caught80: caughtFrom(curve, 0.8),
    caught95: caughtFrom(curve, 0.95),
  }));
}

function withoutGate(points: readonly CurvePoint[]): CurvePoint[] {
  let requests = 0;
  let seeds = 0;
  for (const { figures } of points) {
    const { k } = figures.outcomes.promoted;
    seeds += k;
    requests += k * (figures.walk.promotedRequests ?? 0);
  }
  return points.map((point) => ({
    ...point,
    noGate: seeds === 0 ? null : (requests / seeds) * point.figures.walk.failedShare,
  }));
}

function caughtFrom({ points }: Curve, share: number): Setting | null {
  const lastMiss = points.findLastIndex(({ figures }) => figures.outcomes.rolledBack.share < share);
  return points[lastMiss + 1]?.x ?? null;
}
