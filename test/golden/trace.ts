/** A golden case on disk: NAME.yaml (the steps) and NAME.jsonl (what the real controller did), and their types. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { KubeObject } from '../../cluster/kube/objects.ts';

/** What the scripted Prometheus answers: a number, a list of numbers, or a word. */
export type PrometheusAnswer = number | number[] | 'nan' | 'empty' | 'error';

export type Step =
  | { apply: KubeObject }
  | { 'set-image': { rollout: string; container: string; image: string } }
  | { plugin: string }
  | { kubectl: string }
  | { prom: PrometheusAnswer }
  | { wait: number }
  | { until: { rollout: string; phase?: string; step?: number; message?: string; timeout?: number } }
  | { get: string };

/** An Event or a Pod in short, or a whole object of any other kind. */
export interface TracedObject extends KubeObject {
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
  on?: string;
  reason?: string;
  message?: string;
  type?: string;
}

/** `t` is in seconds since the first step. One of the other groups is present, or none: the header. */
export interface Line {
  t: number;
  step?: Step;
  rc?: number;
  said?: string;
  /** Ours only: what a `get` would have said a little later. */
  alsoSaid?: string[];
  event?: 'ADDED' | 'MODIFIED' | 'DELETED';
  object?: TracedObject;
  prometheus?: unknown;
}

export type Trace = readonly Line[];

export interface GoldenCase {
  name: string;
  steps: Step[];
  trace: Trace;
}

/** The cases of a folder in order of name. Throws when a NAME.yaml has no NAME.jsonl or the folder has none. */
export function readCases(folder: string): GoldenCase[] {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
  if (names.length === 0) throw new Error(`no NAME.yaml in ${folder}`);
  return names.map((name) => readCase(folder, name));
}

export function readCase(folder: string, name: string): GoldenCase {
  const { steps } = parse(readFileSync(join(folder, `${name}.yaml`), 'utf8')) as { steps: Step[] };
  const trace = readFileSync(join(folder, `${name}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
  return { name, steps, trace };
}

/** Steps that change the cluster or what Prometheus says. Both sides' clocks are laid side by side at their ends. */
export function isMutation(step: Step): boolean {
  return 'apply' in step || 'set-image' in step || 'plugin' in step || 'kubectl' in step || 'prom' in step;
}
