import { array, assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  HTTPRoute,
  HTTPRouteDestination,
  VirtualService,
} from '../../../../cluster/kube/types/istio.ts';
import type { CanaryStrategy, IstioVirtualServiceRef, Rollout } from '../../../../cluster/kube/types/argo.ts';
import {
  canaryTarget,
  inManagedOrder,
  withHeaderRoute,
  withMirrorRoute,
  withoutManagedRoutes,
} from '../../../../cluster/rollouts/traffic/virtual-service/managed-routes.ts';
import { withWeights } from '../../../../cluster/rollouts/traffic/virtual-service/weights.ts';

function rollout(ref: IstioVirtualServiceRef, canary: CanaryStrategy = {}, managed: string[] = []): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'demo', namespace: 'team' },
    spec: {
      strategy: {
        canary: {
          stableService: 'stable',
          canaryService: 'canary',
          ...canary,
          trafficRouting: {
            istio: { virtualService: ref, ...canary.trafficRouting?.istio },
            managedRoutes: managed.map((name) => ({ name })),
          },
        },
      },
    },
  };
}

function to(host: string, weight?: number, subset?: string, port?: number): HTTPRouteDestination {
  return {
    destination: { host, ...(subset && { subset }), ...(port && { port: { number: port } }) },
    ...(weight !== undefined && { weight }),
  };
}

function virtualService(spec: VirtualService['spec']): VirtualService {
  return { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'demo' }, spec };
}

const split = [to('stable', 100), to('canary', 0)];
const ref: IstioVirtualServiceRef = { name: 'demo' };

/** `stable:90 canary:10` per route. */
function shares(routes: readonly { route?: HTTPRouteDestination[] }[] | undefined): string[] {
  return (routes ?? []).map(({ route }) =>
    (route ?? [])
      .map(
        ({ destination: { host, subset }, weight }) =>
          `${host}${subset ? `/${subset}` : ''}:${weight ?? '-'}`,
      )
      .join(' '),
  );
}

