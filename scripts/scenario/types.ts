/**
 * A scenario, parsed: plain data with every unit resolved (durations in ms, rates in requests per second, shares and
 * percentages from 0 to 1, configured weights as the percent numbers that manifests use). The YAML form is described
 * by schema.json; parse.ts makes these.
 */
import type { ImageBehaviour } from '../../cluster/images.ts';
import type { AnalysisPhase } from '../../cluster/kube/types/analysis.ts';
import type { RolloutPhase } from '../../cluster/kube/types/argo.ts';
import type { AnyObject } from '../../cluster/kube/objects.ts';

/** Where a value was written. `file` is as the user named it; line and column are 1-based. */
export interface Position {
  file: string;
  line: number;
  column: number;
  /** `spec.steps[2].expect.weight` */
  path: string;
}

export interface Scenario {
  /** As the user named it; paths in `manifests` are relative to its folder. */
  file: string;
  name: string;
  description: string;
  /** For manifests that name no namespace, and for `rollout: NAME` in steps. `default` when not given. */
  namespace: string;
  /** The scenario's own seed; the command line overrides it. */
  seed: number | undefined;
  /** The run ends, as not settled, after this much virtual time. */
  timeoutMs: number;
  manifests: ManifestSource[];
  /** By exact image name. Images not listed behave as `HEALTHY_IMAGE` (cluster/images.ts). */
  images: Readonly<Record<string, ImageBehaviour>>;
  loads: LoadStream[];
  prometheus: PrometheusSettings;
  /** Scripted answers of metric providers other than the embedded Prometheus; first match wins. */
  metrics: ScriptedMetric[];
  /** `rollouts.fixed`: upstream issue numbers whose bug is switched off in the embedded controller. */
  fixed: number[];
  /** Flow through the steps, in order; each begins when the one before it has ended. */
  steps: Step[];
  /** Rules over the whole record, from the first step on. */
  never: NeverRule[];
  /** Things worth saying that are not errors: an image without a behaviour, and the default it gets. */
  notes: Note[];
}

export interface Note {
  message: string;
  at: Position;
}

/** A file, a folder or a kustomization, as written in the scenario. */
export interface ManifestSource {
  path: string;
  at: Position;
}

export interface LoadStream {
  name: string;
  /** Open model, Poisson: this many requests a second, whatever the answers. */
  ratePerSecond: number;
  url: LoadUrl;
  method: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /**
   * Where the requests come from. `gateway` names an Istio Gateway (`namespace/name`): traffic from outside.
   * Otherwise a client pod in the mesh with these labels, in this namespace.
   */
  from: LoadSource;
  at: Position;
}

export interface LoadUrl {
  text: string;
  host: string;
  port: number;
  /** With the query. Starts with `/`. */
  path: string;
}

export interface LoadSource {
  gateway: string | undefined;
  namespace: string;
  workload: string;
  labels: Readonly<Record<string, string>>;
}

export interface PrometheusSettings {
  scrapeIntervalMs: number;
  lookbackMs: number;
}

export interface ScriptedMetric {
  /** The provider's key in the template (`datadog`, `web` …); undefined: any that is not embedded. */
  provider: string | undefined;
  /** The metric's name in the template; undefined: any. */
  metric: string | undefined;
  /** Answers in turn; the last one stays. */
  answers: ScriptedAnswer[];
  at: Position;
}

export type ScriptedAnswer = { value: unknown } | { error: string };

/* Steps */

export type Step =
  | ShipStep
  | ApplyStep
  | PatchStep
  | DeleteStep
  | ExpectStep
  | AssertStep
  | WaitStep
  | VerbStep
  | UndoStep
  | LoadStep
  | BehaviourStep
  | FaultStep;

interface StepBase {
  /** `name:` of the step, else a short sentence made from it (`ship echo:v2 to rollout echo`). */
  title: string;
  at: Position;
}

export interface RolloutTarget {
  name: string;
  /** Undefined: the scenario's namespace; if no Rollout of that name is there, the only one of that name anywhere. */
  namespace: string | undefined;
}

