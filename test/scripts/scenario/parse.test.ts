import * as fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { HEALTHY_IMAGE } from '../../../cluster/images.ts';
import { diskFiles } from '../../../scripts/manifests/source/files.ts';
import { openScenario } from '../../../scripts/scenario/open.ts';
import { parseScenario, readScenario } from '../../../scripts/scenario/parse.ts';
import schema from '../../../scripts/scenario/schema.json' with { type: 'json' };
import type { Step } from '../../../scripts/scenario/types.ts';
import { editDistance, nearest } from '../../../scripts/scenario/suggest.ts';
import { ratePerSecond, share } from '../../../scripts/scenario/units.ts';
import { SCENARIO } from './world.ts';

function steps(...lines: string[]): Step[] {
  const head = SCENARIO.slice(0, SCENARIO.indexOf('  steps:'));
  return parseScenario(`${head}  steps:\n${lines.map((line) => `    - ${line}\n`).join('')}`, 's.yaml').steps;
}

describe('a scenario becomes plain data', () => {
  test('units are resolved, and images not spelled out are healthy', () => {
    const scenario = parseScenario(SCENARIO, 's.yaml');
    expect(scenario.images).toEqual({
      'echo:v1': HEALTHY_IMAGE,
      'echo:v2': { ...HEALTHY_IMAGE, errorRate: 0.05 },
    });
    expect(scenario.loads[0]).toMatchObject({
      ratePerSecond: 100,
      url: { host: 'echo-stable', port: 80, path: '/' },
      method: 'GET',
      from: { gateway: undefined, namespace: 'default', workload: 'load-users' },
    });
    expect(scenario.steps[1]).toMatchObject({ do: 'expect', withinMs: 30_000, withinGiven: true });
  });

  test('every step knows its place', () => {
    expect(parseScenario(SCENARIO, 's.yaml').steps.map(({ at }) => at)).toEqual([
      { file: 's.yaml', line: 12, column: 7, path: 'spec.steps[0].ship' },
      { file: 's.yaml', line: 13, column: 7, path: 'spec.steps[1].expect' },
    ]);
  });

  test('ship takes CONTAINER=IMAGE', () => {
    expect(steps('ship: { rollout: echo, image: "proxy=envoy:1" }')[0]).toMatchObject({
      container: 'proxy',
      image: 'envoy:1',
    });
  });

  test('a share is told apart from its half and its double, unless the file says from what', () => {
    const [first, second, exact] = steps(
      'expect: { split: { load: users, canary: 10% } }',
      'expect: { split: { load: users, canary: 10%, distinguishFrom: [0%, 25%] } }',
      'expect: { split: { load: users, canary: 0% } }',
    );
    expect(first).toMatchObject({ expectation: { canaryShare: 0.1, distinguishFrom: [0.05, 0.2] } });
    expect(second).toMatchObject({ expectation: { distinguishFrom: [0, 0.25] } });
    expect(exact).toMatchObject({ expectation: { canaryShare: 0, distinguishFrom: [] } });
  });

  test('where a request went', () => {
    const kinds = steps(
      'expect: { route: { load: users, to: canary } }',
      'expect: { route: { load: users, to: "subset:blue" } }',
      'expect: { route: { load: users, to: shop/echo } }',
    ).map((step) =>
      step.do === 'expect' && step.expectation.kind === 'route' ? step.expectation.to : undefined,
    );
    expect(kinds).toEqual([
      { kind: 'canary' },
      { kind: 'subset', subset: 'blue' },
      { kind: 'service', service: 'shop/echo' },
    ]);
  });

  test('steps without a name say what they do', () => {
    const titles = steps(
      'wait: 90s',
      'promote: { rollout: echo, full: true }',
      'fault: { podKill: { rollout: echo, side: canary, count: 2 } }',
      'expect: { requests: { load: users, status: 5xx, share: "< 1%" } }',
      'expect: { rollout: echo, phase: Paused, weight: { canary: "<= 10" } }',
    ).map(({ title }) => title);
    expect(titles).toEqual([
      'wait 1m30s',
      'promote rollout echo in full',
      'kill 2 canary pods of echo',
      '< 1% requests of load users with status 5xx',
      'rollout echo: phase Paused, canary weight <= 10',
    ]);
  });

  test('no text makes the parser throw', () => {
    const words = fc.constantFrom(
      'spec',
      'steps',
      ':',
      '-',
      ' ',
      '\n',
      '{',
      '}',
      '[',
      ']',
      '"',
      '&a',
      '*a',
      '5',
      'ship',
      '#',
      '!x',
      '|',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words, { maxLength: 40 }).map((parts) => parts.join('')),
        ),
        (text) => {
          const { scenario, problems } = readScenario(text, 's.yaml');
          expect(scenario !== undefined || problems.length > 0).toBe(true);
        },
      ),
      { seed: 3, numRuns: 200 },
    );
  });

  test('no edit of one character of a good file is met with a crash, and every problem has a place', () => {
    fc.assert(
      fc.property(
        fc.nat(SCENARIO.length - 1),
        fc.constantFrom('', ':', '-', '{', 'x', '\n', '"', '9'),
        (at, text) => {
          const edited = SCENARIO.slice(0, at) + text + SCENARIO.slice(at + 1);
          for (const problem of readScenario(edited, 's.yaml').problems) {
            expect(problem.where.line).toBeGreaterThan(0);
            expect(problem.next).not.toBe('');
          }
        },
      ),
      { seed: 3, numRuns: 200 },
    );
  });
});

describe('the published schema', () => {
  test('is a valid JSON Schema 2020-12 in which every reference leads somewhere', () => {
    const ajv = new Ajv2020({ strict: false });
    expect(ajv.validateSchema(schema)).toBe(true);
    expect(() => ajv.compile(schema)).not.toThrow();
  });

  const shipped = readdirSync('scenarios').filter((name) => name.endsWith('.yaml'));

  test.each(shipped)('%s opens, and says its schema to editors', (name) => {
    expect(openScenario(`scenarios/${name}`, diskFiles).scenario.steps.length).toBeGreaterThan(0);
    const [first] = readFileSync(`scenarios/${name}`, 'utf8').split('\n');
    expect(first).toBe('# yaml-language-server: $schema=../scripts/scenario/schema.json');
  });
});

describe('small tools', () => {
  test('rates and shares', () => {
    expect(['100/s', '30/m', '36/h', '0/s'].map(ratePerSecond)).toEqual([100, 0.5, 0.01, 0]);
    expect(['5%', '0.1%', '100%', '0%'].map(share)).toEqual([0.05, 0.001, 1, 0]);
  });

  test('the nearest word, but no far one', () => {
    expect(nearest('canry', ['canary', 'stable'])).toBe('canary');
    expect(nearest('zebra', ['canary', 'stable'])).toBeUndefined();
  });

  test('edit distance is a metric, and swaps count once', () => {
    expect(editDistance('ehco', 'echo')).toBe(1);
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
      { seed: 3 },
    );
  });
});
