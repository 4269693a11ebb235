import { describe, expect, it } from 'vitest';
import type { AnyObject } from '../../../cluster/kube/objects.ts';
import type { Verdict } from '../../../scripts/judge/verdict.ts';
import { formatJson } from '../../../scripts/report/json.ts';
import { formatJunit } from '../../../scripts/report/junit.ts';
import { formatMarkdown } from '../../../scripts/report/markdown.ts';
import { width } from '../../../scripts/report/style.ts';
import { formatTerminal } from '../../../scripts/report/terminal.ts';
import { timeline } from '../../../scripts/report/timeline.ts';
import type { RunResult } from '../../../scripts/run/result.ts';
import { AT, object, requests, rollout, weights } from '../judge/notation.ts';

function service(hash: string): AnyObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'echo-canary', namespace: 'demo' },
    spec: { selector: { 'rollouts-pod-template-hash': hash } },
  };
}

const failed: Verdict = {
  state: 'fail',
  name: 'expect weight < 10 & "quotes"',
  kind: 'step',
  step: 0,
  position: AT,
  startedMs: 1000,
  endedMs: 4500,
  detail: ['is 25, expected <10>', 'line two'],
};

function result(verdicts: Verdict[], lines = [object(0, weights(0))]): RunResult {
  return {
    scenario: 'story',
    description: 'What a newcomer learns',
    file: 'story.yaml',
    on: 'sim',
    seed: '7',
    state: 'fail',
    verdicts,
    tookMs: 90_000,
    record: { lines },
    notes: [],
    reproduce: 'coalmine run story.yaml --on sim --seed 7',
  };
}

describe('the timeline', () => {
  it('tells a weight once, however often the object is written, and sums the traffic between two weights', () => {
    const rows = timeline([
      object(0, rollout({})),
      object(0, weights(0)),
      requests(0, 9000, 'users', { stable: 900 }),
      object(9000, weights(10)),
      object(9500, weights(10)),
      requests(9000, 20_000, 'users', { stable: 900, canary: 95, canary500: 5 }),
      object(20_000, weights(0)),
      { tMs: 20_000, type: 'end', reason: 'all steps were taken' },
    ]);
    expect(rows.map(({ tMs, text }) => `${tMs} ${text}`)).toEqual([
      '0 weight 0 % canary, 100 % stable (virtualservice/echo route primary)',
      '9000 load users: 900 requests, 0 met the canary (0.0 %), none failed',
      '9000 weight 10 % canary, 90 % stable (virtualservice/echo route primary)',
      '20000 load users: 1000 requests, 100 met the canary (10.0 %), 5 failed (0.5 %), 5 of them at the canary',
      '20000 weight 0 % canary, 100 % stable (virtualservice/echo route primary)',
      '20000 all steps were taken',
    ]);
  });

  it('folds a selector that goes back and forth into one row with a count', () => {
    const rows = timeline(
      Array.from({ length: 61 }, (_, index) =>
        object(index * 500, service(index % 2 === 0 ? 'good' : 'bad')),
      ),
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]!.text).toBe('service echo-canary alternates between good and bad: 61 times in 30 s');
  });
});

describe('reports for machines', () => {
  it('JUnit escapes what XML cannot hold and calls doubt an error', () => {
    const text = formatJunit([
      result([failed, { ...failed, state: 'inconclusive', detail: ['bell \u0007'] }]),
    ]);
    expect(text).toContain('tests="2" failures="1" errors="1"');
    expect(text).toContain(
      '<testcase name="expect weight &lt; 10 &amp; &quot;quotes&quot;" classname="story" line="7" time="3.500">',
    );
    expect(text).toContain('<failure message="is 25, expected &lt;10&gt;">');
    expect(text).toContain('<error message="bell \uFFFD">');
    expect(text).toContain('reproduce: coalmine run story.yaml --on sim --seed 7');
  });

  it('JSON leaves the record out and gives the worst state', () => {
    const report = JSON.parse(formatJson([result([{ ...failed, state: 'inconclusive' }])])) as Record<
      string,
      unknown
    >;
    expect(report['state']).toBe('inconclusive');
    expect(Object.keys((report['scenarios'] as object[])[0]!)).not.toContain('record');
  });

  it('Markdown keeps its table whole when a name holds a bar', () => {
    const row = formatMarkdown([result([{ ...failed, name: 'a | b' }])])
      .split('\n')
      .find((line) => line.includes('a \\| b'));
    expect(row).toBe('| ❌ fail | a \\| b | 4.5s | is 25, expected <10> |');
  });
});

describe('the terminal report', () => {
  it('keeps to the width that there is, without colour codes where none are wanted', () => {
    for (const columns of [44, 80, 132]) {
      const text = formatTerminal(result([failed], [object(0, rollout({})), object(0, weights(40))]), {
        colour: false,
        columns,
        verbose: true,
      });
      expect(text).not.toContain('\u001b[');
      for (const line of text.split('\n').filter((line) => !line.includes('repeat with')))
        expect(width(line), line).toBeLessThanOrEqual(columns);
    }
  });

  it('draws a full bar for the weights beyond 100 that a bug can write', () => {
    const text = formatTerminal(result([], [object(0, rollout({})), object(5000, weights(200))]), {
      colour: false,
      columns: 100,
      verbose: false,
    });
    expect(text).toContain('5s      ██████████ weight 200 % canary, -100 % stable');
  });

  it('a failure says where it stands in the file and what was seen', () => {
    const text = formatTerminal(result([failed]), { colour: false, columns: 100, verbose: false });
    expect(text).toContain('FAIL');
    expect(text).toContain('is 25, expected <10>');
    expect(text).toContain('story.yaml:7:5');
  });
});
