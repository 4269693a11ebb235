/**
 * What happens to a Rollout's pods besides its steps, on a whole cluster. Truth: the rules and words of Argo Rollouts
 * v1.9.1 (docs/features/{restart,specification,anti-affinity,ephemeral-metadata,rollback}.md, rollout/{restart,sync}.go).
 */
import { describe, expect, it } from 'vitest';
import { fromRfc3339 } from '../../../../cluster/kernel/time.ts';
import { isReady } from '../../../../cluster/workloads/pods.ts';
import { rollout, story, type Story } from './world.ts';

const steps = '{ canary: { steps: [{ setWeight: 25 }, { pause: {} }] } }';
const HASH = 'rollouts-pod-template-hash';

function deployed(yaml: string, options = {}): Story {
  const world = story(yaml, options);
  healthy(world);
  return world;
}

const healthy = (world: Story): number => world.until(() => world.status().phase === 'Healthy');
const ship = (world: Story, version: number): string => world.plugin(`set image demo demo=demo:${version}`);
const hashOf = (world: Story, revision: number): string =>
  world.revision(revision)?.metadata.labels?.[HASH] ?? `no revision ${revision}`;

describe('restartAt', () => {
  const restarted = (maxUnavailable: string): { fewest: number; world: Story } => {
    const world = deployed(rollout(`{ canary: { maxSurge: 1, maxUnavailable: ${maxUnavailable} } }`));
    world.run(10);
    const old = new Set(world.pods().map(({ metadata }) => metadata.uid));
    world.plugin('restart demo');
    let fewest = Infinity;
    world.until(() => {
      fewest = Math.min(fewest, world.pods().filter(isReady).length);
      return world.status().restartedAt !== undefined;
    });
    world.until(() => world.pods().filter(isReady).length === 4);
    expect(world.pods().some(({ metadata }) => old.has(metadata.uid))).toBe(false);
    return { fewest, world };
  };

  it('replaces every pod, one at a time where none may be missing', () => {
    const { fewest, world } = restarted('0');
    expect(fewest).toBe(3);
    expect(world.sizes()).toEqual({ 1: 4 });
    expect(world.status().restartedAt).toBe(
      (world.get('Rollout', 'demo')['spec'] as { restartAt: string }).restartAt,
    );
  });

  it('takes as many at a time as maxUnavailable', () => {
    expect(restarted('50%').fewest).toBe(2);
  });

  it('waits for its time', () => {
    const world = deployed(rollout(steps));
    expect(world.plugin('restart demo --in 2m')).toBe("rollout 'demo' restarts in 2m\n");
    const old = world.pods().map(({ metadata }) => metadata.uid);
    world.run(115);
    expect(world.pods().map(({ metadata }) => metadata.uid)).toEqual(old);
    world.until(() => world.status().restartedAt !== undefined);
    world.until(() => world.pods().filter(isReady).length === 4);
    expect(world.pods().some(({ metadata }) => old.includes(metadata.uid))).toBe(false);
  });
});

describe('a version whose pods never get ready', () => {
  const broken = { images: { 'demo:2': { readyAfterMs: Infinity } } };

  it('is Degraded after progressDeadlineSeconds, and stays in place', () => {
    const world = deployed(rollout(steps, 'replicas: 4\n  progressDeadlineSeconds: 60'), broken);
    ship(world, 2);
    const from = world.seconds();
    const at = world.until(() => world.status().phase === 'Degraded');
    expect(at - from).toBeGreaterThan(59);
    expect(at - from).toBeLessThan(75);
    expect(world.status().message).toBe(
      `ProgressDeadlineExceeded: ReplicaSet "demo-${hashOf(world, 2)}" has timed out progressing.`,
    );
    expect(world.status().abort).toBeUndefined();
    world.run(60);
    expect(world.sizes()).toEqual({ 1: 3, 2: 1 });
  });

  it('is aborted with progressDeadlineAbort, with the deadline’s words in the event', () => {
    const limits = 'replicas: 4\n  progressDeadlineSeconds: 60\n  progressDeadlineAbort: true';
    const world = deployed(rollout(steps, limits), broken);
    ship(world, 2);
    world.until(() => world.status().abort === true);
    const words = `ReplicaSet "demo-${hashOf(world, 2)}" has timed out progressing.`;
    const event = world.told.find(({ reason }) => reason === 'RolloutAborted');
    expect(event).toMatchObject({ type: 'Warning', message: words, about: 'Rollout/demo' });
    world.until(() => world.phase().startsWith('Degraded: RolloutAborted'));
    // The message of the abort is said once, by the reconcile that aborts; the condition is written by the next one.
    expect(world.status().message).toBe('RolloutAborted: Rollout aborted update to revision 2');
    world.until(() => world.sizes()[1] === 4 && world.sizes()[2] === 0);
  });
});

