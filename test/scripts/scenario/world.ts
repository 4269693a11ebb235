/** A small world in memory for the tests of scenarios: files that are right, and how to break them. */
import { CoalmineError } from '../../../scripts/errors.ts';
import { memoryFiles } from '../../../scripts/manifests/source/files.ts';
import { openScenario, type OpenedScenario } from '../../../scripts/scenario/open.ts';

export const APP = `apiVersion: v1
kind: Service
metadata: { name: echo-stable }
spec: { selector: { app: echo }, ports: [{ port: 80, targetPort: 8080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: echo-canary }
spec: { selector: { app: echo }, ports: [{ port: 80, targetPort: 8080 }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: echo }
spec:
  hosts: [echo-stable]
  http:
    - name: primary
      route:
        - destination: { host: echo-stable }
          weight: 100
        - destination: { host: echo-canary }
          weight: 0
---
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: { name: success-rate }
spec:
  metrics:
    - name: success-rate
      count: 3
      interval: 30s
      successCondition: result[0] >= 0.99
      provider:
        prometheus:
          address: http://prometheus:9090
          query: sum(rate(istio_requests_total{reporter="destination"}[1m]))
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: { name: echo }
spec:
  replicas: 4
  selector: { matchLabels: { app: echo } }
  template:
    metadata: { labels: { app: echo } }
    spec:
      containers:
        - name: echo
          image: echo:v1
  strategy:
    canary:
      canaryService: echo-canary
      stableService: echo-stable
      trafficRouting: { istio: { virtualService: { name: echo, routes: [primary] } } }
      steps: [{ setWeight: 10 }, { pause: {} }]
`;

export const SCENARIO = `apiVersion: coalmine.dev/v1alpha1
kind: Scenario
metadata: { name: a-canary, description: A small one }
spec:
  manifests: [app.yaml]
  images:
    echo:v1: {}
    echo:v2: { errorRate: 5% }
  load:
    - { name: users, rate: 100/s, url: "http://echo-stable/" }
  steps:
    - ship: { rollout: echo, image: echo:v2 }
    - expect: { rollout: echo, weight: { canary: 10 }, within: 30s }
`;

/** `replaced('a', 'b')` of a text that must hold `a`: a test that changes nothing tests nothing. */
export function replaced(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`the text does not hold ${JSON.stringify(from)}`);
  return text.replace(from, to);
}

export interface Given {
  scenario?: string | Uint8Array;
  app?: string | Uint8Array;
  more?: Record<string, string>;
}

export function open(given: Given = {}): OpenedScenario {
  const { scenario = SCENARIO, app = APP, more = {} } = given;
  return openScenario('s.yaml', memoryFiles({ 's.yaml': scenario, 'app.yaml': app, ...more }));
}

/** What a person reads when it cannot be opened; fails the test when it can. */
export function refusal(given: Given): string {
  try {
    open(given);
  } catch (error) {
    if (error instanceof CoalmineError) return error.explain();
    throw error;
  }
  throw new Error('it was opened');
}
