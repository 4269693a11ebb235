/** v1.9.1's known bugs, as docs/known-bugs.md lists them: each one is there by default, and its switch mends it. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { HEALTHY_IMAGE } from '../../../../cluster/images.ts';
import type { CanaryStrategy } from '../../../../cluster/kube/types/argo.ts';
import { FIXABLE } from '../../../../cluster/rollouts/fixable.ts';
import type { ReplicaSet } from '../../../../cluster/kube/types/core.ts';
import type { DestinationRule, VirtualService } from '../../../../cluster/kube/types/istio.ts';
import { readScenario } from '../../../../scripts/scenario/parse.ts';
import { destinationRule, NAMESPACE, ROUTE, service, virtualService } from './generate/surroundings.ts';
import type { Act } from './story.ts';
import { World } from './world.ts';

const ISTIO = { virtualService: { name: 'demo', routes: [ROUTE] } };
const BY_SERVICE: CanaryStrategy = {
  stableService: 'stable',
  canaryService: 'canary',
  trafficRouting: { istio: ISTIO, managedRoutes: [{ name: 'beta' }] },
};
const BY_SUBSET: CanaryStrategy = {
  trafficRouting: {
    istio: {
      ...ISTIO,
      destinationRule: { name: 'demo', stableSubsetName: 'stable', canarySubsetName: 'canary' },
    },
  },
};

/** A Rollout whose first version runs. */
function deployed(canary: CanaryStrategy, replicas: number, fixed: number[] = []): World {
  const bySubset = canary.canaryService === undefined;
  const world = new World({
    seed: 1,
    rollout: undefined as never,
    surroundings: [],
    images: Object.fromEntries([1, 2, 3].map((version) => [`app:v${version}`, HEALTHY_IMAGE])),
    answers: [{ value: [1] }],
    acts: [],
    fixed,
  });
  const routes = bySubset
    ? virtualService({ host: 'stable', subset: 'stable' }, { host: 'stable', subset: 'canary' })
    : virtualService({ host: 'stable' }, { host: 'canary' });
  for (const object of [service('stable'), service('canary'), destinationRule(), routes])
    world.store.apply(object);
  world.store.apply({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'demo', namespace: NAMESPACE },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'demo' } },
      template: {
        metadata: { labels: { app: 'demo' } },
        spec: { containers: [{ name: 'app', image: 'app:v1' }] },
      },
      strategy: { canary },
    },
  } as never);
  wait(world, 10);
  return world;
}

function wait(world: World, seconds: number): void {
  world.scheduler.runUntil(world.scheduler.nowMs() + seconds * 1000);
}

function act(world: World, what: Omit<Act, 'afterMs'>, seconds: number): void {
  world.play({ afterMs: 0, ...what });
  wait(world, seconds);
}

const SHIP = { plugin: 'set image demo app=app:v2' };

function http(world: World): NonNullable<VirtualService['spec']['http']> {
  return world.store.get<VirtualService>('VirtualService', NAMESPACE, 'demo')?.spec.http ?? [];
}

function canaryWeight(world: World): number | undefined {
  return http(world).find(({ name }) => name === ROUTE)?.route?.[1]?.weight;
}

describe('#3078: after an abort the canary Service flips between canary and stable', () => {
  const flips = (fixed: number[]): number => {
    const world = deployed({ ...BY_SERVICE, steps: [{ setWeight: 50 }, { pause: {} }] }, 2, fixed);
    act(world, SHIP, 10);
    let switches = 0;
    world.store.subscribe(({ object }) => {
      if (object.kind === 'Service' && object.metadata.name === 'canary') switches++;
    });
    act(world, { plugin: 'abort demo' }, 20);
    expect(world.rollout().status?.phase).toBe('Degraded');
    return switches;
  };

  it('by default, many times a second', () => {
    expect(flips([])).toBeGreaterThan(20);
  });

  it('and once with the switch', () => {
    expect(flips([3078])).toBe(1);
  });
});

