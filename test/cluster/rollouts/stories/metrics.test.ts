/** The controller's metrics in the cluster's own Prometheus, where alerts and gates read them by PromQL. */
import { parse } from 'yaml';
import { expect, it } from 'vitest';
import { createCluster } from '../../../../cluster/cluster.ts';
import { VirtualScheduler } from '../../../../cluster/kernel/scheduler.ts';
import type { MetricAnswer } from '../../../../cluster/kube/effects.ts';
import type { AnyObject } from '../../../../cluster/kube/objects.ts';
import { pluginCommand } from '../../../../cluster/rollouts/actions/plugin-command.ts';
import { NAMESPACE, rollout } from './world.ts';

it('answer PromQL as a Rollout goes from Completed to Paused to Abort', () => {
  const scheduler = new VirtualScheduler(1_767_225_600_000);
  const cluster = createCluster({
    seed: 'metrics',
    scheduler,
    observer: {},
    images: {},
    prometheus: { scrapeIntervalMs: 5000, lookbackMs: 300_000 },
    metrics: [],
    fixed: [],
  });
  const run = (seconds: number): unknown => scheduler.runUntil(scheduler.nowMs() + seconds * 1000);
  const plugin = (command: string): void =>
    cluster.perform(pluginCommand(command, cluster.store, NAMESPACE, scheduler.nowMs()).effects);
  const ask = (query: string): unknown => {
    const answers: MetricAnswer[] = [];
    const about = { kind: 'AnalysisRun', namespace: NAMESPACE, name: 'nobody' };
    const question = { metric: 'm', run: about, provider: 'prometheus', config: { query } };
    cluster.prometheus.source.ask(question, (answer) => answers.push(answer));
    run(5);
    const [answer] = answers;
    return answer !== undefined && 'value' in answer ? answer.value : answer;
  };
  const manifest = parse(rollout('{ canary: { steps: [{ setWeight: 25 }, { pause: {} }] } }')) as AnyObject;
  cluster.apply([{ ...manifest, metadata: { ...manifest.metadata, namespace: NAMESPACE } }]);
  run(30);
  expect(ask('rollout_info{name="demo",namespace="shop",strategy="canary",phase="Completed"}')).toEqual([1]);
  plugin('set image demo demo=demo:2');
  run(30);
  // The series of the phase before is stale at the next scrape, as with the real controller.
  expect(ask('count by (phase) (rollout_info{phase="Completed"})')).toEqual([]);
  expect(ask('rollout_info{phase="Paused"}')).toEqual([1]);
  expect(ask('rollout_info_replicas_updated')).toEqual([1]);
  plugin('abort demo');
  run(30);
  expect(ask('rollout_phase{phase="Abort"} == 1')).toEqual([1]);
  expect(ask('rollout_events_total{type="Warning",reason="RolloutAborted"}')).toEqual([1]);
  expect(ask('histogram_quantile(0.99, rollout_reconcile_bucket) < 1')).toHaveLength(1);
  cluster.stop();
});
