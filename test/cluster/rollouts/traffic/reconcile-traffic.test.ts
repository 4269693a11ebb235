import { describe, expect, it } from 'vitest';
import type { CanaryStep, CanaryStrategy } from '../../../../cluster/kube/types/argo.ts';
import type { Experiment } from '../../../../cluster/kube/types/analysis.ts';
import type { DestinationRule, HTTPRoute, VirtualService } from '../../../../cluster/kube/types/istio.ts';
import type { ReplicaSet } from '../../../../cluster/kube/types/core.ts';
import { rolloutDestinationRuleController } from '../../../../cluster/rollouts/traffic/destination-rule-controller.ts';
import { withHashes } from '../../../../cluster/rollouts/traffic/destination-rule.ts';
import { deployed as deploy } from '../controller/small-world.ts';
import type { SmallWorld } from '../controller/small-world.ts';

const byService: CanaryStrategy = {
  stableService: 'stable',
  canaryService: 'canary',
  trafficRouting: {
    istio: { virtualService: { name: 'demo', routes: ['primary'] } },
    managedRoutes: [{ name: 'beta' }],
  },
};

function revisionOf(rs: ReplicaSet): string | undefined {
  return rs.metadata.annotations?.['rollout.argoproj.io/revision'];
}

function virtualService(name: string, http: HTTPRoute[]): VirtualService {
  return { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name }, spec: { http } };
}

const split = [
  { destination: { host: 'stable' }, weight: 100 },
  { destination: { host: 'canary' }, weight: 0 },
];

/** A canary by Services whose VirtualService has one route, `primary`; argo-rollouts#3078 is off, so that aborts settle. */
function walking(steps: CanaryStep[], more: Partial<CanaryStrategy> = {}): SmallWorld {
  const world = deploy({}, {}, [3078]);
  world.create(virtualService('demo', [{ name: 'primary', route: split }]));
  world.change({ strategy: { canary: { ...byService, steps, ...more } } });
  return world;
}

function routes(world: SmallWorld, name = 'demo'): string[] {
  const { http = [] } = world.view.get<VirtualService>('VirtualService', 'team', name)?.spec ?? {};
  return http.map((route) => {
    const shares = (route.route ?? []).map(({ weight = 0, destination }) => {
      return `${destination.subset ?? destination.host} ${weight}`;
    });
    return `${route.name}: ${shares.join(', ')}`;
  });
}

function proceed(world: SmallWorld): void {
  world.patchStatus({ pauseConditions: null });
}

const beta = { name: 'beta', match: [{ headerName: 'x-user', headerValue: { exact: 'beta' } }] };

describe('header routes', () => {
  const steps: CanaryStep[] = [
    { setWeight: 10 },
    { setHeaderRoute: beta },
    { pause: {} },
    { setHeaderRoute: { name: 'beta' } },
    { pause: {} },
  ];

  it('come with their step and go with the step that names no match', () => {
    const world = walking(steps);
    world.setImage('app:2');
    expect(routes(world)).toEqual(['beta: canary 100', 'primary: stable 90, canary 10']);
    proceed(world);
    expect(routes(world)).toEqual(['primary: stable 90, canary 10']);
  });

  it('are not set on a first deploy', () => {
    const world = walking([{ setHeaderRoute: beta }]);
    expect(routes(world)).toEqual(['primary: stable 100, canary 0']);
    expect(world.events.filter((event) => event.includes('headerRoute'))).toEqual([]);
  });

  it('go first on an abort; the weight follows with the next reconcile, after a conflict', () => {
    const world = walking(steps);
    world.setImage('app:2');
    const from = world.effects.length;
    world.patchStatus({ abort: true, pauseConditions: null });
    expect(routes(world)).toEqual(['primary: stable 100, canary 0']);
    const writes = world.effects
      .slice(from)
      .flatMap((effect) =>
        effect.do === 'update' && effect.object.kind === 'VirtualService' ? [effect.object] : [],
      )
      .map((object) => (object as VirtualService).spec.http?.map(({ name }) => name).join());
    expect(writes).toEqual(['primary', 'primary', 'primary']);
    expect(world.events.slice(-20)).toContain(
      'Updated VirtualService: VirtualService `demo` removed all managed routes.',
    );
  });

  it('go when a new version arrives, whose canary has no pods yet', () => {
    const world = walking(steps);
    world.setImage('app:2');
    world.available = (rs) =>
      rs.metadata.annotations?.['rollout.argoproj.io/revision'] === '3' ? 0 : (rs.spec.replicas ?? 0);
    world.setImage('app:3');
    expect(routes(world)).toEqual(['primary: stable 100, canary 0']);
  });

  it('go on a full promotion', () => {
    const world = walking(steps);
    world.setImage('app:2');
    world.patchStatus({ promoteFull: true });
    expect(routes(world)).toEqual(['primary: stable 100, canary 0']);
    expect(world.revisionBehind('stable')).toBe('2');
  });
});