describe('#4486: managed routes go with the last canary pod', () => {
  const beta = { name: 'beta', match: [{ headerName: 'x-user-type', headerValue: { exact: 'beta' } }] };
  const afterEviction = (fixed: number[]): (string | undefined)[] => {
    const steps = [{ setCanaryScale: { replicas: 1 } }, { setHeaderRoute: beta }, { pause: {} }];
    const world = deployed({ ...BY_SERVICE, steps }, 3, fixed);
    act(world, SHIP, 20);
    expect(http(world).map(({ name }) => name)).toEqual(['beta', ROUTE]);
    act(world, { kill: { count: 1, newest: true } }, 30);
    expect(world.rollout().status?.phase).toBe('Paused');
    return http(world).map(({ name }) => name);
  };

  it('by default a header route goes for good when its step is past', () => {
    expect(afterEviction([])).toEqual([ROUTE]);
  });

  it('and comes back with the pod, with the switch', () => {
    expect(afterEviction([4486])).toEqual(['beta', ROUTE]);
  });

  it('the switch brings back no route that a later step took away, and leaves none after the update', () => {
    const steps = [
      { setCanaryScale: { replicas: 1 } },
      { setHeaderRoute: beta },
      { setHeaderRoute: { name: 'beta' } },
      { pause: {} },
    ];
    const world = deployed({ ...BY_SERVICE, steps }, 3, [4486]);
    act(world, SHIP, 20);
    expect(world.rollout().status?.currentStepIndex).toBe(3);
    expect(http(world).map(({ name }) => name)).toEqual([ROUTE]);
    act(world, { plugin: 'promote demo' }, 60);
    expect(world.rollout().status?.phase).toBe('Healthy');
    expect(http(world).map(({ name }) => name)).toEqual([ROUTE]);
  });

  it('a header route before any canary pod is set and removed by turns, and once with the switch', () => {
    const writes = (fixed: number[]): number => {
      const steps = [{ setHeaderRoute: beta }, { setCanaryScale: { replicas: 1 } }, { pause: {} }];
      const world = deployed({ ...BY_SERVICE, steps }, 3, fixed);
      let last = '';
      let changes = 0;
      world.store.subscribe(({ object }) => {
        if (object.kind !== 'VirtualService') return;
        const names = ((object as unknown as VirtualService).spec.http ?? []).map(({ name }) => name).join();
        if (names !== last) changes++;
        last = names;
      });
      act(world, SHIP, 30);
      expect(world.rollout().status?.phase).toBe('Paused');
      return changes;
    };
    expect(writes([])).toBeGreaterThan(1);
    expect(writes([4486])).toBe(1);
  });
});

describe('#4839: by subset, a stable version short of pods holds up everything', () => {
  const shipWhileStableIsSick = (fixed: number[]): World => {
    const steps = [{ setWeight: 50 }, { pause: {} }];
    const world = deployed({ ...BY_SUBSET, steps }, 2, fixed);
    world.play({ afterMs: 0, image: { name: 'app:v1', behaviour: { readyAfterMs: Infinity } } });
    act(world, { kill: { count: 1, newest: false } }, 5);
    act(world, SHIP, 300);
    return world;
  };

  it('by default, and pending() says so', () => {
    const world = shipWhileStableIsSick([]);
    expect(canaryWeight(world)).toBe(0);
    expect(world.runner.pendingWork().join()).toContain('delaying destination rule switch: ReplicaSet demo-');
  });

  it('not with the switch: half of stable is enough for half of the traffic', () => {
    expect(canaryWeight(shipWhileStableIsSick([4839]))).toBe(50);
  });
});

it('#4841: an abort with dynamicStableScale and minPodsPerReplicaSet leaves traffic on the canary', () => {
  const steps = [{ setWeight: 5 }, { setWeight: 50 }, { pause: {} }];
  const weightAfterAbort = (extra: CanaryStrategy): number | undefined => {
    const world = deployed({ ...BY_SERVICE, steps, dynamicStableScale: true, ...extra }, 10);
    act(world, SHIP, 30);
    expect(canaryWeight(world)).toBe(50);
    act(world, { plugin: 'abort demo' }, 300);
    return canaryWeight(world);
  };
  expect(weightAfterAbort({})).toBe(0);
  expect(weightAfterAbort({ minPodsPerReplicaSet: 3 })).toBeGreaterThan(0);
});

