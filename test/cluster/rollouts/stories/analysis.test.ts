/**
 * Analysis on a whole cluster, Jobs and their pods included. Truth: the rules and words of Argo Rollouts v1.9.1
 * (docs/features/analysis.md, docs/analysis/{job,web}.md, analysis/analysis.go, utils/analysis/factory.go).
 */
import { describe, expect, it } from 'vitest';
import type { AnalysisRun } from '../../../../cluster/kube/types/analysis.ts';
import type { Job, Pod } from '../../../../cluster/kube/types/core.ts';
import { NAMESPACE, rollout, story, type Story } from './world.ts';

const API = 'apiVersion: argoproj.io/v1alpha1';

const template = (name: string, spec: string, kind = 'AnalysisTemplate'): string => `
${API}
kind: ${kind}
metadata: { name: ${name} }
spec: ${spec}
---`;

const stepWith = (analysis: string): string =>
  `{ canary: { steps: [{ setWeight: 25 }, { analysis: ${analysis} }, { pause: {} }] } }`;

const runs = (world: Story): AnalysisRun[] => [...world.store.list<AnalysisRun>('AnalysisRun', NAMESPACE)];
const healthy = (world: Story): number => world.until(() => world.status().phase === 'Healthy');

/** The first version is up, the second one shipped. */
function shipped(yaml: string, options = {}): Story {
  const world = story(yaml, options);
  healthy(world);
  world.plugin('set image demo demo=demo:2');
  return world;
}

const jobMetric = (image: string, more = ''): string =>
  `{ name: smoke, ${more} provider: { job: { spec: { backoffLimit: 0, template: { spec: { restartPolicy: Never, containers: [{ name: test, image: '${image}' }] } } } } } }`;

describe('a job metric', () => {
  const templates = template('smoke', `{ metrics: [${jobMetric('smoke:1')}] }`);
  const strategy = stepWith('{ templates: [{ templateName: smoke }] }');

  it('is a real Job with a real pod, and the step waits for its end', () => {
    const world = shipped(templates + rollout(strategy), {
      images: { 'smoke:1': { runsForMs: 30_000, exitCode: 0 } },
    });
    world.until(() => world.store.list('Job', NAMESPACE).length === 1);
    const from = world.seconds();
    const [job] = world.store.list<Job>('Job', NAMESPACE);
    const [run] = runs(world);
    expect(job?.metadata.name).toBe(`${run?.metadata.uid}.smoke.1`);
    expect(job?.metadata.annotations).toEqual({
      'analysisrun.argoproj.io/name': run?.metadata.name,
      'analysisrun.argoproj.io/namespace': 'shop',
      'analysisrun.argoproj.io/metric-name': 'smoke',
    });
    world.until(() => world.phase() === 'Paused: CanaryPauseStep');
    expect(world.seconds() - from).toBeGreaterThan(29);
    expect(world.seconds() - from).toBeLessThan(35);
    const pod = world.store
      .list<Pod>('Pod', NAMESPACE)
      .find(({ spec }) => spec.containers[0]?.name === 'test');
    expect(pod?.status?.phase).toBe('Succeeded');
    expect(runs(world)[0]?.status).toMatchObject({
      phase: 'Successful',
      metricResults: [
        {
          name: 'smoke',
          successful: 1,
          measurements: [{ phase: 'Successful', metadata: { 'job-name': job?.metadata.name } }],
        },
      ],
    });
  });

  it('that exits with 1 aborts the update, in the real words', () => {
    const world = shipped(templates + rollout(strategy), {
      images: { 'smoke:1': { runsForMs: 2000, exitCode: 1 } },
    });
    world.until(() => world.phase().startsWith('Degraded: RolloutAborted'));
    expect(world.status().message).toBe(
      'RolloutAborted: Rollout aborted update to revision 2: Step-based analysis phase error/failed: ' +
        'Metric "smoke" assessed Failed due to failed (1) > failureLimit (0)',
    );
    const [run] = runs(world);
    expect(world.said(`AnalysisRun/${run?.metadata.name}`)).toEqual([
      "MetricFailed: Metric 'smoke' Completed. Result: Failed",
      'AnalysisRunFailed: Analysis Completed. Result: Failed',
    ]);
  });

  it('is deleted, with its pod, when the update is aborted', () => {
    const world = shipped(templates + rollout(strategy), { images: { 'smoke:1': { runsForMs: 600_000 } } });
    world.until(() => world.store.list('Job', NAMESPACE).length === 1);
    world.run(5);
    world.plugin('abort demo');
    world.until(() => world.store.list('Job', NAMESPACE).length === 0, 60);
    world.run(1);
    expect(runs(world)[0]?.status?.metricResults?.[0]?.measurements?.[0]).toMatchObject({
      phase: 'Successful',
      message: 'Metric Terminated',
    });
  });
});

