/**
 * `npm run bench`: the figures that the project promises, as a table. Each is a median over runs in one process (warm)
 * or of fresh processes (cold), and growth is given as a ratio within this run, since machines differ.
 */
import { diskFiles } from '../scripts/manifests/source/files.ts';
import { processEnvironment } from '../scripts/environment.ts';
import { openScenario, type OpenedScenario } from '../scripts/scenario/open.ts';
import { runOpened } from '../scripts/run/run-one.ts';
import { coldRun, shippedScenarios } from './cold.ts';
import { formatTable, median, type Row } from './table.ts';

const WALK = 'bench/ten-minute-canary.yaml';
const WARM_RUNS = 15;
const COLD_RUNS = 5;

const environment = processEnvironment();

async function warmMs(opened: OpenedScenario): Promise<number> {
  const times: number[] = [];
  for (let seed = 0; seed < WARM_RUNS; seed++) {
    const startedMs = environment.elapsedMs();
    const result = await runOpened(opened, { seed: String(seed + 1) }, environment);
    times.push(environment.elapsedMs() - startedMs);
    if (result.state === 'fail') throw new Error(`the benchmark's own run failed: ${result.reproduce}`);
  }
  return median(times);
}

function atRate(opened: OpenedScenario, factor: number): OpenedScenario {
  const loads = opened.scenario.loads.map((load) => ({
    ...load,
    ratePerSecond: load.ratePerSecond * factor,
  }));
  return { ...opened, scenario: { ...opened.scenario, loads } };
}

function withPods(opened: OpenedScenario, factor: number): OpenedScenario {
  const manifests = opened.manifests.map((loaded) => {
    if (loaded.object.kind !== 'Rollout') return loaded;
    const spec = loaded.object['spec'] as { replicas: number };
    return { ...loaded, object: { ...loaded.object, spec: { ...spec, replicas: spec.replicas * factor } } };
  });
  return { ...opened, manifests };
}

const walk = openScenario(WALK, diskFiles);
await warmMs(walk);
const warm = await warmMs(walk);
const fast = await warmMs(atRate(walk, 1000));
const wide = await warmMs(withPods(walk, 10));
const again = await warmMs(walk);
const base = (warm + again) / 2;
const cold = median(Array.from({ length: COLD_RUNS }, () => coldRun(WALK, environment).wallMs));
const memory = shippedScenarios().map((file) => ({ file, ...coldRun(file, environment) }));
const largest = memory.toSorted((a, b) => b.peakMiB - a.peakMiB)[0]!;

const rows: Row[] = [
  { what: 'the 10-minute tutorial canary, warm', value: base, unit: 'ms', limit: 30 },
  { what: 'the same at 100,000 requests/s', value: fast / base, unit: 'times', limit: 1.2 },
  { what: 'the same with 10 times the pods', value: wide / base, unit: 'times', limit: 10 },
  { what: 'coalmine run FILE, cold', value: cold, unit: 'ms', limit: 1000 },
  {
    what: `peak memory, largest scenario (${largest.file})`,
    value: largest.peakMiB,
    unit: 'MiB',
    limit: 150,
  },
];
environment.out.write(formatTable(rows));
process.exitCode = rows.every(({ value, limit }) => value <= limit) ? 0 : 1;