describe('#4424: a full promotion with dynamicStableScale weighs more than the whole', () => {
  const highestWeight = (fixed: number[]): number => {
    const steps = [{ setCanaryScale: { replicas: 4 } }, { pause: {} }];
    const world = deployed({ ...BY_SERVICE, steps, dynamicStableScale: true }, 2, fixed);
    act(world, SHIP, 20);
    let highest = 0;
    world.store.subscribe(({ object }) => {
      if (object.kind === 'VirtualService') highest = Math.max(highest, canaryWeight(world) ?? 0);
    });
    act(world, { plugin: 'promote demo --full' }, 60);
    return highest;
  };

  it('by default', () => {
    expect(highestWeight([])).toBeGreaterThan(100);
  });

  it('not with the switch', () => {
    expect(highestWeight([4424])).toBe(100);
  });
});

describe('#4561: a step that sets a header route is skipped while stable lacks pods', () => {
  const routesAfter = (fixed: number[]): (string | undefined)[] => {
    const beta = { name: 'beta', match: [{ headerName: 'x-user-type', headerValue: { exact: 'beta' } }] };
    const steps = [{ setCanaryScale: { replicas: 1 } }, { setHeaderRoute: beta }, { pause: {} }];
    const world = deployed({ ...BY_SERVICE, steps }, 3, fixed);
    world.play({ afterMs: 0, image: { name: 'app:v1', behaviour: { readyAfterMs: Infinity } } });
    act(world, { kill: { count: 1, newest: false } }, 5);
    act(world, SHIP, 60);
    expect(world.rollout().status?.currentStepIndex).toBe(2);
    return http(world).map(({ name }) => name);
  };

  it('by default', () => {
    expect(routesAfter([])).toEqual([ROUTE]);
  });

  it('not with the switch', () => {
    expect(routesAfter([4561])).toEqual(['beta', ROUTE]);
  });
});

it('#4461: an abort is taken back while a full promotion waits for pods', () => {
  const world = deployed({ ...BY_SERVICE, steps: [{ setWeight: 50 }, { pause: {} }] }, 2);
  world.play({ afterMs: 0, image: { name: 'app:v2', behaviour: { readyAfterMs: Infinity } } });
  act(world, SHIP, 5);
  act(world, { plugin: 'promote demo --full' }, 5);
  act(world, { plugin: 'abort demo' }, 10);
  expect(world.rollout().status?.abort).not.toBe(true);
  expect(world.rollout().status?.phase).toBe('Progressing');
});

it('without a number: an undo and a scale seen by one reconcile take the stable version down to 0', () => {
  const world = deployed({ ...BY_SUBSET, steps: [{ pause: {} }] }, 5);
  const stable = world.rollout().status?.stableRS;
  act(world, SHIP, 10);
  world.play({ afterMs: 0, plugin: 'undo demo' });
  world.play({ afterMs: 0, replicas: 4 });
  const sizes: (number | undefined)[] = [];
  world.store.subscribe(({ object }) => {
    if (object.kind === 'ReplicaSet' && object.metadata.name === `demo-${stable}`)
      sizes.push((object as unknown as { spec: { replicas?: number } }).spec.replicas);
  });
  wait(world, 10);
  expect(sizes).toContain(0);
  expect(sizes.at(-1)).toBe(4);
});

describe('#4775: a new revision in mid-canary points the canary subset at a version without pods', () => {
  /** For every moment at which the canary subset has no pods behind it: the weight on it. */
  const weightsOnEmptySubset = (fixed: number[]): (number | undefined)[] => {
    const world = deployed({ ...BY_SUBSET, steps: [{ setWeight: 50 }, { pause: {} }] }, 2, fixed);
    act(world, SHIP, 30);
    expect(canaryWeight(world)).toBe(50);
    const weights: (number | undefined)[] = [];
    world.store.subscribe(() => {
      const rule = world.store.get<DestinationRule>('DestinationRule', NAMESPACE, 'demo');
      const subset = rule?.spec.subsets?.find(({ name }) => name === 'canary');
      const hash = subset?.labels?.['rollouts-pod-template-hash'];
      const set = world.store.get<ReplicaSet>('ReplicaSet', NAMESPACE, `demo-${hash}`);
      if ((set?.status?.availableReplicas ?? 0) === 0) weights.push(canaryWeight(world));
    });
    act(world, { plugin: 'set image demo app=app:v3' }, 20);
    expect(canaryWeight(world)).toBe(50);
    return weights;
  };

  it('by default, though never with a weight: #4564 is mended in v1.9.1', () => {
    expect(new Set(weightsOnEmptySubset([]))).toEqual(new Set([0]));
  });

  it('never with the switch', () => {
    expect(weightsOnEmptySubset([4775])).toEqual([]);
  });
});

