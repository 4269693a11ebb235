/** What the routing model does not know is said, with the object and the path, and harmless fields are not. */
import { expect, test } from 'vitest';
import { unsupported } from '../../../cluster/istio/routing/unsupported.ts';
import type { DestinationRule, HTTPRoute, VirtualService } from '../../../cluster/kube/types/istio.ts';
import { World, destinationRule, service, split, twoServices, virtualService } from './world.ts';

const said = (...objects: World['objects']) =>
  unsupported(new World(objects).routing()).map(({ path, reason }) => `${path}: ${reason}`);

test('nothing to say of a plain host-level split, with rewrite and headers', () => {
  const route: HTTPRoute = {
    ...split(90, 10),
    rewrite: { uri: '/' },
    headers: { request: { set: { a: 'b' } } },
  };
  expect(unsupported(twoServices([route]).routing())).toEqual([]);
});

test('delegates, bad regexes, retry words and claims are named with their place', () => {
  const route: HTTPRoute = {
    match: [{ headers: { '@request.auth.claims.sub': { exact: 'x' } }, uri: { regex: '(?=x)' } }],
    delegate: { name: 'other' },
    retries: { attempts: 1, retryOn: '5xx,sometimes' },
  };
  expect(said(virtualService([split(1, 1), route]))).toEqual([
    'VirtualService echo/echo: spec.http[1].delegate: delegation is not modelled',
    'VirtualService echo/echo: spec.http[1].retries.retryOn: "sometimes" is no retry policy that Envoy knows',
    'VirtualService echo/echo: spec.http[1].match[0].headers.@request.auth.claims.sub: JWT claims are not modelled',
    'VirtualService echo/echo: spec.http[1].match[0].uri.regex: "(?=x)": RE2 has no lookahead or lookbehind',
  ]);
});

test('weights that Istio would refuse', () => {
  expect(said(virtualService([split(0, 0)]))).toEqual([
    'VirtualService echo/echo: spec.http[0].route: total destination weight = 0; Istio refuses it',
  ]);
});

test('TLS and TCP routes', () => {
  const spec: VirtualService['spec'] = { hosts: ['echo'], tcp: [{ route: [] }], tls: [{ route: [] }] };
  expect(said({ ...virtualService([]), spec } as VirtualService)).toHaveLength(2);
});

test('affinity, ejection and connection limits of a DestinationRule, at the top and in a subset', () => {
  const rule = destinationRule('echo', { stable: 'a' });
  const sticky: DestinationRule = {
    ...rule,
    spec: {
      ...rule.spec,
      trafficPolicy: { loadBalancer: { consistentHash: { httpHeaderName: 'x' } } },
      subsets: [{ name: 'stable', trafficPolicy: { outlierDetection: {} } }],
    },
  };
  expect(said(sticky)).toEqual([
    'DestinationRule echo/echo: spec.trafficPolicy.loadBalancer.consistentHash: affinity is not modelled: pods are drawn evenly for each request',
    'DestinationRule echo/echo: spec.subsets[0].trafficPolicy.outlierDetection: ejection of pods is not modelled',
  ]);
});

test('a Service port that Istio would not treat as HTTP', () => {
  const one = service('echo');
  expect(
    said({ ...one, spec: { ...one.spec, ports: [{ name: 'tcp-echo', port: 80 }] } } as typeof one),
  ).toEqual([
    'Service echo/echo: spec.ports[0]: "tcp-echo" is no HTTP port for Istio: its http routes would not apply',
  ]);
});
