import { describe, expect, it } from 'vitest';
import type { ClusterReader, KubeObject } from '../../../../cluster/kube/objects.ts';
import type { AnalysisTemplate, AnalysisTemplateSpec } from '../../../../cluster/kube/types/analysis.ts';
import type {
  CanaryStrategy,
  Rollout,
  RolloutAnalysis,
  RolloutSpec,
} from '../../../../cluster/kube/types/argo.ts';
import type { Service } from '../../../../cluster/kube/types/core.ts';
import type { VirtualService } from '../../../../cluster/kube/types/istio.ts';
import { validateReferences } from '../../../../cluster/rollouts/validation/references.ts';

function viewOf(objects: readonly KubeObject[]): ClusterReader {
  return {
    get: (kind, namespace, name) =>
      objects.find(
        (each) => each.kind === kind && each.metadata.namespace === namespace && each.metadata.name === name,
      ) as never,
    list: () => [],
    ownedBy: () => [],
  };
}

function rollout(strategy: RolloutSpec['strategy']): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'demo', namespace: 'team' },
    spec: { template: { metadata: { labels: { app: 'demo' } } }, strategy },
  };
}

function service(
  name: string,
  extra: Partial<Service['metadata']> = {},
  selector = { app: 'demo' },
): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'team', ...extra },
    spec: { selector },
  };
}

function template(name: string, spec: AnalysisTemplateSpec): AnalysisTemplate {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisTemplate',
    metadata: { name, namespace: 'team' },
    spec,
  };
}

function virtualService(spec: VirtualService['spec'], name = 'demo', namespace = 'team'): VirtualService {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    metadata: { name, namespace },
    spec,
  };
}

const provider = { prometheus: { query: 'up' } };
const services = [service('stable'), service('canary')];
const split = [{ destination: { host: 'stable' } }, { destination: { host: 'canary' } }];

function routed(istio: object, extra: Partial<CanaryStrategy> = {}): Rollout {
  return rollout({
    canary: { stableService: 'stable', canaryService: 'canary', trafficRouting: { istio }, ...extra },
  });
}

const VIRTUAL_SERVICE = 'spec.strategy.canary.trafficRouting.istio.virtualService.name';

function inline(analysis: RolloutAnalysis): Rollout {
  return rollout({ canary: { steps: [{ setWeight: 10 }, { analysis }] } });
}

const INLINE = 'spec.strategy.canary.steps[1].analysis.templates';
const rate = template('rate', { metrics: [{ name: 'rate', count: 1, provider }] });