it('#4390: not here: a version that was superseded keeps its pods while its subset has traffic', () => {
  const world = deployed({ ...BY_SUBSET, steps: [{ setWeight: 50 }, { pause: {} }] }, 2);
  act(world, SHIP, 30);
  world.play({ afterMs: 0, image: { name: 'app:v1', behaviour: { readyAfterMs: Infinity } } });
  act(world, { kill: { count: 1, newest: false } }, 5);
  const superseded = world.rollout().status?.canary?.weights?.canary.podTemplateHash;
  act(world, { plugin: 'set image demo app=app:v3' }, 300);
  expect(canaryWeight(world)).toBe(50);
  const set = world.store.get<ReplicaSet>('ReplicaSet', NAMESPACE, `demo-${superseded}`);
  expect(set?.status?.availableReplicas).toBeGreaterThan(0);
});

it('#2767 and #2526: not here: what a user route has besides a split outlives a header route', () => {
  const beta = { name: 'beta', match: [{ headerName: 'x-user-type', headerValue: { exact: 'beta' } }] };
  const steps = [{ setCanaryScale: { replicas: 1 } }, { setHeaderRoute: beta }, { pause: {} }];
  const world = deployed({ ...BY_SERVICE, steps }, 2);
  const mine = [
    {
      name: 'mine',
      match: [{ withoutHeaders: { 'x-canary': { regex: '.*' } } }],
      delegate: { name: 'other' },
    },
  ];
  const before = world.store.get<VirtualService>('VirtualService', NAMESPACE, 'demo');
  world.store.apply({
    ...before,
    spec: { ...before?.spec, http: [...(before?.spec.http ?? []), ...mine] },
  } as never);
  act(world, SHIP, 20);
  expect(http(world).map(({ name }) => name)).toEqual(['beta', ROUTE, 'mine']);
  act(world, { plugin: 'promote demo' }, 90);
  expect(world.rollout().status?.phase).toBe('Healthy');
  expect(http(world).slice(1)).toEqual(mine);
});

it('#2463: a VirtualService applied as it is in Git gets its weights again, but no route of an earlier step', () => {
  const beta = { name: 'beta', match: [{ headerName: 'x-user-type', headerValue: { exact: 'beta' } }] };
  const afterSync = (fixed: number[]): unknown[] => {
    const steps = [{ setWeight: 50 }, { setHeaderRoute: beta }, { pause: {} }];
    const world = deployed({ ...BY_SERVICE, steps }, 2, fixed);
    act(world, SHIP, 20);
    expect(http(world).map(({ name }) => name)).toEqual(['beta', ROUTE]);
    world.store.apply(virtualService({ host: 'stable' }, { host: 'canary' }));
    expect(canaryWeight(world)).not.toBe(50);
    wait(world, 5);
    return [canaryWeight(world), ...http(world).map(({ name }) => name)];
  };
  expect(afterSync([])).toEqual([50, ROUTE]);
  expect(afterSync([4486])).toEqual([50, 'beta', ROUTE]);
});

it('#4626: by subset, a canary that never gets ready is not ended by its deadline', () => {
  const verdict = (fixed: number[]): unknown[] => {
    const world = deployed({ ...BY_SUBSET, steps: [{ setWeight: 50 }, { pause: {} }] }, 2, fixed);
    world.play({ afterMs: 0, image: { name: 'app:v2', behaviour: { readyAfterMs: Infinity } } });
    act(world, SHIP, 1200);
    const progressing = world.rollout().status?.conditions?.find(({ type }) => type === 'Progressing');
    return [world.rollout().status?.phase, progressing?.reason];
  };
  expect(verdict([])).toEqual(['Progressing', 'ReplicaSetUpdated']);
  expect(verdict([4839])).toEqual(['Degraded', 'ProgressDeadlineExceeded']);
});