describe('going back', () => {
  it('within rollbackWindow needs no steps, and says so', () => {
    const window = 'replicas: 4\n  rollbackWindow: { revisions: 2 }';
    const world = deployed(
      rollout('{ canary: { steps: [{ setWeight: 25 }, { pause: { duration: 20s } }] } }', window),
    );
    for (const version of [2, 3]) {
      ship(world, version);
      world.run(2);
      healthy(world);
    }
    world.run(5);
    expect(world.plugin('undo demo --to-revision=1')).toBe("rollout 'demo' undo\n");
    let paused = false;
    world.until(() => {
      paused ||= world.status().controllerPause === true;
      return world.sizes()[4] === 4 && world.status().phase === 'Healthy';
    });
    expect(paused).toBe(false);
    expect(world.said('Rollout/demo').at(-1)).toBe(
      `RolloutCompleted: Rollout completed update to revision 4 (${hashOf(world, 4)}): Rollback within window`,
    );
    expect(world.status()).toMatchObject({ currentStepIndex: 2 });
  });

  it('beyond it walks the steps', () => {
    const window = 'replicas: 4\n  rollbackWindow: { revisions: 1 }';
    const world = deployed(
      rollout('{ canary: { steps: [{ setWeight: 25 }, { pause: { duration: 5s } }] } }', window),
    );
    for (const version of [2, 3]) {
      ship(world, version);
      world.run(2);
      healthy(world);
    }
    world.run(5);
    world.plugin('undo demo --to-revision=1');
    world.until(() => world.phase() === 'Paused: CanaryPauseStep');
    expect(world.sizes()).toEqual({ 2: 0, 3: 3, 4: 1 });
    expect(world.said('Rollout/demo').filter((line) => line.startsWith('SkipSteps'))).toEqual([]);
  });
});

describe('antiAffinity', () => {
  const term = (world: Story) => ({
    labelSelector: { matchExpressions: [{ key: HASH, operator: 'In', values: [hashOf(world, 1)] }] },
    namespaces: ['shop'],
    topologyKey: 'kubernetes.io/hostname',
  });
  const strategy = (rule: string): string =>
    `{ canary: { antiAffinity: { ${rule} }, steps: [{ setWeight: 25 }, { pause: {} }] } }`;
  const affinity = (world: Story, revision: number): unknown =>
    world.pods().find(({ metadata }) => metadata.labels?.[HASH] === hashOf(world, revision))?.spec[
      'affinity'
    ];

  it('required: keeps new pods off the nodes of the stable ones', () => {
    const world = deployed(rollout(strategy('requiredDuringSchedulingIgnoredDuringExecution: {}')));
    expect(affinity(world, 1)).toBeUndefined();
    ship(world, 2);
    world.until(() => world.phase() === 'Paused: CanaryPauseStep');
    expect(affinity(world, 2)).toEqual({
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term(world)] },
    });
  });

  it('preferred: with its weight, beside the rules that the user has', () => {
    const rule = 'preferredDuringSchedulingIgnoredDuringExecution: { weight: 30 }';
    const own = 'affinity: { nodeAffinity: {} }, containers';
    const world = deployed(rollout(strategy(rule)).replace('containers', own));
    ship(world, 2);
    world.until(() => world.phase() === 'Paused: CanaryPauseStep');
    expect(affinity(world, 2)).toEqual({
      nodeAffinity: {},
      podAntiAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 30, podAffinityTerm: term(world) }],
      },
    });
  });
});