describe('weights', () => {
  it('go to the only route when none is named, and leave every other field alone', () => {
    const route: HTTPRoute = { match: [{ uri: { prefix: '/' } }], timeout: '3s', route: split };
    const after = withWeights(virtualService({ hosts: ['a'], http: [route] }), rollout(ref), ref, 25, []);
    expect(shares(after.spec.http)).toEqual(['stable:75 canary:25']);
    expect(after.spec.http?.[0]).toMatchObject({ match: [{ uri: { prefix: '/' } }], timeout: '3s' });
  });

  it('go to the routes that are named, and to no other', () => {
    const named = { name: 'demo', routes: ['primary', 'api'] };
    const http = ['primary', 'other', 'api'].map((name) => ({ name, route: split }));
    const after = withWeights(virtualService({ http }), rollout(named), named, 40, []);
    expect(shares(after.spec.http)).toEqual([
      'stable:60 canary:40',
      'stable:100 canary:0',
      'stable:60 canary:40',
    ]);
    expect(after.spec.http?.[1]).toBe(http[1]);
  });

  it('reach tls routes by port and hosts, tcp routes by port', () => {
    const layered = {
      name: 'demo',
      tlsRoutes: [{ port: 443, sniHosts: ['a'] }],
      tcpRoutes: [{ port: 3306 }],
    };
    const after = withWeights(
      virtualService({
        tls: [
          { match: [{ port: 443, sniHosts: ['a'] }], route: split },
          { match: [{ port: 443, sniHosts: ['b'] }], route: split },
        ],
        tcp: [
          { match: [{ port: 3307 }], route: split },
          { match: [{ port: 3306 }], route: split },
        ],
      }),
      rollout(layered),
      layered,
      10,
      [],
    );
    expect(shares(after.spec.tls)).toEqual(['stable:90 canary:10', 'stable:100 canary:0']);
    expect(shares(after.spec.tcp)).toEqual(['stable:100 canary:0', 'stable:90 canary:10']);
  });

  it('split one host by subset', () => {
    const istio = {
      destinationRule: {
        name: 'demo',
        stableSubsetName: 'v1',
        canarySubsetName: 'v2',
        additionalSubsetNames: ['v3'],
      },
    };
    const http = [{ route: [to('demo', 80, 'v1'), to('demo', 0, 'v2'), to('demo', 20, 'v3')] }];
    const bySubset = rollout(ref, { trafficRouting: { istio } });
    const after = withWeights(virtualService({ http }), bySubset, ref, 30, []);
    // The additional subset keeps its share, at the expense of stable.
    expect(shares(after.spec.http)).toEqual(['demo/v1:50 demo/v2:30 demo/v3:20']);
    const most = withWeights(virtualService({ http }), bySubset, ref, 90, []);
    expect(shares(most.spec.http)).toEqual(['demo/v1:0 demo/v2:90 demo/v3:20']);
  });

  it('give an experiment its share while it runs, and take it back afterwards', () => {
    const before = virtualService({ http: [{ route: split }] });
    const experiment = [{ weight: 5, serviceName: 'exp-a', podTemplateHash: 'aaa' }];
    const during = withWeights(before, rollout(ref), ref, 10, experiment);
    expect(shares(during.spec.http)).toEqual(['stable:85 canary:10 exp-a:5']);
    expect(withWeights(during, rollout(ref), ref, 10, experiment)).toBe(during);
    expect(shares(withWeights(during, rollout(ref), ref, 10, []).spec.http)).toEqual(['stable:90 canary:10']);
  });

  it('leave a destination of weight 0 behind when two experiments end at once, as upstream does', () => {
    const http = [{ route: [to('stable', 80), to('canary', 10), to('exp-a', 5), to('exp-b', 5)] }];
    const once = withWeights(virtualService({ http }), rollout(ref), ref, 10, []);
    // Deleting exp-a moves exp-b into its place; what was meant to delete exp-b then finds no destination and adds one.
    expect(shares(once.spec.http)).toEqual(['stable:90 canary:10 exp-b:5 exp-b:0']);
    const twice = withWeights(once, rollout(ref), ref, 10, []);
    expect(shares(twice.spec.http)).toEqual(['stable:90 canary:10 exp-b:0']);
  });

  it('follow managed mirror routes too', () => {
    const named = { name: 'demo', routes: ['primary'] };
    const mirrored = rollout(named, {}, ['mirror', 'beta']);
    const http: HTTPRoute[] = [
      { name: 'beta', route: [to('canary', 100)] },
      { name: 'mirror', mirror: { host: 'canary' }, route: split },
      { name: 'primary', route: split },
    ];
    const after = withWeights(virtualService({ http }), mirrored, named, 50, []);
    expect(shares(after.spec.http)).toEqual(['canary:100', 'stable:50 canary:50', 'stable:50 canary:50']);
  });

  it('always add up to 100, and a second time change nothing', () => {
    const weights = array(integer({ min: 0, max: 20 }), { maxLength: 2 });
    assert(
      property(integer({ min: 0, max: 60 }), weights, (canary, experiments) => {
        const additional = experiments.map((weight, index) => ({ weight, serviceName: `exp-${index}` }));
        const before = virtualService({ http: [{ route: split }] });
        const after = withWeights(before, rollout(ref), ref, canary, additional);
        const total = (after.spec.http?.[0]?.route ?? []).reduce((sum, each) => sum + (each.weight ?? 0), 0);
        expect(total).toBe(100);
        expect(withWeights(after, rollout(ref), ref, canary, additional)).toBe(after);
        expect(before.spec.http?.[0]?.route).toEqual([to('stable', 100), to('canary', 0)]);
      }),
      { seed: 7 },
    );
  });

  it('are refused for a route that cannot carry them', () => {
    const before = virtualService({ http: [{ route: [to('stable', 100)] }] });
    expect(() => withWeights(before, rollout(ref), ref, 10, [])).toThrow(
      "Canary Service 'canary' not found in route",
    );
  });
});