/** Sets a container's image, as `kubectl argo rollouts set image` does. */
export interface ShipStep extends StepBase {
  do: 'ship';
  rollout: RolloutTarget;
  image: string;
  /** Undefined: the template's only container; with several, the run refuses. `*` sets all. */
  container: string | undefined;
}

export interface ApplyStep extends StepBase {
  do: 'apply';
  source: { file: string } | { objects: AnyObject[] };
}

/** A merge patch (RFC 7386), as `kubectl patch --type=merge`. */
export interface PatchStep extends StepBase {
  do: 'patch';
  target: ObjectTarget;
  patch: Record<string, unknown>;
}

export interface DeleteStep extends StepBase {
  do: 'delete';
  target: ObjectTarget;
}

export interface ObjectTarget {
  apiVersion: string | undefined;
  kind: string;
  name: string;
  namespace: string | undefined;
}

/** Verbs of the kubectl plugin that take no more than their flags. */
export interface VerbStep extends StepBase {
  do: 'promote' | 'abort' | 'retry' | 'pause' | 'restart';
  rollout: RolloutTarget;
  /** `promote --full` */
  full: boolean;
  /** `promote --skip-current-step` */
  skipCurrentStep: boolean;
}

export interface UndoStep extends StepBase {
  do: 'undo';
  rollout: RolloutTarget;
  /** Undefined: the revision before the current one. */
  toRevision: number | undefined;
}

export interface WaitStep extends StepBase {
  do: 'wait';
  durationMs: number;
}

/** Changes a load stream from now on. */
export interface LoadStep extends StepBase {
  do: 'load';
  load: string;
  ratePerSecond: number;
}

/** Changes what an image's running and future containers do, from now on. Fields not given stay as they were. */
export interface BehaviourStep extends StepBase {
  do: 'behaviour';
  image: string;
  change: Partial<ImageBehaviour>;
}

export interface FaultStep extends StepBase {
  do: 'fault';
  fault: Fault;
}

export type Fault =
  /** No scrape succeeds and no query is answered. The run is inconclusive when nothing met the fault. */
  | { kind: 'prometheusDown'; forMs: number }
  /** Scrapes fail; queries are answered from what is stored. */
  | { kind: 'scrapeGap'; forMs: number }
  /** Deletes `count` running pods of the Rollout's given side, oldest first. */
  | { kind: 'podKill'; rollout: RolloutTarget; side: 'canary' | 'stable' | 'any'; count: number }
  /** For this long (undefined: from now on) the image behaves with this change, then as before. */
  | { kind: 'imageChange'; image: string; change: Partial<ImageBehaviour>; forMs: number | undefined };

/** Must become true within `withinMs` of the step's start; with 0 it must be true at once. */
export interface ExpectStep extends StepBase {
  do: 'expect';
  expectation: Expectation;
  withinMs: number;
  /** Was `within` written? If not, statistical expectations still extend the window until they have enough. */
  withinGiven: boolean;
}

export interface AssertStep extends StepBase {
  do: 'assert';
  /** A subset match: every field given must be equal; lists are matched by position and length. */
  object: AnyObject;
  /** `absent: true`: no object matches. */
  absent: boolean;
  withinMs: number;
}

/* Expectations */

export type Expectation =
  | RolloutExpectation
  | RefusedExpectation
  | SplitExpectation
  | RouteExpectation
  | RequestsExpectation
  | AnalysisExpectation
  | EventExpectation
  | SettledExpectation;

/** All fields given must hold at one and the same moment. */
export interface RolloutExpectation {
  kind: 'rollout';
  rollout: RolloutTarget;
  phase: RolloutPhase | undefined;
  /** `status.currentStepIndex`. */
  step: number | undefined;
  /** Configured weights, exact, read from the VirtualService or, without one, from status.canary.weights. */
  weight: WeightExpectation | undefined;
  /** A text contained in `status.message`. */
  message: string | undefined;
  /** `status.abort` */
  aborted: boolean | undefined;
  /** The stable version's image (of any container), after promotion or rollback. */
  stableImage: string | undefined;
  canaryImage: string | undefined;
}

