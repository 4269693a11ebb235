import { beforeAll, describe, expect, it } from 'vitest';
import { allKinds } from '../../../cluster/kube/kinds.ts';
import type { AnyObject } from '../../../cluster/kube/objects.ts';
import { loadSchemas, validateObject, validateObjects } from '../../../cluster/kube/validation.ts';

beforeAll(() => loadSchemas(allKinds().map(({ kind }) => kind)));

const POD_TEMPLATE = {
  metadata: { labels: { app: 'demo' } },
  spec: { containers: [{ name: 'demo', image: 'demo:blue', ports: [{ containerPort: 8080 }] }] },
};

function rollout(spec: Record<string, unknown> = {}, canary: Record<string, unknown> = {}): AnyObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'demo' },
    spec: {
      selector: { matchLabels: { app: 'demo' } },
      template: POD_TEMPLATE,
      strategy: { canary },
      ...spec,
    },
  };
}

function object(apiVersion: string, kind: string, rest: Record<string, unknown>): AnyObject {
  return { apiVersion, kind, metadata: { name: 'x' }, ...rest };
}

function said(candidate: AnyObject): string[] {
  return validateObject(candidate).map(({ path, message }) => `${path}: ${message}`);
}

describe('an unknown field', () => {
  it('is named by its path, in the words of the strict decoder', () => {
    const canary = { steps: [{ setWeight: 10 }, { setWeigth: 20 }] };
    expect(validateObject(rollout({}, canary))).toEqual([
      {
        path: 'spec.strategy.canary.steps[1].setWeigth',
        message: 'unknown field "spec.strategy.canary.steps[1].setWeigth"',
      },
    ]);
  });

  it('is found in metadata, in pod templates and beside spec', () => {
    const candidate = rollout({ template: { spec: { containers: [{ name: 'demo', img: 'x' }] } } });
    expect(
      said({ ...candidate, specs: {}, metadata: { name: 'demo', label: {} } as AnyObject['metadata'] }),
    ).toEqual([
      'metadata.label: unknown field "metadata.label"',
      'spec.template.spec.containers[0].img: unknown field "spec.template.spec.containers[0].img"',
      'specs: unknown field "specs"',
    ]);
  });

  it('is none where the API keeps what it does not know', () => {
    const plugin = { setWeight: 1, plugin: { name: 'a/b', config: { any: { thing: [1] } } } };
    const routing = { trafficRouting: { plugins: { 'a/b': { x: 1 } } } };
    expect(said(rollout({}, { steps: [plugin], ...routing }))).toEqual([]);
  });
});

