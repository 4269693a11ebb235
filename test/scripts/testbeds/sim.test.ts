/** The sim testbed below the runs: how time passes, what a breath may do, what faults leave in the record. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../cluster/kube/types/core.ts';
import type { Observer } from '../../../cluster/observer.ts';
import { CoalmineError } from '../../../scripts/errors.ts';
import { diskFiles } from '../../../scripts/manifests/source/files.ts';
import { openScenario, plainObjects } from '../../../scripts/scenario/open.ts';
import type { Fault } from '../../../scripts/scenario/types.ts';
import { SIM_START_MS, SimTestbed } from '../../../scripts/testbeds/sim.ts';
import { changed, CHECKOUT } from '../cli/checkout.ts';
import { coalmine, fill, temporaryFolder } from '../cli/command-line.ts';

const root = temporaryFolder();
const opened = openScenario(join(fill(join(root, 'base'), CHECKOUT), 'checkout.yaml'), diskFiles);
const AT = { file: 'story.yaml', line: 3, column: 5, path: 'spec.steps[0]' };
const rollout = { name: 'checkout', namespace: undefined };

type FaultEvent = Parameters<NonNullable<Observer['fault']>>[0];

interface Running {
  testbed: SimTestbed;
  faults: FaultEvent[];
  pods: () => readonly Pod[];
  after: (durationMs: number) => Promise<boolean>;
}

/** The checkout service, up and Healthy. */
async function running(breathe?: () => Promise<void>): Promise<Running> {
  const testbed = new SimTestbed(opened.scenario, '1', breathe);
  const faults: FaultEvent[] = [];
  testbed.observe({ fault: (event) => faults.push(event) });
  await testbed.apply(plainObjects(opened.manifests));
  const after = (durationMs: number): Promise<boolean> =>
    testbed.waitUntil(testbed.nowMs() + durationMs, () => false);
  await after(20_000);
  return { testbed, faults, pods: () => testbed.objects.list<Pod>('Pod', 'payments'), after };
}

describe('time', () => {
  it('stops at the event that made the condition hold', async () => {
    const { testbed } = await running();
    const [victim] = podNames(testbed);
    const startMs = testbed.nowMs();
    await testbed.perform([{ do: 'delete', ref: { kind: 'Pod', namespace: 'payments', name: victim! } }]);
    const isReplaced = (): boolean => {
      const names = podNames(testbed);
      return names.length === 3 && !names.includes(victim!);
    };
    expect(isReplaced()).toBe(false);
    expect(await testbed.waitUntil(startMs + 600_000, isReplaced)).toBe(true);
    expect(isReplaced()).toBe(true);
    expect(testbed.nowMs()).toBeGreaterThan(startMs);
    expect(testbed.nowMs()).toBeLessThan(startMs + 60_000);
  });

  it('stops at the deadline when it does not, and says so', async () => {
    const { testbed } = await running();
    const deadlineMs = testbed.nowMs() + 12_345;
    expect(await testbed.waitUntil(deadlineMs, () => false)).toBe(false);
    expect(testbed.nowMs()).toBe(deadlineMs);
    expect(await testbed.waitUntil(deadlineMs + 5000, () => true)).toBe(true);
    expect(testbed.nowMs()).toBe(deadlineMs);
  });

  it('lets others have their turn, which changes nothing', async () => {
    const story = async (breathe?: () => Promise<void>): Promise<string> => {
      const lines: unknown[] = [];
      const testbed = new SimTestbed(opened.scenario, '1', breathe);
      testbed.observe({
        object: ({ type, object, timeMs }) => lines.push([type, object, timeMs]),
        requests: (span) => lines.push(span),
      });
      await testbed.apply(plainObjects(opened.manifests));
      await testbed.startLoad(opened.scenario.loads[0]!);
      await testbed.waitUntil(SIM_START_MS + 1_800_000, () => false);
      await testbed.close();
      return JSON.stringify(lines);
    };
    let breaths = 0;
    const watched = await story(async () => {
      breaths++;
      await new Promise((resolve) => setImmediate(resolve));
    });
    expect(breaths).toBeGreaterThan(1);
    expect(watched).toBe(await story());
  });
});

function podNames(testbed: SimTestbed): string[] {
  return testbed.objects.list<Pod>('Pod', 'payments').map(({ metadata }) => metadata.name);
}

describe('podKill', () => {
  it('deletes as many as asked, is seen to have, and the ReplicaSet replaces them', async () => {
    const { testbed, faults, pods, after } = await running();
    const before = podNames(testbed);
    expect(before).toHaveLength(3);
    await testbed.inject({ kind: 'podKill', rollout, side: 'stable', count: 2 }, AT);
    await after(60_000);
    const now = podNames(testbed);
    expect(now).toHaveLength(3);
    expect(now.filter((name) => before.includes(name))).toHaveLength(1);
    expect(pods().every(({ status }) => status?.phase === 'Running')).toBe(true);
    expect(faults.map(({ state }) => state)).toEqual(['started', 'seen', 'seen', 'ended']);
  });

  it('that cannot happen is refused: it would prove nothing', async () => {
    const { testbed, pods } = await running();
    const tooMany: Fault = { kind: 'podKill', rollout, side: 'stable', count: 4 };
    const noCanary: Fault = { kind: 'podKill', rollout, side: 'canary', count: 1 };
    await expect(testbed.inject(tooMany, AT)).rejects.toThrow(/cannot kill 4 stable pods .*: 3 are running/);
    await expect(testbed.inject(noCanary, AT)).rejects.toThrow(/cannot kill 1 canary pods .*: 0 are running/);
    await expect(testbed.inject(noCanary, AT)).rejects.toBeInstanceOf(CoalmineError);
    expect(pods()).toHaveLength(3);
  });
});

