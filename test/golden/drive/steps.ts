/**
 * What the steps of a case do to the embedded cluster. A client's own time (the start of a kubectl, a round trip) is
 * an input of a case, not an outcome: it is taken from the trace, and the change lands at its end.
 */
import type { VirtualScheduler } from '../../../cluster/kernel/scheduler.ts';
import type { KubeObject } from '../../../cluster/kube/objects.ts';
import type { Rollout } from '../../../cluster/kube/types/argo.ts';
import type { ObjectStore } from '../../../cluster/kube/store.ts';
import { applyEffect } from '../../../cluster/kube/runner.ts';
import { kindInfo } from '../../../cluster/kube/kinds.ts';
import { ApiError } from '../../../cluster/kube/api-error.ts';
import { ActionRefused } from '../../../cluster/rollouts/actions/action.ts';
import { pluginCommand } from '../../../cluster/rollouts/actions/plugin-command.ts';
import { namespaceObjects, rolloutText } from '../../../cluster/rollouts/view/rollout-text.ts';
import type { Step } from '../trace.ts';
import { kubectl } from './kubectl.ts';
import type { ScriptedPrometheus } from './scripted-prometheus.ts';

export interface World {
  store: ObjectStore;
  scheduler: VirtualScheduler;
  prometheus: ScriptedPrometheus;
  namespace: string;
}

export interface Ended {
  rc: number;
  said: string;
  /** Grows for a while after a `get`: what it would have said then. */
  alsoSaid: string[];
}

const ALSO_EVERY_MS = 100;
const ALSO_FOR_MS = 1500;

/** `until` looks at the Rollout first after this, so that a change has time to show, and then again and again. */
const UNTIL_FIRST_MS = 1200;
const UNTIL_EVERY_MS = 200;
const UNTIL_TIMEOUT_S = 60;

/** Runs one step to its end. `clientMs` is how long the step's client took in the real run. */
export function runStep(step: Step, world: World, clientMs: number): Ended {
  const { scheduler } = world;
  if ('wait' in step) {
    scheduler.runUntil(scheduler.nowMs() + step.wait * 1000);
    return { rc: 0, said: '', alsoSaid: [] };
  }
  if ('until' in step) return { rc: until(step.until, world) ? 0 : 1, said: '', alsoSaid: [] };
  scheduler.runUntil(scheduler.nowMs() + clientMs);
  const alsoSaid: string[] = [];
  try {
    const said = change(step, world);
    if ('get' in step) keepReading(step.get, world, alsoSaid);
    return { rc: 0, said, alsoSaid };
  } catch (error) {
    if (error instanceof ActionRefused) return { rc: 1, said: `Error: ${error.message}`, alsoSaid };
    if (error instanceof ApiError)
      return { rc: 1, said: `Error from server (${error.reason}): ${error.message}`, alsoSaid };
    throw error;
  }
}

function change(step: Step, world: World): string {
  const { store, namespace, prometheus } = world;
  if ('apply' in step) return apply(step.apply, world);
  if ('plugin' in step) return act(step.plugin, world);
  if ('kubectl' in step) return kubectl(step.kubectl, store, namespace);
  if ('set-image' in step) {
    const { rollout, container, image } = step['set-image'];
    return act(`set image ${rollout} ${container}=${image}`, world);
  }
  if ('get' in step) {
    const text = tree(step.get, world);
    if (text === undefined) throw new ActionRefused(`rollouts.argoproj.io "${step.get}" not found`);
    return text;
  }
  if ('prom' in step) {
    prometheus.answer = step.prom;
    return '';
  }
  throw new Error(`unknown step ${JSON.stringify(step)}`);
}

function tree(name: string, world: World): string | undefined {
  const { store, scheduler, namespace } = world;
  const rollout = rolloutNamed(name, world);
  return rollout && rolloutText(rollout, namespaceObjects(store, namespace), scheduler.nowMs());
}

/** When exactly the real plugin read the cluster is not known; its start took a while. */
function keepReading(name: string, world: World, alsoSaid: string[]): void {
  for (let delayMs = ALSO_EVERY_MS; delayMs <= ALSO_FOR_MS; delayMs += ALSO_EVERY_MS)
    world.scheduler.after(delayMs, `get ${name}`, () => {
      const text = tree(name, world);
      if (text !== undefined) alsoSaid.push(text);
    });
}

/** Where the recorder's stub stood; manifests say PROMETHEUS. Nothing listens there now. */
const PROMETHEUS = 'http://127.0.0.1:19108';

function apply(manifest: KubeObject, { store, namespace }: World): string {
  const object = JSON.parse(
    JSON.stringify(manifest).replaceAll('"PROMETHEUS"', `"${PROMETHEUS}"`),
  ) as KubeObject;
  const before = store.get(object.kind, namespace, object.metadata.name);
  const after = store.apply({ ...object, metadata: { ...object.metadata, namespace } });
  const { group } = kindInfo(object.kind)!;
  const resource = `${object.kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${object.metadata.name}`;
  if (before === undefined) return `${resource} created`;
  const isSame = before.metadata.resourceVersion === after.metadata.resourceVersion;
  return `${resource} ${isSame ? 'unchanged' : 'configured'}`;
}

function act(command: string, { store, namespace, scheduler }: World): string {
  const { effects, said } = pluginCommand(command, store, namespace, scheduler.nowMs());
  for (const effect of effects) if (effect.do !== 'event') applyEffect(store, effect);
  return said;
}

type Until = Extract<Step, { until: unknown }>['until'];

function until(wanted: Until, world: World): boolean {
  const { scheduler } = world;
  const deadlineMs = scheduler.nowMs() + (wanted.timeout ?? UNTIL_TIMEOUT_S) * 1000;
  for (let waitMs = UNTIL_FIRST_MS; scheduler.nowMs() + waitMs <= deadlineMs; waitMs = UNTIL_EVERY_MS) {
    scheduler.runUntil(scheduler.nowMs() + waitMs);
    if (shows(rolloutNamed(wanted.rollout, world), wanted)) return true;
  }
  return false;
}

function shows(rollout: Rollout | undefined, { phase, step, message }: Until): boolean {
  const status = rollout?.status;
  if (status === undefined) return false;
  if (phase !== undefined && status.phase !== phase) return false;
  if (step !== undefined && status.currentStepIndex !== step) return false;
  return message === undefined || (status.message ?? '').includes(message);
}

function rolloutNamed(name: string, { store, namespace }: World): Rollout | undefined {
  return store.get<Rollout>('Rollout', namespace, name);
}
