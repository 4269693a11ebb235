import { parser as editorParser } from '@prometheus-io/lezer-promql';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PromqlError } from '../../../../cluster/prometheus/promql/errors.ts';
import { formatPlain, formatValue } from '../../../../cluster/prometheus/promql/format.ts';
import { parseQuery, queryMetricNames, selectors } from '../../../../cluster/prometheus/promql/parse.ts';
import { matcherText } from '../../../../cluster/prometheus/storage/matchers.ts';
import { readCase } from './notation.ts';

function refusal(query: string): PromqlError {
  try {
    parseQuery(query);
  } catch (error) {
    if (error instanceof PromqlError) return error;
    throw error;
  }
  throw new Error(`"${query}" was accepted`);
}

describe('a query for a lint rule', () => {
  const gate =
    'sum(rate(istio_requests_total{reporter="source",response_code!~"5.*"}[1m])) / ' +
    'sum(rate(istio_requests_total[1m])) or on() vector(scalar({__name__="fallback"}))';

  it('tells its selectors as they are written', () => {
    const written = selectors(parseQuery(gate)).map(({ matchers }) => matchers.map(matcherText).join(','));
    expect(written).toEqual([
      'reporter="source",response_code!~"5.*",__name__="istio_requests_total"',
      '__name__="istio_requests_total"',
      '__name__="fallback"',
    ]);
  });

  it('tells where each of them stands', () => {
    const [, second] = selectors(parseQuery(gate));
    expect(gate.slice(second!.position.start, second!.position.end)).toBe('istio_requests_total');
  });

  it('names each metric once, and none that only a pattern names', () => {
    expect(queryMetricNames(parseQuery(gate))).toEqual(['istio_requests_total', 'fallback']);
    expect(queryMetricNames(parseQuery('{__name__=~"istio_.*"}'))).toEqual([]);
  });

  it('is parsed once', () => {
    expect(parseQuery(gate)).toBe(parseQuery(gate));
  });
});

describe('a refused query', () => {
  it('says line and column on later lines, counted in bytes', () => {
    expect(refusal('sum(\n  rate("é" é)').message).toBe("2:13: parse error: unexpected character: 'é'");
  });

  it('carries where the fault is and what was asked', () => {
    const { kind, position, query } = refusal('up + nope(up)');
    expect({ kind, query, text: query.slice(position.start, position.end) }).toEqual({
      kind: 'parse',
      query: 'up + nope(up)',
      text: 'nope',
    });
  });

  it('names what Prometheus has and this testbed has not', () => {
    const error = refusal('1 + histogram_avg(up)');
    expect(error.kind).toBe('unsupported');
    expect(error.message).toBe(
      '1:5: function "histogram_avg", which needs native histograms, is not implemented by this testbed',
    );
    expect(refusal('up </ 3').message).toMatch(/^1:4: operator "<\/", which needs native histograms/);
  });
});

describe("the grammar of Prometheus' own editor", () => {
  const strict = editorParser.configure({ strict: true });
  const folder = new URL('corpus/', import.meta.url);
  const queries = readdirSync(folder)
    .filter((file) => file !== 'errors.promql')
    .flatMap((file) =>
      readCase(readFileSync(new URL(file, folder), 'utf8')).questions.map(({ query }) => query),
    );

  it.each([...new Set(queries)])('accepts %s, as we do', (query) => {
    expect(() => strict.parse(query)).not.toThrow();
    try {
      parseQuery(query);
    } catch (error) {
      // The editor's grammar knows no types and reads no regular expressions.
      expect((error as Error).message).toMatch(
        /expected type|binary expression must|comparisons between scalars/,
      );
    }
  });
});

describe('numbers as text', () => {
  it.each([
    [0.9, '0.9', '0.9'],
    [1e-7, '1e-07', '0.0000001'],
    [123456789012345680000, '123456789012345680000', '123456789012345680000'],
    [1e21, '1e+21', '1000000000000000000000'],
    [-1.5e-10, '-1.5e-10', '-0.00000000015'],
    [-0, '-0', '-0'],
    [NaN, 'NaN', 'NaN'],
    [Infinity, '+Inf', '+Inf'],
    [-Infinity, '-Inf', '-Inf'],
  ])('%d is %s in the API and %s in a measurement', (value, api, plain) => {
    expect(formatValue(value)).toBe(api);
    expect(formatPlain(value)).toBe(plain);
  });
});