export interface WeightExpectation {
  canary: Comparison | undefined;
  stable: Comparison | undefined;
}

/** Against percent numbers 0 to 100 or counts, by the field: `10`, `> 10`, `<= 5`. */
export interface Comparison {
  op: '==' | '!=' | '<' | '<=' | '>' | '>=';
  value: number;
}

/** The controller must refuse the spec: phase Degraded, condition InvalidSpec. */
export interface RefusedExpectation {
  kind: 'refused';
  rollout: RolloutTarget;
  /** A text contained in the InvalidSpec message; undefined: any refusal. */
  message: string | undefined;
}

/** Observed shares, an exact test at alpha 1e-6 with mandatory power. */
export interface SplitExpectation {
  kind: 'split';
  load: string;
  rollout: RolloutTarget | undefined;
  /** 0 to 1. Shares 0 and 1 are exact: one stray request fails. */
  canaryShare: number;
  /** Other shares, 0 to 1, that the sample must be large enough to tell apart. */
  distinguishFrom: number[];
  /** Look back over this long a window; undefined: since the weights were last changed. */
  overMs: number | undefined;
}

export type RouteTarget =
  | { kind: 'canary' }
  | { kind: 'stable' }
  /** A Service's name, or `namespace/name`. */
  | { kind: 'service'; service: string }
  | { kind: 'subset'; subset: string };

/** Exact: every request of the load in the window went there, and there was at least one. */
export interface RouteExpectation {
  kind: 'route';
  load: string;
  rollout: RolloutTarget | undefined;
  to: RouteTarget;
  overMs: number | undefined;
}

/** How many requests ended so, since the run began or over a window. All limits given must hold. */
export interface RequestsExpectation {
  kind: 'requests';
  load: string | undefined;
  rollout: RolloutTarget | undefined;
  to: RouteTarget | undefined;
  status: StatusMatch | undefined;
  image: string | undefined;
  atLeast: number | undefined;
  atMost: number | undefined;
  moreThan: number | undefined;
  lessThan: number | undefined;
  /** Instead of counts: the share of the matching requests' load, 0 to 1 (`share: "< 1%"`). */
  share: Comparison | undefined;
  overMs: number | undefined;
}

/** `503` is from 503 to 503, `5xx` from 500 to 599. */
export interface StatusMatch {
  text: string;
  from: number;
  to: number;
}

export interface AnalysisExpectation {
  kind: 'analysis';
  rollout: RolloutTarget | undefined;
  /** The latest AnalysisRun of the Rollout (or the run of this exact name). */
  name: string | undefined;
  phase: AnalysisPhase | undefined;
  message: string | undefined;
  metric: MetricExpectation | undefined;
}

export interface MetricExpectation {
  name: string;
  phase: AnalysisPhase | undefined;
  /** Compared with the last measurement's value, its first element when it is a list. */
  value: Comparison | undefined;
  measurements: Comparison | undefined;
  failed: Comparison | undefined;
  error: Comparison | undefined;
}

export interface EventExpectation {
  kind: 'event';
  reason: string | undefined;
  type: 'Normal' | 'Warning' | undefined;
  /** A text contained in the event's message. */
  message: string | undefined;
  /** Of the object that the event is about. */
  about: { kind: string | undefined; name: string } | undefined;
}

/** Nothing is left to happen: every Rollout is Healthy, Degraded or paused without end, and nothing is pending. */
export interface SettledExpectation {
  kind: 'settled';
}

/** At no moment of the record may this hold. */
export interface NeverRule {
  title: string;
  rule: RolloutExpectation | RequestsExpectation | EventExpectation | AnalysisExpectation | WeightRule;
  at: Position;
}

/** `never: - weight: { canary: "> 10" }`, of one Rollout or of all. */
export interface WeightRule {
  kind: 'weight';
  rollout: RolloutTarget | undefined;
  weight: WeightExpectation;
}
