/**
 * Truth: the lines that the real controller's port 8090 serves, as its own tests (controller/metrics/*_test.go of
 * v1.9.1) expect them for objects like these; empty labels, which say nothing to Prometheus, are left out.
 */
import { describe, expect, it } from 'vitest';
import { Random } from '../../../../cluster/kernel/random.ts';
import type { KubeObject } from '../../../../cluster/kube/objects.ts';
import { ObjectStore } from '../../../../cluster/kube/store.ts';
import { rolloutsMetrics } from '../../../../cluster/rollouts/metrics/metrics.ts';

function world() {
  let nowMs = 0;
  const store = new ObjectStore({ nowMs: () => nowMs, random: new Random('metrics') });
  const metrics = rolloutsMetrics({ store, nowMs: () => nowMs });
  store.subscribe((event) => metrics.observer.object({ ...event, timeMs: nowMs }));
  const samples = () => [...metrics.scrapeTarget().collect()];
  return {
    store,
    metrics,
    samples,
    wait: (seconds: number) => (nowMs += seconds * 1000),
    /** As a scrape reads them: labels by name, as the real client sorts them. */
    lines: (prefix: string): string[] =>
      samples()
        .map(({ labels: { __name__, ...labels }, value }) => {
          const sorted = Object.keys(labels).sort();
          return `${__name__}{${sorted.map((key) => `${key}="${labels[key]}"`).join(',')}} ${value}`;
        })
        .filter((line) => line.startsWith(prefix))
        .sort(),
  };
}

function rollout(name: string, strategy: object, condition?: { type: string; reason: string }): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name, namespace: 'default' },
    spec: { replicas: 1, strategy },
    status: {
      replicas: 1,
      availableReplicas: 1,
      conditions: condition === undefined ? [] : [{ status: 'False', ...condition }],
    },
  } as unknown as KubeObject;
}

/** The status is a subresource: it is not taken from a create. */
function put(store: ObjectStore, object: KubeObject): void {
  store.create(object);
  store.updateStatus(object);
}

const blueGreen = { blueGreen: { activeService: 'active-service', previewService: 'preview-service' } };

describe('the gauges of a Rollout', () => {
  it('are the real ones', () => {
    const { store, lines } = world();
    put(store, rollout('guestbook-bluegreen', blueGreen, { type: 'Progressing', reason: 'Progressing' }));
    expect(lines('rollout_info')).toEqual([
      'rollout_info_replicas_available{name="guestbook-bluegreen",namespace="default"} 1',
      'rollout_info_replicas_desired{name="guestbook-bluegreen",namespace="default"} 1',
      'rollout_info_replicas_unavailable{name="guestbook-bluegreen",namespace="default"} 0',
      'rollout_info_replicas_updated{name="guestbook-bluegreen",namespace="default"} 0',
      'rollout_info{name="guestbook-bluegreen",namespace="default",phase="Progressing",strategy="blueGreen"} 1',
    ]);
  });

  it.each([
    ['NewReplicaSetAvailable', 'Completed'],
    ['RolloutPaused', 'Paused'],
    ['ReplicaSetCreateError', 'Error'],
    ['ProgressDeadlineExceeded', 'Timeout'],
    ['RolloutAborted', 'Abort'],
    ['ReplicaSetUpdated', 'Progressing'],
  ])('name the phase by the reason of Progressing: %s is %s', (reason, phase) => {
    const { store, lines } = world();
    put(store, rollout('guestbook', blueGreen, { type: 'Progressing', reason }));
    expect(lines('rollout_info{')[0]).toContain(`phase="${phase}"`);
    expect(lines('rollout_phase').filter((line) => line.endsWith(' 1'))).toEqual([
      `rollout_phase{name="guestbook",namespace="default",phase="${phase}",strategy="blueGreen"} 1`,
    ]);
    expect(lines('rollout_phase')).toHaveLength(6);
  });

  it('know an InvalidSpec, for which rollout_phase has no word', () => {
    const { store, lines } = world();
    put(store, rollout('guestbook', blueGreen, { type: 'InvalidSpec', reason: 'InvalidSpec' }));
    expect(lines('rollout_info{')[0]).toContain('phase="InvalidSpec"');
    expect(lines('rollout_phase').filter((line) => line.endsWith(' 1'))).toEqual([]);
  });

  it.each([
    [blueGreen, 'strategy="blueGreen"'],
    [{ canary: {} }, 'strategy="canary"'],
    [{}, 'strategy="none"'],
    [{ canary: { trafficRouting: { smi: {} } } }, 'strategy="canary",traffic_router="SMI"'],
    [{ canary: { trafficRouting: { istio: {} } } }, 'strategy="canary",traffic_router="Istio"'],
    [{ canary: { trafficRouting: { alb: {} } } }, 'strategy="canary",traffic_router="ALB"'],
    [{ canary: { trafficRouting: { ambassador: {} } } }, 'strategy="canary",traffic_router="Ambassador"'],
    [{ canary: { trafficRouting: { nginx: {} } } }, 'strategy="canary",traffic_router="Nginx"'],
    [{ canary: { trafficRouting: { appMesh: {} } } }, 'strategy="canary",traffic_router="AppMesh"'],
  ])('name strategy and router: %j', (strategy, labels) => {
    const { store, lines } = world();
    put(store, rollout('guestbook', strategy));
    expect(lines('rollout_info{')[0]).toContain(`${labels}}`);
  });

  it('keep their label sets from scrape to scrape, whatever changes', () => {
    const { store, samples } = world();
    const before = rollout('guestbook', blueGreen);
    put(store, before);
    const first = samples();
    const status = { replicas: 3, availableReplicas: 1 };
    store.updateStatus({ ...before, status } as KubeObject);
    const second = samples();
    expect(second.map(({ value }) => value)).not.toEqual(first.map(({ value }) => value));
    second.forEach(({ labels }, index) => expect(labels).toBe(first[index]!.labels));
  });
});

