import { describe, expect, it } from 'vitest';
import type {
  CanaryStep,
  CanaryStrategy,
  Rollout,
  RolloutSpec,
} from '../../../../cluster/kube/types/argo.ts';
import type { PodTemplateSpec } from '../../../../cluster/kube/types/core.ts';
import { printErrors } from '../../../../cluster/rollouts/validation/field-error.ts';
import { validateRollout } from '../../../../cluster/rollouts/validation/rollout.ts';

const template: PodTemplateSpec = {
  metadata: { labels: { app: 'gen' } },
  spec: { containers: [{ name: 'gen', image: 'gen:1' }] },
};

function rolloutWith(spec: Partial<RolloutSpec>): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'gen', namespace: 'team', labels: { team: 'a' } },
    spec: { selector: { matchLabels: { app: 'gen' } }, template, strategy: { canary: {} }, ...spec },
  };
}

function canary(strategy: CanaryStrategy): Partial<RolloutSpec> {
  return { strategy: { canary: strategy } };
}

const services = { stableService: 'stable', canaryService: 'canary' };
const istio = { istio: { virtualService: { name: 'gen' } } };

function step(
  each: CanaryStep,
  routing: CanaryStrategy['trafficRouting'] | undefined = undefined,
): Partial<RolloutSpec> {
  return canary(
    routing === undefined ? { steps: [each] } : { ...services, trafficRouting: routing, steps: [each] },
  );
}

const managed = { ...istio, managedRoutes: [{ name: 'beta' }] };