describe('weights', () => {
  it('wait for the pods that are to carry them', () => {
    const world = walking([{ setWeight: 25 }, { pause: {} }, { setWeight: 50 }, { pause: {} }]);
    world.available = (rs) => Math.min(1, rs.spec.replicas ?? 0) + (revisionOf(rs) === '1' ? 3 : 0);
    world.setImage('app:2');
    expect(routes(world)).toEqual(['primary: stable 75, canary 25']);
    proceed(world);
    expect(world.sizes()).toEqual({ 1: 4, 2: 2 });
    expect(routes(world)).toEqual(['primary: stable 75, canary 25']);
    world.available = (rs) => rs.spec.replicas ?? 0;
    world.settle();
    expect(routes(world)).toEqual(['primary: stable 50, canary 50']);
  });

  it('are the same in every VirtualService', () => {
    const world = walking([{ setWeight: 30 }, { pause: {} }]);
    world.create(virtualService('more', [{ name: 'other', route: split }]));
    const virtualServices = [{ name: 'demo', routes: ['primary'] }, { name: 'more' }];
    const canary = {
      ...byService,
      steps: [{ setWeight: 30 }, { pause: {} }],
      trafficRouting: { istio: { virtualServices } },
    };
    world.change({ strategy: { canary } });
    world.setImage('app:2');
    expect(routes(world)).toEqual(['primary: stable 70, canary 30']);
    expect(routes(world, 'more')).toEqual(['other: stable 70, canary 30']);
  });

  it('of an experiment are taken from stable while it runs', () => {
    const experiment = {
      duration: '1h',
      templates: [{ name: 'base', specRef: 'stable' as const, weight: 5 }],
    };
    const world = walking([{ setWeight: 10 }, { experiment }, { pause: {} }]);
    world.setImage('app:2');
    const made = world.view.list<Experiment>('Experiment')[0]!;
    const templateStatuses = [{ name: 'base', serviceName: 'exp-base', podTemplateHash: 'abc' }];
    world.create({ ...made, status: { phase: 'Running', templateStatuses } } as unknown as Experiment);
    world.settle();
    expect(routes(world)).toEqual(['primary: stable 85, canary 10, exp-base 5']);
    expect(world.rollout().status?.canary?.weights).toMatchObject({
      stable: { weight: 85 },
      additional: [{ weight: 5, serviceName: 'exp-base', podTemplateHash: 'abc' }],
    });
    expect(world.events.findLast((event) => event.startsWith('TrafficWeightUpdated'))).toBe(
      'TrafficWeightUpdated: Traffic weight updated additional: [{5 exp-base abc}]',
    );
    world.create({ ...made, status: { phase: 'Successful', templateStatuses } } as unknown as Experiment);
    world.settle();
    expect(routes(world)).toEqual(['primary: stable 90, canary 10']);
  });

  it('go back step by step on an abort with dynamicStableScale, as stable grows', () => {
    const steps = [{ setWeight: 25 }, { setWeight: 50 }, { setWeight: 75 }, { pause: {} }];
    const world = walking(steps, { dynamicStableScale: true });
    world.setImage('app:2');
    expect(world.sizes()).toEqual({ 1: 1, 2: 3 });
    let ready = 1;
    world.available = (rs) =>
      revisionOf(rs) === '1' ? Math.min(ready, rs.spec.replicas ?? 0) : (rs.spec.replicas ?? 0);
    world.patchStatus({ abort: true, pauseConditions: null });
    expect(routes(world)).toEqual(['primary: stable 25, canary 75']);
    ready = 2;
    world.settle();
    expect(routes(world)).toEqual(['primary: stable 50, canary 50']);
    ready = 4;
    world.settle();
    expect(routes(world)).toEqual(['primary: stable 100, canary 0']);
    expect(world.sizes()).toEqual({ 1: 4, 2: 0 });
  });

  it('are announced by their hashes too, with an empty text', () => {
    const world = walking([{ setWeight: 10 }, { pause: {} }]);
    const from = world.events.length;
    world.setImage('app:2');
    expect(world.events.slice(from).filter((event) => event.startsWith('TrafficWeight'))).toEqual([
      'TrafficWeightUpdated: Traffic weight updated ',
      'TrafficWeightUpdated: Traffic weight updated from 0 to 10',
    ]);
  });
});

function revisions(world: SmallWorld): (string | undefined)[] {
  const subsets = world.view.get<DestinationRule>('DestinationRule', 'team', 'demo')?.spec.subsets ?? [];
  return subsets.map(({ name, labels }) => {
    const rs = world.replicaSets().find(({ metadata }) => {
      return metadata.labels?.['rollouts-pod-template-hash'] === labels?.['rollouts-pod-template-hash'];
    });
    return `${name}: ${rs?.metadata.annotations?.['rollout.argoproj.io/revision']}`;
  });
}

