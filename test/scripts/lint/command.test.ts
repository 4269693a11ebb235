import { expect, test } from 'vitest';
import type { Environment } from '../../../scripts/environment.ts';
import type { Finding } from '../../../scripts/lint/finding.ts';
import { formatFindings } from '../../../scripts/lint/format.ts';
import { main } from '../../../scripts/cli.ts';

async function coalmine(args: string[], out: { columns?: number; colour?: boolean } = {}) {
  let [text, errors] = ['', ''];
  const environment: Environment = {
    out: { write: (piece) => (text += piece), columns: out.columns, colour: out.colour ?? false },
    err: { write: (piece) => (errors += piece), columns: undefined, colour: false },
    cwd: '.',
    variable: () => undefined,
    elapsedMs: () => 0,
    wallMs: () => 0,
    onInterrupt: () => undefined,
    breathe: () => Promise.resolve(),
  };
  return { code: await main(args, environment), text, errors };
}

const FAULTY = 'scenarios/manifests/tutorial-1/as-printed';
const MENDED = 'scenarios/manifests/tutorial-1/isolated';

test('errors end in 1, information alone in 0, a missing file in 2', async () => {
  expect((await coalmine(['lint', FAULTY])).code).toBe(1);
  expect((await coalmine(['lint', MENDED])).code).toBe(0);
  const missing = await coalmine(['lint', 'no/such/file.yaml']);
  expect(missing.code).toBe(2);
  expect(missing.errors).toContain('"no/such/file.yaml" does not exist');
});

test('an unknown reporter is refused', async () => {
  const { code, errors } = await coalmine(['lint', FAULTY, '--reporter', 'sarif']);
  expect(code).toBe(2);
  expect(errors).toContain('unknown reporter "sarif"');
});

test('prose keeps within the columns; places and lines to copy are never broken', () => {
  const finding: Finding = {
    rule: 'masked-canary',
    severity: 'error',
    object: 'AnalysisTemplate success-rate',
    where: { file: 'a.yaml', line: 3, column: 5, path: 'spec.metrics[0].provider.prometheus.query' },
    what: 'the query counts canary and stable together, and says nothing of either of them alone',
    why: 'At 10 % weight a canary failing 5 % of its requests leaves 99.5 %: above the gate. '
      .repeat(3)
      .trim(),
    mend: `query: ${'x'.repeat(90)}\nsecond: line`,
  };
  const lines = formatFindings([finding], 1, { columns: 48, colour: false }).split('\n');
  const prose = lines.slice(
    lines.findIndex((line) => line.includes('what:')),
    lines.findIndex((line) => line.includes('mend:')),
  );
  expect(prose.length).toBeGreaterThan(5);
  for (const line of prose) {
    expect(line.length).toBeLessThanOrEqual(48);
    // A percent sign stays with its number.
    expect(line.trim().startsWith('%')).toBe(false);
  }
  expect(lines).toContain(`    mend: query: ${'x'.repeat(90)}`);
  expect(lines).toContain('          second: line');
  expect(lines).toContain('    a.yaml:3:5 spec.metrics[0].provider.prometheus.query');
});

test('colour only where the terminal takes it', async () => {
  expect((await coalmine(['lint', FAULTY])).text).not.toContain('\u001b[');
  expect((await coalmine(['lint', FAULTY], { colour: true })).text).toContain('\u001b[31merror');
});

test('json holds each finding whole', async () => {
  const { text } = await coalmine(['lint', FAULTY, '--reporter', 'json']);
  const report = JSON.parse(text) as { counts: unknown; findings: Record<string, unknown>[] };
  expect(report.counts).toEqual({ error: 2, warning: 1, info: 2 });
  const finding = report.findings.find(({ rule }) => rule === 'route-not-split')!;
  expect(Object.keys(finding).sort()).toEqual(['mend', 'object', 'rule', 'severity', 'what', 'where', 'why']);
  expect(finding['where']).toEqual({
    file: `${FAULTY}/rollout.yaml`,
    line: 24,
    column: 31,
    path: 'spec.strategy.canary.trafficRouting.istio.virtualService.routes[1]',
  });
  expect(finding['mend']).toBe('routes: [primary]');
});
