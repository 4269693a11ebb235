/** What one reconcile of an AnalysisRun hands around. */
import type { ClusterView } from '../../kube/effects.ts';
import type { ObjectRef } from '../../kube/objects.ts';
import type { AnalysisRun, Metric } from '../../kube/types/analysis.ts';
import type { AnalysisOptions } from './options.ts';

/** What is known of a run before anything is measured. */
export interface RunContext {
  run: AnalysisRun;
  ref: ObjectRef;
  view: ClusterView;
  options: AnalysisOptions;
  /** The metrics with their arguments, a stand-in in place of Secrets. */
  metrics: Metric[];
  dryRun: ReadonlySet<string>;
  /** How many measurements of a metric are kept, where a rule says so. */
  retention: ReadonlyMap<string, number>;
}
