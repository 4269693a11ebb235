import { describe, expect, it } from 'vitest';
import type { AnalysisPhase, AnalysisRun } from '../../../../cluster/kube/types/analysis.ts';
import type { BlueGreenStrategy, RolloutSpec } from '../../../../cluster/kube/types/argo.ts';
import { SmallWorld } from '../controller/small-world.ts';

/** A world with Services `active` and `preview`, a template `rate`, and a settled blue-green Rollout of 4 pods. */
function deployed(blueGreen: Partial<BlueGreenStrategy> = {}, spec: Partial<RolloutSpec> = {}): SmallWorld {
  const world = new SmallWorld();
  for (const name of ['active', 'preview']) {
    world.create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name },
      spec: { selector: { app: 'demo' } },
    } as never);
  }
  const metrics = [{ name: 'rate', count: 1, provider: { prometheus: { query: 'up' } } }];
  const apiVersion = 'argoproj.io/v1alpha1';
  world.create({
    apiVersion,
    kind: 'AnalysisTemplate',
    metadata: { name: 'rate' },
    spec: { metrics },
  } as never);
  world.create({
    apiVersion,
    kind: 'Rollout',
    metadata: { name: 'demo' },
    spec: {
      replicas: 4,
      selector: { matchLabels: { app: 'demo' } },
      template: {
        metadata: { labels: { app: 'demo' } },
        spec: { containers: [{ name: 'app', image: 'app:1', resources: {} }] },
      },
      strategy: { blueGreen: { activeService: 'active', previewService: 'preview', ...blueGreen } },
      ...spec,
    },
  } as never);
  world.settle();
  return world;
}

function behind(world: SmallWorld): (string | undefined)[] {
  return [world.revisionBehind('active'), world.revisionBehind('preview')];
}

function pauses(world: SmallWorld): string[] {
  return (world.rollout().status?.pauseConditions ?? []).map(({ reason }) => reason);
}

function runs(world: SmallWorld): AnalysisRun[] {
  return [...world.view.list<AnalysisRun>('AnalysisRun')];
}

/** What the analysis controller would write; creating an object anew replaces it in the small world. */
function conclude(world: SmallWorld, phase: AnalysisPhase, message = ''): void {
  const run = runs(world).at(-1)!;
  world.create({ ...run, status: { phase, message } } as AnalysisRun);
  world.settle();
}

const rate = { templates: [{ templateName: 'rate' }] };

describe('a blue-green update', () => {
  it('starts with both Services on the first version', () => {
    const world = deployed();
    expect(behind(world)).toEqual(['1', '1']);
    expect(world.rollout().status).toMatchObject({ phase: 'Healthy', availableReplicas: 4 });
  });

  it('switches as soon as all new pods are there, and lets the old version stand by', () => {
    const world = deployed({ scaleDownDelaySeconds: 20 });
    world.available = (rs) => Math.min(3, rs.spec.replicas ?? 0);
    world.setImage('app:2');
    expect(behind(world)).toEqual(['1', '2']);
    world.available = (rs) => rs.spec.replicas ?? 0;
    world.settle();
    expect(behind(world)).toEqual(['2', '2']);
    expect(world.rollout().status?.phase).toBe('Healthy');
    expect(world.sizes()).toEqual({ 1: 4, 2: 4 });
    world.wait(20);
    expect(world.sizes()).toEqual({ 1: 0, 2: 4 });
  });

  it('waits for a person when autoPromotionEnabled is false', () => {
    const world = deployed({ autoPromotionEnabled: false });
    world.setImage('app:2');
    expect(behind(world)).toEqual(['1', '2']);
    expect(pauses(world)).toEqual(['BlueGreenPause']);
    expect(world.rollout().status).toMatchObject({ phase: 'Paused', message: 'BlueGreenPause' });
    world.patchStatus({ pauseConditions: null });
    expect(behind(world)).toEqual(['2', '2']);
    expect(world.rollout().status?.phase).toBe('Healthy');
  });

  it('promotes by itself after autoPromotionSeconds', () => {
    const world = deployed({ autoPromotionSeconds: 30 });
    world.setImage('app:2');
    expect(pauses(world)).toEqual(['BlueGreenPause']);
    world.wait(29);
    expect(behind(world)).toEqual(['1', '2']);
    world.wait(1);
    expect(behind(world)).toEqual(['2', '2']);
  });

  it('previews with previewReplicaCount pods and grows before the switch', () => {
    const world = deployed({ autoPromotionEnabled: false, previewReplicaCount: 1 });
    world.setImage('app:2');
    expect(world.sizes()).toEqual({ 1: 4, 2: 1 });
    expect(world.rollout().status?.blueGreen?.scaleUpPreviewCheckPoint).toBeUndefined();
    world.available = (rs) => Math.min(rs.spec.replicas ?? 0, 3);
    world.patchStatus({ pauseConditions: null });
    expect(world.rollout().status?.blueGreen?.scaleUpPreviewCheckPoint).toBe(true);
    expect(world.sizes()).toEqual({ 1: 4, 2: 4 });
    expect(behind(world)).toEqual(['1', '2']);
    world.available = (rs) => rs.spec.replicas ?? 0;
    world.settle();
    expect(behind(world)).toEqual(['2', '2']);
    expect(world.rollout().status?.blueGreen?.scaleUpPreviewCheckPoint).toBeUndefined();
  });

  it('goes back at once to a version that still stands by', () => {
    const world = deployed({ autoPromotionEnabled: false });
    world.setImage('app:2');
    world.patchStatus({ pauseConditions: null });
    world.setImage('app:1');
    expect(behind(world)).toEqual(['3', '3']);
    expect(pauses(world)).toEqual([]);
  });

  it('gives the active Service back on an abort', () => {
    const world = deployed({ autoPromotionEnabled: false });
    world.setImage('app:2');
    world.patchStatus({ abort: true, pauseConditions: null });
    expect(behind(world)).toEqual(['1', '2']);
    expect(world.rollout().status?.phase).toBe('Degraded');
    world.wait(30);
    expect(world.sizes()).toEqual({ 1: 4, 2: 0 });
  });

  it('stays as it is while a person has paused it', () => {
    const world = deployed();
    world.change({ paused: true });
    world.setImage('app:2');
    expect(behind(world)).toEqual(['1', '1']);
    expect(world.rollout().status?.message).toBe('manually paused');
  });
});