const webMetric = (name: string) => ({ name, provider: { web: { url: 'https://example.com' } } });

describe('the gauges of analyses', () => {
  it('are the real ones', () => {
    const { store, lines } = world();
    store.create({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisRun',
      metadata: { name: 'http-benchmark-test-tr8rn', namespace: 'jesse-test' },
      spec: { metrics: [webMetric('webmetric')] },
      status: { phase: 'Error', metricResults: [{ name: 'webmetric', phase: 'Error' }] },
    } as KubeObject);
    const run = 'name="http-benchmark-test-tr8rn",namespace="jesse-test"';
    const metric = `dry_run="false",metric="webmetric",${run}`;
    expect(lines('analysis_run_')).toEqual([
      `analysis_run_info{${run},phase="Error"} 1`,
      `analysis_run_metric_phase{${metric},phase="Error",type="Web"} 1`,
      `analysis_run_metric_phase{${metric},phase="Failed",type="Web"} 0`,
      `analysis_run_metric_phase{${metric},phase="Inconclusive",type="Web"} 0`,
      `analysis_run_metric_phase{${metric},phase="Pending",type="Web"} 0`,
      `analysis_run_metric_phase{${metric},phase="Running",type="Web"} 0`,
      `analysis_run_metric_phase{${metric},phase="Successful",type="Web"} 0`,
      `analysis_run_metric_type{metric="webmetric",${run},type="Web"} 1`,
      `analysis_run_phase{${run},phase="Error"} 1`,
      `analysis_run_phase{${run},phase="Failed"} 0`,
      `analysis_run_phase{${run},phase="Inconclusive"} 0`,
      `analysis_run_phase{${run},phase="Pending"} 0`,
      `analysis_run_phase{${run},phase="Running"} 0`,
      `analysis_run_phase{${run},phase="Successful"} 0`,
    ]);
  });

  it('tell dry-run metrics apart, and count a metric without result as Pending', () => {
    const { store, lines } = world();
    store.create({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisRun',
      metadata: { name: 'run', namespace: 'team' },
      spec: { metrics: [webMetric('errors'), webMetric('latency')], dryRun: [{ metricName: 'lat.*' }] },
    } as KubeObject);
    expect(lines('analysis_run_metric_phase').filter((line) => line.endsWith(' 1'))).toEqual([
      'analysis_run_metric_phase{dry_run="false",metric="errors",name="run",namespace="team",phase="Pending",type="Web"} 1',
      'analysis_run_metric_phase{dry_run="true",metric="latency",name="run",namespace="team",phase="Pending",type="Web"} 1',
    ]);
  });

  it('are there for templates, of a namespace and of the cluster', () => {
    const { store, lines } = world();
    const spec = { metrics: [webMetric('web-metric-1'), webMetric('web-metric-2')] };
    const apiVersion = 'argoproj.io/v1alpha1';
    store.create({
      apiVersion,
      kind: 'AnalysisTemplate',
      metadata: { name: 'http-benchmark-test', namespace: 'jesse-test' },
      spec,
    } as KubeObject);
    store.create({
      apiVersion,
      kind: 'ClusterAnalysisTemplate',
      metadata: { name: 'http-benchmark-cluster-test' },
      spec,
    } as KubeObject);
    expect(lines('analysis_template_')).toEqual([
      'analysis_template_info{name="http-benchmark-cluster-test"} 1',
      'analysis_template_info{name="http-benchmark-test",namespace="jesse-test"} 1',
      'analysis_template_metric_info{metric="web-metric-1",name="http-benchmark-cluster-test",type="Web"} 1',
      'analysis_template_metric_info{metric="web-metric-1",name="http-benchmark-test",namespace="jesse-test",type="Web"} 1',
      'analysis_template_metric_info{metric="web-metric-2",name="http-benchmark-cluster-test",type="Web"} 1',
      'analysis_template_metric_info{metric="web-metric-2",name="http-benchmark-test",namespace="jesse-test",type="Web"} 1',
    ]);
  });
});