describe('a split by subsets alone', () => {
  const rule: DestinationRule = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: 'demo' },
    spec: {
      host: 'stable',
      subsets: [
        { name: 'v1', labels: { app: 'demo' } },
        { name: 'v2', labels: { app: 'demo' } },
        { name: 'v3', labels: { app: 'demo' } },
      ],
    },
  };
  const route = ['v1', 'v2'].map((subset, index) => ({
    destination: { host: 'stable', subset },
    weight: 100 - 100 * index,
  }));
  const canary: CanaryStrategy = {
    trafficRouting: {
      istio: {
        virtualService: { name: 'demo' },
        destinationRule: { name: 'demo', stableSubsetName: 'v1', canarySubsetName: 'v2' },
      },
    },
    steps: [{ setWeight: 50 }, { pause: {} }],
  };

  function bySubset(): SmallWorld {
    const world = deploy({});
    world.create(virtualService('demo', [{ name: 'primary', route }]));
    world.create(rule);
    world.change({ strategy: { canary } });
    return world;
  }

  it('points the subsets and drops those that it does not know', () => {
    const world = bySubset();
    world.setImage('app:2');
    expect(revisions(world)).toEqual(['v1: 1', 'v2: 2']);
    expect(routes(world)).toEqual(['primary: v1 50, v2 50']);
    const now = world.view.get<DestinationRule>('DestinationRule', 'team', 'demo');
    expect(now?.metadata.annotations).toEqual({ 'argo-rollouts.argoproj.io/managed-by-rollouts': 'demo' });
  });

  it('waits while a ReplicaSet that gets traffic lacks pods', () => {
    const world = bySubset();
    world.available = (rs) =>
      revisionOf(rs) === '2' ? Math.min(1, rs.spec.replicas ?? 0) : (rs.spec.replicas ?? 0);
    expect(() => world.setImage('app:2')).toThrow(
      /^delaying destination rule switch: ReplicaSet demo-[a-z0-9]+ not fully available$/,
    );
    // The subset was pointed while the new ReplicaSet was not scaled up yet; without weight that harms nobody.
    expect(revisions(world)).toEqual(['v1: 1', 'v2: 2']);
    expect(routes(world)).toEqual(['primary: v1 100, v2 0']);
  });

  it('tells of a DestinationRule that is not there', () => {
    const world = deploy({});
    world.create(virtualService('demo', [{ name: 'primary', route }]));
    expect(() => world.change({ strategy: { canary } })).toThrow(
      'destinationrules.networking.istio.io "demo" not found',
    );
    expect(world.events).toContain('DestinationRuleNotFound: DestinationRule `demo` not found');
  });

  it('keeps a subset’s policy, and tells of an update each time there is one, as upstream does', () => {
    const ref = canary.trafficRouting!.istio!.destinationRule!;
    const hashes = {
      canary: 'bbb',
      stable: 'aaa',
      additional: [{ weight: 5, serviceName: 'exp', podTemplateHash: 'ccc' }],
    };
    const withPolicy = {
      ...rule,
      spec: { ...rule.spec, subsets: [{ name: 'v2', trafficPolicy: { tls: {} } }, { name: 'v1' }] },
    };
    const first = withHashes(withPolicy, 'demo', ref, hashes);
    expect(first.rule.spec.subsets).toEqual([
      { name: 'v2', trafficPolicy: { tls: {} }, labels: { 'rollouts-pod-template-hash': 'bbb' } },
      { name: 'v1', labels: { 'rollouts-pod-template-hash': 'aaa' } },
      { name: 'exp', labels: { 'rollouts-pod-template-hash': 'ccc' } },
    ]);
    const second = withHashes(first.rule, 'demo', ref, hashes);
    expect(second).toEqual({ rule: first.rule, announced: true });
    expect(second.rule).toBe(first.rule);
    const plain = withHashes({ ...rule, spec: { ...rule.spec, subsets: [] } }, 'demo', ref, {
      ...hashes,
      additional: [],
    });
    expect(withHashes(plain.rule, 'demo', ref, { ...hashes, additional: [] }).announced).toBe(false);
  });

  it('leaves nothing behind in a rule that no Rollout refers to', () => {
    const world = bySubset();
    const controller = rolloutDestinationRuleController();
    expect(controller.reconcile('team/demo', world.view, 0).effects).toEqual([]);
    world.change({ strategy: { canary: {} } });
    const [effect] = controller.reconcile('team/demo', world.view, 0).effects;
    expect(effect).toMatchObject({ do: 'update', object: { metadata: { annotations: {} } } });
    const left = effect?.do === 'update' ? (effect.object as DestinationRule).spec.subsets : [];
    expect(left?.map(({ labels }) => labels)).toEqual([{ app: 'demo' }, { app: 'demo' }]);
  });
});