it('#2769: not here: a new revision in mid-canary leaves one header route, not a pile of them', () => {
  const beta = { name: 'beta', match: [{ headerName: 'x-user-type', headerValue: { exact: 'beta' } }] };
  const steps = [{ setWeight: 26 }, { setHeaderRoute: beta }, { pause: {} }];
  const world = deployed({ ...BY_SERVICE, steps }, 2);
  for (const version of [2, 3, 2]) {
    act(world, { plugin: `set image demo app=app:v${version}` }, 40);
    expect(world.rollout().status?.currentStepIndex).toBe(2);
    expect(http(world).map(({ name }) => name)).toEqual(['beta', ROUTE]);
  }
  act(world, { plugin: 'promote demo' }, 90);
  expect(http(world).map(({ name }) => name)).toEqual([ROUTE]);
});

it('#4642: not here: a setCanaryScale in mid-update leaves the weight of the setWeight before it', () => {
  const steps = [
    { setCanaryScale: { weight: 50 } },
    { setWeight: 50 },
    { pause: { duration: 5 } },
    { setCanaryScale: { weight: 100 } },
    { pause: {} },
  ];
  for (const strategy of [BY_SERVICE, BY_SUBSET]) {
    const world = deployed({ ...strategy, steps }, 4);
    act(world, SHIP, 8);
    expect(canaryWeight(world)).toBe(50);
    const weights = new Set([canaryWeight(world)]);
    world.store.subscribe(() => weights.add(canaryWeight(world)));
    wait(world, 60);
    expect(world.rollout().status?.currentStepIndex).toBe(4);
    expect([...weights]).toEqual([50]);
  }
});

it('every switch is one that the scenario schema knows, and the other way round', () => {
  const schema = JSON.parse(readFileSync('scripts/scenario/schema.json', 'utf8')) as {
    properties: {
      spec: { properties: { rollouts: { properties: { fixed: { items: { enum: number[] } } } } } };
    };
  };
  const { fixed } = schema.properties.spec.properties.rollouts.properties;
  expect(fixed.items.enum).toEqual([...FIXABLE.keys()]);
});

it('docs/known-bugs.md names every switch and every scenario of a known bug, and no other', () => {
  const table = readFileSync('docs/known-bugs.md', 'utf8');
  const switches = [...table.matchAll(/\| `(\d+)` \|/g)].map(([, number]) => Number(number));
  expect(new Set(switches)).toEqual(new Set(FIXABLE.keys()));
  const named = [...table.matchAll(/`(known-bug-[a-z0-9-]+)`/g)].map(([, name]) => name);
  const shipped = readdirSync('scenarios').flatMap((file) => /^(known-bug-.*)\.yaml$/.exec(file)?.[1] ?? []);
  expect([...new Set(named)].toSorted()).toEqual(
    shipped.filter((name) => named.includes(name) || !name.endsWith('-mended')).toSorted(),
  );
  for (const mended of shipped.filter((name) => name.endsWith('-mended')))
    expect([...named, 'known-bug-3078']).toContain(mended.replace('-mended', ''));
});

it('a number that is no switch is refused with those that are', () => {
  const scenario = (number: number): string => `
apiVersion: coalmine.dev/v1alpha1
kind: Scenario
metadata: { name: x }
spec:
  manifests: [x]
  rollouts: { fixed: [${number}] }
  steps: [{ wait: 1s }]
`;
  expect(readScenario(scenario(4486), 'x.yaml').problems).toEqual([]);
  const { problems } = readScenario(scenario(4487), 'x.yaml');
  const valid = `Valid: ${[...FIXABLE.keys()].join(', ')}.`;
  expect(problems.map(({ why, where }) => [why, where?.line])).toEqual([[valid, 7]]);
});