describe('managed routes', () => {
  const named = { name: 'demo', routes: ['primary'] };
  const http: HTTPRoute[] = [
    { name: 'mine', route: split },
    { name: 'primary', route: [to('stable', 90, undefined, 8080), to('canary', 10, undefined, 8080)] },
  ];
  const before = virtualService({ http });
  const managing = rollout(named, {}, ['beta', 'mirror']);
  const target = canaryTarget(managing, undefined);
  const beta = { name: 'beta', match: [{ headerName: 'x-user', headerValue: { regex: '^b', exact: '' } }] };

  it('a header route goes to the canary on the port of the split, before the routes of the user', () => {
    const after = inManagedOrder(withHeaderRoute(before, named, beta, target), managing);
    expect(after.spec.http?.map(({ name }) => name)).toEqual(['beta', 'mine', 'primary']);
    expect(after.spec.http?.[0]).toEqual({
      name: 'beta',
      match: [{ headers: { 'x-user': { regex: '^b' } } }],
      route: [{ weight: 100, destination: { host: 'canary', port: { number: 8080 } } }],
    });
  });

  it('a header route by subset goes to the DestinationRule’s host', () => {
    const istio = { destinationRule: { name: 'demo', stableSubsetName: 'v1', canarySubsetName: 'v2' } };
    const bySubset = rollout(named, { trafficRouting: { istio } }, ['beta']);
    const after = withHeaderRoute(before, named, beta, canaryTarget(bySubset, 'demo.svc'));
    expect(after.spec.http?.at(-1)?.route?.[0]?.destination).toEqual({
      host: 'demo.svc',
      port: { number: 8080 },
      subset: 'v2',
    });
  });

  it('a mirror route copies the split as it stands, without the weights of 0', () => {
    const after = withMirrorRoute(
      virtualService({ http: [{ name: 'primary', route: split }] }),
      named,
      { name: 'mirror', match: [{ method: { exact: 'GET' }, path: { prefix: '/' } }] },
      target,
    );
    expect(after.spec.http?.[0]).toEqual({
      name: 'mirror',
      match: [{ method: { exact: 'GET' }, uri: { prefix: '/' } }],
      route: [to('stable', 100), to('canary')],
      mirror: { host: 'canary' },
      mirrorPercentage: { value: 100 },
    });
  });

  it('stand in the order of managedRoutes, whichever came first', () => {
    const mirrored = withMirrorRoute(before, named, { name: 'mirror', match: [{}] }, target);
    const both = inManagedOrder(withHeaderRoute(mirrored, named, beta, target), managing);
    expect(both.spec.http?.map(({ name }) => name)).toEqual(['beta', 'mirror', 'mine', 'primary']);
    expect(withoutManagedRoutes(both, managing).spec.http).toEqual(http);
  });

  it('set twice stand there once; set without a match they go', () => {
    const twice = withHeaderRoute(withHeaderRoute(before, named, beta, target), named, beta, target);
    expect(twice.spec.http).toHaveLength(3);
    expect(withHeaderRoute(twice, named, { name: 'beta' }, target).spec.http).toEqual(http);
    expect(withMirrorRoute(twice, named, { name: 'beta', match: [] }, target).spec.http).toEqual(http);
  });

  it('without managedRoutes a header route stands last, where it may never be reached', () => {
    const unmanaged = rollout(named);
    const after = inManagedOrder(withHeaderRoute(before, named, beta, target), unmanaged);
    expect(after.spec.http?.map(({ name }) => name)).toEqual(['mine', 'primary', 'beta']);
  });

  it('several routes without a name are repeated by the sorting, as upstream does', () => {
    const unnamed = virtualService({ http: [{ route: split }, { timeout: '1s', route: split }] });
    expect(inManagedOrder(unnamed, managing).spec.http).toHaveLength(4);
  });

  it('none to remove leaves the very same object', () => {
    expect(withoutManagedRoutes(before, managing)).toBe(before);
    expect(inManagedOrder(before, managing)).toBe(before);
  });
});
