/**
 * The comparison itself: a trace is the same as itself, and stops being so with each kind of change to it, one test
 * a kind; changes that the rules allow go unnoticed.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Rollout } from '../../cluster/kube/types/argo.ts';
import type { AnalysisRun } from '../../cluster/kube/types/analysis.ts';
import { readCase, readCases } from './trace.ts';
import type { Line, Trace, TracedObject } from './trace.ts';
import { compareTraces } from './compare/compare.ts';

const folder = join(import.meta.dirname, 'cases');
const { trace } = readCase(folder, 'canary-analysis-fail');

/** Replaces the objects for which `change` gives another. */
function withObjects(lines: Trace, change: (object: TracedObject, line: Line) => unknown): Line[] {
  return lines.map((line) => {
    const next = line.object === undefined ? undefined : change(line.object, line);
    return next === undefined ? line : { ...line, object: next as TracedObject };
  });
}

function replaced(lines: Trace, kind: string, from: string, to: string): Line[] {
  return withObjects(lines, (object) =>
    object.kind === kind ? JSON.parse(JSON.stringify(object).replaceAll(from, to)) : undefined,
  );
}

/** Where the first difference lies. */
function firstOf(changed: Trace): string {
  return compareTraces(trace, changed)[0]?.where ?? 'no difference';
}

const isFlip = ({ t, object }: Line, from: number, to: number): boolean =>
  object?.kind === 'Service' && object.metadata.name === 'demo-canary' && t > from && t < to;

const withStep = (change: Partial<Line>) =>
  firstOf(
    trace.map((line) => (line.step !== undefined && 'plugin' in line.step ? { ...line, ...change } : line)),
  );

describe('a trace held against itself', () => {
  it.each(readCases(folder))('$name is the same', ({ trace }) => {
    expect(compareTraces(trace, trace)).toEqual([]);
  });
});

