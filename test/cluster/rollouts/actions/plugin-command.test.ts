/**
 * Truth: the patches in the plugin's own source (v1.9.1), and what the real plugin said and did in the golden traces.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fromRfc3339 } from '../../../../cluster/kernel/time.ts';
import type { Effect } from '../../../../cluster/kube/effects.ts';
import type { ClusterReader, KubeObject } from '../../../../cluster/kube/objects.ts';
import type { Rollout, RolloutSpec, RolloutStatus } from '../../../../cluster/kube/types/argo.ts';
import type { ReplicaSet } from '../../../../cluster/kube/types/core.ts';
import { ActionRefused } from '../../../../cluster/rollouts/actions/action.ts';
import { pluginCommand } from '../../../../cluster/rollouts/actions/plugin-command.ts';
import { statusLine } from '../../../../cluster/rollouts/actions/status.ts';

const NOW = fromRfc3339('2026-01-02T03:04:05Z');

function rollout(status: RolloutStatus = {}, spec: Partial<RolloutSpec> = {}): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'demo', namespace: 'default', uid: 'u1', generation: 3 },
    spec: {
      template: {
        metadata: { labels: { app: 'demo' } },
        spec: { containers: [{ name: 'web', image: 'demo:3' }] },
      },
      strategy: { canary: { steps: [{ setWeight: 10 }, { pause: {} }] } },
      ...spec,
    },
    status,
  };
}

function replicaSet(revision: number, image: string): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `demo-${revision}`,
      namespace: 'default',
      annotations: { 'rollout.argoproj.io/revision': String(revision) },
    },
    spec: {
      selector: {},
      template: {
        metadata: { labels: { app: 'demo', 'rollouts-pod-template-hash': String(revision) } },
        spec: { containers: [{ name: 'web', image, imagePullPolicy: 'IfNotPresent' }] },
      },
    },
  };
}

function viewOf(...objects: KubeObject[]): ClusterReader {
  const list = <T extends KubeObject>(kind: string): T[] => objects.filter((o): o is T => o.kind === kind);
  return {
    get: <T extends KubeObject>(kind: string, _: string | undefined, name: string) =>
      list<T>(kind).find(({ metadata }) => metadata.name === name),
    list,
    ownedBy: list,
  };
}

const run = (command: string, ...objects: KubeObject[]) =>
  pluginCommand(command, viewOf(...objects), 'default', NOW);
const statusPatch = (status: Record<string, unknown>): Effect => ({
  do: 'patch',
  ref: { kind: 'Rollout', namespace: 'default', name: 'demo' },
  patch: { status },
  subresource: 'status',
});

const skipTo = (currentStepIndex: number) => [statusPatch({ pauseConditions: null, currentStepIndex })];

describe('promote', () => {
  const paused = {
    pauseConditions: [{ reason: 'CanaryPauseStep' as const, startTime: '' }],
    currentStepIndex: 1,
  };

  it('clears the pause of a paused step and leaves the step index alone', () => {
    expect(run('promote demo', rollout(paused))).toEqual({
      effects: [statusPatch({ pauseConditions: null })],
      said: "rollout 'demo' promoted\n",
    });
  });

  it('skips the current step when nothing is paused, and stays at the end', () => {
    expect(run('promote demo', rollout({ currentStepIndex: 0 })).effects).toEqual(skipTo(1));
    expect(run('promote demo', rollout({ currentStepIndex: 2 })).effects).toEqual(skipTo(2));
  });

  it('leaves an inconclusive step: pause, controller pause and step index at once', () => {
    const inconclusive: RolloutStatus = {
      ...paused,
      controllerPause: true,
      canary: { currentStepAnalysisRunStatus: { name: 'run', status: 'Inconclusive' } },
    };
    expect(run('promote demo', rollout(inconclusive)).effects).toEqual([
      statusPatch({ pauseConditions: null, controllerPause: false, currentStepIndex: 2 }),
    ]);
  });

  it('promotes fully only in the middle of an update, and unpauses the spec after the status', () => {
    const updating = rollout({ currentPodHash: 'b', stableRS: 'a' }, { paused: true });
    expect(run('promote demo --full', updating)).toEqual({
      effects: [
        statusPatch({ promoteFull: true }),
        { do: 'patch', ref: statusRef(), patch: { spec: { paused: false } } },
      ],
      said: "rollout 'demo' fully promoted\n",
    });
    expect(run('promote demo --full', rollout({ currentPodHash: 'a', stableRS: 'a' })).effects).toEqual([]);
  });

  it('skips one step or all', () => {
    expect(run('promote demo -c', rollout()).effects).toEqual([statusPatch({ currentStepIndex: 1 })]);
    expect(run('promote demo --skip-all-steps', rollout()).effects).toEqual([
      statusPatch({ currentStepIndex: 2 }),
    ]);
  });

  it.each([
    ['promote demo -c -a', 'Cannot use skip-current-step and skip-all-steps flags at the same time', {}],
    ['promote demo -c', 'Cannot skip steps of a rollout without steps', { strategy: { canary: {} } }],
    [
      'promote demo -a',
      'Cannot skip steps of a bluegreen rollout. Run without a flags',
      { strategy: { blueGreen: { activeService: 'a' } } },
    ],
  ])('refuses `%s`', (command, message, spec) => {
    expect(() => run(command, rollout({}, spec))).toThrow(new ActionRefused(message));
  });
});

describe('undo', () => {
  const history = [replicaSet(1, 'demo:1'), replicaSet(2, 'demo:2'), replicaSet(3, 'demo:3')];
  const imageAfter = (command: string): unknown => {
    const [effect] = run(command, rollout(), ...history).effects;
    return effect?.do === 'update' ? (effect.object as Rollout).spec.template : effect;
  };

  it('goes back one revision, defaults and all, without the hash label', () => {
    expect(imageAfter('undo demo')).toEqual({
      metadata: { labels: { app: 'demo' } },
      spec: { containers: [{ name: 'web', image: 'demo:2', imagePullPolicy: 'IfNotPresent' }] },
    });
  });

  it('goes to the revision asked for, and says so when it is there already or never was', () => {
    expect(imageAfter('undo demo --to-revision=1')).toMatchObject({
      spec: { containers: [{ image: 'demo:1' }] },
    });
    expect(run('undo demo --to-revision 3', rollout(), ...history)).toEqual({
      effects: [],
      said: 'skipped rollback (current template already matches revision 3)',
    });
    expect(() => imageAfter('undo demo --to-revision=9')).toThrow(
      'unable to find specified revision 9 in history',
    );
    expect(() => run('undo demo', rollout(), history[0]!)).toThrow('no revision found for rollout "demo"');
  });
});

const seen = (status: RolloutStatus): string => statusLine(rollout({ phase: 'Healthy', ...status }));

describe('the other verbs', () => {
  it('restart at a time, now or later', () => {
    const restartAt = (command: string): unknown =>
      (run(command, rollout()).effects[0] as { patch: unknown }).patch;
    expect(restartAt('restart demo')).toEqual({ spec: { restartAt: '2026-01-02T03:04:05Z' } });
    expect(restartAt('restart demo --in 1m30s')).toEqual({ spec: { restartAt: '2026-01-02T03:05:35Z' } });
    expect(run('restart demo -i 10s', rollout()).said).toBe("rollout 'demo' restarts in 10s\n");
  });

  it('refuse what does not exist', () => {
    expect(() => run('abort other', rollout())).toThrow('rollouts.argoproj.io "other" not found');
    expect(() => run('set image demo db=x', rollout())).toThrow('unable to find container named "db"');
    expect(() => run('dashboard')).toThrow('unknown command "dashboard"');
    expect(() => run('abort demo --full', rollout())).toThrow('unknown flag: --full');
  });

  it('shows a phase only for what the controller has seen', () => {
    expect(seen({ observedGeneration: '3' })).toBe('Healthy');
    expect(seen({ observedGeneration: '2' })).toBe(
      'Progressing - waiting for rollout spec update to be observed',
    );
    expect(seen({ controllerPause: true })).toBe('Progressing - waiting for rollout to unpause');
    expect(() => run('status demo --watch=false', rollout({ phase: 'Degraded', message: 'why' }))).toThrow(
      'The rollout is in a degraded state with message: why',
    );
  });
});

interface Line {
  t: number;
  object?: Rollout;
  step?: { plugin?: string };
  said?: string;
}

describe('in the golden traces', () => {
  const cases = join(import.meta.dirname, '../../../golden/cases');
  for (const file of readdirSync(cases).filter((name) => name.endsWith('.jsonl'))) {
    const lines = readFileSync(join(cases, file), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
    lines.forEach(({ step, said }, i) => {
      if (step?.plugin === undefined || step.plugin.startsWith('undo')) return;
      it(`${file}: ${step.plugin} says what the plugin said`, () => {
        const before = lines.slice(0, i).findLast(({ object }) => object?.kind === 'Rollout')!.object!;
        expect(run(step.plugin!, before).said.trimEnd()).toBe(said);
      });
    });
  }
});

function statusRef() {
  return { kind: 'Rollout', namespace: 'default', name: 'demo' };
}
