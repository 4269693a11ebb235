/**
 * Request stories against the documented behaviour of Istio and Envoy. Each names the rule that it stands for; the
 * same decisions are put to a real Envoy in test/conformance/envoy.
 */
import { describe, expect, test } from 'vitest';
import { compileRouting } from '../../../cluster/istio/routing/compile.ts';
import type { RouteDecision, RouteRequest } from '../../../cluster/istio/routing/model.ts';
import type { HTTPRoute } from '../../../cluster/kube/types/istio.ts';
import { matchCases, proxyCases } from './match-cases.ts';
import {
  NAMESPACE,
  World,
  destinationRule,
  gateway,
  pod,
  request,
  service,
  split,
  twoServices,
  virtualService,
} from './world.ts';

const toCanary: HTTPRoute['route'] = [{ destination: { host: 'echo-canary' } }];

/** `canary 10%, stable 90%`, `503 UH`, `404 NR` … */
function told({ action }: RouteDecision): string {
  if (action.kind === 'respond') return `${action.status} ${action.flags}`;
  return action.clusters
    .map(({ cluster, probability }) => {
      const name = cluster.subset ?? cluster.host.split('.')[0]!.replace('echo-', '');
      const ends = { ready: '', empty: ' (503 UH)', missing: ' (503 NC)' }[cluster.state];
      return `${name} ${Math.round(probability * 1e4) / 100}%${ends}`;
    })
    .join(', ');
}

function route(world: World, more: Partial<RouteRequest> = {}): RouteDecision {
  return compileRouting(world.routing()).route(request(more));
}

describe('which http route', () => {
  test.each([...matchCases(), ...proxyCases()])('$rule', ({ match, request: more, matches }) => {
    const world = twoServices([{ name: 'ab', match: [match], route: toCanary }, split(100, 0)]);
    expect(told(route(world, more))).toBe(matches ? 'canary 100%' : 'stable 100%');
  });

  test('the first that matches decides, whatever comes after', () => {
    const world = twoServices([
      split(100, 0),
      { name: 'never', match: [{ uri: { prefix: '/' } }], route: toCanary },
    ]);
    expect(route(world)).toMatchObject({ route: { virtualService: 'echo/echo', name: 'primary' } });
  });

  test('any of several matches is enough, and the match is named', () => {
    const match = [
      { name: 'beta', headers: { 'x-a': { exact: '1' } } },
      { name: 'qa', uri: { prefix: '/qa' } },
    ];
    const world = twoServices([{ name: 'ab', match, route: toCanary }, split(100, 0)]);
    expect(route(world, { path: '/qa/1' }).route?.name).toBe('ab.qa');
  });

  test('no match at all is 404 NR', () => {
    const world = twoServices([{ match: [{ uri: { prefix: '/api' } }], route: toCanary }]);
    expect(told(route(world))).toBe('404 NR');
  });

  test('a VirtualService whose routes are all for other callers is as good as absent', () => {
    const world = twoServices([{ match: [{ sourceLabels: { app: 'other' } }], route: toCanary }]);
    expect(route(world)).toMatchObject({ route: undefined });
    expect(told(route(world))).toBe('stable 100%');
  });

  test('a regex that RE2 refuses is refused with its text', () => {
    const world = twoServices([{ match: [{ uri: { regex: '/(?!api)' } }], route: toCanary }]);
    expect(() => route(world)).toThrow(
      'cannot match with the regex "/(?!api)": RE2 has no lookahead or lookbehind',
    );
  });
});

describe('weights', () => {
  test.each([
    [90, 10, 'stable 90%, canary 10%'],
    [100, 0, 'stable 100%'],
    [0, 100, 'canary 100%'],
    [1, 2, 'stable 33.33%, canary 66.67%'],
  ])('%i and %i', (stable, canary, expected) => {
    expect(told(route(twoServices([split(stable, canary)])))).toBe(expected);
  });

  test('a single destination takes everything, even at weight 0', () => {
    const world = twoServices([{ route: [{ destination: { host: 'echo-canary' }, weight: 0 }] }]);
    expect(told(route(world))).toBe('canary 100%');
  });
});

