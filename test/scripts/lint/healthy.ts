/** A canary in which no rule finds anything: the non-firing manifest of every rule. Cases change one thing in it. */
import { lintObjects } from '../../../scripts/lint/lint.ts';
import { loadForLint } from '../../../scripts/lint/load.ts';
import { memoryFiles } from '../../../scripts/manifests/source/files.ts';
import type { Finding } from '../../../scripts/lint/finding.ts';

export const HEALTHY = `apiVersion: v1
kind: Service
metadata: { name: shop-stable, namespace: demo }
spec:
  selector: { app: shop }
  ports: [{ name: http, port: 80, targetPort: 8080 }]
---
apiVersion: v1
kind: Service
metadata: { name: shop-canary, namespace: demo }
spec:
  selector: { app: shop }
  ports: [{ name: http, port: 80, targetPort: 8080 }]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: demo }
spec:
  hosts: [shop-stable]
  http:
    - name: primary
      fault: { abort: { percentage: { value: 1 }, httpStatus: 503 } }
      route:
        - destination: { host: shop-stable }
          weight: 100
        - destination: { host: shop-canary, port: { number: 80 } }
          weight: 0
---
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: { name: success-rate, namespace: demo }
spec:
  args: [{ name: hash }]
  metrics:
    - name: success-rate
      interval: 1m
      count: 3
      successCondition: len(result) > 0 && result[0] >= 0.99
      failureCondition: len(result) > 0 && result[0] < 0.99
      failureLimit: 1
      inconclusiveLimit: 1
      provider:
        prometheus:
          address: http://prometheus:9090
          query: |
            sum(rate(istio_requests_total{reporter="destination",rollouts_pod_template_hash="{{args.hash}}",response_code!~"5.*"}[1m]))
            /
            sum(rate(istio_requests_total{reporter="destination",rollouts_pod_template_hash="{{args.hash}}"}[1m]))
---
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: { name: shop, namespace: demo }
spec:
  replicas: 4
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      containers:
        - name: shop
          image: shop:1
          ports: [{ name: web, containerPort: 8080 }]
  strategy:
    canary:
      stableService: shop-stable
      canaryService: shop-canary
      trafficRouting:
        managedRoutes: [{ name: qa }]
        istio:
          virtualService: { name: shop, routes: [primary] }
      steps:
        - setCanaryScale: { replicas: 1 }
        - setHeaderRoute: { name: qa, match: [{ headerName: X-QA, headerValue: { exact: 'yes' } }] }
        - pause: {}
        - setCanaryScale: { matchTrafficWeight: true }
        - setWeight: 10
        - pause: { duration: 1m }
        - analysis:
            templates: [{ templateName: success-rate }]
            args: [{ name: hash, valueFrom: { podTemplateHashValue: Latest } }]
        - setHeaderRoute: { name: qa }
`;

/** Findings of the healthy manifests with texts replaced (each must be there) and more documents added. */
export function lintChanged(changes: readonly (readonly [string, string])[] = [], added = ''): Finding[] {
  let text = HEALTHY;
  for (const [from, to] of changes) {
    if (!text.includes(from)) throw new Error(`the healthy manifests do not hold: ${from}`);
    text = text.replaceAll(from, to);
  }
  return lintText(added === '' ? text : `${text}---\n${added}`);
}

export function lintText(text: string): Finding[] {
  const { objects, lines } = loadForLint(['app.yaml'], memoryFiles({ 'app.yaml': text }));
  return lintObjects(objects, lines);
}

/** The text that a place points at, to its line's end. */
export function textAt(text: string, { line, column }: Finding['where']): string {
  return (text.split('\n')[line - 1] ?? '').slice(column - 1);
}