describe('a web metric', () => {
  const metric =
    "{ name: rate, successCondition: 'result >= 0.95', provider: { web: { url: 'https://stats.example/{{args.service}}', headers: [{ key: Authorization, value: 'Bearer {{args.token}}' }], jsonPath: '{$.data.rate}' } } }";
  const args =
    '[{ name: service }, { name: token, valueFrom: { secretKeyRef: { name: stats, key: token } } }]';
  const templates = template('rate', `{ args: ${args}, metrics: [${metric}] }`);
  const secret = `
apiVersion: v1
kind: Secret
metadata: { name: stats }
data: { token: aHVzaC1odXNo }
---`;
  const strategy = stepWith(
    '{ templates: [{ templateName: rate }], args: [{ name: service, value: shop }] }',
  );
  const answers = (rate: number) => ({
    metrics: [{ provider: 'web', metric: 'rate', answers: [{ value: { data: { rate } } }] }],
  });

  it('is asked with the Secret’s value, which the run does not show', () => {
    const world = shipped(secret + templates + rollout(strategy), answers(0.99));
    world.until(() => world.phase() === 'Paused: CanaryPauseStep');
    expect(world.questions[0]?.config).toMatchObject({
      url: 'https://stats.example/shop',
      headers: [{ key: 'Authorization', value: 'Bearer hush-hush' }],
    });
    expect(JSON.stringify(runs(world))).not.toContain('hush-hush');
    expect(runs(world)[0]?.status?.metricResults?.[0]?.measurements?.[0]?.value).toBe('0.99');
  });

  it('that finds too little aborts', () => {
    const world = shipped(secret + templates + rollout(strategy), answers(0.9));
    world.until(() => world.phase().startsWith('Degraded: RolloutAborted'));
    expect(world.status().message).toContain(
      'Metric "rate" assessed Failed due to failed (1) > failureLimit (0)',
    );
  });

  it('without its Secret is an Error, by name', () => {
    const world = shipped(templates + rollout(strategy), answers(0.99));
    world.until(() => world.phase().startsWith('Degraded: RolloutAborted'));
    expect(runs(world)[0]?.status?.phase).toBe('Error');
    expect(runs(world)[0]?.status?.message).toContain('secrets "stats" not found');
  });
});

describe('templates', () => {
  const ask = (name: string): string =>
    `{ metrics: [{ name: ${name}, successCondition: 'result > 0', provider: { web: { url: 'https://x.example' } } }] }`;
  const yes = { metrics: [{ provider: 'web', metric: undefined, answers: [{ value: 1 }] }] };

  it('of the cluster, and templates inside templates, become one run', () => {
    const yaml =
      template('errors', ask('errors'), 'ClusterAnalysisTemplate') +
      template('latency', ask('latency')) +
      template(
        'all',
        '{ templates: [{ templateName: errors, clusterScope: true }, { templateName: latency }] }',
      );
    const world = shipped(yaml + rollout(stepWith('{ templates: [{ templateName: all }] }')), yes);
    world.until(() => world.phase() === 'Paused: CanaryPauseStep');
    expect(runs(world)).toHaveLength(1);
    expect(
      runs(world)[0]
        ?.spec.metrics.map(({ name }) => name)
        .toSorted(),
    ).toEqual(['errors', 'latency']);
  });

  it('that are missing make the Rollout InvalidSpec, and are found once they are there', () => {
    const world = story(rollout(stepWith('{ templates: [{ templateName: late, clusterScope: true }] }')));
    world.run(2);
    expect(world.status().message).toBe(
      'InvalidSpec: The Rollout "demo" is invalid: spec.strategy.canary.steps[1].analysis.templates: ' +
        'Invalid value: "late": ClusterAnalysisTemplate \'late\' not found',
    );
    world.apply(template('late', ask('late'), 'ClusterAnalysisTemplate').replace('---', ''));
    healthy(world);
  });
});

describe('finished runs', () => {
  it('of a Rollout are kept up to its limits', () => {
    const metric =
      "{ name: ok, successCondition: 'result > 0', provider: { web: { url: 'https://x.example' } } }";
    const world = story(
      template('ok', `{ metrics: [${metric}] }`) +
        rollout(
          '{ canary: { steps: [{ analysis: { templates: [{ templateName: ok }] } }] } }',
          'replicas: 1\n  analysis: { successfulRunHistoryLimit: 2 }',
        ),
      { metrics: [{ provider: 'web', metric: undefined, answers: [{ value: 1 }] }] },
    );
    healthy(world);
    for (const version of [2, 3, 4, 5]) {
      world.plugin(`set image demo demo=demo:${version}`);
      world.run(2);
      healthy(world);
    }
    world.run(5);
    expect(runs(world).map(({ metadata }) => metadata.annotations?.['rollout.argoproj.io/revision'])).toEqual(
      ['4', '5'],
    );
  });

  it('with a ttlStrategy go when their time is over, by how they ended', () => {
    const run = (name: string, image: string): string => `
${API}
kind: AnalysisRun
metadata: { name: ${name} }
spec:
  ttlStrategy: { secondsAfterSuccess: 20, secondsAfterFailure: 60 }
  metrics: [${jobMetric(image)}]
---`;
    const world = story(run('good', 'good:1') + run('bad', 'bad:1').replace('---', ''), {
      images: { 'good:1': { runsForMs: 1000 }, 'bad:1': { runsForMs: 1000, exitCode: 2 } },
    });
    const names = (): string[] => runs(world).map(({ metadata }) => metadata.name);
    world.run(15);
    expect(runs(world).map(({ status }) => status?.phase)).toEqual(['Successful', 'Failed']);
    world.run(15);
    expect(names()).toEqual(['bad']);
    world.run(45);
    expect(names()).toEqual([]);
    expect(world.store.list('Job', NAMESPACE)).toEqual([]);
  });
});

