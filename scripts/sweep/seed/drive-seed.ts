/**
 * Runs one seed of one point on a testbed: deploys, starts the load, ships, and waits until the Rollout rests. No
 * record is kept and no expectation asked; the fold is all that remains.
 */
import type { AnyObject } from '../../../cluster/kube/objects.ts';
import type { Rollout } from '../../../cluster/kube/types/argo.ts';
import { CoalmineError } from '../../errors.ts';
import { perform } from '../../run/perform.ts';
import type { Scenario, ShipStep } from '../../scenario/types.ts';
import type { Testbed } from '../../testbeds/testbed.ts';
import type { Course } from './course.ts';
import { SeedFold } from './fold.ts';
import { stableImages } from './rollout-state.ts';
import type { SeedRow } from './row.ts';

/** As long as `coalmine run` gives a first deploy. */
const FIRST_DEPLOY_MS = 120_000;

export interface SeedJob {
  point: number;
  seed: number;
  /** The scenario at the point. */
  scenario: Scenario;
  course: Course;
  manifests: readonly AnyObject[];
}

export async function driveSeed(job: SeedJob, testbed: Testbed): Promise<SeedRow> {
  const { scenario, course } = job;
  const startMs = testbed.nowMs();
  await testbed.apply(job.manifests);
  let isUp = false;
  testbed.observe({
    object: ({ object }) => {
      if (object.kind === 'Rollout') isUp = isDeployed(testbed);
    },
  });
  await testbed.waitUntil(startMs + FIRST_DEPLOY_MS, () => isUp);
  for (const load of scenario.loads) await testbed.startLoad(load);
  if (course.waitMs > 0) await testbed.waitUntil(testbed.nowMs() + course.waitMs, () => false);
  const rollout = targetOf(course.ship, scenario, testbed);
  refuseIfStable(rollout, course.ship, testbed);
  const { namespace, name } = rollout.metadata;
  const shipped = {
    namespace: namespace ?? scenario.namespace,
    rollout: name,
    image: course.ship.image,
    atMs: testbed.nowMs(),
    slowestRate: Math.min(...scenario.loads.map(({ ratePerSecond }) => ratePerSecond)),
  };
  const fold = new SeedFold(shipped, testbed.objects);
  testbed.observe(fold.observer);
  await perform(course.ship, testbed, scenario);
  const deadlineMs = startMs + scenario.timeoutMs;
  await testbed.waitUntil(deadlineMs, () => fold.isDone(testbed.nowMs()));
  for (const promotion of course.promotions) {
    if (!fold.waitsAtPause) break;
    // The write itself tells the fold that the pause is over.
    await perform(promotion, testbed, scenario);
    await testbed.waitUntil(deadlineMs, () => fold.isDone(testbed.nowMs()));
  }
  return fold.row(job.point, job.seed, testbed.nowMs(), () => unfinished(testbed));
}

function isDeployed({ objects }: Testbed): boolean {
  return objects
    .list<Rollout>('Rollout')
    .every(({ status }) => status?.phase === 'Healthy' || status?.phase === 'Degraded');
}

/** As `coalmine run` finds it: in the scenario's namespace, else the only one of that name. */
function targetOf({ rollout: target, at }: ShipStep, scenario: Scenario, { objects }: Testbed): Rollout {
  const namespace = target.namespace ?? scenario.namespace;
  const found = objects.get<Rollout>('Rollout', namespace, target.name);
  if (found !== undefined) return found;
  const named = objects.list<Rollout>('Rollout').filter(({ metadata }) => metadata.name === target.name);
  if (target.namespace === undefined && named.length === 1) return named[0]!;
  throw new CoalmineError('input', {
    what: `rollout "${target.name}" is not in namespace "${namespace}"`,
    where: at,
    next: 'correct the name, or add its manifest to spec.manifests',
  });
}

function refuseIfStable(rollout: Rollout, { image, at }: ShipStep, { objects }: Testbed): void {
  if (!stableImages(rollout, objects).includes(image)) return;
  throw new CoalmineError('input', {
    what: `image "${image}" is the stable version already`,
    where: at,
    why: 'there is no gate to pass where nothing changes',
    next: 'ship another image',
  });
}

function unfinished(testbed: Testbed): string {
  return `not at rest by the timeout: ${testbed.pending().join('; ') || 'nothing was under way'}`;
}
