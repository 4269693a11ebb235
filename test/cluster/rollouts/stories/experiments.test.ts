/**
 * Experiments on a whole cluster: standalone, and as a step with weights in the mesh. Truth: docs/features/experiment.md
 * and the words of experiments/ and utils/conditions/experiments.go of Argo Rollouts v1.9.1.
 */
import { describe, expect, it } from 'vitest';
import type { Experiment } from '../../../../cluster/kube/types/analysis.ts';
import type { Service } from '../../../../cluster/kube/types/core.ts';
import type { VirtualService } from '../../../../cluster/kube/types/istio.ts';
import { isReady } from '../../../../cluster/workloads/pods.ts';
import { NAMESPACE, rollout, story, type Story } from './world.ts';

const side = (name: string, image: string, more = ''): string => `
    - name: ${name}
      replicas: 2
      selector: { matchLabels: { app: demo, side: ${name} } }
      ${more}
      template:
        metadata: { labels: { app: demo, side: ${name} } }
        spec: { containers: [{ name: demo, image: '${image}', ports: [{ name: http, containerPort: 8080 }] }] }`;

const experiment = (spec: string, more = ''): string => `
apiVersion: argoproj.io/v1alpha1
kind: Experiment
metadata: { name: versus }
spec:
  ${spec}
  templates:${side('baseline', 'demo:1', more)}${side('candidate', 'demo:2')}
`;

const read = (world: Story): Experiment => world.get<Experiment>('Experiment', 'versus');
const phase = (world: Story): string | undefined => read(world).status?.phase;

describe('an Experiment of its own', () => {
  it('runs both versions for its duration, from the moment when all are available', () => {
    const world = story(experiment('duration: 60s'), { images: { 'demo:2': { readyAfterMs: 8000 } } });
    const began = world.until(() => phase(world) === 'Running');
    expect(began).toBeGreaterThan(7);
    expect(world.pods().filter(isReady)).toHaveLength(4);
    const ended = world.until(() => phase(world) === 'Successful');
    expect(ended - began).toBeGreaterThan(58);
    expect(ended - began).toBeLessThan(63);
    world.until(() => world.pods().length === 0, 60);
    const sets = world.replicaSets().map(({ metadata, spec }) => [metadata.name, spec.replicas]);
    expect(sets).toEqual([
      ['versus-baseline', 0],
      ['versus-candidate', 0],
    ]);
    const progressing = read(world).status?.conditions?.find(({ type }) => type === 'Progressing');
    expect(progressing?.message).toBe('Experiment "versus" has successfully ran and completed.');
    const said = world.said('Experiment/versus');
    expect(said).toContain('ExperimentRunning: Experiment transitioned from Pending -> Running');
    expect(said).toContain('ExperimentSuccessful: Experiment transitioned from Running -> Successful');
  });

  it('gives a template its Service while it runs', () => {
    const world = story(experiment('duration: 30s', 'service: {}'));
    world.until(() => phase(world) === 'Running');
    const [service] = world.store.list<Service>('Service', NAMESPACE);
    expect(service?.metadata.name).toBe('versus-baseline');
    expect(service?.spec.ports).toMatchObject([{ name: 'http', port: 8080 }]);
    world.until(() => phase(world) === 'Successful');
    world.until(() => world.store.list('Service', NAMESPACE).length === 0, 90);
  });

  it('fails when a version does not come up within its deadline', () => {
    const world = story(experiment('progressDeadlineSeconds: 30'), {
      images: { 'demo:2': { readyAfterMs: Infinity } },
    });
    world.until(() => phase(world) === 'Failed');
    expect(read(world).status?.message).toBe(
      "Template 'candidate' exceeded its progressDeadlineSeconds (30)",
    );
  });

  it('ends with its analysis, and is terminated by the plugin', () => {
    const template = `
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: { name: compare }
spec:
  args: [{ name: hash }]
  metrics: [{ name: diff, interval: 5s, successCondition: 'result < 1', provider: { web: { url: 'https://x.example/{{args.hash}}' } } }]
---`;
    const analyses =
      "analyses: [{ name: compare, templateName: compare, args: [{ name: hash, value: '{{templates.candidate.podTemplateHash}}' }] }]";
    const asked = (value: number) => ({
      metrics: [{ provider: 'web', metric: 'diff', answers: [{ value: 0 }, { value }] }],
    });
    const bad = story(template + experiment(analyses), asked(5));
    bad.until(() => phase(bad) === 'Failed');
    expect(bad.questions[0]?.config['url']).toBe(
      `https://x.example/${bad.replicaSets()[1]?.metadata.labels?.['rollouts-pod-template-hash']}`,
    );
    expect(bad.said('Experiment/versus')).toContain(
      "AnalysisRunFailed: AnalysisRun 'compare' transitioned from Running -> Failed: " +
        'Metric "diff" assessed Failed due to failed (1) > failureLimit (0)',
    );

    const good = story(template + experiment(analyses), asked(0));
    good.until(() => phase(good) === 'Running');
    good.run(120);
    expect(phase(good)).toBe('Running');
    expect(good.plugin('terminate experiment versus')).toBe("experiment 'versus' retried\n");
    good.until(() => phase(good) === 'Successful', 30);
    expect(good.said('Experiment/versus').some((line) => line.startsWith('AnalysisRunTerminating:'))).toBe(
      true,
    );
  });
});

