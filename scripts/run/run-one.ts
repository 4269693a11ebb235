/** One scenario file, from its path to its result: opened, checked with its manifests, driven on a testbed. */
import type { AnyObject } from '../../cluster/kube/objects.ts';
import type { Environment } from '../environment.ts';
import { CoalmineError } from '../errors.ts';
import { diskFiles } from '../manifests/source/files.ts';
import { openScenario, plainObjects, type OpenedScenario } from '../scenario/open.ts';
import { queriedMetrics } from '../testbeds/queried-metrics.ts';
import { SimTestbed } from '../testbeds/sim.ts';
import type { Testbed } from '../testbeds/testbed.ts';
import { VERSION } from '../version.ts';
import { drive, type RunOptions } from './drive.ts';
import type { RunResult } from './result.ts';
import { resolveSeed } from './seed.ts';

export interface OneRunOptions {
  on?: string | undefined;
  seed?: string | undefined;
  onStep?: RunOptions['onStep'];
  interrupted?: RunOptions['interrupted'];
}

export async function runOne(
  path: string,
  options: OneRunOptions,
  environment: Environment,
): Promise<RunResult> {
  return runOpened(openScenario(path, diskFiles), options, environment);
}

export async function runOpened(
  opened: OpenedScenario,
  options: OneRunOptions,
  environment: Environment,
): Promise<RunResult> {
  const { scenario } = opened;
  const seed = resolveSeed(options.seed, scenario.seed, environment);
  const testbed = createTestbed(options.on ?? 'sim', opened, seed, environment);
  refuseUnknownFaults(opened, testbed);
  try {
    return await drive(scenario, testbed, {
      seed,
      version: VERSION,
      manifests: plainObjects(opened.manifests),
      ...(options.onStep === undefined ? {} : { onStep: options.onStep }),
      ...(options.interrupted === undefined ? {} : { interrupted: options.interrupted }),
    });
  } finally {
    await testbed.close();
  }
}

const TESTBEDS = ['sim'];

/** Said before any file is opened. @throws CoalmineError 'usage' for a name that is none. */
export function requireTestbed(on: string): void {
  if (TESTBEDS.includes(on)) return;
  throw new CoalmineError('usage', {
    what: `"${on}" is not a testbed`,
    where: { path: '--on' },
    why: `the testbeds are: ${TESTBEDS.join(', ')} (lab, k3d and context:NAME are planned, not built)`,
    next: 'run it on sim',
  });
}

function createTestbed(on: string, opened: OpenedScenario, seed: string, { breathe }: Environment): Testbed {
  requireTestbed(on);
  const { scenario } = opened;
  const prometheus = { ...scenario.prometheus, onlyMetrics: metricsRead(opened) };
  return new SimTestbed({ ...scenario, prometheus }, seed, breathe);
}

/** Undefined when it cannot be told before the run: a patch may change what a template asks. */
function metricsRead({ scenario, manifests }: OpenedScenario): ReadonlySet<string> | undefined {
  const applied: AnyObject[] = [];
  for (const step of scenario.steps) {
    if (step.do === 'patch' && /^(Cluster)?Analysis/.test(step.target.kind)) return undefined;
    if (step.do === 'apply' && 'objects' in step.source) applied.push(...step.source.objects);
  }
  return queriedMetrics([...plainObjects(manifests), ...applied]);
}

/** A fault that the testbed cannot inject is said before the run, not in the middle of it. */
export function refuseUnknownFaults(
  { scenario }: Pick<OpenedScenario, 'scenario'>,
  testbed: Pick<Testbed, 'name' | 'faults'>,
): void {
  for (const step of scenario.steps) {
    if (step.do !== 'fault' || testbed.faults.includes(step.fault.kind)) continue;
    throw new CoalmineError('input', {
      what: `testbed ${testbed.name} cannot inject "${step.fault.kind}"`,
      where: step.at,
      why: `it can inject: ${testbed.faults.join(', ')}`,
      next: 'choose another fault or testbed',
    });
  }
}
