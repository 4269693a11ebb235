/** Standalone Experiments: how they end, and what they say. Words from experiments/ and utils/conditions of v1.9.1. */
import { describe, expect, it } from 'vitest';
import { fromRfc3339 } from '../../../../cluster/kernel/time.ts';
import { experimentController } from '../../../../cluster/rollouts/experiments/controller.ts';
import { Drive } from '../analysis/drive.ts';
import type { AnalysisRun, Experiment, ExperimentTemplate } from '../../../../cluster/kube/types/analysis.ts';
import type { ReplicaSet, Service } from '../../../../cluster/kube/types/core.ts';

const START_MS = fromRfc3339('2026-01-01T00:00:00Z') + 250;

const template = (name: string, rest: Partial<ExperimentTemplate> = {}): ExperimentTemplate => ({
  name,
  selector: { matchLabels: { app: name } },
  template: {
    metadata: { labels: { app: name } },
    spec: { containers: [{ name: 'app', image: 'app:1', ports: [{ name: 'http', containerPort: 8080 }] }] },
  },
  ...rest,
});

function start(spec: Partial<Experiment['spec']> = {}): Drive {
  const experiment: Experiment = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Experiment',
    metadata: { name: 'trial', namespace: 'shop', uid: 'trial-uid' },
    spec: { templates: [template('a')], ...spec },
  };
  return new Drive(experimentController(), experiment, START_MS, () => {
    throw new Error('an Experiment asks nothing');
  });
}

function withAnalysisTemplate(drive: Drive): Drive {
  const metrics = [{ name: 'm', provider: { prometheus: { address: 'http://p', query: 'q{{args.hash}}' } } }];
  drive.put({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisTemplate',
    metadata: { name: 'check', namespace: 'shop' },
    spec: { metrics, args: [{ name: 'hash' }] },
  } as never);
  return drive;
}

const analysis = (rest: object = {}) => ({
  name: 'check',
  templateName: 'check',
  args: [{ name: 'hash', value: '{{templates.a.podTemplateHash}}' }],
  ...rest,
});

function settlePods(drive: Drive): Drive {
  for (const rs of drive.list<ReplicaSet>('ReplicaSet')) {
    const count = rs.spec.replicas ?? 1;
    drive.put({
      ...rs,
      status: { replicas: count, readyReplicas: count, availableReplicas: count },
    } as ReplicaSet);
  }
  return drive.runFor(100);
}

function endRun(drive: Drive, phase: string, message?: string): Drive {
  const [run] = drive.list<AnalysisRun>('AnalysisRun');
  drive.put({ ...run!, status: { phase, ...(message === undefined ? {} : { message }) } } as AnalysisRun);
  return drive.runFor(100);
}

const statusOf = (drive: Drive): NonNullable<Experiment['status']> =>
  (drive.object as unknown as Experiment).status ?? {};

const sizes = (drive: Drive): unknown[] =>
  drive.list<ReplicaSet>('ReplicaSet').map(({ metadata, spec }) => [metadata.name, spec.replicas]);

