/** Labels and histograms against Envoy's istio_stats filter (istio/proxy, release-1.30) and istiod's naming rules. */
import { describe, expect, test } from 'vitest';
import { workloadName } from '../../../cluster/istio/telemetry/identity.ts';
import { BUCKETS_MS, RequestSeries, bucketOf } from '../../../cluster/istio/telemetry/series.ts';
import { createTelemetry } from '../../../cluster/istio/telemetry/telemetry.ts';
import type { Telemetry } from '../../../cluster/istio/telemetry/telemetry.ts';
import type { Pod } from '../../../cluster/kube/types/core.ts';
import { NAMESPACE, World, pod, service, split, twoServices } from './world.ts';

const client = { namespace: NAMESPACE, labels: { app: 'client' }, workload: 'client' };
const target = { host: 'echo-canary.echo.svc.cluster.local', name: 'echo-canary', namespace: NAMESPACE };

const seen = (series: RequestSeries | undefined) => {
  series?.add(0, 1, 1);
  return series?.samples()[0]!.labels;
};

/** The labels of both reporters for one 200 from `source` to a pod. */
function labelsOf(telemetry: Telemetry, to: Pod, from: Parameters<Telemetry['caller']>[0] = client) {
  const source = telemetry.caller(from);
  const destination = telemetry.pod(to);
  const exchange = { source, destination, status: 200, flags: '-' };
  return {
    source: seen(telemetry.source({ ...exchange, service: target })),
    destination: seen(telemetry.destination({ ...exchange, service: telemetry.inboundService(to) })),
  };
}

function ownedBy(kind: string, name: string, labels: Record<string, string> = {}): Pod {
  const base = pod('p');
  const owner = { apiVersion: 'v1', kind, name, uid: 'u', controller: true };
  return { ...base, metadata: { ...base.metadata, labels, ownerReferences: [owner] } };
}

describe('the workload', () => {
  test.each([
    [
      'a Rollout, whatever the version',
      ownedBy('ReplicaSet', 'echo-7d4f', { 'rollouts-pod-template-hash': '7d4f' }),
      'echo',
    ],
    ['a Deployment', ownedBy('ReplicaSet', 'echo-7d4f', { 'pod-template-hash': '7d4f' }), 'echo'],
    ['a ReplicaSet of its own', ownedBy('ReplicaSet', 'echo-7d4f'), 'echo-7d4f'],
    ['a StatefulSet', ownedBy('StatefulSet', 'db'), 'db'],
    ['a Job of a CronJob', ownedBy('Job', 'tidy-28671240'), 'tidy'],
    ['a bare pod', { ...pod('alone'), metadata: { ...pod('alone').metadata, ownerReferences: [] } }, 'alone'],
  ])('of %s', (_who, one, expected) => expect(workloadName(one)).toBe(expected));

  test('my-service-canary matches nothing: canary and stable are both my-service', () => {
    const names = ['stable1', 'canary2'].map((hash) =>
      workloadName(pod('p', { hash, workload: 'my-service' })),
    );
    expect(names).toEqual(['my-service', 'my-service']);
  });
});

const labelled = (labels: Record<string, string>) =>
  new World([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE, labels } },
    pod('canary-a'),
  ]);

const reports = (labels: Record<string, string>, injection: 'all' | 'labelled') =>
  labelsOf(createTelemetry({ store: labelled(labels), injection }), pod('canary-a')).destination !==
  undefined;

describe('labels', () => {
  const world = twoServices([split(90, 10)]);
  const canary = pod('canary-a', { hash: 'canary2', labels: { version: 'v2' } });
  world.put(canary);

  test("of the caller's proxy and of the pod's", () => {
    const { source, destination } = labelsOf(createTelemetry({ store: world }), canary);
    const service = {
      destination_service: 'echo-canary.echo.svc.cluster.local',
      destination_service_name: 'echo-canary',
      destination_service_namespace: 'echo',
    };
    const shared = {
      __name__: 'istio_requests_total',
      source_workload: 'client',
      source_workload_namespace: 'echo',
      source_principal: 'spiffe://cluster.local/ns/echo/sa/default',
      source_app: 'client',
      source_canonical_service: 'client',
      source_canonical_revision: 'latest',
      source_cluster: 'Kubernetes',
      destination_workload: 'echo',
      destination_workload_namespace: 'echo',
      destination_principal: 'spiffe://cluster.local/ns/echo/sa/default',
      destination_app: 'echo',
      destination_version: 'v2',
      destination_canonical_service: 'echo',
      destination_canonical_revision: 'v2',
      destination_cluster: 'Kubernetes',
      ...service,
      request_protocol: 'http',
      response_code: '200',
      response_flags: '-',
    };
    // The client has no version: its own proxy leaves the label empty, its peer says unknown.
    expect(source).toEqual({ ...shared, reporter: 'source', connection_security_policy: 'unknown' });
    expect(destination).toEqual({
      ...shared,
      reporter: 'destination',
      source_version: 'unknown',
      connection_security_policy: 'mutual_tls',
    });
  });

  test('a pod without a sidecar reports nothing and its caller knows no principal of it', () => {
    const plain = pod('plain', { labels: { 'sidecar.istio.io/inject': 'false' } });
    const { source, destination } = labelsOf(createTelemetry({ store: new World([plain]) }), plain);
    expect(destination).toBeUndefined();
    expect(source).toMatchObject({
      destination_workload: 'echo',
      destination_principal: 'unknown',
      destination_app: 'unknown',
    });
  });

  test('with injection by label, the Namespace must ask for it', () => {
    expect(reports({}, 'all')).toBe(true);
    expect(reports({}, 'labelled')).toBe(false);
    expect(reports({ 'istio-injection': 'enabled' }, 'labelled')).toBe(true);
    expect(reports({ 'istio-injection': 'disabled' }, 'all')).toBe(false);
  });

  test('a caller without a proxy is unknown to the pod, and there is no mutual TLS', () => {
    const { source, destination } = labelsOf(createTelemetry({ store: world }), canary, {
      ...client,
      meshed: false,
    });
    expect(source).toBeUndefined();
    expect(destination).toMatchObject({
      source_workload: 'unknown',
      source_principal: 'unknown',
      connection_security_policy: 'none',
    });
  });

  test('a receiving proxy names the oldest Service that selects its pod, then the first by name', () => {
    const stable = pod('stable-a');
    const both = new World([service('echo-stable'), service('echo-canary'), stable]);
    const telemetry = createTelemetry({ store: both });
    expect(telemetry.inboundService(stable)?.name).toBe('echo-canary');
    const old = service('echo-stable');
    both.put({ ...old, metadata: { ...old.metadata, creationTimestamp: '2025-01-01T00:00:00Z' } });
    expect(telemetry.inboundService(stable)?.name).toBe('echo-stable');
    both.objects = [stable];
    expect(labelsOf(telemetry, stable).destination).toMatchObject({
      destination_service: 'echo',
      destination_service_name: 'InboundPassthroughCluster',
    });
  });
});

