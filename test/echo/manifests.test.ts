/** The demo's manifests: they parse, name each other, and route as the demo promises. */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { compileRouting } from '../../cluster/istio/routing/compile.ts';
import type { RouteRequest } from '../../cluster/istio/routing/model.ts';
import { unsupported } from '../../cluster/istio/routing/unsupported.ts';
import type { KubeObject } from '../../cluster/kube/objects.ts';
import type { AnalysisTemplate } from '../../cluster/kube/types/analysis.ts';
import type { Rollout } from '../../cluster/kube/types/argo.ts';
import type { VirtualService } from '../../cluster/kube/types/istio.ts';
import { World, pod } from '../cluster/istio/world.ts';

const folder = fileURLToPath(new URL('../../manifests/echo/', import.meta.url));
const { resources } = parse(readFileSync(`${folder}kustomization.yaml`, 'utf8')) as { resources: string[] };
const objects = resources.flatMap((file) =>
  parseAllDocuments(readFileSync(folder + file, 'utf8')).map((document) => document.toJS() as KubeObject),
);
const world = new World([...objects, pod('stable-a')]);
const only = <T extends KubeObject>(kind: string) => world.list<T>(kind)[0]!;

test('the kustomization lists every file', () => {
  expect(resources.toSorted()).toEqual(
    readdirSync(folder)
      .filter((file) => file !== 'kustomization.yaml')
      .toSorted(),
  );
});

test('the Rollout names Services, the VirtualService and a route that holds both Services', () => {
  const { canary } = only<Rollout>('Rollout').spec.strategy;
  const { name, routes } = canary!.trafficRouting!.istio!.virtualService!;
  const virtualService = only<VirtualService>('VirtualService');
  expect(virtualService.metadata.name).toBe(name);
  const services = world.list('Service').map(({ metadata }) => metadata.name);
  expect(services).toEqual(expect.arrayContaining([canary!.stableService, canary!.canaryService]));
  for (const route of routes!) {
    const hosts = virtualService.spec
      .http!.find((one) => one.name === route)!
      .route!.map(({ destination }) => destination.host.split('.')[0]);
    expect(hosts).toEqual([canary!.stableService, canary!.canaryService]);
  }
});

test("the gate looks at the canary's pods only, and its argument is given by the Rollout", () => {
  const [metric] = only<AnalysisTemplate>('AnalysisTemplate').spec.metrics!;
  const { query } = metric!.provider['prometheus'] as { query: string };
  expect(query.match(/rollouts_pod_template_hash="\{\{args\.canary-hash\}\}"/g)).toHaveLength(2);
  expect(query.match(/reporter="destination"/g)).toHaveLength(2);
  const analysis = only<Rollout>('Rollout').spec.strategy.canary!.steps!.find(
    (step) => step.analysis !== undefined,
  );
  expect(analysis).toMatchObject({
    analysis: { args: [{ name: 'canary-hash', valueFrom: { podTemplateHashValue: 'Latest' } }] },
  });
});

describe('routing', () => {
  const from = { namespace: 'echo', labels: {}, workload: 'client' };
  test.each<[string, Partial<RouteRequest>, string]>([
    ['users in the mesh', { host: 'echo-stable', from }, 'primary'],
    ['beta users in the mesh', { host: 'echo-stable', from, headers: { 'x-user-type': 'beta' } }, 'ab-test'],
    ['users from outside', { host: 'echo.local' }, 'primary'],
    ['beta users from outside', { host: 'echo.local', headers: { 'x-user-type': 'beta' } }, 'ab-test'],
  ])('%s take the route %s', (_who, more, name) => {
    const request: RouteRequest = {
      host: '',
      port: 80,
      path: '/',
      method: 'GET',
      headers: {},
      from: 'ingress gateway',
      ...more,
    };
    expect(compileRouting(world.routing()).route(request).route).toEqual({
      virtualService: 'echo/echo',
      name,
    });
  });

  test('nothing in them is beyond the model', () => {
    expect(unsupported(world.routing())).toEqual([]);
  });
});