describe('clusters that are missing or empty', () => {
  test('a destination with an unknown host is 503 NC for its share only', () => {
    const world = twoServices([split(90, 10)]);
    world.remove('Service', 'echo-canary');
    expect(told(route(world))).toBe('stable 90%, canary 10% (503 NC)');
  });

  test('a host with one dot is not a short name: 503 NC', () => {
    const world = twoServices([{ route: [{ destination: { host: `echo-stable.${NAMESPACE}` } }] }]);
    expect(told(route(world))).toBe('stable 100% (503 NC)');
  });

  test('a port that the Service does not have is 503 NC', () => {
    const world = twoServices([
      { route: [{ destination: { host: 'echo-stable', port: { number: 8080 } } }] },
    ]);
    expect(told(route(world))).toBe('stable 100% (503 NC)');
  });

  test('no ready pod behind the canary is 503 UH: the header route before setCanaryScale', () => {
    const world = twoServices([
      { match: [{ headers: { 'x-canary': { exact: 'true' } } }], route: toCanary },
      split(100, 0),
    ]);
    world.put(pod('canary-a', { hash: 'canary2', ready: false }));
    expect(told(route(world, { headers: { 'x-canary': 'true' } }))).toBe('canary 100% (503 UH)');
    expect(told(route(world))).toBe('stable 100%');
  });

  const subsets: HTTPRoute = {
    route: [
      { destination: { host: 'echo', subset: 'stable' }, weight: 80 },
      { destination: { host: 'echo', subset: 'canary' }, weight: 20 },
    ],
  };
  const bySubset = (rules: Record<string, string> | undefined) =>
    new World([
      service('echo'),
      pod('stable-a'),
      pod('canary-a', { hash: 'canary2' }),
      virtualService([subsets], { hosts: ['echo'] }),
      ...(rules === undefined ? [] : [destinationRule('echo', rules)]),
    ]);
  const toEcho = { host: 'echo.echo.svc.cluster.local' };

  test('subsets choose among the pods of one Service', () => {
    const decision = route(bySubset({ stable: 'stable1', canary: 'canary2' }), toEcho);
    expect(told(decision)).toBe('stable 80%, canary 20%');
    if (decision.action.kind !== 'forward') throw new Error('not forwarded');
    const pods = decision.action.clusters.map(({ cluster }) =>
      cluster.endpoints.map((one) => one.pod.metadata.name),
    );
    expect(pods).toEqual([['stable-a'], ['canary-a']]);
  });

  test('no DestinationRule, or no such subset: 503 NC; a subset that selects nothing: 503 UH', () => {
    expect(told(route(bySubset(undefined), toEcho))).toBe('stable 80% (503 NC), canary 20% (503 NC)');
    expect(told(route(bySubset({ stable: 'stable1' }), toEcho))).toBe('stable 80%, canary 20% (503 NC)');
    expect(told(route(bySubset({ stable: 'stable1', canary: 'old' }), toEcho))).toBe(
      'stable 80%, canary 20% (503 UH)',
    );
  });
});

