/**
 * A command line of kubectl-argo-rollouts, without the program's name: `promote demo --full`.
 *
 * Reproduces the verbs that change objects, with their flags and aliases, and `status --watch=false`. Left out, and
 * refused by name: create, dashboard, get, lint, list, version, completion, and `status` with its watch.
 */
import type { ClusterReader, KubeObject } from '../../kube/objects.ts';
import type { AnalysisRun, Experiment } from '../../kube/types/analysis.ts';
import type { Rollout } from '../../kube/types/argo.ts';
import type { Deployment } from '../../kube/types/core.ts';
import { ActionRefused } from './action.ts';
import type { Action } from './action.ts';
import { abort, pause, restart, retryExperiment, retryRollout } from './lifecycle.ts';
import { terminateAnalysisRun, terminateExperiment } from './lifecycle.ts';
import { promote } from './promote.ts';
import { setImage } from './set-image.ts';
import { status } from './status.ts';
import { undo } from './undo.ts';

interface Invocation {
  view: ClusterReader;
  namespace: string;
  nowMs: number;
  words: string[];
  flags: Map<string, string>;
}

const FLAGS: Readonly<Record<string, readonly string[]>> = {
  promote: ['full', 'skip-current-step', 'skip-all-steps'],
  undo: ['to-revision'],
  restart: ['in'],
  status: ['watch'],
};
const SHORT_FLAGS: Readonly<Record<string, string>> = {
  c: 'skip-current-step',
  a: 'skip-all-steps',
  i: 'in',
  w: 'watch',
};
const FLAGS_WITH_VALUE = new Set(['to-revision', 'in']);

/** Throws ActionRefused, with the plugin's words where it has some, for what the plugin or this model refuses. */
export function pluginCommand(
  command: string,
  view: ClusterReader,
  namespace: string,
  nowMs: number,
): Action {
  const { words, flags } = parse(command.split(/\s+/).filter((word) => word !== ''));
  const [verb = ''] = words;
  const run = VERBS[verb];
  if (run === undefined) throw new ActionRefused(`unknown command "${verb}" for "kubectl-argo-rollouts"`);
  for (const flag of flags.keys())
    if (FLAGS[verb]?.includes(flag) !== true) throw new ActionRefused(`unknown flag: --${flag}`);
  return run({ view, namespace, nowMs, words: words.slice(1), flags });
}

const VERBS: Readonly<Record<string, (invocation: Invocation) => Action>> = {
  abort: (at) => eachNamed(at, 'Rollout', at.words, (object) => abort(object as Rollout)),
  pause: (at) => eachNamed(at, 'Rollout', at.words, (object) => pause(object as Rollout)),
  promote: (at) =>
    promote(only(at), {
      full: isSet(at, 'full'),
      skipCurrentStep: isSet(at, 'skip-current-step'),
      skipAllSteps: isSet(at, 'skip-all-steps'),
    }),
  undo: (at) => undo(only(at), at.view, Number(at.flags.get('to-revision') ?? 0)),
  restart: (at) => restart(only(at), at.nowMs, at.flags.get('in')),
  set: (at) => set(at),
  retry: (at) => {
    const [kind = '', ...names] = at.words;
    if (ROLLOUT.has(kind))
      return eachNamed(at, 'Rollout', names, (object) => retryRollout(object as Rollout));
    if (EXPERIMENT.has(kind))
      return eachNamed(at, 'Experiment', names, (object) => retryExperiment(object as Experiment));
    throw new ActionRefused(`unknown command "${kind}" for "kubectl-argo-rollouts retry"`);
  },
  terminate: (at) => {
    const [kind = '', ...names] = at.words;
    if (ANALYSIS_RUN.has(kind))
      return eachNamed(at, 'AnalysisRun', names, (object) => terminateAnalysisRun(object as AnalysisRun));
    if (EXPERIMENT.has(kind))
      return eachNamed(at, 'Experiment', names, (object) => terminateExperiment(object as Experiment));
    throw new ActionRefused(`unknown command "${kind}" for "kubectl-argo-rollouts terminate"`);
  },
  status: (at) => {
    if (at.flags.get('watch') !== 'false')
      throw new ActionRefused('status watches by default, which is not modelled: add --watch=false');
    const { said, error } = status(only(at));
    if (error !== undefined) throw new ActionRefused(error);
    return { effects: [], said };
  },
};

const ROLLOUT = new Set(['rollout', 'ro', 'rollouts']);
const EXPERIMENT = new Set(['experiment', 'exp', 'experiments']);
const ANALYSIS_RUN = new Set(['analysisrun', 'ar', 'analysisruns']);
const RESOURCE: Readonly<Record<string, string>> = {
  Rollout: 'rollouts.argoproj.io',
  Experiment: 'experiments.argoproj.io',
  AnalysisRun: 'analysisruns.argoproj.io',
  Deployment: 'deployments.apps',
};

function set(at: Invocation): Action {
  const [what, name, assignment = ''] = at.words;
  const [container, image, more] = assignment.split('=');
  if (what !== 'image' || name === undefined || image === undefined || more !== undefined)
    throw new ActionRefused('expected: set image ROLLOUT_NAME CONTAINER=IMAGE');
  const rollout = find<Rollout>(at, 'Rollout', name);
  const { workloadRef } = rollout.spec;
  const target =
    workloadRef === undefined ? rollout : find<Deployment>(at, 'Deployment', workloadRef.name ?? '');
  return setImage(target, container!, image);
}

function only(at: Invocation): Rollout {
  if (at.words.length !== 1) throw new ActionRefused(`expected one Rollout name, got ${at.words.length}`);
  return find<Rollout>(at, 'Rollout', at.words[0]!);
}

function eachNamed(
  at: Invocation,
  kind: string,
  names: string[],
  act: (object: KubeObject) => Action,
): Action {
  if (names.length === 0) throw new ActionRefused(`expected the name of a ${kind}`);
  const actions = names.map((name) => act(find(at, kind, name)));
  return {
    effects: actions.flatMap(({ effects }) => effects),
    said: actions.map(({ said }) => said).join(''),
  };
}

function find<T extends KubeObject>({ view, namespace }: Invocation, kind: string, name: string): T {
  const object = view.get<T>(kind, namespace, name);
  if (object === undefined) throw new ActionRefused(`${RESOURCE[kind] ?? kind} "${name}" not found`);
  return object;
}

function isSet({ flags }: Invocation, flag: string): boolean {
  return flags.has(flag) && flags.get(flag) !== 'false';
}

function parse(args: string[]): { words: string[]; flags: Map<string, string> } {
  const words: string[] = [];
  const flags = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const arg = args[i]!;
    const [, dashes, label = '', value] = /^(--?)([^=]+)(?:=(.*))?$/.exec(arg) ?? [];
    if (dashes === undefined) {
      words.push(arg);
      continue;
    }
    const flag = dashes === '-' ? (SHORT_FLAGS[label] ?? label) : label;
    flags.set(flag, value ?? (FLAGS_WITH_VALUE.has(flag) ? (args[++i] ?? '') : 'true'));
  }
  return { words, flags };
}
