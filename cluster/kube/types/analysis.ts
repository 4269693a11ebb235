/** argoproj.io/v1alpha1 as of Argo Rollouts v1.9.1: AnalysisTemplate, ClusterAnalysisTemplate, AnalysisRun, Experiment. */
import type { Condition, KubeObject, LabelSelector } from '../objects.ts';
import type { PodTemplateSpec } from './core.ts';

export type AnalysisPhase = '' | 'Pending' | 'Running' | 'Successful' | 'Failed' | 'Error' | 'Inconclusive';

export interface DryRun {
  metricName: string;
}

export interface MeasurementRetention {
  metricName: string;
  limit: number;
}

export interface AnalysisTemplateRef {
  templateName: string;
  clusterScope?: boolean;
}

export interface AnalysisArgument {
  name: string;
  value?: string;
  valueFrom?: { secretKeyRef?: { name: string; key: string }; fieldRef?: { fieldPath: string } };
}

export interface Metric {
  name: string;
  interval?: string;
  initialDelay?: string;
  count?: number | string;
  successCondition?: string;
  failureCondition?: string;
  failureLimit?: number | string;
  inconclusiveLimit?: number | string;
  consecutiveErrorLimit?: number | string;
  consecutiveSuccessLimit?: number | string;
  /** One key, the provider's name, with its block. */
  provider: Record<string, Record<string, unknown>>;
}

export interface AnalysisTemplateSpec {
  metrics?: Metric[];
  args?: AnalysisArgument[];
  dryRun?: DryRun[];
  measurementRetention?: MeasurementRetention[];
  templates?: AnalysisTemplateRef[];
}

export interface AnalysisTemplate extends KubeObject {
  kind: 'AnalysisTemplate' | 'ClusterAnalysisTemplate';
  spec: AnalysisTemplateSpec;
}

export interface AnalysisRun extends KubeObject {
  spec: {
    metrics: Metric[];
    args?: AnalysisArgument[];
    terminate?: boolean;
    dryRun?: DryRun[];
    measurementRetention?: MeasurementRetention[];
    ttlStrategy?: {
      secondsAfterCompletion?: number;
      secondsAfterFailure?: number;
      secondsAfterSuccess?: number;
    };
  };
  status?: AnalysisRunStatus;
}

export interface RunSummary {
  count?: number;
  successful?: number;
  failed?: number;
  inconclusive?: number;
  error?: number;
}

export interface Measurement {
  phase: AnalysisPhase;
  message?: string;
  startedAt?: string;
  finishedAt?: string;
  value?: string;
  metadata?: Record<string, string>;
  resumeAt?: string;
}

export interface MetricResult extends RunSummary {
  name: string;
  phase: AnalysisPhase;
  measurements?: Measurement[];
  message?: string;
  consecutiveError?: number;
  consecutiveSuccess?: number;
  dryRun?: boolean;
  metadata?: Record<string, string>;
}

export interface AnalysisRunStatus {
  phase: AnalysisPhase;
  message?: string;
  metricResults?: MetricResult[];
  startedAt?: string;
  completedAt?: string;
  runSummary?: RunSummary;
  dryRunSummary?: RunSummary;
}

export interface Experiment extends KubeObject {
  spec: {
    templates: ExperimentTemplate[];
    duration?: string;
    progressDeadlineSeconds?: number;
    terminate?: boolean;
    analyses?: {
      name: string;
      templateName: string;
      clusterScope?: boolean;
      args?: AnalysisArgument[];
      requiredForCompletion?: boolean;
    }[];
    scaleDownDelaySeconds?: number;
    dryRun?: DryRun[];
    measurementRetention?: MeasurementRetention[];
    analysisRunMetadata?: { labels?: Record<string, string>; annotations?: Record<string, string> };
  };
  status?: ExperimentStatus;
}

export interface ExperimentTemplate {
  name: string;
  replicas?: number;
  minReadySeconds?: number;
  selector: LabelSelector;
  template: PodTemplateSpec;
  service?: { name?: string };
}

export interface TemplateStatus {
  name: string;
  replicas: number;
  updatedReplicas: number;
  readyReplicas: number;
  availableReplicas: number;
  collisionCount?: number;
  status?: 'Progressing' | 'Running' | 'Failed' | 'Successful' | 'Error';
  message?: string;
  lastTransitionTime?: string;
  serviceName?: string;
  podTemplateHash?: string;
}

export interface ExperimentStatus {
  phase?: AnalysisPhase;
  message?: string;
  templateStatuses?: TemplateStatus[];
  availableAt?: string;
  conditions?: Condition[];
  analysisRuns?: { name: string; analysisRun: string; phase: AnalysisPhase; message?: string }[];
}