describe('a blue-green update with analysis', () => {
  it('does not switch before the pre-promotion run succeeds', () => {
    const world = deployed({ prePromotionAnalysis: rate });
    world.setImage('app:2');
    expect(behind(world)).toEqual(['1', '2']);
    expect(runs(world).map(({ metadata }) => metadata.name)).toEqual([
      `${world.replicaSets().at(-1)?.metadata.name}-2-pre`,
    ]);
    conclude(world, 'Running');
    expect(behind(world)).toEqual(['1', '2']);
    conclude(world, 'Successful');
    expect(behind(world)).toEqual(['2', '2']);
    expect(world.events.filter((event) => event.startsWith('AnalysisRun'))).toEqual([
      expect.stringMatching(
        /^AnalysisRunRunning: PrePromotion Analysis Run '.*-2-pre' Status New: 'Running' Previous: ''$/,
      ),
      expect.stringMatching(/Status New: 'Successful' Previous: 'Running'$/),
    ]);
  });

  it('aborts when the pre-promotion run fails', () => {
    const world = deployed({ prePromotionAnalysis: rate });
    world.setImage('app:2');
    conclude(world, 'Failed', 'too many errors');
    expect(behind(world)).toEqual(['1', '2']);
    expect(world.rollout().status).toMatchObject({ abort: true, phase: 'Degraded' });
    expect(world.rollout().status?.message).toBe(
      'RolloutAborted: Rollout aborted update to revision 2: Blue/green pre-promotion analysis phase error/failed: too many errors',
    );
  });

  it('pauses when the run is inconclusive, and asks again once it is resumed', () => {
    const world = deployed({ prePromotionAnalysis: rate });
    world.setImage('app:2');
    conclude(world, 'Inconclusive');
    expect(pauses(world)).toEqual(['InconclusiveAnalysisRun']);
    world.patchStatus({ pauseConditions: null });
    expect(runs(world).map(({ metadata }) => metadata.name.split('-2-')[1])).toEqual(['pre', 'pre.1']);
  });

  it('is stable only after the post-promotion run, which can take the switch back', () => {
    const world = deployed({ postPromotionAnalysis: rate });
    world.setImage('app:2');
    expect(behind(world)).toEqual(['2', '2']);
    expect(world.rollout().status).toMatchObject({ message: 'waiting for analysis to complete' });
    conclude(world, 'Error', 'no answer');
    expect(behind(world)).toEqual(['1', '2']);
    expect(world.rollout().status?.abort).toBe(true);
  });
});
