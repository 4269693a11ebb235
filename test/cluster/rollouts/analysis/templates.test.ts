/** Messages and merges as in utils/analysis and utils/template of Argo Rollouts v1.9.1; expectations from its own tests. */
import { describe, expect, it } from 'vitest';
import {
  buildRolloutArguments,
  resolveMetricArgs,
  resolveTemplate,
} from '../../../../cluster/rollouts/analysis/arguments.ts';
import { validateMetrics } from '../../../../cluster/rollouts/analysis/metric-validation.ts';
import {
  collectTemplates,
  flattenTemplates,
  mergeArgs,
  newAnalysisRun,
  resolveRunName,
} from '../../../../cluster/rollouts/analysis/templates.ts';
import type { ClusterReader, KubeObject } from '../../../../cluster/kube/objects.ts';
import type {
  AnalysisRun,
  AnalysisTemplate,
  AnalysisTemplateSpec,
  Metric,
} from '../../../../cluster/kube/types/analysis.ts';
import type { Rollout } from '../../../../cluster/kube/types/argo.ts';

const prometheus = { prometheus: { address: 'http://prometheus', query: 'up' } };
const metric = (name: string, rest: Partial<Metric> = {}): Metric => ({
  name,
  provider: prometheus,
  ...rest,
});

function template(name: string, spec: AnalysisTemplateSpec, cluster = false): AnalysisTemplate {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: cluster ? 'ClusterAnalysisTemplate' : 'AnalysisTemplate',
    metadata: { name, ...(cluster ? {} : { namespace: 'shop' }) },
    spec,
  };
}

function reader(...objects: KubeObject[]): ClusterReader {
  const find = (kind: string, namespace: string | undefined, name: string): unknown =>
    objects.find((o) => o.kind === kind && o.metadata.namespace === namespace && o.metadata.name === name);
  return {
    get: find as ClusterReader['get'],
    list: () => [],
    ownedBy: () => [],
  };
}

const collect = (from: AnalysisTemplate, ref: { templateName: string; clusterScope?: boolean }) => () =>
  collectTemplates(reader(from), 'shop', [ref]);

const flatten =
  (...specs: AnalysisTemplateSpec[]) =>
  () =>
    flattenTemplates(
      specs.map((spec, index) => template(`t${index}`, spec)),
      [],
    );

describe('templates within templates', () => {
  const inner = template('inner', { metrics: [metric('b')] }, true);
  const outer = template('outer', {
    metrics: [metric('a')],
    templates: [{ templateName: 'inner', clusterScope: true }],
  });

  it('are found, each once, and flattened with the namespaced ones first', () => {
    const found = collectTemplates(reader(inner, outer), 'shop', [
      { templateName: 'inner', clusterScope: true },
      { templateName: 'outer' },
    ]);
    expect(found).toEqual({ templates: [outer], clusterTemplates: [inner] });
    expect(
      flattenTemplates(found.templates, found.clusterTemplates).metrics?.map(({ name }) => name),
    ).toEqual(['a', 'b']);
  });

  it('that are missing are named as the lister names them', () => {
    expect(collect(outer, { templateName: 'nowhere' })).toThrow(
      'analysistemplate.argoproj.io "nowhere" not found',
    );
    expect(collect(outer, { templateName: 'outer' })).toThrow(
      'clusteranalysistemplate.argoproj.io "inner" not found',
    );
  });

  it('that refer to each other in a circle are refused', () => {
    const a = template('a', { templates: [{ templateName: 'b' }] });
    const b = template('b', { templates: [{ templateName: 'a' }] });
    expect(() => collectTemplates(reader(a, b), 'shop', [{ templateName: 'a' }])).toThrow('a -> b -> a');
  });
});

