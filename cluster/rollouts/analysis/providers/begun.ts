/** A measurement as a provider begins it. */
import { toRfc3339 } from '../../../kernel/time.ts';
import type { Effect, MetricAnswer, MetricQuestion } from '../../../kube/effects.ts';
import type { Measurement, Metric } from '../../../kube/types/analysis.ts';

export interface BegunMeasurement {
  question: MetricQuestion | undefined;
  effects: Effect[];
  /** What the provider stores beside the metric's result. */
  metadata: Record<string, string>;
  /** The measurement, once the question (where there is one) is answered. */
  conclude: (answer: MetricAnswer | undefined, nowMs: number) => Measurement;
}

export interface MeasurementRequest {
  metric: Metric;
  unfinished: Measurement | undefined;
  terminating: boolean;
  nowMs: number;
}

/** A measurement that needs no answer. */
export function settled(measurement: Measurement): BegunMeasurement {
  return { question: undefined, effects: [], metadata: {}, conclude: () => measurement };
}

/** A measurement that could not even begin. */
export function refused(message: string, nowMs: number): BegunMeasurement {
  return settled({ phase: 'Error', message, startedAt: toRfc3339(nowMs) });
}
