/**
 * The least shape that rules rely on: that a list is a list and a map a map in the fields they read. An object that
 * lacks it is reported and left out, so that no rule meets a list where it wants a map. Not a schema: unknown fields
 * pass here.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { AnyObject } from '../../cluster/kube/objects.ts';

type Schema = Record<string, unknown>;

const text: Schema = { type: 'string' };
const number: Schema = { type: 'number' };
const list = (items: Schema): Schema => ({ type: 'array', items });
const map = (properties: Record<string, Schema> = {}, required: string[] = []): Schema => ({
  type: 'object',
  properties,
  required,
});
const texts: Schema = { type: 'object', additionalProperties: text };
const intOrText: Schema = { type: ['integer', 'string'] };

const args = list(
  map(
    {
      name: text,
      value: text,
      valueFrom: map({ podTemplateHashValue: text, fieldRef: map({ fieldPath: text }, ['fieldPath']) }),
    },
    ['name'],
  ),
);
const templateRefs = list(map({ templateName: text }, ['templateName']));
const analysis = map({ templates: templateRefs, args });
const stringMatch = map({ exact: text, prefix: text, regex: text });
const podTemplate = map({
  metadata: map({ labels: texts, annotations: texts }),
  spec: map({
    containers: list(
      map(
        {
          name: text,
          image: text,
          ports: list(map({ name: text, containerPort: number }, ['containerPort'])),
        },
        ['name'],
      ),
    ),
  }),
});

const step = map({
  setWeight: number,
  pause: map({ duration: intOrText }),
  analysis,
  setCanaryScale: map({ weight: number, replicas: number, matchTrafficWeight: { type: 'boolean' } }),
  setHeaderRoute: map({ name: text, match: list(map({ headerName: text, headerValue: stringMatch })) }),
  setMirrorRoute: map({ name: text, match: list(map()), percentage: number }),
  experiment: map({
    templates: list(map({ name: text })),
    analyses: list(map({ templateName: text, args }, ['templateName'])),
  }),
});
const virtualServiceRef = map(
  { name: text, routes: list(text), tlsRoutes: list(map()), tcpRoutes: list(map()) },
  ['name'],
);
const istioRouting = map({
  virtualService: virtualServiceRef,
  virtualServices: list(virtualServiceRef),
  destinationRule: map({ name: text, canarySubsetName: text, stableSubsetName: text }, [
    'name',
    'canarySubsetName',
    'stableSubsetName',
  ]),
});
const canary = map({
  canaryService: text,
  stableService: text,
  pingPong: map({ pingService: text, pongService: text }),
  steps: list(step),
  analysis,
  trafficRouting: map({ istio: istioRouting, managedRoutes: list(map({ name: text }, ['name'])) }),
});
const blueGreen = map({
  activeService: text,
  previewService: text,
  prePromotionAnalysis: analysis,
  postPromotionAnalysis: analysis,
});
const selector = map({
  matchLabels: texts,
  matchExpressions: list(map({ key: text, operator: text, values: list(text) }, ['key', 'operator'])),
});

const rollout = map(
  {
    spec: map(
      {
        selector,
        replicas: number,
        template: podTemplate,
        workloadRef: map(),
        strategy: map({ canary, blueGreen }),
      },
      ['strategy'],
    ),
  },
  ['spec'],
);

const template = map(
  {
    spec: map({
      args,
      templates: templateRefs,
      metrics: list(
        map(
          {
            name: text,
            interval: text,
            initialDelay: text,
            count: intOrText,
            successCondition: text,
            failureCondition: text,
            provider: { type: 'object', additionalProperties: map() },
          },
          ['name', 'provider'],
        ),
      ),
    }),
  },
  ['spec'],
);

const destination = map({ host: text, subset: text, port: map({ number }) }, ['host']);
const routes = list(map({ destination, weight: number }, ['destination']));
const virtualService = map(
  {
    spec: map({
      hosts: list(text),
      gateways: list(text),
      http: list(
        map({
          name: text,
          match: list(map({ headers: map() })),
          route: routes,
          mirror: destination,
          fault: map({ delay: map(), abort: map() }),
          retries: map({ retryOn: text }),
        }),
      ),
      tls: list(map({ match: list(map()), route: routes })),
      tcp: list(map({ match: list(map()), route: routes })),
    }),
  },
  ['spec'],
);

const SHAPES: Record<string, Schema> = {
  Rollout: rollout,
  AnalysisTemplate: template,
  ClusterAnalysisTemplate: template,
  VirtualService: virtualService,
  DestinationRule: map(
    { spec: map({ host: text, subsets: list(map({ name: text, labels: texts }, ['name'])) }, ['host']) },
    ['spec'],
  ),
  Service: map({ spec: map({ selector: texts, ports: list(map({ name: text, port: number }, ['port'])) }) }, [
    'spec',
  ]),
  Gateway: map({ spec: map({ servers: list(map({ hosts: list(text), port: map({ number }) })) }) }, ['spec']),
  PeerAuthentication: map({
    spec: map({
      selector: map({ matchLabels: texts }),
      mtls: map({ mode: text }),
      portLevelMtls: { type: 'object', additionalProperties: map({ mode: text }) },
    }),
  }),
  ServiceMonitor: map(
    {
      spec: map(
        {
          endpoints: list(map()),
          selector,
          namespaceSelector: map({ any: { type: 'boolean' }, matchNames: list(text) }),
        },
        ['endpoints'],
      ),
    },
    ['spec'],
  ),
  PodMonitor: map(
    {
      spec: map({
        podMetricsEndpoints: list(map()),
        selector,
        namespaceSelector: map({ any: { type: 'boolean' }, matchNames: list(text) }),
      }),
    },
    ['spec'],
  ),
  Application: map(
    {
      spec: map({
        destination: map({ namespace: text }),
        ignoreDifferences: list(map({ kind: text, jsonPointers: list(text), jqPathExpressions: list(text) })),
        syncPolicy: map({ automated: map(), syncOptions: list(text) }),
      }),
    },
    ['spec'],
  ),
};

const METADATA = map({ metadata: map({ name: text, namespace: text, labels: texts, annotations: texts }) });

const compiled = new Map<string, ValidateFunction>();

export interface ShapeFault {
  /** Parts of the path. */
  path: (string | number)[];
  /** `must be array` */
  message: string;
  value: unknown;
}

/** The first field that is not of the kind that every rule takes it for; undefined when all are. */
export function shapeFault(object: AnyObject): ShapeFault | undefined {
  const validate =
    compiled.get(object.kind) ??
    new Ajv({ verbose: true, strict: false }).compile({ allOf: [METADATA, SHAPES[object.kind] ?? {}] });
  compiled.set(object.kind, validate);
  if (validate(object)) return undefined;
  const error = validate.errors?.[0];
  return error === undefined ? undefined : toFault(error);
}

function toFault({ instancePath, message = 'is wrong', data }: ErrorObject): ShapeFault {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  return { path, message, value: data };
}