describe('flattening', () => {
  it('refuses what is there twice', () => {
    expect(flatten({ metrics: [metric('x')] }, { metrics: [metric('x')] })).toThrow(
      "two metrics have the same name 'x'",
    );
    expect(flatten({ dryRun: [{ metricName: 'x' }] }, { dryRun: [{ metricName: 'x' }] })).toThrow(
      "two Dry-Run metric rules have the same name 'x'",
    );
    const rule = { measurementRetention: [{ metricName: 'x', limit: 1 }] };
    expect(flatten(rule, rule)).toThrow("two Measurement Retention metric rules have the same name 'x'");
    expect(flatten({ args: [{ name: 'p', value: '1' }] }, { args: [{ name: 'p', value: '2' }] })).toThrow(
      "Argument `p` specified multiple times with different values: '1', '2'",
    );
  });
  it('lets a value win over none', () => {
    const spec = flatten({ args: [{ name: 'p' }] }, { args: [{ name: 'p', value: '2' }] })();
    expect(spec.args).toEqual([{ name: 'p', value: '2' }]);
  });
});

describe('arguments', () => {
  it('are merged into those that the template declares', () => {
    const declared = [{ name: 'a', value: 'default' }, { name: 'b' }];
    expect(
      mergeArgs(
        [
          { name: 'b', value: '1' },
          { name: 'other', value: '2' },
        ],
        declared,
      ),
    ).toEqual([
      { name: 'a', value: 'default' },
      { name: 'b', value: '1' },
    ]);
    expect(() => mergeArgs([], declared)).toThrow('args.b was not resolved');
  });

  it('take the place of their tags, blanks or not', () => {
    const values = new Map([['args.x', '5']]);
    expect(resolveTemplate('a {{args.x}} b {{ args.x }}', values)).toBe('a 5 b 5');
    expect(() => resolveTemplate('{{args.y}}', values)).toThrow('failed to resolve {{args.y}}');
    expect(() => resolveTemplate('x{{args.x', values)).toThrow(
      'Cannot find end tag="}}" in the template="x{{args.x" starting from "args.x"',
    );
  });

  it('reach every part of a metric, and leave one without tags as it is', () => {
    const plain = metric('plain');
    expect(resolveMetricArgs(plain, [{ name: 'x', value: '1' }])).toBe(plain);
    const tagged = metric('m', { count: '{{args.x}}', provider: { web: { url: 'http://{{args.x}}' } } });
    expect(resolveMetricArgs(tagged, [{ name: 'x', value: '3"' }])).toEqual({
      name: 'm',
      count: '3"',
      provider: { web: { url: 'http://3"' } },
    });
    expect(() => resolveMetricArgs(plain, [{ name: 'x' }])).toThrow('argument "x" was not supplied');
  });

  it('come from hashes and fields of the Rollout', () => {
    const rollout = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      metadata: { name: 'echo', namespace: 'shop', labels: { app: 'echo', tier: 'web' } },
      spec: { replicas: 3, strategy: { canary: { steps: [{ setWeight: 20 }] } } },
    } as unknown as Rollout;
    const context = { rollout, stableHash: 'aaa', latestHash: 'bbb' };
    const field = (fieldPath: string) => () =>
      buildRolloutArguments([{ name: 'f', valueFrom: { fieldRef: { fieldPath } } }], context)[0]!.value;
    expect(
      buildRolloutArguments(
        [
          { name: 'stable', valueFrom: { podTemplateHashValue: 'Stable' } },
          { name: 'latest', valueFrom: { podTemplateHashValue: 'Latest' } },
        ],
        context,
      ),
    ).toEqual([
      { name: 'stable', value: 'aaa' },
      { name: 'latest', value: 'bbb' },
    ]);
    expect(field("metadata.labels['app']")()).toBe('echo');
    expect(field('metadata.labels')()).toBe('app="echo"\ntier="web"');
    expect(field('spec.strategy.canary.steps[0].setWeight')()).toBe('20');
    expect(field('metadata.generation')).toThrow('unsupported fieldPath: metadata.generation');
    expect(field('spec.nothing')).toThrow('invalid path spec.nothing in rollout');
    expect(field('spec.strategy.canary.steps[5].setWeight')).toThrow('index 5 out of range');
    expect(field('spec.strategy.canary.steps[x]')).toThrow("invalid index 'x'");
    expect(field('spec.strategy.canary')).toThrow(
      'path spec.strategy.canary in rollout must terminate in a primitive value',
    );
  });
});

