/** Fresh processes, as a person starts them: wall time and peak memory. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import type { Environment } from '../scripts/environment.ts';

const TIMEOUT_MS = 60_000;

export function coldRun(file: string, environment: Environment): { wallMs: number; peakMiB: number } {
  const startedMs = environment.elapsedMs();
  const run = spawnSync('bin/coalmine.mjs', ['run', file], {
    encoding: 'utf8',
    timeout: TIMEOUT_MS,
    env: { ...process.env, NODE_OPTIONS: '--import ./bench/peak-memory.mjs' },
  });
  const wallMs = environment.elapsedMs() - startedMs;
  const peak = /peak memory (\d+) KiB/.exec(run.stderr)?.[1];
  if (run.status !== 0 || peak === undefined)
    throw new Error(`${file} ended with ${run.status}: ${run.stderr}${run.stdout}`);
  return { wallMs, peakMiB: Number(peak) / 1024 };
}

export function shippedScenarios(): string[] {
  return readdirSync('scenarios')
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => `scenarios/${name}`);
}