describe('which VirtualService, at a sidecar', () => {
  test.each([
    'echo-stable',
    'echo-stable.echo',
    'echo-stable.echo.svc',
    'echo-stable.echo.svc.cluster.local',
    'ECHO-STABLE:80',
  ])('a caller may say %s', (host) =>
    expect(told(route(twoServices([split(90, 10)]), { host }))).toBe('stable 90%, canary 10%'),
  );

  test("a short name means the caller's own namespace", () => {
    const from = { namespace: 'elsewhere', labels: {}, workload: 'client' };
    expect(told(route(twoServices([split(90, 10)]), { from }))).toBe('503 UF');
    expect(told(route(twoServices([split(90, 10)]), { from, host: 'echo-stable.echo' }))).toBe(
      'stable 90%, canary 10%',
    );
  });

  test('one that is bound to a gateway only does not count in the mesh', () => {
    const world = twoServices([]);
    world.put(virtualService([split(0, 100)], { gateways: ['public'] }));
    expect(told(route(world))).toBe('stable 100%');
  });

  test('one that is not exported to the caller does not count', () => {
    const world = twoServices([]);
    world.put(virtualService([split(0, 100)], { exportTo: ['.'] }));
    const from = { namespace: 'elsewhere', labels: {}, workload: 'client' };
    expect(told(route(world))).toBe('canary 100%');
    expect(told(route(world, { from, host: 'echo-stable.echo' }))).toBe('stable 100%');
  });

  test('the exact host wins over a wildcard, the longer wildcard over the shorter', () => {
    const world = twoServices([split(100, 0)]);
    world.put(virtualService([split(0, 100)], { hosts: ['*.echo.svc.cluster.local'] }, 'wild'));
    expect(told(route(world))).toBe('stable 100%');
    expect(told(route(world, { host: 'echo-canary' }))).toBe('canary 100%');
    world.put(virtualService([split(50, 50)], { hosts: ['*.cluster.local'] }, 'wilder'));
    expect(told(route(world, { host: 'echo-canary' }))).toBe('canary 100%');
  });

  test('the older of two for one host wins', () => {
    const world = twoServices([split(100, 0)]);
    const late = virtualService([split(0, 100)], {}, 'a-later-one');
    world.put({ ...late, metadata: { ...late.metadata, creationTimestamp: '2026-02-01T00:00:00Z' } });
    expect(told(route(world))).toBe('stable 100%');
  });

  test('a host that is no Service is served on port 80 only', () => {
    const world = twoServices([]);
    world.put(virtualService([split(90, 10)], { hosts: ['shop.example.com'] }));
    expect(told(route(world, { host: 'shop.example.com' }))).toBe('stable 90%, canary 10%');
    expect(told(route(world, { host: 'shop.example.com', port: 8080 }))).toBe('503 UF');
  });

  test('unknown hosts leave by the PassthroughCluster, or meet the BlackHoleCluster', () => {
    const world = twoServices([]);
    expect(told(route(world, { host: 'nowhere' }))).toBe('503 UF');
    const closed = compileRouting(world.routing(), { outboundTrafficPolicy: 'REGISTRY_ONLY' });
    expect(told(closed.route(request({ host: 'nowhere' })))).toBe('502 -');
  });

  test('a caller without a sidecar is routed by Service alone', () => {
    const from = { namespace: NAMESPACE, labels: {}, workload: 'client', meshed: false };
    expect(told(route(twoServices([split(0, 100)]), { from }))).toBe('stable 100%');
  });
});

function gatewayWorld(serverHosts: string[], hosts: string[], gateways = ['public']): World {
  return new World([
    ...twoServices([]).objects,
    gateway(serverHosts),
    virtualService([split(80, 20)], { hosts, gateways }),
  ]);
}

describe('the ingress gateway', () => {
  const from = 'ingress gateway' as const;
  test.each([
    [['rollouts-demo.local'], ['rollouts-demo.local'], 'rollouts-demo.local', 'stable 80%, canary 20%'],
    [['*'], ['rollouts-demo.local'], 'rollouts-demo.local', 'stable 80%, canary 20%'],
    [['*'], ['rollouts-demo.local'], 'other.local', '404 NR'],
    [['*.local'], ['*'], 'any.local', 'stable 80%, canary 20%'],
    [['*.local'], ['*'], 'any.example', '404 NR'],
    [['a.local'], ['b.local'], 'b.local', '404 NR'],
    [['other/*'], ['rollouts-demo.local'], 'rollouts-demo.local', '404 NR'],
    [['./*'], ['rollouts-demo.local'], 'rollouts-demo.local', 'stable 80%, canary 20%'],
    [['*'], ['rollouts-demo.local'], 'rollouts-demo.local:80', 'stable 80%, canary 20%'],
  ])('server %j, VirtualService %j, request for %s', (serverHosts, hosts, host, expected) => {
    expect(told(route(gatewayWorld(serverHosts, hosts), { from, host }))).toBe(expected);
  });

  test('gateways may be named with their namespace, and must be the right one', () => {
    expect(told(route(gatewayWorld(['*'], ['a.local'], ['echo/public']), { from, host: 'a.local' }))).toBe(
      'stable 80%, canary 20%',
    );
    expect(told(route(gatewayWorld(['*'], ['a.local'], ['other/public']), { from, host: 'a.local' }))).toBe(
      '404 NR',
    );
    expect(told(route(gatewayWorld(['*'], ['a.local'], ['mesh']), { from, host: 'a.local' }))).toBe('404 NR');
  });

  test('a port that no Gateway opens refuses the connection', () => {
    expect(told(route(gatewayWorld(['*'], ['a.local']), { from, host: 'a.local', port: 8080 }))).toBe('0 -');
  });

  test('VirtualServices for one host are joined, catch-alls last', () => {
    const joined = gatewayWorld(['*'], ['a.local']);
    const api = virtualService(
      [{ name: 'api', match: [{ uri: { prefix: '/api' } }], route: toCanary }],
      { hosts: ['a.local'], gateways: ['public'] },
      'later',
    );
    joined.put(api);
    expect(told(route(joined, { from, host: 'a.local', path: '/api/1' }))).toBe('canary 100%');
    expect(told(route(joined, { from, host: 'a.local', path: '/' }))).toBe('stable 80%, canary 20%');
  });
});