describe('an AnalysisRun of its own', () => {
  const run = `
${API}
kind: AnalysisRun
metadata: { name: check }
spec:
  args: [{ name: path, value: live }]
  metrics:
    - name: errors
      interval: 10s
      count: 3
      successCondition: result < 5
      failureLimit: 1
      provider: { web: { url: 'https://x.example/{{args.path}}' } }
`;
  const metrics = (...values: number[]) => ({
    metrics: [{ provider: 'web', metric: 'errors', answers: values.map((value) => ({ value })) }],
  });

  it('measures as often as it says and succeeds', () => {
    const world = story(run, metrics(1, 9, 2));
    world.until(() => runs(world)[0]?.status?.phase === 'Successful');
    expect(world.seconds()).toBeGreaterThan(18);
    expect(world.seconds()).toBeLessThan(23);
    expect(runs(world)[0]?.status?.runSummary).toEqual({ count: 1, successful: 1 });
    expect(runs(world)[0]?.status?.metricResults?.[0]).toMatchObject({ count: 3, successful: 2, failed: 1 });
    expect(world.questions[0]?.config).toMatchObject({ url: 'https://x.example/live' });
  });

  it('fails with the words of its limit', () => {
    const world = story(run, metrics(9));
    world.until(() => runs(world)[0]?.status?.phase === 'Failed');
    expect(runs(world)[0]?.status?.message).toBe(
      'Metric "errors" assessed Failed due to failed (2) > failureLimit (1)',
    );
  });

  it('is terminated by the plugin', () => {
    const world = story(run, metrics(1));
    world.run(5);
    expect(world.plugin('terminate analysisrun check')).toBe("analysisRun 'check' terminated\n");
    world.until(() => runs(world)[0]?.status?.phase === 'Successful', 10);
    expect(runs(world)[0]?.status?.message).toBe('Run Terminated');
  });
});

describe('a metric of somebody else’s service', () => {
  const templates = template(
    'rate',
    "{ metrics: [{ name: rate, successCondition: 'result < 0.05', provider: { datadog: { query: 'avg:errors' } } }] }",
  );
  const strategy = stepWith('{ templates: [{ templateName: rate }] }');

  it('is answered by the scenario', () => {
    const world = shipped(templates + rollout(strategy), {
      metrics: [{ provider: 'datadog', metric: 'rate', answers: [{ value: 0.01 }] }],
    });
    world.until(() => world.phase() === 'Paused: CanaryPauseStep');
    expect(runs(world)[0]?.status?.metricResults?.[0]?.measurements?.[0]?.value).toBe('0.01');
  });

  it('that the scenario does not answer is an Error that names provider and metric', () => {
    const world = shipped(templates + rollout(strategy));
    world.until(() => world.phase().startsWith('Degraded: RolloutAborted'));
    expect(runs(world)[0]?.status?.message).toBe(
      'Metric "rate" assessed Error due to consecutiveErrors (5) > consecutiveErrorLimit (4): "Error Message: ' +
        'provider datadog is outside the embedded cluster: say what metric "rate" answers under spec.metrics of the scenario"',
    );
  });
});

it('get rollout shows a run, its Job, and a pod that crashes', () => {
  const world = shipped(
    template('smoke', `{ metrics: [${jobMetric('smoke:1')}] }`) +
      rollout(stepWith('{ templates: [{ templateName: smoke }] }')),
    { images: { 'smoke:1': { runsForMs: 5000 }, 'demo:1': { crashAfterMs: 25_000 } } },
  );
  world.until(() => world.phase() === 'Paused: CanaryPauseStep');
  world.until(() => world.tree().some((line) => line.includes('CrashLoopBackOff')));
  const tree = world.tree();
  const uid = runs(world)[0]?.metadata.uid;
  expect(tree.find((line) => line.includes('AnalysisRun'))).toMatch(
    /α demo-\S+-2-1 +AnalysisRun +✔ Successful +\d+s +✔ 1 *$/,
  );
  expect(tree.find((line) => line.includes('⊞'))).toMatch(
    new RegExp(`└──⊞ ${uid}\\.smoke\\.1 +Job +✔ Successful +\\d+s *$`),
  );
  expect(tree.find((line) => line.includes('CrashLoopBackOff'))).toMatch(
    /□ demo-\S+ +Pod +✖ CrashLoopBackOff +\d+s +ready:0\/1,restarts:1 *$/,
  );
});