describe('the histogram', () => {
  test('Envoy cuts to whole milliseconds: 10.9 ms is within le="10"', () => {
    const bounds = [...BUCKETS_MS.map(String), '+Inf'];
    const of = (ms: number) => bounds[bucketOf(ms)];
    expect([0.2, 0.99, 1, 1.99, 2, 5.99, 6, 10.9, 11, 250.5, 251, 3_600_000.5, 3_600_001].map(of)).toEqual([
      '0.5',
      '0.5',
      '1',
      '1',
      '5',
      '5',
      '10',
      '10',
      '25',
      '250',
      '500',
      '3600000',
      '+Inf',
    ]);
  });

  test('buckets add up, sum and count agree, label objects stay the same', () => {
    const series = new RequestSeries({ reporter: 'source' });
    expect(series.samples()).toEqual([]);
    series.add(3, 10, 80);
    series.add(19, 2, 8_000_000);
    const first = series.samples().map(({ labels, value }) => ({ labels, value }));
    const value = (name: string, le?: string) =>
      first.find(({ labels }) => labels['__name__'] === name && labels['le'] === le)?.value;
    const histogram = 'istio_request_duration_milliseconds';
    expect(value('istio_requests_total')).toBe(12);
    expect([value(`${histogram}_bucket`, '5'), value(`${histogram}_bucket`, '10')]).toEqual([0, 10]);
    expect([value(`${histogram}_bucket`, '3600000'), value(`${histogram}_bucket`, '+Inf')]).toEqual([10, 12]);
    expect([value(`${histogram}_sum`), value(`${histogram}_count`)]).toEqual([8_000_080, 12]);
    series.add(3, 1, 8);
    series.samples().forEach(({ labels }, index) => expect(labels).toBe(first[index]!.labels));
  });
});

describe('scrape targets', () => {
  test('each running pod with its labels by labelmap, the gateway, meshed callers', () => {
    const world = twoServices([split(90, 10)]);
    const pending = pod('pending');
    world.put({ ...pending, status: { phase: 'Pending' } } as Pod);
    const telemetry = createTelemetry({ store: world });
    telemetry.caller('ingress gateway');
    telemetry.caller(client);
    const targets = [...telemetry.scrapeTargets()];
    expect(targets.map(({ labels }) => labels['pod'])).toEqual([
      'stable-a',
      'stable-b',
      'canary-a',
      'istio-ingress-0',
      'client-0',
    ]);
    expect(targets[2]!.labels).toEqual({
      app: 'echo',
      rollouts_pod_template_hash: 'canary2',
      namespace: 'echo',
      pod: 'canary-a',
      instance: '10.0.0.1:15020',
    });
  });

  test('label objects outlive status updates; a deleted pod takes its counters along', () => {
    const world = twoServices([split(90, 10)]);
    const telemetry = createTelemetry({ store: world });
    const canary = world.get<Pod>('Pod', NAMESPACE, 'canary-a')!;
    labelsOf(telemetry, canary);
    const read = () =>
      [...telemetry.scrapeTargets()].find(({ pod: one }) => one?.metadata.name === 'canary-a');
    const before = read()!;
    const [firstSample] = before.collect();
    world.put({ ...canary, status: { ...canary.status, reason: 'again' } } as Pod);
    expect(read()!.labels).toBe(before.labels);
    expect([...read()!.collect()][0]!.labels).toBe(firstSample!.labels);
    world.remove('Pod', 'canary-a');
    expect(read()).toBeUndefined();
    world.put(canary);
    expect([...read()!.collect()]).toEqual([]);
  });
});