describe('a name that is taken', () => {
  const owner = { apiVersion: 'v1', kind: 'Rollout', name: 'echo', uid: 'u1', controller: true };
  const run = newAnalysisRun({
    templates: [template('t', { metrics: [metric('m')] })],
    clusterTemplates: [],
    args: [],
    metadata: { name: 'echo-1', namespace: 'shop', ownerReferences: [owner] },
  });
  const existing = (status: AnalysisRun['status'], uid = 'u1'): AnalysisRun => ({
    ...run,
    metadata: { ...run.metadata, ownerReferences: [{ ...owner, uid }] },
    ...(status === undefined ? {} : { status }),
  });

  it('is adopted when the run is one’s own and unfinished, and counted up otherwise', () => {
    expect(resolveRunName(reader(existing({ phase: 'Running' })), run)).toHaveProperty('existing');
    for (const taken of [existing({ phase: 'Failed' }), existing({ phase: 'Running' }, 'u2')]) {
      const found = resolveRunName(reader(taken), run);
      expect('create' in found && found.create.metadata.name).toBe('echo-1.1');
    }
  });
});

describe('metrics that cannot be measured', () => {
  it.each([
    [[], 'no metrics specified'],
    [[metric('a'), metric('a')], "metrics[1]: duplicate name 'a'"],
    [[metric('a', { consecutiveSuccessLimit: -1 })], 'metrics[0]: consecutiveSuccessLimit must be >= 0'],
    [[metric('a', { failureLimit: -2 })], 'metrics[0]: failureLimit must be >= 0, or -1 to be disabled'],
    [
      [metric('a', { failureLimit: -1 })],
      'metrics[0]: failureLimit and consecutiveSuccessLimit cannot both be disabled',
    ],
    [[metric('a', { inconclusiveLimit: -1 })], 'metrics[0]: inconclusiveLimit must be >= 0'],
    [[metric('a', { consecutiveErrorLimit: -1 })], 'metrics[0]: consecutiveErrorLimit must be >= 0'],
    [
      [metric('a', { count: 1, failureLimit: 2 })],
      'metrics[0]: count (1) must be >= failureLimit + consecutiveSuccessLimit (2 + 0) if both >= 0',
    ],
    [
      [metric('a', { count: 1, failureLimit: -1, consecutiveSuccessLimit: 2 })],
      'metrics[0]: count must be >= consecutiveSuccessLimit',
    ],
    [[metric('a', { count: 1, inconclusiveLimit: 2 })], 'metrics[0]: count must be >= inconclusiveLimit'],
    [[metric('a', { count: 2 })], 'metrics[0]: interval must be specified when count > 1'],
    [
      [metric('a', { interval: '5' })],
      'metrics[0]: invalid interval string: time: missing unit in duration "5"',
    ],
    [
      [metric('a', { initialDelay: '5 minutes' })],
      'metrics[0]: invalid startDelay string: time: unknown unit " minutes" in duration "5 minutes"',
    ],
    [[{ name: 'a', provider: {} }], 'metrics[0]: no provider specified'],
    [
      [{ name: 'a', provider: { ...prometheus, web: { url: 'x' } } }],
      'metrics[0]: multiple providers specified',
    ],
  ])('%#: are refused in the real words', (metrics, words) => {
    expect(validateMetrics(metrics)).toBe(words);
  });

  it('do not include sound ones', () => {
    expect(
      validateMetrics([metric('a', { count: '3', interval: '1m30s', failureLimit: 1 })]),
    ).toBeUndefined();
  });
});
