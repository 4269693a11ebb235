/** All controllers of Argo Rollouts, ready to be handed to the runner: what one real controller process runs. */
import type { Controller } from '../kube/effects.ts';
import { analysisRunController } from './analysis/controller.ts';
import type { RolloutsOptions } from './controller/context.ts';
import { rolloutController } from './controller/controller.ts';
import { experimentController } from './experiments/controller.ts';
import { rolloutServiceController } from './services/service-controller.ts';
import { rolloutDestinationRuleController } from './traffic/destination-rule-controller.ts';
import { workloadGenerationController } from './workload-ref/generation-controller.ts';

export function rolloutsControllers(options: RolloutsOptions): Controller[] {
  return [
    rolloutController(options),
    rolloutServiceController(),
    rolloutDestinationRuleController(),
    workloadGenerationController(),
    analysisRunController(),
    experimentController(),
  ];
}
