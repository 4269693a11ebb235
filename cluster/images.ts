/** What an image does when the embedded kubelet runs it: a scenario's `images:`, already parsed. Pure data. */

export interface LatencyShape {
  /** A log-normal through these two points. */
  p50Ms: number;
  p99Ms: number;
}

export interface ImageBehaviour {
  /** Share of requests answered with `errorStatus`, 0 to 1. */
  errorRate: number;
  errorStatus: number;
  latency: LatencyShape;
  /** From container start to the first passing readiness probe. Infinity: never ready. */
  readyAfterMs: number;
  /** The container exits this long after it started, again after each restart; undefined: never. */
  crashAfterMs: number | undefined;
  /** For Jobs: how long it runs and the exit status. */
  runsForMs: number;
  exitCode: number;
}

export const HEALTHY_IMAGE: ImageBehaviour = {
  errorRate: 0,
  errorStatus: 500,
  latency: { p50Ms: 12, p99Ms: 90 },
  readyAfterMs: 1000,
  crashAfterMs: undefined,
  runsForMs: 1000,
  exitCode: 0,
};

/** Finds the behaviour of an image by its exact name; undefined when the scenario gives none. */
export type ImageBehaviours = (image: string) => ImageBehaviour | undefined;
