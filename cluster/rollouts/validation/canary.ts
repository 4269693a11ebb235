/**
 * Whether a canary strategy makes sense.
 *
 * Follows: ValidateRolloutStrategyCanary in pkg/apis/rollouts/validation/validation.go of Argo Rollouts v1.9.1.
 */
import type { CanaryStrategy, IntOrString, Rollout } from '../../kube/types/argo.ts';
import { unmodelledProvider } from '../traffic/provider.ts';
import { validateAntiAffinity } from './anti-affinity.ts';
import { validateSteps } from './canary-steps.ts';
import type { FieldError } from './field-error.ts';
import { forbidden, invalid } from './field-error.ts';

const PATH = 'spec.strategy';
const NEEDS_BOTH_SERVICES = 'Canary service and Stable service must to be set to use Traffic Routing';
const NEEDS_PING_AND_PONG = 'Ping service and Pong service must to be set to use Ping-Pong feature';

/** The errors' paths lack the step `canary`, as the real controller's do. */
export function validateCanary(rollout: Rollout, canary: CanaryStrategy): FieldError[] {
  return [
    ...validateFenceposts(canary),
    ...validateServices(canary),
    ...validateRouting(canary),
    ...validateSteps(rollout, canary),
    ...validateAntiAffinity(canary.antiAffinity, `${PATH}.antiAffinity`),
    ...validateProvider(rollout),
    ...validatePluginSteps(canary),
  ];
}

/** The default of either is 25, which is not zero. */
function validateFenceposts({ maxSurge, maxUnavailable }: CanaryStrategy): FieldError[] {
  if (maxSurge === undefined || maxUnavailable === undefined) return [];
  if (countOf(maxSurge) !== 0 || countOf(maxUnavailable) !== 0) return [];
  return [invalid(`${PATH}.maxSurge`, maxSurge, 'MaxSurge and MaxUnavailable both can not be zero')];
}

function countOf(value: IntOrString): number {
  if (typeof value === 'number') return value;
  const digits = /^([+-]?\d+)$|^(\d+)%$/.exec(value);
  return digits === null ? 0 : Number(digits[1] ?? digits[2]);
}

function validateServices(canary: CanaryStrategy): FieldError[] {
  const { canaryService = '', stableService = '', pingPong, trafficRouting } = canary;
  const errors: FieldError[] = [];
  if (canaryService !== '' && canaryService === stableService) {
    const detail =
      'This rollout uses the same service for the stable and canary services, but two different services are required.';
    errors.push(invalid(`${PATH}.stableService`, stableService, detail));
  }
  if (pingPong !== undefined) errors.push(...validatePingPong(canary, pingPong));
  const isIstioByService =
    trafficRouting?.istio !== undefined && trafficRouting.istio.destinationRule === undefined;
  const others = ['smi', 'apisix', 'ambassador', 'nginx', 'appMesh', 'traefik'];
  const needsBoth =
    ((trafficRouting?.['alb'] !== undefined || isIstioByService) && pingPong === undefined) ||
    others.some((provider) => trafficRouting?.[provider] !== undefined);
  if (needsBoth && stableService === '') {
    errors.push(invalid(`${PATH}.stableService`, stableService, NEEDS_BOTH_SERVICES));
  }
  if (needsBoth && canaryService === '') {
    errors.push(invalid(`${PATH}.canaryService`, canaryService, NEEDS_BOTH_SERVICES));
  }
  return errors;
}

function validatePingPong(
  { trafficRouting }: CanaryStrategy,
  pingPong: NonNullable<CanaryStrategy['pingPong']>,
): FieldError[] {
  const { pingService = '', pongService = '' } = pingPong;
  const errors: FieldError[] = [];
  const alb = trafficRouting?.['alb'] as { rootService?: string } | undefined;
  if (trafficRouting !== undefined && alb === undefined && trafficRouting.istio === undefined) {
    const detail = 'Ping-pong feature works with the ALB and Istio traffic routers only';
    errors.push(invalid(`${PATH}.trafficRouting.alb`, null, detail));
  }
  if (pingService === '') {
    errors.push(invalid(`${PATH}.pingPong.pingService`, pingService, NEEDS_PING_AND_PONG));
  }
  if (pongService === '') {
    errors.push(invalid(`${PATH}.pingPong.pongService`, pongService, NEEDS_PING_AND_PONG));
  }
  if (pingService === pongService) {
    const detail =
      'This rollout uses the same service for the ping and pong services, but two different services are required.';
    errors.push(invalid(`${PATH}.pingPong.pingService`, pingService, detail));
  }
  if (alb !== undefined && (alb.rootService ?? '') === '') {
    const detail =
      'Root service field is required for the configuration with ALB and ping-pong feature enabled';
    errors.push(invalid(`${PATH}.trafficRouting.alb.rootService`, '', detail));
  }
  return errors;
}

function validateRouting(canary: CanaryStrategy): FieldError[] {
  const { scaleDownDelaySeconds: delay, dynamicStableScale = false, trafficRouting } = canary;
  if (trafficRouting === undefined) {
    const errors: FieldError[] = [];
    if (delay !== undefined) {
      const detail = 'Canary scaleDownDelaySeconds can only be used with traffic routing';
      errors.push(invalid(`${PATH}.scaleDownDelaySeconds`, delay, detail));
    }
    if (dynamicStableScale) {
      const detail = 'Canary dynamicStableScale can only be used with traffic routing';
      errors.push(invalid(`${PATH}.dynamicStableScale`, dynamicStableScale, detail));
    }
    return errors;
  }
  const errors: FieldError[] = [];
  if (delay !== undefined && dynamicStableScale) {
    const detail = 'Canary dynamicStableScale cannot be used with scaleDownDelaySeconds';
    errors.push(invalid(`${PATH}.dynamicStableScale`, dynamicStableScale, detail));
  }
  const { maxTrafficWeight } = trafficRouting;
  const plugins = Object.keys((trafficRouting['plugins'] as object | undefined) ?? {});
  if (maxTrafficWeight !== undefined && trafficRouting['nginx'] === undefined && plugins.length === 0) {
    const detail = 'Canary maxTrafficWeight in traffic routing only supported in Nginx and Plugins';
    errors.push(invalid(`${PATH}.trafficRouting.maxTrafficWeight`, maxTrafficWeight, detail));
  }
  return errors;
}

/** Ours alone: the real controller knows these providers. */
function validateProvider(rollout: Rollout): FieldError[] {
  const provider = unmodelledProvider(rollout);
  if (provider === undefined) return [];
  const detail = `the embedded controller shifts traffic by Istio only; it has no data plane for ${provider}`;
  return [forbidden(`${PATH}.canary.trafficRouting.${provider}`, detail)];
}

/** Ours alone: the real controller starts the plugin when the step's turn comes, where its ConfigMap names one. */
function validatePluginSteps({ steps = [] }: CanaryStrategy): FieldError[] {
  return steps.flatMap(({ plugin }, index) => {
    if (plugin === undefined) return [];
    const detail = `the step plugin "${plugin.name}" is a program of its own, and the embedded controller runs none`;
    return [forbidden(`${PATH}.canary.steps[${index}].plugin`, detail)];
  });
}
