/** argoproj.io/v1alpha1 as of Argo Rollouts v1.9.1: Rollout. Analysis and experiments are in their own files. */
import type { Condition, KubeObject, LabelSelector } from '../objects.ts';
import type { PodTemplateSpec } from './core.ts';
import type { AnalysisTemplateRef, AnalysisPhase, DryRun, MeasurementRetention } from './analysis.ts';

export type IntOrString = number | string;

export interface PodTemplateMetadata {
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

export interface Rollout extends KubeObject {
  spec: RolloutSpec;
  status?: RolloutStatus;
}

export interface RolloutSpec {
  replicas?: number;
  selector?: LabelSelector;
  template?: PodTemplateSpec;
  workloadRef?: { apiVersion?: string; kind?: string; name?: string; scaleDown?: string };
  minReadySeconds?: number;
  rollbackWindow?: { revisions?: number };
  strategy: { blueGreen?: BlueGreenStrategy; canary?: CanaryStrategy };
  revisionHistoryLimit?: number;
  paused?: boolean;
  progressDeadlineSeconds?: number;
  progressDeadlineAbort?: boolean;
  restartAt?: string;
  analysis?: { successfulRunHistoryLimit?: number; unsuccessfulRunHistoryLimit?: number };
}

export interface AntiAffinity {
  preferredDuringSchedulingIgnoredDuringExecution?: { weight: number };
  requiredDuringSchedulingIgnoredDuringExecution?: Record<string, never>;
}

export interface BlueGreenStrategy {
  activeService: string;
  previewService?: string;
  previewReplicaCount?: number;
  autoPromotionEnabled?: boolean;
  autoPromotionSeconds?: number;
  maxUnavailable?: IntOrString;
  scaleDownDelaySeconds?: number;
  scaleDownDelayRevisionLimit?: number;
  prePromotionAnalysis?: RolloutAnalysis;
  antiAffinity?: AntiAffinity;
  postPromotionAnalysis?: RolloutAnalysis;
  previewMetadata?: PodTemplateMetadata;
  activeMetadata?: PodTemplateMetadata;
  abortScaleDownDelaySeconds?: number;
}

export interface CanaryStrategy {
  canaryService?: string;
  stableService?: string;
  steps?: CanaryStep[];
  trafficRouting?: RolloutTrafficRouting;
  maxUnavailable?: IntOrString;
  maxSurge?: IntOrString;
  analysis?: RolloutAnalysis & { startingStep?: number };
  antiAffinity?: AntiAffinity;
  canaryMetadata?: PodTemplateMetadata;
  stableMetadata?: PodTemplateMetadata;
  scaleDownDelaySeconds?: number;
  scaleDownDelayRevisionLimit?: number;
  abortScaleDownDelaySeconds?: number;
  dynamicStableScale?: boolean;
  pingPong?: { pingService: string; pongService: string };
  minPodsPerReplicaSet?: number;
  replicaProgressThreshold?: { type: 'Percent' | 'Pod'; value: number };
}

export interface IstioVirtualServiceRef {
  name: string;
  routes?: string[];
  tlsRoutes?: { port?: number; sniHosts?: string[] }[];
  tcpRoutes?: { port?: number }[];
}

export interface IstioTrafficRouting {
  virtualService?: IstioVirtualServiceRef;
  virtualServices?: IstioVirtualServiceRef[];
  destinationRule?: {
    name: string;
    canarySubsetName: string;
    stableSubsetName: string;
    additionalSubsetNames?: string[];
  };
}

export interface RolloutTrafficRouting {
  istio?: IstioTrafficRouting;
  managedRoutes?: { name: string }[];
  maxTrafficWeight?: number;
  /** Other providers are accepted by the schema and refused by name in validation. */
  [provider: string]: unknown;
}

export interface RolloutStringMatch {
  exact?: string;
  prefix?: string;
  regex?: string;
}

export interface CanaryStep {
  setWeight?: number;
  pause?: { duration?: IntOrString };
  experiment?: RolloutExperimentStep;
  analysis?: RolloutAnalysis;
  setCanaryScale?: { weight?: number; replicas?: number; matchTrafficWeight?: boolean };
  setHeaderRoute?: { name?: string; match?: { headerName: string; headerValue?: RolloutStringMatch }[] };
  setMirrorRoute?: {
    name: string;
    match?: {
      method?: RolloutStringMatch;
      path?: RolloutStringMatch;
      headers?: Record<string, RolloutStringMatch>;
    }[];
    percentage?: number;
  };
  plugin?: { name: string; config?: unknown };
}

export interface RolloutAnalysis {
  templates?: AnalysisTemplateRef[];
  args?: RolloutAnalysisArgument[];
  dryRun?: DryRun[];
  measurementRetention?: MeasurementRetention[];
  analysisRunMetadata?: PodTemplateMetadata;
}

export interface RolloutAnalysisArgument {
  name: string;
  value?: string;
  valueFrom?: { podTemplateHashValue?: 'Stable' | 'Latest'; fieldRef?: { fieldPath: string } };
}

export interface RolloutExperimentStep {
  templates: RolloutExperimentTemplate[];
  duration?: string;
  analyses?: {
    name: string;
    templateName: string;
    clusterScope?: boolean;
    args?: RolloutAnalysisArgument[];
    requiredForCompletion?: boolean;
  }[];
  dryRun?: DryRun[];
  analysisRunMetadata?: PodTemplateMetadata;
  scaleDownDelaySeconds?: number;
}

export interface RolloutExperimentTemplate {
  name: string;
  specRef: 'stable' | 'canary' | 'active' | 'preview';
  replicas?: number;
  metadata?: PodTemplateMetadata;
  selector?: LabelSelector;
  weight?: number;
  service?: { name?: string };
}

export type PauseReason =
  'InconclusiveAnalysisRun' | 'InconclusiveExperiment' | 'CanaryPauseStep' | 'BlueGreenPause';

export interface PauseCondition {
  reason: PauseReason;
  startTime: string;
}

export type RolloutPhase = 'Healthy' | 'Degraded' | 'Progressing' | 'Paused';

export interface RolloutAnalysisRunStatus {
  name: string;
  status: AnalysisPhase;
  message?: string;
}

export interface WeightDestination {
  weight: number;
  serviceName?: string;
  podTemplateHash?: string;
}

export interface TrafficWeights {
  canary: WeightDestination;
  stable: WeightDestination;
  additional?: WeightDestination[];
  verified?: boolean;
}

export interface CanaryStatus {
  currentStepAnalysisRunStatus?: RolloutAnalysisRunStatus;
  currentBackgroundAnalysisRunStatus?: RolloutAnalysisRunStatus;
  currentExperiment?: string;
  weights?: TrafficWeights;
  stablePingPong?: 'ping' | 'pong';
  stepPluginStatuses?: unknown[];
}

export interface BlueGreenStatus {
  previewSelector?: string;
  activeSelector?: string;
  scaleUpPreviewCheckPoint?: boolean;
  prePromotionAnalysisRunStatus?: RolloutAnalysisRunStatus;
  postPromotionAnalysisRunStatus?: RolloutAnalysisRunStatus;
}

export interface RolloutStatus {
  abort?: boolean;
  pauseConditions?: PauseCondition[];
  controllerPause?: boolean;
  abortedAt?: string;
  currentPodHash?: string;
  currentStepHash?: string;
  replicas?: number;
  updatedReplicas?: number;
  readyReplicas?: number;
  availableReplicas?: number;
  currentStepIndex?: number;
  collisionCount?: number;
  observedGeneration?: string;
  conditions?: Condition[];
  canary?: CanaryStatus;
  blueGreen?: BlueGreenStatus;
  HPAReplicas?: number;
  selector?: string;
  stableRS?: string;
  restartedAt?: string;
  promoteFull?: boolean;
  phase?: RolloutPhase;
  message?: string;
  workloadObservedGeneration?: string;
}