/** [what is wrong, the Rollout, what there is, the controller's words] */
const refusals: [string, Rollout, KubeObject[], string][] = [
  [
    'no active Service',
    rollout({ blueGreen: { activeService: 'active' } }),
    [],
    'spec.strategy.blueGreen.activeService: Invalid value: "active": service "active" not found',
  ],
  [
    'no preview Service',
    rollout({ blueGreen: { activeService: 'active', previewService: 'preview' } }),
    [service('active')],
    'spec.strategy.blueGreen.previewService: Invalid value: "preview": service "preview" not found',
  ],
  [
    'no stable Service',
    rollout({ canary: { stableService: 'stable' } }),
    [],
    'spec.strategy.canary.stableService: Invalid value: "stable": service "stable" not found',
  ],
  [
    'no canary Service',
    rollout({ canary: { canaryService: 'canary' } }),
    [],
    'spec.strategy.canary.canaryService: Invalid value: "canary": service "canary" not found',
  ],
  [
    'no ping Service',
    rollout({ canary: { pingPong: { pingService: 'ping', pongService: 'pong' } } }),
    [],
    'spec.strategy.canary.pingPong.pingService: Invalid value: "ping": service "ping" not found',
  ],
  [
    'no pong Service',
    rollout({ canary: { pingPong: { pingService: 'ping', pongService: 'pong' } } }),
    [service('ping')],
    'spec.strategy.canary.pingPong.pongService: Invalid value: "pong": service "pong" not found',
  ],
  [
    'a Service of other pods',
    rollout({ canary: { stableService: 'stable' } }),
    [service('stable', {}, { app: 'other' })],
    'spec.strategy.canary.stableService: Invalid value: "stable": Service "stable" has unmatch label "app" in rollout',
  ],
  [
    'a Service of another Rollout',
    rollout({ canary: { stableService: 'stable' } }),
    [service('stable', { annotations: { 'argo-rollouts.argoproj.io/managed-by-rollouts': 'other' } })],
    'spec.strategy.canary.stableService: Invalid value: "stable": Service "stable" is managed by another Rollout',
  ],
  [
    'no template',
    inline({ templates: [{ templateName: 'rate' }] }),
    [],
    `${INLINE}: Invalid value: "rate": AnalysisTemplate 'rate' not found`,
  ],
  [
    'no cluster template',
    rollout({
      blueGreen: {
        activeService: 'a',
        prePromotionAnalysis: { templates: [{ templateName: 'rate', clusterScope: true }] },
      },
    }),
    [service('a'), rate],
    `spec.strategy.blueGreen.prePromotionAnalysis.templates: Invalid value: "rate": ClusterAnalysisTemplate 'rate' not found`,
  ],
  [
    'no template within a template',
    inline({ templates: [{ templateName: 'outer' }] }),
    [template('outer', { templates: [{ templateName: 'inner' }] })],
    `spec.templates: Invalid value: "inner": AnalysisTemplate 'inner' not found`,
  ],
  [
    'two metrics of one name',
    inline({ templates: [{ templateName: 'rate' }, { templateName: 'again' }] }),
    [rate, template('again', rate.spec)],
    `${INLINE}: Invalid value: "templateNames: [rate again]": two metrics have the same name 'rate'`,
  ],
  [
    'an argument without value',
    inline({ templates: [{ templateName: 'rate' }] }),
    [template('rate', { ...rate.spec, args: [{ name: 'service' }] })],
    `${INLINE}: Invalid value: "templateNames: [rate]": args.service was not resolved`,
  ],
  [
    'one dry-run rule twice',
    inline({ templates: [{ templateName: 'rate' }], dryRun: [{ metricName: 'rate' }] }),
    [template('rate', { ...rate.spec, dryRun: [{ metricName: 'rate' }] })],
    `${INLINE}: Invalid value: "templateNames: [rate]": two Dry-Run metric rules have the same name 'rate'`,
  ],
  [
    'an argument that no template declares',
    inline({ templates: [{ templateName: 'rate' }] }),
    [
      template('rate', {
        metrics: [{ name: 'rate', count: 1, provider: { prometheus: { query: '{{args.service}}' } } }],
      }),
    ],
    `${INLINE}: Invalid value: "rate": AnalysisTemplate rate: failed to resolve {{args.service}}`,
  ],
  [
    'an argument with two sources',
    inline({ templates: [{ templateName: 'rate' }] }),
    [
      template('rate', {
        ...rate.spec,
        args: [{ name: 'token', value: 'a', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }],
      }),
    ],
    `${INLINE}: Invalid value: "rate": AnalysisTemplate rate: arg 'token' has both Value and ValueFrom fields`,
  ],
  [
    'a step that would never end',
    inline({ templates: [{ templateName: 'rate' }] }),
    [template('rate', { metrics: [{ name: 'rate', interval: '5s', provider }] })],
    `${INLINE}: Invalid value: "rate": AnalysisTemplate rate has metric rate which runs indefinitely. Invalid value for count: <nil>`,
  ],
  [
    'a step that would never end, by number',
    inline({ templates: [{ templateName: 'rate' }] }),
    [template('rate', { metrics: [{ name: 'rate', interval: '5s', count: 0, provider }] })],
    `${INLINE}: Invalid value: "rate": AnalysisTemplate rate has metric rate which runs indefinitely. Invalid value for count: 0`,
  ],
  [
    'both kinds of VirtualService reference',
    routed({ virtualService: { name: 'demo' }, virtualServices: [{ name: 'demo' }] }),
    services,
    'spec.strategy.canary.trafficRouting.istio: Internal error: either VirtualService or VirtualServices must be configured',
  ],
  [
    'neither kind of VirtualService reference',
    routed({}),
    services,
    'spec.strategy.canary.trafficRouting.istio: Internal error: either VirtualService or VirtualServices must be configured',
  ],
  [
    'no VirtualService',
    routed({ virtualService: { name: 'demo.mesh' } }),
    [...services, virtualService({ http: [{ route: split }] })],
    `${VIRTUAL_SERVICE}: Invalid value: "demo": virtualservices.networking.istio.io "demo" not found`,
  ],
  [
    'no second VirtualService',
    routed({ virtualServices: [{ name: 'demo' }, { name: 'more' }] }),
    [...services, virtualService({ http: [{ route: split }] })],
    'spec.strategy.canary.trafficRouting.istio.virtualServices.name: Invalid value: "more": virtualservices.networking.istio.io "more" not found',
  ],
  [
    'a VirtualService without routes',
    routed({ virtualService: { name: 'demo' } }),
    [...services, virtualService({ hosts: ['demo'] })],
    `${VIRTUAL_SERVICE}: Invalid value: "demo": Unable to get any of the HTTP, TCP or TLS routes for the Istio VirtualService`,
  ],
  [
    'a route that is not there',
    routed({ virtualService: { name: 'demo', routes: ['secondary'] } }),
    [...services, virtualService({ http: [{ name: 'primary', route: split }] })],
    `${VIRTUAL_SERVICE}: Invalid value: "demo": Istio VirtualService has invalid HTTP routes. Error: HTTP Route 'secondary' is not found in the defined Virtual Service.`,
  ],
  [
    'several routes and none named',
    routed({ virtualService: { name: 'demo' } }),
    [...services, virtualService({ http: [{ route: split }, { name: 'b', route: split }] })],
    `${VIRTUAL_SERVICE}: Invalid value: "demo": Istio VirtualService has invalid HTTP routes. Error: spec.http[] should be set in VirtualService and it must have exactly one route when omitting spec.strategy.canary.trafficRouting.istio.virtualService.routes`,
  ],
  [
    'no canary in the route',
    routed({ virtualService: { name: 'demo' } }),
    [...services, virtualService({ http: [{ route: [split[0]!] }] })],
    `${VIRTUAL_SERVICE}: Invalid value: "demo": Istio VirtualService has invalid HTTP routes. Error: Canary Service 'canary' not found in route`,
  ],
  [
    'no stable in the route',
    routed({ virtualService: { name: 'demo' } }),
    [...services, virtualService({ http: [{ route: [split[1]!] }] })],
    `${VIRTUAL_SERVICE}: Invalid value: "demo": Istio VirtualService has invalid HTTP routes. Error: Stable Service 'stable' not found in route`,
  ],
  ...(['canary', 'stable'] as const).map((missing): [string, Rollout, KubeObject[], string] => [
    `no ${missing} subset in the route`,
    routed({
      virtualService: { name: 'demo' },
      destinationRule: { name: 'demo', canarySubsetName: 'canary', stableSubsetName: 'stable' },
    }),
    [
      ...services,
      virtualService({
        http: [
          { route: [{ destination: { host: 'demo', subset: missing === 'canary' ? 'stable' : 'canary' } }] },
        ],
      }),
    ],
    `${VIRTUAL_SERVICE}: Invalid value: "demo": Istio VirtualService has invalid HTTP routes. Error: ${missing === 'canary' ? 'Canary' : 'Stable'} DestinationRule subset '${missing}' not found in route`,
  ]),
  [
    'no tls route of these hosts',
    routed({ virtualService: { name: 'demo', tlsRoutes: [{ port: 443, sniHosts: ['a', 'b'] }] } }),
    [...services, virtualService({ tls: [{ match: [{ port: 443, sniHosts: ['a'] }], route: split }] })],
    `${VIRTUAL_SERVICE}: Invalid value: "demo": Istio VirtualService has invalid TLS routes. Error: No matching TLS routes found in the defined Virtual Service.`,
  ],
  [
    'several tls routes and none named',
    routed({ virtualService: { name: 'demo' } }),
    [...services, virtualService({ tls: [{ route: split }, { route: split }] })],
    `${VIRTUAL_SERVICE}: Invalid value: "demo": Istio VirtualService has invalid TLS routes. Error: spec.tls[] should be set in VirtualService and it must have exactly one route when omitting spec.strategy.canary.trafficRouting.istio.virtualService.tlsRoutes`,
  ],
  [
    'no tcp route of this port',
    routed({ virtualService: { name: 'demo', tcpRoutes: [{ port: 3306 }] } }),
    [...services, virtualService({ tcp: [{ match: [{ port: 3306 }, { port: 3307 }], route: split }] })],
    `${VIRTUAL_SERVICE}: Invalid value: "demo": Istio VirtualService has invalid TCP routes. Error: No matching TCP routes found in the defined Virtual Service.`,
  ],
  [
    'several tcp routes and none named',
    routed({ virtualService: { name: 'demo' } }),
    [...services, virtualService({ tcp: [{ route: split }, { route: split }] })],
    `${VIRTUAL_SERVICE}: Invalid value: "demo": Istio VirtualService has invalid TCP routes. Error: spec.tcp[] should be set in VirtualService and it must have exactly one route when omitting spec.strategy.canary.trafficRouting.istio.virtualService.tcpRoutes`,
  ],
];

