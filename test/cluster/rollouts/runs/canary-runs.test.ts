import { describe, expect, it } from 'vitest';
import type { AnalysisPhase, AnalysisRun, Experiment } from '../../../../cluster/kube/types/analysis.ts';
import type { CanaryStrategy, Rollout, RolloutAnalysis } from '../../../../cluster/kube/types/argo.ts';
import { runsToDelete } from '../../../../cluster/rollouts/runs/history.ts';
import { deployed as deploy } from '../controller/small-world.ts';
import type { SmallWorld } from '../controller/small-world.ts';

const apiVersion = 'argoproj.io/v1alpha1';

/** A canary of 4 pods on its first version, with the template `rate` that wants an argument `hash`. */
function deployed(canary: CanaryStrategy): SmallWorld {
  const spec = {
    metrics: [{ name: 'rate', count: 1, provider: { prometheus: { query: 'up{hash="{{args.hash}}"}' } } }],
    args: [{ name: 'hash', value: 'none' }],
  };
  // The template must be there before the Rollout, so the analysis is added to a Rollout that has settled.
  const world = deploy({});
  world.create({ apiVersion, kind: 'AnalysisTemplate', metadata: { name: 'rate' }, spec } as never);
  world.change({ strategy: { canary } });
  return world;
}

function runs(world: SmallWorld): AnalysisRun[] {
  return [...world.view.list<AnalysisRun>('AnalysisRun')];
}

/** Names without the Rollout's name and the hash, with phase and whether they are being terminated. */
function states(world: SmallWorld): string[] {
  return runs(world).map(({ metadata, spec, status }) => {
    const name = metadata.name.replace(/^demo-[^-]+-/, '');
    return [name, status?.phase, spec.terminate === true ? 'terminated' : ''].filter(Boolean).join(' ');
  });
}

function conclude(world: SmallWorld, phase: AnalysisPhase, message = '', run = runs(world).at(-1)!): void {
  world.create({ ...run, status: { phase, message } } as AnalysisRun);
  world.settle();
}

function pauses(world: SmallWorld): string[] {
  return (world.rollout().status?.pauseConditions ?? []).map(({ reason }) => reason);
}

const rate: RolloutAnalysis = { templates: [{ templateName: 'rate' }] };

describe('a step with an analysis', () => {
  const steps = [{ setWeight: 25 }, { analysis: rate }, { pause: {} }];

  it('makes a run named after hash, revision and step, and goes on when it succeeds', () => {
    const world = deployed({
      steps: [
        { setWeight: 25 },
        {
          analysis: {
            ...rate,
            args: [{ name: 'hash', valueFrom: { podTemplateHashValue: 'Latest' } }],
            analysisRunMetadata: { labels: { team: 'a' }, annotations: { note: 'b' } },
          },
        },
        { pause: {} },
      ],
    });
    world.setImage('app:2');
    const rs = world.replicaSets().at(-1)!;
    const hash = rs.metadata.labels?.['rollouts-pod-template-hash'];
    const [run] = runs(world);
    expect(run?.metadata).toMatchObject({
      name: `demo-${hash}-2-1`,
      labels: {
        app: 'demo',
        team: 'a',
        'rollout-type': 'Step',
        'step-index': '1',
        'rollouts-pod-template-hash': hash,
      },
      annotations: { 'rollout.argoproj.io/revision': '2', note: 'b' },
      ownerReferences: [{ kind: 'Rollout', name: 'demo', controller: true, blockOwnerDeletion: true }],
    });
    expect(run?.spec.args).toEqual([{ name: 'hash', value: hash }]);
    expect(world.rollout().status).toMatchObject({ currentStepIndex: 1 });
    conclude(world, 'Successful');
    expect(world.rollout().status).toMatchObject({ currentStepIndex: 2 });
    expect(pauses(world)).toEqual(['CanaryPauseStep']);
  });

  it('aborts with the run’s own words when it fails', () => {
    const world = deployed({ steps });
    world.setImage('app:2');
    conclude(world, 'Failed', 'Metric "rate" assessed Failed');
    expect(world.rollout().status).toMatchObject({
      abort: true,
      message:
        'RolloutAborted: Rollout aborted update to revision 2: Step-based analysis phase error/failed: Metric "rate" assessed Failed',
    });
    expect(world.events.filter((event) => event.startsWith('AnalysisRun'))).toHaveLength(1);
  });

  it('makes a second run when a person resumes an inconclusive one', () => {
    const world = deployed({ steps });
    world.setImage('app:2');
    conclude(world, 'Inconclusive');
    expect(pauses(world)).toEqual(['InconclusiveAnalysisRun']);
    world.patchStatus({ pauseConditions: null });
    expect(states(world)).toEqual(['2-1 Inconclusive', '2-1.1']);
    conclude(world, 'Successful');
    expect(world.rollout().status?.currentStepIndex).toBe(2);
  });

  it('ends its run when a new version arrives or the update is aborted', () => {
    const world = deployed({ steps });
    world.setImage('app:2');
    world.setImage('app:3');
    expect(states(world)).toEqual(['2-1 terminated', '3-1']);
    world.patchStatus({ abort: true });
    expect(states(world)).toEqual(['2-1 terminated', '3-1 terminated']);
  });

  it('is skipped on a first deploy and on a full promotion', () => {
    const world = deployed({ steps: [{ analysis: rate }] });
    expect(states(world)).toEqual([]);
    world.setImage('app:2');
    world.patchStatus({ promoteFull: true });
    expect(states(world)).toEqual(['2-0 terminated']);
    expect(world.rollout().status?.phase).toBe('Healthy');
  });
});