/** [what is wrong, the spec, the controller's words] */
const refusals: [string, Partial<RolloutSpec>, string][] = [
  [
    'negative replicas',
    { replicas: -1 },
    'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    'an empty selector',
    { selector: {} },
    'spec.selector: Invalid value: {}: empty selector is invalid for deployment',
  ],
  [
    'an operator that is none',
    { selector: { matchExpressions: [{ key: 'app', operator: 'Is' as 'In', values: ['gen'] }] } },
    'spec.selector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator',
  ],
  [
    'In without values',
    { selector: { matchExpressions: [{ key: 'app', operator: 'In' }] } },
    "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
  ],
  [
    'Exists with values',
    { selector: { matchExpressions: [{ key: 'app', operator: 'Exists', values: ['gen'] }] } },
    "spec.selector.matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
  ],
  [
    'a label value with a blank',
    { selector: { matchLabels: { app: 'a b' } } },
    `spec.selector.matchLabels: Invalid value: "a b": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
  ],
  [
    'a selector that the template does not match',
    { selector: { matchLabels: { app: 'other' } } },
    'spec.template.metadata.labels: Invalid value: {"app":"gen"}: `selector` does not match template `labels`',
  ],
  [
    'no containers',
    { template: { ...template, spec: { containers: [] } } },
    'spec.template.spec.containers: Required value',
  ],
  [
    'a container without image',
    { template: { ...template, spec: { containers: [{ name: 'gen' }] } } },
    'spec.template.spec.containers[0].image: Required value',
  ],
  [
    'two containers of one name',
    {
      template: {
        ...template,
        spec: {
          containers: [
            { name: 'gen', image: 'a' },
            { name: 'gen', image: 'b' },
          ],
        },
      },
    },
    'spec.template.spec.containers[1].name: Duplicate value: "gen"',
  ],
  [
    'a port out of range',
    {
      template: {
        ...template,
        spec: { containers: [{ name: 'gen', image: 'a', ports: [{ containerPort: 70_000 }] }] },
      },
    },
    'spec.template.spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive',
  ],
  [
    'a template that ends',
    { template: { ...template, spec: { ...template.spec!, restartPolicy: 'Never' } } },
    'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
  ],
  [
    'negative minReadySeconds',
    { minReadySeconds: -1 },
    'spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    'negative revisionHistoryLimit',
    { revisionHistoryLimit: -1 },
    'spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    'negative progressDeadlineSeconds',
    { progressDeadlineSeconds: -1 },
    'spec.progressDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    'a deadline before anything can be ready',
    { progressDeadlineSeconds: 10, minReadySeconds: 10 },
    'spec.progressDeadlineSeconds: Invalid value: 10: must be greater than minReadySeconds',
  ],
  [
    'a template beside a workloadRef',
    { workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'gen' } },
    'spec.template: Internal error: template must be empty for workload reference rollout',
  ],
  [
    'no strategy',
    { strategy: {} },
    "spec.strategy.strategy: Required value: Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'",
  ],
  [
    'two strategies',
    { strategy: { canary: {}, blueGreen: { activeService: 'a' } } },
    'spec.strategy.strategy: Invalid value: "blueGreen: true canary: true": Multiple Strategies can not be listed',
  ],
  [
    'one Service for active and preview',
    { strategy: { blueGreen: { activeService: 'a', previewService: 'a' } } },
    'spec.strategy.activeService: Invalid value: "a": This rollout uses the same service for the active and preview services, but two different services are required.',
  ],
  [
    'more versions standing by than are remembered',
    {
      revisionHistoryLimit: 1,
      strategy: { blueGreen: { activeService: 'a', scaleDownDelayRevisionLimit: 2 } },
    },
    "spec.strategy.scaleDownDelayRevisionLimit: Invalid value: 2: This rollout's revision history limit can not be smaller than the rollout's scale down limit",
  ],
  [
    'anti-affinity of no kind',
    canary({ antiAffinity: {} }),
    'spec.strategy.antiAffinity: Invalid value: "antiAffinity.PreferredDuringSchedulingIgnoredDuringExecution: false antiAffinity.RequiredDuringSchedulingIgnoredDuringExecution: false": AntiAffinity must have exactly one strategy listed',
  ],
  [
    'anti-affinity without weight',
    canary({ antiAffinity: { preferredDuringSchedulingIgnoredDuringExecution: { weight: 0 } } }),
    'spec.strategy.antiAffinity.weight: Invalid value: 0: AntiAffinity weight must be between 1-100',
  ],
  [
    'no room to move',
    canary({ maxSurge: '0%', maxUnavailable: 0 }),
    'spec.strategy.maxSurge: Invalid value: "0%": MaxSurge and MaxUnavailable both can not be zero',
  ],
  [
    'one Service for stable and canary',
    canary({ stableService: 'a', canaryService: 'a' }),
    'spec.strategy.stableService: Invalid value: "a": This rollout uses the same service for the stable and canary services, but two different services are required.',
  ],
  [
    'ping-pong without Istio or ALB',
    canary({ pingPong: { pingService: 'a', pongService: 'b' }, trafficRouting: {} }),
    'spec.strategy.trafficRouting.alb: Invalid value: null: Ping-pong feature works with the ALB and Istio traffic routers only',
  ],
  [
    'ping-pong without ping',
    canary({ pingPong: { pingService: '', pongService: 'b' } }),
    'spec.strategy.pingPong.pingService: Invalid value: "": Ping service and Pong service must to be set to use Ping-Pong feature',
  ],
  [
    'ping-pong without pong',
    canary({ pingPong: { pingService: 'a', pongService: '' } }),
    'spec.strategy.pingPong.pongService: Invalid value: "": Ping service and Pong service must to be set to use Ping-Pong feature',
  ],
  [
    'ping-pong with one Service',
    canary({ pingPong: { pingService: 'a', pongService: 'a' } }),
    'spec.strategy.pingPong.pingService: Invalid value: "a": This rollout uses the same service for the ping and pong services, but two different services are required.',
  ],
  [
    'ping-pong by ALB without root Service',
    canary({ pingPong: { pingService: 'a', pongService: 'b' }, trafficRouting: { alb: {} } }),
    'spec.strategy.trafficRouting.alb.rootService: Invalid value: "": Root service field is required for the configuration with ALB and ping-pong feature enabled',
  ],
  [
    'routing without stable Service',
    canary({ trafficRouting: istio }),
    'spec.strategy.stableService: Invalid value: "": Canary service and Stable service must to be set to use Traffic Routing',
  ],
  [
    'routing without canary Service',
    canary({ stableService: 'stable', trafficRouting: istio }),
    'spec.strategy.canaryService: Invalid value: "": Canary service and Stable service must to be set to use Traffic Routing',
  ],
  [
    'scaleDownDelaySeconds without routing',
    canary({ scaleDownDelaySeconds: 30 }),
    'spec.strategy.scaleDownDelaySeconds: Invalid value: 30: Canary scaleDownDelaySeconds can only be used with traffic routing',
  ],
  [
    'dynamicStableScale without routing',
    canary({ dynamicStableScale: true }),
    'spec.strategy.dynamicStableScale: Invalid value: true: Canary dynamicStableScale can only be used with traffic routing',
  ],
  [
    'dynamicStableScale with a delay',
    canary({ ...services, trafficRouting: istio, dynamicStableScale: true, scaleDownDelaySeconds: 1 }),
    'spec.strategy.dynamicStableScale: Invalid value: true: Canary dynamicStableScale cannot be used with scaleDownDelaySeconds',
  ],
  [
    'maxTrafficWeight with Istio',
    canary({ ...services, trafficRouting: { ...istio, maxTrafficWeight: 1000 } }),
    'spec.strategy.trafficRouting.maxTrafficWeight: Invalid value: 1000: Canary maxTrafficWeight in traffic routing only supported in Nginx and Plugins',
  ],
  [
    'a step of two kinds',
    step({ setWeight: 10, pause: {} }),
    'spec.strategy.steps[0]: Invalid value: "step.Experiment: false step.Pause: true step.SetWeight: true step.Analysis: false": Step must have one of the following set: experiment, setWeight, setCanaryScale, plugin or pause',
  ],
  [
    'a step of no kind',
    step({}),
    'spec.strategy.steps[0]: Invalid value: "step.Experiment: true step.Pause: true step.SetWeight: true step.Analysis: true step.SetCanaryScale: true step.SetHeaderRoute: true step.SetMirrorRoute: true step.Plugin: true": Step must have one of the following set: experiment, setWeight, setCanaryScale, plugin or pause',
  ],
  [
    'a weight above 100',
    step({ setWeight: 101 }),
    'spec.strategy.steps[0].setWeight: Invalid value: 101: SetWeight needs to be between 0 and 100',
  ],
  [
    'a pause that cannot be read',
    step({ pause: { duration: '1 day' } }),
    'spec.strategy.steps[0].pause.duration: Invalid value: -1: Duration needs to be greater than 0',
  ],
  [
    'setCanaryScale without routing',
    step({ setCanaryScale: { replicas: 1 } }),
    'spec.strategy.trafficRouting: Required value: SetCanaryScale requires TrafficRouting to be set',
  ],
  [
    'a header route without routing',
    step({ setHeaderRoute: { name: 'beta', match: [{ headerName: 'x', headerValue: { exact: 'a<b' } }] } }),
    'spec.strategy.steps[0].setHeaderRoute: Invalid value: {"name":"beta","match":[{"headerName":"x","headerValue":{"exact":"a\\u003cb"}}]}: SetHeaderRoute requires TrafficRouting, supports Istio and ALB and Apisix',
  ],
  [
    'a header value of no kind',
    step({ setHeaderRoute: { name: 'beta', match: [{ headerName: 'x' }] } }, managed),
    'spec.strategy.steps[0].setHeaderRoute.match[0]: Invalid value: null: StringMatch value missed, match value must have one of the following: exact, regex, prefix',
  ],
  [
    'a header value of two kinds',
    step(
      {
        setHeaderRoute: {
          name: 'beta',
          match: [{ headerName: 'x', headerValue: { regex: 'b', exact: 'a' } }],
        },
      },
      managed,
    ),
    'spec.strategy.steps[0].setHeaderRoute.match[0]: Invalid value: {"exact":"a","regex":"b"}: StringMatch match value must have exactly one of the following: exact, regex, prefix',
  ],
  [
    'a mirror route without routing',
    step({ setMirrorRoute: { name: 'beta', percentage: 35 } }),
    'spec.strategy.steps[0].setMirrorRoute: Invalid value: {"name":"beta","percentage":35}: SetMirrorRoute requires TrafficRouting, supports Istio only',
  ],
  [
    'a mirror path of no kind',
    step({ setMirrorRoute: { name: 'beta', match: [{ path: {} }] } }, managed),
    'spec.strategy.steps[0].setMirrorRoute.match[0]: Invalid value: {}: StringMatch value missed, match value must have one of the following: exact, regex, prefix',
  ],
  [
    'no managedRoutes',
    step({ setHeaderRoute: { name: 'beta' } }, istio),
    "spec.strategy.trafficRouting.managedRoutes: Required value: Rollout has missing field 'spec.strategy.canary.trafficRouting.managedRoutes'",
  ],
  [
    'a route that is not managed',
    step({ setHeaderRoute: { name: 'gamma' } }, managed),
    'spec.strategy.steps[0].setHeaderRoute: Invalid value: "gamma": Steps define a route that does not exist in spec.strategy.canary.trafficRouting.managedRoutes',
  ],
  [
    'an experiment with a share but no routing',
    step({ experiment: { templates: [{ name: 'a', specRef: 'canary', weight: 5 }] } }),
    'spec.strategy.steps[0].experiment.templates[0].weight: Invalid value: 5: Experiment template weight cannot be set unless TrafficRouting is enabled',
  ],
  [
    'an experiment with a share that its provider cannot give',
    step({ experiment: { templates: [{ name: 'a', specRef: 'canary', weight: 5 }] } }, { nginx: {} }),
    'spec.strategy.steps[0].experiment.templates[0].weight: Invalid value: 5: Experiment template weight is only available for TrafficRouting with SMI, ALB, Istio and Plugins at this time',
  ],
  [
    'an argument from a field that the downward API lacks',
    step({
      analysis: {
        templates: [{ templateName: 't' }],
        args: [{ name: 'a', valueFrom: { fieldRef: { fieldPath: 'metadata.generation' } } }],
      },
    }),
    'spec.strategy.steps[0].analyses: Invalid value: [{"name":"a","valueFrom":{"fieldRef":{"fieldPath":"metadata.generation"}}}]: Analyses arguments must refer to valid object metadata supported by downwardAPI',
  ],
];

describe('a Rollout that the controller refuses', () => {
  it.each(refusals)('%s', (_what, spec, words) => {
    expect(validateRollout(rolloutWith(spec)).map(String)).toContain(words);
    // The first error is the one that the condition shows; these specs have one fault each, or say it first.
    expect(String(validateRollout(rolloutWith(spec))[0])).toBe(words);
  });

  it.each(['nginx', 'alb', 'smi', 'ambassador', 'appMesh', 'traefik', 'apisix', 'plugins'])(
    'names %s as a provider without a data plane here',
    (provider) => {
      const errors = validateRollout(
        rolloutWith(canary({ ...services, trafficRouting: { [provider]: {} } })),
      );
      expect(errors.map(String)).toEqual([
        `spec.strategy.canary.trafficRouting.${provider}: Forbidden: the embedded controller shifts traffic by Istio only; it has no data plane for ${provider}`,
      ]);
    },
  );

  it('has a missing selector named before the labels that match none', () => {
    const { selector: _none, ...spec } = rolloutWith({}).spec;
    const errors = validateRollout({ ...rolloutWith({}), spec });
    expect(errors.map((error) => error.path)).toEqual(['spec.selector', 'spec.template.metadata.labels']);
    expect(String(errors[0])).toBe(
      "spec.selector: Required value: Rollout has missing field '.spec.selector'",
    );
  });

  it('prints several errors as one list, each once', () => {
    const errors = validateRollout(rolloutWith({ replicas: -1, minReadySeconds: -1 }));
    expect(printErrors([...errors, errors[0]!])).toBe(
      '[spec.replicas: Invalid value: -1: must be greater than or equal to 0, spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0]',
    );
  });
});

describe('a Rollout that the controller accepts', () => {
  it.each<[string, Partial<RolloutSpec>]>([
    ['a canary with no more than its name', {}],
    [
      'a canary by subsets, without Services',
      canary({
        trafficRouting: {
          istio: {
            virtualService: { name: 'gen' },
            destinationRule: { name: 'gen', canarySubsetName: 'canary', stableSubsetName: 'stable' },
          },
        },
      }),
    ],
    [
      'ping-pong by Istio',
      canary({ pingPong: { pingService: 'a', pongService: 'b' }, trafficRouting: istio }),
    ],
    [
      'a step with a scale and a header route',
      step({ setCanaryScale: { weight: 1 }, setHeaderRoute: { name: 'beta' } }, managed),
    ],
    [
      'an argument of a label',
      step({
        analysis: {
          templates: [{ templateName: 't' }],
          args: [{ name: 'a', valueFrom: { fieldRef: { fieldPath: "metadata.labels['team']" } } }],
        },
      }),
    ],
    ['no surge but unavailable pods', canary({ maxSurge: 0, maxUnavailable: '1%' })],
  ])('%s', (_what, spec) => {
    expect(validateRollout(rolloutWith(spec)).map(String)).toEqual([]);
  });
});