// The texts are those of apiextensions' validation (kube-openapi's InvalidType) and apimachinery's field errors.
describe('a wrong value', () => {
  it.each([
    [
      { replicas: 'three' },
      'spec.replicas: Invalid value: "string": spec.replicas in body must be of type integer: "string"',
    ],
    [
      { replicas: 1.5 },
      'spec.replicas: Invalid value: "number": spec.replicas in body must be of type integer: "number"',
    ],
    [
      { strategy: [] },
      'spec.strategy: Invalid value: "array": spec.strategy in body must be of type object: "array"',
    ],
    [
      { paused: 'yes' },
      'spec.paused: Invalid value: "string": spec.paused in body must be of type boolean: "string"',
    ],
    [
      { strategy: { canary: { maxSurge: true } } },
      'spec.strategy.canary.maxSurge: Invalid value: "boolean": spec.strategy.canary.maxSurge in body must be of type integer,string: "boolean"',
    ],
    [
      { strategy: { canary: { steps: [{ pause: null }] } } },
      'spec.strategy.canary.steps[0].pause: Invalid value: "null": spec.strategy.canary.steps[0].pause in body must be of type object: "null"',
    ],
    [
      { template: { spec: { containers: [{ image: 'x' }] } } },
      'spec.template.spec.containers[0].name: Required value',
    ],
  ])('%j is refused', (spec, text) => {
    expect(said(rollout(spec))).toEqual([text]);
  });

  it('of an enum is answered with those that there are', () => {
    const service = object('v1', 'Service', { spec: { type: 'Loadbalancer', ports: [{ port: 80 }] } });
    expect(said(service)).toEqual([
      'spec.type: Unsupported value: "Loadbalancer": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    ]);
  });

  it('of a label is not a number, and null is absent for built-in kinds', () => {
    const service = object('v1', 'Service', {
      metadata: { name: 's', creationTimestamp: null, labels: { version: 1 } },
      spec: { selector: null, ports: [{ port: 80 }] },
    });
    expect(said(service)).toEqual([
      'metadata.labels.version: Invalid value: "integer": metadata.labels.version in body must be of type string: "integer"',
    ]);
  });
});

describe('a name or label', () => {
  it.each([
    ['ConfigMap', 'Foo_Bar', 'a lowercase RFC 1123 subdomain must consist of'],
    ['Service', '1st', 'a DNS-1035 label must consist of'],
    [
      'Namespace',
      'a.b',
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and",
    ],
    ['ConfigMap', 'x'.repeat(254), 'must be no more than 253 characters'],
  ])('%s %s is refused', (kind, name, rule) => {
    const [error] = validateObject({ apiVersion: 'v1', kind, metadata: { name } });
    expect(error?.path).toBe('metadata.name');
    expect(error?.message).toContain(`Invalid value: ${JSON.stringify(name)}: ${rule}`);
  });

  it('is required, unless one is to be drawn', () => {
    const nameless = (metadata: object) =>
      said({ ...object('v1', 'ConfigMap', {}), metadata: metadata as AnyObject['metadata'] });
    expect(nameless({})).toEqual(['metadata.name: Required value: name or generateName is required']);
    expect(nameless({ generateName: 'x-' })).toEqual([]);
  });

  it('is checked in pod templates too', () => {
    const template = { ...POD_TEMPLATE, metadata: { labels: { app: 'a b', 'a/b/c': 'x' } } };
    expect(said(rollout({ template })).map((text) => text.slice(0, 68))).toEqual(
      [
        'spec.template.metadata.labels: Invalid value: "a/b/c": name part must',
        'spec.template.metadata.labels: Invalid value: "a b": a valid label mu',
      ].map((text) => text.slice(0, 68)),
    );
  });
});

describe('a kind', () => {
  it('that is not served, or not in this version, is its only problem', async () => {
    const strange = [
      { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } },
      { apiVersion: 'argoproj.io/v1', kind: 'Rollout', metadata: { name: '!' } },
    ];
    expect(await validateObjects(strange)).toEqual([
      [{ path: 'kind', message: 'no matches for kind "Widget" in version "example.com/v1"' }],
      [
        {
          path: 'apiVersion',
          message: 'no matches for kind "Rollout" in version "argoproj.io/v1" (served: argoproj.io/v1alpha1)',
        },
      ],
    ]);
  });

  it('that is served has a schema', () => {
    for (const { kind, group, versions } of allKinds()) {
      const apiVersion = group === '' ? versions[0]! : `${group}/${versions[0]}`;
      const paths = said(object(apiVersion, kind, { noSuchField: 1 }));
      expect(paths, kind).toContain('noSuchField: unknown field "noSuchField"');
    }
  });
});

// Fields of the CRDs in the v1.9.1 release that earlier ones do not have, or that are easily lost.
describe('the fields of Argo Rollouts v1.9.1', () => {
  it('are known in a Rollout', () => {
    const canary = {
      canaryService: 'c',
      stableService: 's',
      minPodsPerReplicaSet: 1,
      dynamicStableScale: true,
      replicaProgressThreshold: { type: 'Percent', value: 90 },
      pingPong: { pingService: 'a', pongService: 'b' },
      trafficRouting: {
        maxTrafficWeight: 1000,
        managedRoutes: [{ name: 'h' }],
        istio: {
          virtualServices: [
            { name: 'v', routes: ['r'], tcpRoutes: [{ port: 1 }], tlsRoutes: [{ port: 2, sniHosts: ['x'] }] },
          ],
          destinationRule: {
            name: 'd',
            canarySubsetName: 'c',
            stableSubsetName: 's',
            additionalSubsetNames: ['x'],
          },
        },
      },
      steps: [
        { setHeaderRoute: { name: 'h', match: [{ headerName: 'x', headerValue: { exact: 'y' } }] } },
        {
          setMirrorRoute: {
            name: 'm',
            percentage: 5,
            match: [{ method: { exact: 'GET' }, path: { prefix: '/' } }],
          },
        },
        { setCanaryScale: { matchTrafficWeight: true } },
        { plugin: { name: 'p' } },
        { pause: { duration: '1h' } },
        { pause: { duration: 30 } },
        {
          analysis: {
            templates: [{ templateName: 't', clusterScope: true }],
            analysisRunMetadata: { labels: { a: 'b' } },
          },
        },
        {
          experiment: {
            templates: [{ name: 'a', specRef: 'canary', weight: 5, service: { name: 's' } }],
            analysisRunMetadata: {},
            dryRun: [{ metricName: 'm' }],
            scaleDownDelaySeconds: 10,
          },
        },
      ],
    };
    const spec = {
      workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd', scaleDown: 'onsuccess' },
      rollbackWindow: { revisions: 3 },
      progressDeadlineAbort: true,
    };
    expect(said(rollout(spec, canary))).toEqual([]);
  });

  it('are known in templates and runs', () => {
    const metric = {
      name: 'm',
      consecutiveSuccessLimit: 3,
      interval: '1m',
      provider: {
        web: {
          url: 'http://x',
          method: 'POST',
          jsonBody: { a: { b: [1] } },
          authentication: { oauth2: { tokenUrl: 't', clientId: 'c', scopes: ['s'] } },
        },
      },
    };
    const prometheus = {
      name: 'p',
      provider: {
        prometheus: {
          address: 'http://p',
          query: 'up',
          timeout: 30,
          insecure: true,
          headers: [{ key: 'a', value: 'b' }],
          rangeQuery: { start: 'now() - duration("5m")', end: 'now()', step: '1m' },
        },
      },
    };
    const spec = {
      metrics: [metric, prometheus],
      templates: [{ templateName: 'base' }],
      args: [{ name: 'a' }],
    };
    for (const kind of ['AnalysisTemplate', 'ClusterAnalysisTemplate']) {
      expect(said(object('argoproj.io/v1alpha1', kind, { spec })), kind).toEqual([]);
    }
    const run = { spec: { metrics: [metric], ttlStrategy: { secondsAfterCompletion: 60 }, terminate: true } };
    expect(said(object('argoproj.io/v1alpha1', 'AnalysisRun', run))).toEqual([]);
  });
});