describe('a background analysis', () => {
  const steps = [{ setWeight: 25 }, { pause: {} }, { setWeight: 50 }, { pause: {} }];

  it('runs behind the steps from startingStep on, and is ended by the promotion', () => {
    const world = deployed({ steps, analysis: { ...rate, startingStep: 2 } });
    world.setImage('app:2');
    expect(states(world)).toEqual([]);
    world.patchStatus({ pauseConditions: null });
    expect(states(world)).toEqual(['2']);
    expect(runs(world)[0]?.metadata.labels).toMatchObject({ 'rollout-type': 'Background' });
    conclude(world, 'Running');
    world.patchStatus({ pauseConditions: null });
    expect(world.rollout().status?.phase).toBe('Healthy');
    expect(states(world)).toEqual(['2 Running terminated']);
  });

  it('aborts in the middle of a pause', () => {
    const world = deployed({ steps, analysis: rate });
    world.setImage('app:2');
    conclude(world, 'Error', 'no answer');
    expect(world.rollout().status?.message).toBe(
      'RolloutAborted: Rollout aborted update to revision 2: Background analysis phase error/failed: no answer',
    );
  });

  it('tells of each phase once, with the one before', () => {
    const world = deployed({ steps, analysis: rate });
    world.setImage('app:2');
    conclude(world, 'Running');
    conclude(world, 'Failed');
    const name = runs(world)[0]?.metadata.name;
    expect(world.events.filter((event) => event.startsWith('AnalysisRun'))).toEqual([
      `AnalysisRunRunning: Background Analysis Run '${name}' Status New: 'Running' Previous: ''`,
      `AnalysisRunFailed: Background Analysis Run '${name}' Status New: 'Failed' Previous: 'Running'`,
    ]);
  });
});

function experiments(world: SmallWorld): Experiment[] {
  return [...world.view.list<Experiment>('Experiment')];
}

function finish(world: SmallWorld, phase: AnalysisPhase, message = ''): void {
  world.create({ ...experiments(world).at(-1)!, status: { phase, message } } as Experiment);
  world.settle();
}

