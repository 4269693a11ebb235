/**
 * AnalysisRuns against the real controller (v1.9.1): golden-runs.json holds the runs of recorded traces as they were
 * created, what Prometheus answered, every status that the controller wrote and every event about them.
 */
import { describe, expect, it } from 'vitest';
import { fromRfc3339 } from '../../../../cluster/kernel/time.ts';
import { analysisRunController } from '../../../../cluster/rollouts/analysis/controller.ts';
import { Drive } from './drive.ts';
import goldenRuns from './golden-runs.json' with { type: 'json' };
import type { MetricAnswer } from '../../../../cluster/kube/effects.ts';
import type { KubeObject } from '../../../../cluster/kube/objects.ts';

function scripted(answer: string | number): MetricAnswer {
  if (answer === 'error') return { error: 'server_error: server error: 500' };
  const value = answer === 'empty' ? [] : [answer === 'nan' ? Number.NaN : Number(answer)];
  return { value, text: '' };
}

/** Where inside the second of its creation a run began is not in the trace; nor does it show in whole seconds. */
const WITHIN_SECOND_MS = 300;

describe('an AnalysisRun', () => {
  it.each(goldenRuns.map((golden) => [golden.case, golden.run.metadata.name, golden] as const))(
    '%s: %s goes as the real one went',
    (_case, _name, golden) => {
      const answers = [...golden.answers];
      const startMs = fromRfc3339(golden.statuses[0]!.startedAt!) + WITHIN_SECOND_MS;
      const drive = new Drive(analysisRunController(), golden.run as unknown as KubeObject, startMs, () =>
        scripted(answers.shift() ?? 'no answer is left'),
      );
      drive.runFor(120_000);
      expect(drive.versions.slice(1).map((version) => version['status'])).toEqual(golden.statuses);
      expect(drive.events).toEqual(golden.events);
      expect(answers).toEqual([]);
    },
  );

  it('is held against enough of them', () => {
    expect(goldenRuns.length).toBeGreaterThanOrEqual(15);
  });
});