function mirrors(more: Partial<HTTPRoute>): number[] {
  const { action } = route(twoServices([{ ...split(100, 0), ...more }]));
  return action.kind === 'forward' ? action.mirrors.map(({ fraction }) => fraction) : [];
}

describe('what a route carries besides', () => {
  test("retries: Istio's default has two tries more and no status code since 1.24", () => {
    const { action } = route(twoServices([split(90, 10)]));
    expect(action).toMatchObject({ retry: { attempts: 2, statusCodes: [] }, timeoutMs: undefined });
  });

  test('retries written, retries off, timeouts', () => {
    const written = {
      ...split(90, 10),
      retries: { attempts: 3, retryOn: '5xx,409', perTryTimeout: '2s' },
      timeout: '10s',
    };
    expect(route(twoServices([written])).action).toMatchObject({
      retry: { attempts: 3, retryOn: ['5xx'], statusCodes: [409], perTryTimeoutMs: 2000 },
      timeoutMs: 10_000,
    });
    const off = { ...split(90, 10), retries: { attempts: 0 } };
    expect(route(twoServices([off])).action).toMatchObject({ retry: undefined });
  });

  test('faults: a percentage that is not written is 0', () => {
    const fault = {
      delay: { fixedDelay: '5s' },
      abort: { percentage: { value: 12.34567 }, httpStatus: 418 },
    };
    expect(route(twoServices([{ ...split(90, 10), fault }])).fault).toEqual({
      delay: { fraction: 0, delayMs: 5000 },
      abort: { fraction: 0.123456, status: 418 },
    });
  });

  test('mirrors: everything unless a percentage is written, nothing at 0', () => {
    expect(mirrors({ mirror: { host: 'echo-canary' } })).toEqual([1]);
    expect(mirrors({ mirror: { host: 'echo-canary' }, mirrorPercentage: { value: 35 } })).toEqual([0.35]);
    expect(mirrors({ mirror: { host: 'echo-canary' }, mirrorPercentage: { value: 0 } })).toEqual([]);
    expect(
      mirrors({ mirrors: [{ destination: { host: 'echo-canary' }, percentage: { value: 5 } }] }),
    ).toEqual([0.05]);
  });

  test('directResponse and redirect answer at the proxy', () => {
    expect(told(route(twoServices([{ directResponse: { status: 418 } }])))).toBe('418 -');
    expect(told(route(twoServices([{ redirect: { uri: '/new' } }])))).toBe('301 -');
    expect(told(route(twoServices([{ redirect: { uri: '/new', redirectCode: 308 } }])))).toBe('308 -');
  });
});

describe('compiling', () => {
  test('the same objects give the same table; a changed Service another', () => {
    const world = twoServices([split(90, 10)]);
    const table = compileRouting(world.routing());
    expect(compileRouting(world.routing())).toBe(table);
    world.put(service('echo-canary', { app: 'echo', 'rollouts-pod-template-hash': 'stable1' }));
    const moved = compileRouting(world.routing());
    expect(moved).not.toBe(table);
    const { action } = moved.route(request());
    if (action.kind !== 'forward') throw new Error('not forwarded');
    expect(action.clusters[1]!.cluster.endpoints.map((one) => one.pod.metadata.name)).toEqual([
      'stable-a',
      'stable-b',
    ]);
  });

  test('EndpointSlices, where given, say who is behind a Service', () => {
    const world = twoServices([split(90, 10)]);
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: {
        name: 'echo-canary-1',
        namespace: NAMESPACE,
        labels: { 'kubernetes.io/service-name': 'echo-canary' },
      },
      addressType: 'IPv4',
      endpoints: [
        {
          addresses: ['10.0.0.1'],
          conditions: { ready: true },
          targetRef: { kind: 'Pod', name: 'canary-a' },
        },
        {
          addresses: ['10.0.0.2'],
          conditions: { ready: false },
          targetRef: { kind: 'Pod', name: 'stable-a' },
        },
      ],
    };
    const table = compileRouting({ ...world.routing(), endpointSlices: [slice] });
    expect(told(table.route(request()))).toBe('stable 90% (503 UH), canary 10%');
  });
});