describe('an experiment step', () => {
  const experiment = {
    duration: '10m',
    templates: [
      {
        name: 'baseline',
        specRef: 'stable' as const,
        replicas: 1,
        metadata: { labels: { role: 'baseline' } },
      },
      { name: 'canary', specRef: 'canary' as const },
    ],
    analyses: [
      {
        name: 'rate',
        templateName: 'rate',
        args: [{ name: 'hash', valueFrom: { podTemplateHashValue: 'Stable' as const } }],
      },
    ],
  };
  const steps = [{ experiment }, { setWeight: 25 }, { pause: {} }];

  it('makes an Experiment of both versions, and goes on when it succeeds', () => {
    const world = deployed({ steps });
    world.setImage('app:2');
    const [stable, canary] = world
      .replicaSets()
      .map((rs) => rs.metadata.labels?.['rollouts-pod-template-hash']);
    const [made] = experiments(world);
    expect(made?.metadata.name).toBe(`demo-${canary}-2-0`);
    expect(made?.spec).toMatchObject({
      duration: '10m',
      analysisRunMetadata: {},
      analyses: [{ name: 'rate', templateName: 'rate', args: [{ name: 'hash', value: stable }] }],
    });
    expect(made?.spec.templates.map(({ selector }) => selector.matchLabels)).toEqual([
      { app: 'demo', 'rollouts-pod-template-hash': stable, role: 'baseline' },
      { app: 'demo', 'rollouts-pod-template-hash': canary },
    ]);
    expect(made?.spec.templates[0]?.template.metadata?.labels).toMatchObject({ role: 'baseline' });
    expect(world.rollout().status?.canary?.currentExperiment).toBe(made?.metadata.name);
    expect(world.events).toContain(`ExperimentCreated: Created Experiment '${made?.metadata.name}'`);
    finish(world, 'Successful');
    expect(world.rollout().status).toMatchObject({ currentStepIndex: 2 });
    expect(world.rollout().status?.canary?.currentExperiment).toBeUndefined();
  });

  it('aborts the update when it fails', () => {
    const world = deployed({ steps });
    world.setImage('app:2');
    finish(world, 'Failed', 'canary is worse');
    expect(world.rollout().status?.message).toBe(
      'RolloutAborted: Rollout aborted update to revision 2: Experiment analysis phase is error/failed: canary is worse',
    );
  });

  it('is ended when the update is aborted', () => {
    const world = deployed({ steps });
    world.setImage('app:2');
    world.patchStatus({ abort: true });
    expect(experiments(world).map(({ spec }) => spec.terminate)).toEqual([true]);
  });

  it('is made anew under another name after an abort and a retry', () => {
    const world = deployed({ steps });
    world.setImage('app:2');
    finish(world, 'Failed');
    world.patchStatus({ abort: null });
    expect(experiments(world).map(({ metadata }) => metadata.name.replace(/^demo-[^-]+-/, ''))).toEqual([
      '2-0',
      '2-0-1',
    ]);
  });
});

const rollout = (limits: object): Rollout =>
  ({ metadata: { name: 'demo' }, spec: { strategy: {}, analysis: limits } }) as unknown as Rollout;

const run = (
  name: string,
  phase: AnalysisPhase,
  second: number,
  hash: string | undefined = 'aaa',
): AnalysisRun => ({
  apiVersion,
  kind: 'AnalysisRun',
  metadata: {
    name,
    creationTimestamp: `2026-01-01T00:00:0${second}Z`,
    ...(hash !== undefined && { labels: { 'rollouts-pod-template-hash': hash } }),
  },
  spec: { metrics: [] },
  status: { phase },
});

describe('finished runs', () => {
  const replicaSets = [
    { metadata: { name: 'demo-aaa', labels: { 'rollouts-pod-template-hash': 'aaa' } } },
  ] as never;
  const deleted = (limits: object, ...all: AnalysisRun[]): string[] =>
    runsToDelete(rollout(limits), all, replicaSets).map(({ metadata }) => metadata.name);

  it('are kept to the limits, the youngest of each kind', () => {
    const all = [
      run('good-1', 'Successful', 1),
      run('bad-2', 'Failed', 2),
      run('good-3', 'Successful', 3),
      run('bad-4', 'Error', 4),
      run('bad-5', 'Inconclusive', 5),
      run('running', 'Running', 0),
    ];
    const limits = { successfulRunHistoryLimit: 1, unsuccessfulRunHistoryLimit: 2 };
    expect(deleted(limits, ...all)).toEqual(['bad-2', 'good-1']);
    expect(deleted({ successfulRunHistoryLimit: 0, unsuccessfulRunHistoryLimit: 0 }, ...all)).toHaveLength(5);
  });

  it('are five of each by default', () => {
    const all = Array.from({ length: 7 }, (_none, index) => run(`good-${index}`, 'Successful', index));
    expect(deleted({}, ...all)).toEqual(['good-1', 'good-0']);
  });

  it('go when their ReplicaSet is gone, or was never known', () => {
    expect(deleted({}, run('gone', 'Successful', 1, 'bbb'), run('here', 'Successful', 1))).toEqual(['gone']);
    const unlabelled = run('unknown', 'Running', 1);
    const { labels: _none, ...metadata } = unlabelled.metadata;
    expect(deleted({}, { ...unlabelled, metadata })).toEqual(['unknown']);
  });
});