describe('imageChange', () => {
  it('lasts as long as it is told, and is seen when pods run the image', async () => {
    const { testbed, faults, after } = await running();
    const failed: number[] = [];
    const startMs = testbed.nowMs();
    testbed.observe({
      fault: (event) => faults.push(event),
      requests: ({ fromMs, outcomes }) => {
        for (const { status, count } of outcomes)
          if (status >= 500) for (let n = 0; n < count; n++) failed.push(fromMs - startMs);
      },
    });
    await testbed.startLoad(opened.scenario.loads[0]!);
    await after(10_000);
    const image = 'shop.example/checkout:1.0';
    await testbed.inject({ kind: 'imageChange', image, change: { errorRate: 1 }, forMs: 20_000 }, AT);
    await after(40_000);
    expect(faults.map(({ state, timeMs }) => [state, timeMs - startMs])).toEqual([
      ['started', 10_000],
      ['seen', 10_000],
      ['ended', 30_000],
    ]);
    // 50 requests a second, all of which fail for 20 s, and one in a hundred otherwise.
    const during = failed.filter((ms) => ms >= 10_000 && ms < 30_000).length;
    expect(during).toBeGreaterThan(850);
    expect(during).toBeLessThan(1150);
    expect(failed.length - during).toBeLessThan(60);
  });

  it('of an image that nothing runs is not seen', async () => {
    const { testbed, faults, after } = await running();
    await testbed.inject(
      { kind: 'imageChange', image: 'shop.example/checkout:2.0', change: { errorRate: 1 }, forMs: 5000 },
      AT,
    );
    await after(10_000);
    expect(faults.map(({ state }) => state)).toEqual(['started', 'ended']);
  });
});

const TEMPLATE = `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: { name: errors, namespace: payments }
spec:
  metrics:
    - name: errors
      interval: 10s
      count: 3
      consecutiveErrorLimit: 10
      successCondition: result[0] < 0.5
      provider:
        prometheus:
          address: http://prometheus:9090
          query: sum(rate(istio_requests_total{response_code=~"5.*"}[1m])) / sum(rate(istio_requests_total[1m]))
`;

const WITH_GATE = {
  ...CHECKOUT,
  'manifests/2-rollout.yaml': changed(
    '        - setWeight: 60\n',
    '        - analysis: { templates: [{ templateName: errors }] }\n        - setWeight: 60\n',
    CHECKOUT['manifests/2-rollout.yaml'],
  ),
  'manifests/4-analysis.yaml': TEMPLATE,
};

async function runWith(name: string, from: string, to: string): ReturnType<typeof coalmine> {
  const folder = fill(join(root, name), { ...WITH_GATE, 'checkout.yaml': changed(from, to) });
  return coalmine(['run', join(folder, 'checkout.yaml'), '--verbose']);
}

describe('prometheusDown', () => {
  it('is felt by the gate, which errs while it lasts and goes on after it', async () => {
    const said = await runWith(
      'down',
      '    - promote: { rollout: checkout }\n',
      '    - wait: 1m\n    - fault: { prometheusDown: { for: 35s } }\n    - promote: { rollout: checkout }\n',
    );
    expect(said.code, said.err + said.out).toBe(0);
    expect(said.out).toMatch(/fault prometheusDown started: for 35s/);
    expect(said.out).toMatch(/fault prometheusDown seen/);
    expect(said.out).toMatch(/fault prometheusDown ended/);
    expect(said.out).toMatch(/errors error: /);
    expect(said.out).toMatch(/errors measured \[/);
  });

  it('that nothing met makes the run inconclusive', async () => {
    const said = await runWith(
      'unfelt',
      '    - ship:',
      '    - fault: { prometheusDown: { for: 100ms } }\n    - ship:',
    );
    expect(said.code, said.err + said.out).toBe(4);
    expect(said.out).toMatch(/inconclusive\s+.*prometheusDown/);
  });
});

describe('a step that cannot be taken', () => {
  it.each([
    ['delete: { kind: Service, name: nobody }', /services "nobody" not found/],
    ['patch: { kind: Rollout, name: nobody, patch: { spec: { replicas: 2 } } }', /"nobody" not found/],
    [
      'patch: { kind: Rollout, name: checkout, patch: { spec: { replcas: 2 } } }',
      /unknown field "spec\.replcas"[^]*Did you mean "replicas"/,
    ],
    [
      'patch: { kind: Rollout, name: checkout, patch: { spec: { replicas: two } } }',
      /must be of type integer/,
    ],
    ['undo: { rollout: checkout, toRevision: 9 }', /unable to find specified revision 9 in history/],
    ['fault: { podKill: { rollout: checkout, side: canary, count: 1 } }', /0 are running/],
    ['fault: { meteorite: { for: 1m } }', /unknown key "meteorite"[^]*prometheusDown, scrapeGap, podKill/],
  ])('%s is refused where it is written, and no verdict is given', async (step, words) => {
    const said = await runWith('refused', '    - ship:', `    - ${step}\n    - ship:`);
    expect(said.code, said.err + said.out).toBe(2);
    expect(said.err).toMatch(/refused\/checkout\.yaml:17:\d+ spec\.steps\[1\]/);
    expect(said.err).toMatch(words);
    expect(said.err).toMatch(/next: \S/);
    expect(said.out).toBe('');
  });
});

describe('an image that the scenario says nothing of', () => {
  it('is healthy until a fault changes it, and healthy again after', async () => {
    const { testbed, faults, after } = await running();
    const image = 'unheard.example/of:1';
    await testbed.inject({ kind: 'imageChange', image, change: { errorRate: 1 }, forMs: 1000 }, AT);
    await after(2000);
    expect(faults.map(({ state }) => state)).toEqual(['started', 'ended']);
  });
});
