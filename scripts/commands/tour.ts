/** `coalmine tour`, which `npm start` runs: three scenarios with the words that a newcomer needs around them. */
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '../environment.ts';
import { styleFor, wrap } from '../report/style.ts';
import { formatTerminal } from '../report/terminal.ts';
import { runOne } from '../run/run-one.ts';
import type { RunResult } from '../run/result.ts';
import { exitCodeOf } from './exit-code.ts';

interface Stop {
  file: string;
  before: string;
  after: string;
}

const INTRODUCTION =
  'A canary release gives a new version of a service a small share of the users first. A controller (here: Argo ' +
  'Rollouts) raises the share step by step and asks a gate, a query to Prometheus, whether the new version is good. ' +
  'What follows runs in virtual time on a simulated cluster: minutes pass in milliseconds, and the same seed gives ' +
  'the same run. The bar shows how much of the traffic the new version is given.';

const STOPS: readonly Stop[] = [
  {
    file: 'tutorial-1-mended.yaml',
    before:
      '1. A good version. It should walk through its steps, and users with the beta header should meet it from the first step on.',
    after:
      'It walked. Weights were compared exactly; the observed share was tested with enough requests to have noticed a wrong one.',
  },
  {
    file: 'tutorial-1-bad-version.yaml',
    before: '2. A bad version: it fails one request in twenty. The gate looks at the canary alone.',
    after: 'It was rolled back at 10 %: nine users in ten never met it.',
  },
  {
    file: 'tutorial-1-masked-canary.yaml',
    before:
      '3. The same bad version, with the gate that the tutorial prints: success over the whole namespace.',
    after:
      'It was promoted. At 10 % weight its 5 % of errors are half a per cent of all requests, and the gate asks for 99 %. This is what Coalmine is for.',
  },
];

const NEXT = [
  ['npx coalmine run scenarios/', 'every scenario that ships with Coalmine'],
  ['npx coalmine lint scenarios/manifests/tutorial-1/as-printed', 'what can be seen without a run'],
  ['npx coalmine schema', 'the form of a scenario, to write your own'],
] as const;

export async function tour(environment: Environment): Promise<number> {
  const { out } = environment;
  const style = styleFor(out.colour);
  const columns = Math.min(out.columns ?? 110, 120);
  const say = (text: string): void => out.write(`${wrap(text, columns - 2).join('\n')}\n`);
  say(INTRODUCTION);
  const results: RunResult[] = [];
  for (const { file, before, after } of STOPS) {
    out.write('\n');
    say(style.bold(before));
    const startedMs = environment.elapsedMs();
    const result = await runOne(pathFrom(environment.cwd, file), {}, environment);
    const tookMs = environment.elapsedMs() - startedMs;
    results.push(result);
    out.write(formatTerminal(result, { colour: out.colour, columns, verbose: false }));
    out.write('\n');
    say(
      result.state === 'pass'
        ? `${after} (${Math.round(tookMs)} ms of your time.)`
        : 'This did not go as it should: please report it.',
    );
  }
  out.write(`\n${style.bold('Now you:')}\n`);
  for (const [command, what] of NEXT) out.write(`  ${command}\n      ${style.dim(what)}\n`);
  return exitCodeOf(results);
}

/** As a person would type it from where they are. */
function pathFrom(cwd: string, file: string): string {
  const path = fileURLToPath(new URL(`../../scenarios/${file}`, import.meta.url));
  const near = relative(cwd, path);
  return near.startsWith('..') ? path : near;
}
