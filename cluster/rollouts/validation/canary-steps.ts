/**
 * Whether a canary's steps make sense, one by one.
 *
 * Follows: ValidateRolloutStrategyCanary in pkg/apis/rollouts/validation/validation.go of Argo Rollouts v1.9.1. Kept
 * as it is there: a step may hold several of setCanaryScale, setHeaderRoute, setMirrorRoute and plugin beside one of
 * the others; the value that is printed for an empty step says which fields are absent; a mirror route's method is
 * checked twice, its headers never.
 */
import type {
  CanaryStep,
  CanaryStrategy,
  Rollout,
  RolloutAnalysisArgument,
  RolloutStringMatch,
} from '../../kube/types/argo.ts';
import { buildRolloutArguments } from '../analysis/arguments.ts';
import { maxTrafficWeight, pauseSeconds } from '../controller/defaults.ts';
import type { FieldError } from './field-error.ts';
import { goStruct, invalid, required } from './field-error.ts';

const PATH = 'spec.strategy';
const ONE_KIND =
  'Step must have one of the following set: experiment, setWeight, setCanaryScale, plugin or pause';

export function validateSteps(rollout: Rollout, canary: CanaryStrategy): FieldError[] {
  return (canary.steps ?? []).flatMap((step, index) => {
    const path = `${PATH}.steps[${index}]`;
    return [
      ...validateKind(step, path),
      ...validateValues(rollout, canary, step, path),
      ...validateHeaderRoute(canary, step, path),
      ...validateMirrorRoute(canary, step, path),
      ...validateManagedRoute(canary, step, path),
      ...validateExperimentWeights(canary, step, path),
      ...validateArguments(rollout, step, path),
    ];
  });
}

function validateKind(step: CanaryStep, path: string): FieldError[] {
  const has = (field: keyof CanaryStep): boolean => step[field] !== undefined;
  const errors: FieldError[] = [];
  const exclusive = (['setWeight', 'pause', 'experiment', 'analysis'] as const).filter(has);
  if (exclusive.length > 1) {
    const value =
      `step.Experiment: ${has('experiment')} step.Pause: ${has('pause')} ` +
      `step.SetWeight: ${has('setWeight')} step.Analysis: ${has('analysis')}`;
    errors.push(invalid(path, value, ONE_KIND));
  }
  const others = (['setCanaryScale', 'setHeaderRoute', 'setMirrorRoute', 'plugin'] as const).filter(has);
  if (exclusive.length + others.length === 0) {
    const value =
      'step.Experiment: true step.Pause: true step.SetWeight: true step.Analysis: true ' +
      'step.SetCanaryScale: true step.SetHeaderRoute: true step.SetMirrorRoute: true step.Plugin: true';
    errors.push(invalid(path, value, ONE_KIND));
  }
  return errors;
}

function validateValues(
  rollout: Rollout,
  canary: CanaryStrategy,
  { setWeight, pause, setCanaryScale }: CanaryStep,
  path: string,
): FieldError[] {
  const errors: FieldError[] = [];
  const max = maxTrafficWeight(rollout);
  if (setWeight !== undefined && (setWeight < 0 || setWeight > max)) {
    errors.push(invalid(`${path}.setWeight`, setWeight, `SetWeight needs to be between 0 and ${max}`));
  }
  const seconds = pause?.duration === undefined ? 0 : pauseSeconds(pause.duration);
  if (seconds < 0) {
    errors.push(invalid(`${path}.pause.duration`, seconds, 'Duration needs to be greater than 0'));
  }
  if (setCanaryScale !== undefined && canary.trafficRouting === undefined) {
    errors.push(required(`${PATH}.trafficRouting`, 'SetCanaryScale requires TrafficRouting to be set'));
  }
  return errors;
}

function validateHeaderRoute(
  { trafficRouting }: CanaryStrategy,
  { setHeaderRoute }: CanaryStep,
  path: string,
): FieldError[] {
  if (setHeaderRoute === undefined) return [];
  const routePath = `${path}.setHeaderRoute`;
  const isSupported = ['istio', 'alb', 'apisix'].some((provider) => trafficRouting?.[provider] !== undefined);
  const plugins = Object.keys((trafficRouting?.['plugins'] as object | undefined) ?? {});
  if (!isSupported && plugins.length === 0) {
    const detail = 'SetHeaderRoute requires TrafficRouting, supports Istio and ALB and Apisix';
    return [invalid(routePath, printableHeaderRoute(setHeaderRoute), detail)];
  }
  return (setHeaderRoute.match ?? []).flatMap(({ headerValue }, index) =>
    validateStringMatch(headerValue, `${routePath}.match[${index}]`),
  );
}

function validateMirrorRoute(
  { trafficRouting }: CanaryStrategy,
  { setMirrorRoute }: CanaryStep,
  path: string,
): FieldError[] {
  if (setMirrorRoute === undefined) return [];
  const routePath = `${path}.setMirrorRoute`;
  const errors: FieldError[] = [];
  if (trafficRouting?.istio === undefined) {
    const detail = 'SetMirrorRoute requires TrafficRouting, supports Istio only';
    errors.push(invalid(routePath, printableMirrorRoute(setMirrorRoute), detail));
  }
  for (const [index, { method, path: uri }] of (setMirrorRoute.match ?? []).entries()) {
    const matchPath = `${routePath}.match[${index}]`;
    for (const match of [method, uri, method]) {
      if (match !== undefined) errors.push(...validateStringMatch(match, matchPath));
    }
  }
  return errors;
}

