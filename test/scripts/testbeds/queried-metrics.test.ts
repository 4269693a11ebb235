import { expect, test } from 'vitest';
import type { AnyObject } from '../../../cluster/kube/objects.ts';
import { diskFiles } from '../../../scripts/manifests/source/files.ts';
import { openScenario, plainObjects } from '../../../scripts/scenario/open.ts';
import { courseOf } from '../../../scripts/sweep/seed/course.ts';
import { driveSeed } from '../../../scripts/sweep/seed/drive-seed.ts';
import { queriedMetrics } from '../../../scripts/testbeds/queried-metrics.ts';
import { SimTestbed } from '../../../scripts/testbeds/sim.ts';

function template(query: string): AnyObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisTemplate',
    metadata: { name: 'gate' },
    spec: { metrics: [{ name: 'm', provider: { prometheus: { query } } }] },
  };
}

test('the metrics of all selectors are found, arguments within their label values or not', () => {
  const query = 'sum(rate(a{x="{{args.x}}"}[1m])) / on() (b offset 5m or {__name__="c", y=~"d.*"})';
  expect([...queriedMetrics([template(query)])!]).toEqual(['a', 'b', 'c']);
  expect(queriedMetrics([])!.size).toBe(0);
});

test.each([
  '{{args.query}}',
  'rate(a[{{args.window}}])',
  '{job="echo"}',
  '{__name__=~"a.*"}',
  '{__name__="{{args.x}}"}',
])('where %s may read anything, everything is stored', (query) => {
  expect(queriedMetrics([template('a'), template(query)])).toBeUndefined();
});

test.each(['tutorial-1-bad-version', 'latency-regression', 'tutorial-5-bad-version'])(
  'a seed of %s comes to the same whether all metrics are stored or only those that are read',
  async (name) => {
    const { scenario, manifests } = openScenario(`scenarios/${name}.yaml`, diskFiles);
    const objects = plainObjects(manifests);
    const onlyMetrics = queriedMetrics(objects);
    expect(onlyMetrics?.size).toBe(1);
    const job = { point: 0, seed: 3, scenario, course: courseOf(scenario), manifests: objects };
    const whole = await driveSeed(job, new SimTestbed(scenario, '3'));
    expect(whole.measurements.length).toBeGreaterThan(0);
    const lean = { ...scenario, prometheus: { ...scenario.prometheus, onlyMetrics } };
    expect(await driveSeed(job, new SimTestbed(lean, '3'))).toEqual(whole);
  },
);