it('canaryMetadata and stableMetadata are on the running pods, and change hands at the promotion', () => {
  const metadata =
    'canaryMetadata: { labels: { role: canary }, annotations: { note: new } }, stableMetadata: { labels: { role: stable } }';
  const world = deployed(rollout(`{ canary: { ${metadata}, steps: [{ setWeight: 25 }, { pause: {} }] } }`));
  const roles = (revision: number): (string | undefined)[] => {
    const pods = world.pods().filter(({ metadata: each }) => each.labels?.[HASH] === hashOf(world, revision));
    return [...new Set(pods.map(({ metadata: each }) => each.labels?.['role']))];
  };
  expect(roles(1)).toEqual(['stable']);
  ship(world, 2);
  world.until(() => world.phase() === 'Paused: CanaryPauseStep');
  expect([roles(1), roles(2)]).toEqual([['stable'], ['canary']]);
  const uids = world.pods().map(({ metadata: each }) => each.uid);
  world.plugin('promote demo --full');
  healthy(world);
  world.until(() => roles(2).join() === 'stable', 60);
  const survivors = world.pods().filter(({ metadata: each }) => uids.includes(each.uid));
  expect(survivors).toHaveLength(1);
  expect(survivors[0]?.metadata.annotations?.['note']).toBeUndefined();
});

it('revisionHistoryLimit keeps that many old ReplicaSets, the youngest', () => {
  const world = deployed(rollout('{ canary: {} }', 'replicas: 4\n  revisionHistoryLimit: 2'));
  for (const version of [2, 3, 4, 5]) {
    ship(world, version);
    world.run(2);
    healthy(world);
  }
  world.run(30);
  expect(Object.keys(world.sizes())).toEqual(['3', '4', '5']);
});

it('minReadySeconds holds a step until its pods have been ready for so long', () => {
  const world = deployed(rollout(steps, 'replicas: 4\n  minReadySeconds: 20'));
  ship(world, 2);
  world.until(() => world.phase() === 'Paused: CanaryPauseStep');
  const canary = world.pods().find(({ metadata }) => metadata.labels?.[HASH] === hashOf(world, 2))!;
  const readySince = canary.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;
  const readyFor = world.seconds() - (fromRfc3339(readySince!) - fromRfc3339('2026-01-01T00:00:00Z')) / 1000;
  expect(readyFor).toBeGreaterThanOrEqual(20);
  expect(readyFor).toBeLessThan(22);
});

it('the controller’s metrics follow the story', () => {
  const world = deployed(rollout(steps));
  const info = (): string[] =>
    [...world.metrics.scrapeTarget().collect()].flatMap(({ labels }) =>
      labels['__name__'] === 'rollout_info' ? [`${labels['strategy']} ${labels['phase']}`] : [],
    );
  expect(info()).toEqual(['canary Completed']);
  ship(world, 2);
  world.until(() => world.phase() === 'Paused: CanaryPauseStep');
  // The condition Paused, and with it the reason of Progressing, comes a reconcile after the phase.
  world.run(1);
  expect(info()).toEqual(['canary Paused']);
  world.plugin('abort demo');
  world.until(() => world.status().phase === 'Degraded');
  expect(info()).toEqual(['canary Abort']);
  const samples = [...world.metrics.scrapeTarget().collect()];
  const paused = samples.find(({ labels }) => labels['reason'] === 'RolloutPaused');
  expect(paused).toMatchObject({ value: 1, labels: { type: 'Normal', name: 'demo', namespace: 'shop' } });
  const reconciles = samples.find(({ labels }) => labels['__name__'] === 'rollout_reconcile_count');
  expect(reconciles?.value).toBeGreaterThan(10);
});