function validateStringMatch(match: RolloutStringMatch | undefined, path: string): FieldError[] {
  const kinds = [match?.exact, match?.regex, match?.prefix].filter((each) => (each ?? '') !== '');
  if (kinds.length === 1) return [];
  const value = match === undefined ? null : printableMatch(match);
  return kinds.length === 0
    ? [
        invalid(
          path,
          value,
          'StringMatch value missed, match value must have one of the following: exact, regex, prefix',
        ),
      ]
    : [
        invalid(
          path,
          value,
          'StringMatch match value must have exactly one of the following: exact, regex, prefix',
        ),
      ];
}

function validateManagedRoute(
  { trafficRouting }: CanaryStrategy,
  { setHeaderRoute, setMirrorRoute }: CanaryStep,
  path: string,
): FieldError[] {
  if (trafficRouting === undefined) return [];
  if (setHeaderRoute === undefined && setMirrorRoute === undefined) return [];
  const managed = trafficRouting.managedRoutes ?? [];
  if (managed.length === 0) {
    const detail = "Rollout has missing field 'spec.strategy.canary.trafficRouting.managedRoutes'";
    return [required(`${PATH}.trafficRouting.managedRoutes`, detail)];
  }
  const detail =
    'Steps define a route that does not exist in spec.strategy.canary.trafficRouting.managedRoutes';
  return Object.entries({ setHeaderRoute, setMirrorRoute }).flatMap(([field, route]) => {
    if (route === undefined || managed.some(({ name }) => name === (route.name ?? ''))) return [];
    return [invalid(`${path}.${field}`, route.name ?? '', detail)];
  });
}

function validateExperimentWeights(
  { trafficRouting }: CanaryStrategy,
  { experiment }: CanaryStep,
  path: string,
): FieldError[] {
  const isSupported = ['alb', 'smi', 'istio'].some((provider) => trafficRouting?.[provider] !== undefined);
  const plugins = Object.keys((trafficRouting?.['plugins'] as object | undefined) ?? {});
  const detail =
    trafficRouting === undefined
      ? 'Experiment template weight cannot be set unless TrafficRouting is enabled'
      : 'Experiment template weight is only available for TrafficRouting with SMI, ALB, Istio and Plugins at this time';
  if (trafficRouting !== undefined && (isSupported || plugins.length > 0)) return [];
  return (experiment?.templates ?? []).flatMap(({ weight }, index) =>
    weight === undefined ? [] : [invalid(`${path}.experiment.templates[${index}].weight`, weight, detail)],
  );
}

/** A fieldRef under metadata must be one that the downward API has. */
function validateArguments(
  rollout: Rollout,
  { experiment, analysis }: CanaryStep,
  path: string,
): FieldError[] {
  const args = [
    ...(experiment?.analyses ?? []).flatMap((each) => each.args ?? []),
    ...(analysis?.args ?? []),
  ];
  const detail = 'Analyses arguments must refer to valid object metadata supported by downwardAPI';
  return args
    .filter((arg) => isUnsupportedMetadata(rollout, arg))
    .map(() => invalid(`${path}.analyses`, args.map(printableArgument), detail));
}

function isUnsupportedMetadata(rollout: Rollout, arg: RolloutAnalysisArgument): boolean {
  if (arg.valueFrom?.fieldRef?.fieldPath.startsWith('metadata') !== true) return false;
  try {
    buildRolloutArguments([arg], { rollout, stableHash: undefined, latestHash: undefined });
    return false;
  } catch {
    return true;
  }
}

function printableMatch({ exact, prefix, regex }: RolloutStringMatch): unknown {
  return goStruct([
    ['exact', exact],
    ['prefix', prefix],
    ['regex', regex],
  ]);
}

function printableHeaderRoute({ name, match = [] }: NonNullable<CanaryStep['setHeaderRoute']>): unknown {
  const matches = match.map(({ headerName, headerValue }) => ({
    headerName,
    headerValue: headerValue === undefined ? null : printableMatch(headerValue),
  }));
  return goStruct([
    ['name', name],
    ['match', matches],
  ]);
}

function printableMirrorRoute({
  name,
  match = [],
  percentage,
}: NonNullable<CanaryStep['setMirrorRoute']>): unknown {
  const matches = match.map(({ method, path, headers }) =>
    goStruct([
      ['method', method && printableMatch(method)],
      ['path', path && printableMatch(path)],
      ['headers', headers],
    ]),
  );
  return { name, ...goStruct([['match', matches]]), ...(percentage !== undefined && { percentage }) };
}

function printableArgument({ name, value, valueFrom }: RolloutAnalysisArgument): unknown {
  return {
    name,
    ...goStruct([
      ['value', value],
      ['valueFrom', valueFrom],
    ]),
  };
}
