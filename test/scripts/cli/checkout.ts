/** Somebody's own service: names, ports, a namespace and a second container that no shipped scenario has. */

export const ROLLOUT = `apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: checkout
  namespace: payments
spec:
  replicas: 3
  selector:
    matchLabels: { service: checkout }
  template:
    metadata:
      labels: { service: checkout }
    spec:
      containers:
        - name: log-shipper
          image: logs.example/shipper:7
        - name: app
          image: shop.example/checkout:1.0
          ports: [{ name: web, containerPort: 9090 }]
  strategy:
    canary:
      canaryService: checkout-next
      stableService: checkout-live
      trafficRouting:
        istio:
          virtualService: { name: checkout-routes, routes: [main] }
      steps:
        - setWeight: 20
        - pause: {}
        - setWeight: 60
        - pause: { duration: 30s }
`;

export const SERVICES = `apiVersion: v1
kind: Service
metadata: { name: checkout-live, namespace: payments }
spec:
  selector: { service: checkout }
  ports: [{ name: http-web, port: 8081, targetPort: web }]
---
apiVersion: v1
kind: Service
metadata: { name: checkout-next, namespace: payments }
spec:
  selector: { service: checkout }
  ports: [{ name: http-web, port: 8081, targetPort: web }]
`;

export const ROUTES = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: checkout-routes, namespace: payments }
spec:
  hosts: [checkout-live]
  http:
    - name: main
      route:
        - destination: { host: checkout-live, port: { number: 8081 } }
          weight: 100
        - destination: { host: checkout-next, port: { number: 8081 } }
          weight: 0
`;

/** In order of application: the order in which a kustomization puts them. */
export const MANIFESTS = {
  'manifests/1-services.yaml': SERVICES,
  'manifests/2-rollout.yaml': ROLLOUT,
  'manifests/3-routes.yaml': ROUTES,
} as const;

export const SCENARIO = `apiVersion: coalmine.dev/v1alpha1
kind: Scenario
metadata:
  name: checkout-ships
  description: A new version takes a fifth of the traffic, waits for a person, and is promoted.
spec:
  namespace: payments
  manifests: [manifests]
  images:
    shop.example/checkout:1.0: { errorRate: 1%, readyAfter: 2s }
    shop.example/checkout:2.0: { errorRate: 1%, readyAfter: 2s }
    logs.example/shipper:7: { readyAfter: 1s }
  load:
    - { name: buyers, rate: 50/s, url: http://checkout-live:8081/pay, from: { namespace: payments, workload: web } }
  steps:
    - expect: { rollout: checkout, phase: Healthy, within: 1m }
    - ship: { rollout: checkout, image: app=shop.example/checkout:2.0 }
    - expect: { rollout: checkout, phase: Paused, weight: { canary: 20 }, within: 1m }
    - expect: { split: { load: buyers, canary: 20%, distinguishFrom: [0%, 60%] }, within: 2m }
    - promote: { rollout: checkout }
    - expect: { rollout: checkout, phase: Healthy, stableImage: "shop.example/checkout:2.0", within: 3m }
  never:
    - requests: { load: buyers, status: 5xx, share: "> 5%" }
`;

/** The scenario with its manifests, by path. */
export const CHECKOUT = { 'checkout.yaml': SCENARIO, ...MANIFESTS } as const;

/** The scenario with one text replaced; the text must be there once at least. */
export function changed(from: string, to: string, text: string = SCENARIO): string {
  if (!text.includes(from)) throw new Error(`"${from}" is not in the text`);
  return text.replace(from, to);
}

/** `line:column` of the n-th occurrence of a text, 1-based: worked out here, not by the program under test. */
export function placeOf(text: string, part: string, occurrence = 1): string {
  let offset = -1;
  for (let n = 0; n < occurrence; n++) offset = text.indexOf(part, offset + 1);
  if (offset < 0) throw new Error(`"${part}" is not in the text`);
  const before = text.slice(0, offset);
  return `${before.split('\n').length}:${offset - before.lastIndexOf('\n')}`;
}