describe('an Experiment', () => {
  it('without duration runs until it is told to stop', () => {
    const drive = settlePods(
      start({ templates: [template('a', { replicas: 2 }), template('b')] }).runFor(100),
    );
    drive.runFor(3_600_000);
    expect(statusOf(drive)).toMatchObject({ phase: 'Running', availableAt: '2026-01-01T00:00:00Z' });
    expect(sizes(drive)).toEqual([
      ['trial-a', 2],
      ['trial-b', 1],
    ]);
    const { spec } = drive.object as unknown as Experiment;
    drive.put({ ...drive.object, spec: { ...spec, terminate: true } } as never);
    drive.runFor(1000);
    expect(statusOf(drive).phase).toBe('Successful');
    expect(sizes(drive)).toEqual([
      ['trial-a', 2],
      ['trial-b', 1],
    ]);
    drive.runFor(31_000);
    expect(sizes(drive)).toEqual([
      ['trial-a', 0],
      ['trial-b', 0],
    ]);
  });

  it('scales down at once where there is no delay', () => {
    const drive = settlePods(start({ duration: '10s', scaleDownDelaySeconds: 0 }).runFor(100));
    drive.runFor(10_000);
    expect(sizes(drive)).toEqual([['trial-a', 0]]);
  });

  it('fails when a template does not get ready in time', () => {
    const drive = start({ progressDeadlineSeconds: 30 }).runFor(70_000);
    expect(statusOf(drive)).toMatchObject({
      phase: 'Failed',
      message: "Template 'a' exceeded its progressDeadlineSeconds (30)",
      templateStatuses: [{ status: 'Failed' }],
    });
    expect(drive.events.slice(-3)).toEqual([
      {
        type: 'Warning',
        reason: 'TemplateFailed',
        message:
          "Template 'a' transitioned from Progressing -> Failed: Template 'a' exceeded its progressDeadlineSeconds (30)",
      },
      {
        type: 'Warning',
        reason: 'ExperimentFailed',
        message: 'Experiment transitioned from Pending -> Failed',
      },
      { type: 'Normal', reason: 'ScalingReplicaSet', message: 'Scaled down ReplicaSet trial-a from 1 to 0' },
    ]);
  });

  it('has a Service for a template that asks for one, as long as it runs', () => {
    const drive = start({
      templates: [template('a', { service: {} })],
      duration: '10s',
      scaleDownDelaySeconds: 0,
    });
    settlePods(drive.runFor(100));
    const [rs] = drive.list<ReplicaSet>('ReplicaSet');
    const [service] = drive.list<Service>('Service');
    expect(service).toMatchObject({
      metadata: { name: 'trial-a' },
      spec: { selector: rs!.metadata.labels, ports: [{ name: 'http', port: 8080, targetPort: 8080 }] },
    });
    expect(statusOf(drive).templateStatuses).toMatchObject([{ serviceName: 'trial-a' }]);
    settlePods(drive.runFor(11_000));
    expect(drive.list('Service')).toEqual([]);
    expect(statusOf(drive).templateStatuses![0]).not.toHaveProperty('serviceName');
  });

  it('is refused, in the real words, when its templates make no sense', () => {
    const drive = start({ templates: [template('a'), template('a')] }).runFor(1000);
    expect(statusOf(drive)).toMatchObject({
      conditions: [
        {
          type: 'InvalidSpec',
          status: 'True',
          reason: 'InvalidSpec',
          message: "Experiment trial has repeated template name 'a' in templates",
        },
      ],
    });
    expect(drive.list('ReplicaSet')).toEqual([]);
  });
});

describe('its analyses', () => {
  it('begin when the templates are available, and know their hashes', () => {
    const drive = withAnalysisTemplate(start({ analyses: [analysis()] })).runFor(100);
    expect(drive.list('AnalysisRun')).toEqual([]);
    settlePods(drive);
    const [run] = drive.list<AnalysisRun>('AnalysisRun');
    const [rs] = drive.list<ReplicaSet>('ReplicaSet');
    expect(run!.metadata).toMatchObject({ name: 'trial-check', ownerReferences: [{ name: 'trial' }] });
    expect(run!.spec.args).toEqual([
      { name: 'hash', value: rs!.metadata.labels!['rollouts-pod-template-hash'] },
    ]);
  });

  it('end the Experiment when they fail', () => {
    const drive = settlePods(withAnalysisTemplate(start({ analyses: [analysis()] })).runFor(100));
    endRun(drive, 'Failed', 'too many errors');
    expect(statusOf(drive)).toMatchObject({ phase: 'Failed', message: 'too many errors' });
    expect(drive.events).toContainEqual({
      type: 'Warning',
      reason: 'AnalysisRunFailed',
      message: "AnalysisRun 'check' transitioned from  -> Failed: too many errors",
    });
  });

  it('end it well when the required ones succeed', () => {
    const analyses = [analysis({ requiredForCompletion: true })];
    const drive = settlePods(withAnalysisTemplate(start({ analyses })).runFor(100));
    endRun(drive, 'Successful');
    expect(statusOf(drive).phase).toBe('Successful');
  });

  it('are terminated with it', () => {
    const drive = settlePods(
      withAnalysisTemplate(start({ analyses: [analysis()], duration: '10s' })).runFor(100),
    );
    drive.runFor(11_000);
    expect(drive.list<AnalysisRun>('AnalysisRun')[0]!.spec.terminate).toBe(true);
    expect(drive.events).toContainEqual({
      type: 'Normal',
      reason: 'AnalysisRunTerminating',
      message: 'Terminating check (trial-check)',
    });
  });

  it('fail before they begin when their template is missing', () => {
    const drive = start({ analyses: [analysis()] }).runFor(1000);
    expect(statusOf(drive)).toMatchObject({
      phase: 'Error',
      message:
        'AnalysisTemplate verification failed for analysis \'check\': analysistemplate.argoproj.io "check" not found',
    });
  });
});