describe('a changed trace differs', () => {
  it('in a weight', () => {
    expect(firstOf(replaced(trace, 'VirtualService', '"weight":90', '"weight":89'))).toBe(
      'VirtualService/demo',
    );
    const changed = replaced(trace, 'Rollout', '"weight":10}', '"weight":11}');
    expect(firstOf(changed)).toBe('Rollout/demo weights');
  });

  it('in a message', () => {
    const changed = replaced(trace, 'Rollout', 'failed (2) > failureLimit', 'failed (3) > failureLimit');
    const [first] = compareTraces(trace, changed);
    expect(first).toMatchObject({ where: 'Rollout/demo phase', fields: [{ field: 'message' }] });
  });

  it('in a selector that stays', () => {
    const last = trace.findLast(({ object }) => object?.metadata?.name === 'demo-canary')!;
    const changed = trace.map((line) =>
      line === last
        ? { ...line, object: { ...line.object!, spec: { ...line.object!.spec, selector: { app: 'demo' } } } }
        : line,
    );
    expect(firstOf(changed)).toBe('Service/demo-canary');
  });

  it('when the selector does not alternate after the abort, or for much shorter', () => {
    expect(firstOf(trace.filter((line) => !isFlip(line, 8.8, 38)))).toBe('Service/demo-canary');
    expect(firstOf(trace.filter((line) => !isFlip(line, 20, 38)))).toBe('Service/demo-canary');
  });

  it('in a dropped Event and in one too many', () => {
    const paused = trace.find(({ object }) => object?.reason === 'RolloutPaused')!;
    expect(firstOf(trace.filter((line) => line !== paused))).toContain('RolloutPaused');
    const extra = { ...paused, object: { ...paused.object!, reason: 'Surprise' } };
    const at = trace.indexOf(paused);
    expect(firstOf([...trace.slice(0, at), extra, ...trace.slice(at)])).toContain('Surprise');
  });

  it('in a shifted time: of one change, and of all from a moment on', () => {
    const late = (from: number, to: number, kind: string): Line[] =>
      trace
        .map((line) =>
          line.object?.kind === kind && line.t > from && line.t < to ? { ...line, t: line.t + 2.5 } : line,
        )
        .sort((a, b) => a.t - b.t);
    expect(firstOf(late(5.4, 8.4, 'Rollout'))).toContain('Rollout/demo');
    expect(firstOf(late(3.2, 3.5, 'VirtualService'))).toBe('VirtualService/demo');
    const pauseIsLonger = trace.map((line) => (line.t > 4.5 ? { ...line, t: line.t + 3 } : line));
    expect(compareTraces(trace, pauseIsLonger).map(({ where }) => where)).toContain('Rollout/demo progress');
  });

  it('in a pod template hash', () => {
    const changed = withObjects(trace, (object) =>
      JSON.parse(JSON.stringify(object).replaceAll('6d6b486f5c', '6d6b486f5d')),
    );
    expect(firstOf(changed)).not.toBe('no difference');
    expect(compareTraces(trace, changed).map(({ where }) => where)).toContain(
      'ReplicaSet/demo-6d6b486f5c size',
    );
  });

  it('in a step index, an abort, a pause reason, a condition', () => {
    const progress = (status: Partial<Rollout['status']>) =>
      firstOf(
        withObjects(trace, (object, { t }) =>
          object.kind === 'Rollout' && t > 3.3 && t < 5.4
            ? { ...object, status: { ...object.status, ...status } }
            : undefined,
        ),
      );
    expect(progress({ currentStepIndex: 3 })).toBe('Rollout/demo progress');
    expect(progress({ abort: true })).toBe('Rollout/demo progress');
    expect(progress({ pauseConditions: [] })).toBe('Rollout/demo progress');
    expect(firstOf(replaced(trace, 'Rollout', 'NewReplicaSetAvailable', 'Other'))).toContain(
      'condition Progressing',
    );
  });

  it('in a ReplicaSet’s size and its scale-down deadline', () => {
    const size = withObjects(trace, (object, { t }) =>
      object.kind === 'ReplicaSet' && t > 10
        ? { ...object, spec: { ...object.spec, replicas: 7 } }
        : undefined,
    );
    expect(firstOf(size)).toMatch(/^ReplicaSet\/.* size$/);
    const sooner = withObjects(trace, (object) => {
      const deadline = object.metadata?.annotations?.['scale-down-deadline'] ?? '';
      if (object.kind !== 'ReplicaSet' || deadline === '') return undefined;
      const annotations = {
        'scale-down-deadline': deadline.replace(/:(\d)(\d)Z$/, ':$1$2Z').replace('T03:', 'T02:'),
      };
      return { ...object, metadata: { ...object.metadata, annotations } };
    });
    expect(firstOf(sooner)).toMatch(/^ReplicaSet\/.* scale-down$/);
  });

  it('in a measurement, a counter and a run’s name', () => {
    expect(firstOf(replaced(trace, 'AnalysisRun', '[0.9]', '[0.8]'))).toMatch(/^AnalysisRun\//);
    const counters = withObjects(trace, (object) => {
      if (object.kind !== 'AnalysisRun' || object.status?.['phase'] !== 'Failed') return undefined;
      const status = object.status as unknown as NonNullable<AnalysisRun['status']>;
      const metricResults = status.metricResults?.map((result) => ({ ...result, failed: 1 }));
      return { ...object, status: { ...status, metricResults } };
    });
    expect(firstOf(counters)).toMatch(/^AnalysisRun\//);
    expect(firstOf(replaced(trace, 'AnalysisRun', '-2-2.1"', '-2-2.2"'))).toMatch(/^AnalysisRun\//);
  });

  it('in a route’s order', () => {
    const headers = readCase(folder, 'header-and-mirror-route').trace;
    const reversed = withObjects(headers, (object) =>
      object.kind === 'VirtualService'
        ? { ...object, spec: { ...object.spec, http: (object.spec!['http'] as unknown[]).toReversed() } }
        : undefined,
    );
    expect(compareTraces(headers, reversed)[0]?.where).toBe('VirtualService/demo');
  });

  it('in a step’s exit status and words', () => {
    expect(withStep({ rc: 1 })).toContain('plugin "retry rollout demo"');
    expect(withStep({ said: 'rollout aborted' })).toContain('plugin "retry rollout demo"');
  });
});

describe('a changed trace is the same', () => {
  it('with a brief intermediate size left out, but not with a lasting one', () => {
    const replicas = readCase(folder, 'replica-canary').trace;
    const without = (size: number): Line[] =>
      replicas.filter(
        ({ object }) =>
          object?.kind !== 'ReplicaSet' ||
          object.metadata.name !== 'demo-7bcb4b9c69' ||
          object.spec?.['replicas'] !== size,
      );
    expect(compareTraces(replicas, without(6))).toEqual([]);
    expect(compareTraces(replicas, without(3))).not.toEqual([]);
  });

  it('with all times a little off, and with more or fewer flips of #3078', () => {
    const jittered = trace.map((line, i) => ({ ...line, t: line.t + (i % 7) * 0.01 }));
    expect(compareTraces(trace, jittered)).toEqual([]);
    const flips = trace.filter(
      ({ t, object }) =>
        object?.kind === 'Service' && object.metadata.name === 'demo-canary' && t > 10 && t < 38,
    );
    const dropped = new Set(flips.filter((_, i) => i % 4 < 2));
    expect(
      compareTraces(
        trace,
        trace.filter((line) => !dropped.has(line)),
      ),
    ).toEqual([]);
  });
});