describe('references that the controller refuses', () => {
  it.each(refusals)('%s', (_what, refused, objects, words) => {
    expect(validateReferences(viewOf(objects), refused)).toBe(words);
  });
});

const background = (args?: RolloutAnalysis['args']): Rollout =>
  rollout({ canary: { analysis: { templates: [{ templateName: 'rate' }], ...(args && { args }) } } });

describe('the arguments of a background analysis', () => {
  const endless = template('rate', {
    metrics: [{ name: 'rate', interval: '5s', provider }],
    args: [{ name: 'service', value: 'demo' }],
  });

  it('may measure for ever', () => {
    expect(validateReferences(viewOf([endless]), background())).toBeUndefined();
  });

  it('are refused by the making of the run before their own check can see them', () => {
    const bare = template('rate', { ...endless.spec, args: [{ name: 'service' }] });
    const words =
      'spec.strategy.canary.analysis.templates: Invalid value: "templateNames: [rate]": args.service was not resolved';
    expect(validateReferences(viewOf([bare]), background())).toBe(words);
    expect(validateReferences(viewOf([bare]), background([{ name: 'other', value: 'a' }]))).toBe(words);
    expect(validateReferences(viewOf([bare]), background([{ name: 'service', value: 'a' }]))).toBeUndefined();
  });
});

describe('references that suit', () => {
  it('are found in the namespace that the name carries, by the short name of a host', () => {
    const route = [
      { destination: { host: 'stable.team.svc.cluster.local' } },
      { destination: { host: 'canary.team' } },
    ];
    const mesh = virtualService({ http: [{ name: 'managed', route: [] }, { route }] }, 'demo', 'mesh');
    const valid = rollout({
      canary: {
        stableService: 'stable',
        canaryService: 'canary',
        trafficRouting: {
          istio: { virtualService: { name: 'demo.mesh' } },
          managedRoutes: [{ name: 'managed' }],
        },
      },
    });
    expect(validateReferences(viewOf([...services, mesh]), valid)).toBeUndefined();
  });

  it('may match tls routes by port and hosts in any order', () => {
    const ref = { name: 'demo', tlsRoutes: [{ port: 443, sniHosts: ['b', 'a'] }] };
    const tls = [
      {
        match: [
          { port: 443, sniHosts: ['a'] },
          { port: 443, sniHosts: ['b'] },
        ],
        route: split,
      },
    ];
    expect(
      validateReferences(viewOf([...services, virtualService({ tls })]), routed({ virtualService: ref })),
    ).toBeUndefined();
  });
});