it('the gauges of an Experiment are the real ones', () => {
  const { store, lines } = world();
  store.create({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Experiment',
    metadata: { name: 'experiment-with-analysis', namespace: 'argo-rollouts' },
    spec: { templates: [] },
    status: { phase: 'Successful' },
  } as KubeObject);
  const experiment = 'name="experiment-with-analysis",namespace="argo-rollouts"';
  expect(lines('experiment_')).toEqual([
    `experiment_info{${experiment},phase="Successful"} 1`,
    `experiment_phase{${experiment},phase="Error"} 0`,
    `experiment_phase{${experiment},phase="Inconclusive"} 0`,
    `experiment_phase{${experiment},phase="Pending"} 0`,
    `experiment_phase{${experiment},phase="Running"} 0`,
    `experiment_phase{${experiment},phase="Successful"} 1`,
  ]);
});

describe('what is counted', () => {
  it('are reconciles by their duration', () => {
    const { store, metrics, lines } = world();
    put(store, { ...rollout('ro-test', blueGreen) });
    metrics.observer.reconciled({ controller: 'rollouts', key: 'default/ro-test', startMs: 5, endMs: 6 });
    const ro = 'name="ro-test",namespace="default"';
    expect(lines('rollout_reconcile')).toEqual([
      `rollout_reconcile_bucket{le="+Inf",${ro}} 1`,
      `rollout_reconcile_bucket{le="0.01",${ro}} 1`,
      `rollout_reconcile_bucket{le="0.15",${ro}} 1`,
      `rollout_reconcile_bucket{le="0.25",${ro}} 1`,
      `rollout_reconcile_bucket{le="0.5",${ro}} 1`,
      `rollout_reconcile_bucket{le="1",${ro}} 1`,
      `rollout_reconcile_count{${ro}} 1`,
      `rollout_reconcile_sum{${ro}} 0.001`,
    ]);
  });

  it('are events of Rollouts, and of nothing else', () => {
    const { metrics, lines } = world();
    const event = (kind: string, name: string, type: string, reason: string) =>
      metrics.observer.event({
        about: { kind, namespace: 'ro-namespace', name },
        type,
        reason,
        message: '',
        timeMs: 0,
      });
    event('Rollout', 'ro-test-1', 'Normal', 'FooEvent');
    event('Rollout', 'ro-test-1', 'Normal', 'BarEvent');
    event('Rollout', 'ro-test-2', 'Warning', 'BazEvent');
    event('Rollout', 'ro-test-2', 'Warning', 'BazEvent');
    event('AnalysisRun', 'ro-test-2', 'Warning', 'BazEvent');
    expect(lines('rollout_events_total')).toEqual([
      'rollout_events_total{name="ro-test-1",namespace="ro-namespace",reason="BarEvent",type="Normal"} 1',
      'rollout_events_total{name="ro-test-1",namespace="ro-namespace",reason="FooEvent",type="Normal"} 1',
      'rollout_events_total{name="ro-test-2",namespace="ro-namespace",reason="BazEvent",type="Warning"} 2',
    ]);
  });

  it('are errors, by the kind whose controller met them, until 65 seconds after the object went', () => {
    const { store, metrics, lines, wait } = world();
    store.create(rollout('name', blueGreen));
    for (const controller of ['analysis', 'experiments', 'rollouts', 'replicaset-controller']) {
      metrics.observer.trouble({ controller, key: 'default/name', error: 'refused', timeMs: 0 });
    }
    const errors = () => lines('').filter((line) => line.includes('_reconcile_error'));
    expect(errors()).toEqual([
      'analysis_run_reconcile_error{name="name",namespace="default"} 1',
      'experiment_reconcile_error{name="name",namespace="default"} 1',
      'rollout_reconcile_error{name="name",namespace="default"} 1',
    ]);
    store.delete({ kind: 'Rollout', namespace: 'default', name: 'name' });
    wait(64);
    expect(errors()).toHaveLength(3);
    wait(1);
    expect(errors()).toHaveLength(2);
    expect(lines('rollout_info')).toEqual([]);
  });
});