const network = `
apiVersion: v1
kind: Service
metadata: { name: stable }
spec: { selector: { app: demo }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: canary }
spec: { selector: { app: demo }, ports: [{ port: 80 }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: demo }
spec:
  hosts: [demo.local]
  http:
    - route: [{ destination: { host: stable }, weight: 100 }, { destination: { host: canary }, weight: 0 }]
---`;

describe('an experiment step with weights', () => {
  const step = `
    canary:
      canaryService: canary
      stableService: stable
      trafficRouting: { istio: { virtualService: { name: demo } } }
      steps:
        - setWeight: 10
        - experiment:
            duration: 40s
            templates:
              - { name: baseline, specRef: stable, replicas: 1, weight: 5 }
              - { name: candidate, specRef: canary, replicas: 1, weight: 5 }
        - pause: {}`;
  const ports = "image: 'demo:1', ports: [{ containerPort: 8080 }]";

  const routes = (world: Story): (readonly [string, number | undefined])[] => {
    const { http = [] } = world.get<VirtualService>('VirtualService', 'demo').spec;
    return (http[0]?.route ?? []).map(({ destination, weight }) => [destination.host, weight] as const);
  };
  const underWay = (fixed: number[] = []): { world: Story; name: string | undefined } => {
    const world = story(network + rollout(step).replace("image: 'demo:1'", ports), { fixed });
    world.until(() => world.status().phase === 'Healthy');
    world.plugin('set image demo demo=demo:2');
    world.until(() => routes(world).length === 4);
    world.run(1);
    return { world, name: world.store.list<Experiment>('Experiment', NAMESPACE)[0]?.metadata.name };
  };

  it('gives each version its Service and its share of the requests', () => {
    const { world, name } = underWay();
    expect(routes(world)).toEqual([
      ['stable', 80],
      ['canary', 10],
      [`${name}-baseline`, 5],
      [`${name}-candidate`, 5],
    ]);
    expect(world.status().canary?.weights?.additional).toMatchObject([
      { serviceName: `${name}-baseline`, weight: 5 },
      { serviceName: `${name}-candidate`, weight: 5 },
    ]);
  });

  it('leaves one of two destinations behind, and for a moment more than 100 % (argo-rollouts#4831)', () => {
    const { world, name } = underWay();
    let most = 0;
    world.store.subscribe(({ object }) => {
      if (object.kind !== 'VirtualService') return;
      most = Math.max(
        most,
        routes(world).reduce((sum, [, weight = 0]) => sum + weight, 0),
      );
    });
    world.until(() => world.phase() === 'Paused: CanaryPauseStep');
    expect(most).toBe(105);
    expect(routes(world)).toEqual([
      ['stable', 90],
      ['canary', 10],
      [`${name}-candidate`, 0],
    ]);
    expect(world.status().canary?.weights?.additional).toBeUndefined();
  });

  it('and neither with that bug switched off', () => {
    const { world } = underWay([4831]);
    world.until(() => world.phase() === 'Paused: CanaryPauseStep');
    expect(routes(world)).toEqual([
      ['stable', 90],
      ['canary', 10],
    ]);
  });
});
