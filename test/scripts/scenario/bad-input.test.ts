import { describe, expect, test } from 'vitest';
import { EXIT_CODE, CoalmineError } from '../../../scripts/errors.ts';
import { FILE_LIMIT_BYTES } from '../../../scripts/manifests/source/files.ts';
import type { FileReader } from '../../../scripts/manifests/source/files.ts';
import { openScenario } from '../../../scripts/scenario/open.ts';
import { APP, open, refusal, replaced, SCENARIO } from './world.ts';

/** `file:line:column` of the first `at` in the text, counted here; any place of the file when `at` is empty. */
function placeOf(file: string, text: string, at: string): string {
  if (at === '') return `${file}:\\d+:\\d+`;
  if (!text.includes(at)) throw new Error(`the text does not hold ${JSON.stringify(at)}`);
  const before = text.slice(0, text.indexOf(at));
  return `${file}:${before.split('\n').length}:${before.length - before.lastIndexOf('\n')}`;
}

/** The second Service of the file. */
const SECOND =
  'apiVersion: v1\nkind: Service\nmetadata: { name: echo-stable }\nspec: { selector: { app: echo }, ports: [{ port: 80, targetPort: 8080 }] }\n---\napiVersion: networking';

/** Each breaks one thing of a scenario that opens, and says where, what, what would be valid and what to do. */
const inScenario: [name: string, from: string, to: string, at: string, words: string[]][] = [
  ['an unknown key', 'within: 30s', 'witin: 30s', 'witin', ['unknown key "witin"', 'Did you mean "within"?']],
  ['an unknown step', '- ship:', '- shp:', 'shp:', ['unknown key "shp"', 'Did you mean "ship"?']],
  ['a wrong type', '[app.yaml]', 'app.yaml', 'app.yaml', ['"app.yaml" is not a list']],
  ['a duplicate key', 'rate: 100/s,', 'rate: 100/s, rate: 1/s,', 'rate: 1/s', ['duplicate key "rate"']],
  ['a negative rate', '100/s', '-1', '-1', ['"-1" is not a rate of zero or more']],
  ['a rate without a unit', '100/s', '100', '100, url', ['"100" is not a rate', 'Did you mean 100/s?']],
  ['a time without a unit', '30s', '5', '5 }', ['"5" is not a duration', 'Did you mean 5s?']],
  ['a share without a sign', '5%', '0.05', '0.05', ['"0.05" is not a percentage', 'Did you mean 5%?']],
  ['a share above 100 %', '5%', '500%', '500%', ['"500%" is not a percentage']],
  [
    'weights that do not sum to 100',
    'canary: 10 ',
    'canary: 10, stable: 80 ',
    '{ canary: 10, stable',
    ['10 + stable 80 = 90', 'Write stable: 90'],
  ],
  ['a weight above 100', 'canary: 10 ', 'canary: 101 ', '101', ['"101" is not a weight']],
  ['a missing manifest', 'app.yaml', 'ap.yaml', 'ap.yaml', ['"ap.yaml" does not exist']],
  [
    'an unknown Rollout',
    'rollout: echo, image',
    'rollout: ehco, image',
    'ship:',
    ['no Rollout "ehco"', 'Did you mean "echo"?'],
  ],
  [
    'an unknown container',
    'image: echo:v2 }',
    'image: app=echo:v2 }',
    'ship:',
    ['no container "app"', 'It has: echo'],
  ],
  [
    'a load to an unknown host',
    'http://echo-stable/',
    'http://echo-stale/',
    '{ name: users',
    ['unknown host "echo-stale"', 'Did you mean "echo-stable"?'],
  ],
  [
    'a load stream that is not there',
    'rollout: echo, weight: { canary: 10 }',
    'route: { load: user, to: canary }',
    'user, to',
    ['no load stream is named "user"', 'Did you mean "users"?'],
  ],
  [
    'a fault of a later version',
    'ship: { rollout: echo, image: echo:v2 }',
    'fault: { nodeLoss: {} }',
    'nodeLoss',
    ['"nodeLoss" is not supported yet', 'prometheusDown'],
  ],
  [
    'two things in one step',
    '- ship:',
    '- wait: 3s\n      ship:',
    'wait: 3s',
    ['2 things at once: "ship" and "wait"'],
  ],
  [
    'the wrong kind',
    'kind: Scenario',
    'kind: Scenery',
    'Scenery',
    ['"Scenery" is not valid here', 'Valid: Scenario'],
  ],
  ['broken YAML', 'metadata: {', 'metadata: [', '', ['not valid YAML']],
];

const inManifests: [name: string, from: string, to: string, at: string, words: string[]][] = [
  [
    'an unknown kind',
    'kind: Service\nmetadata: { name: echo-stable }',
    'kind: Sevice\nmetadata: { name: echo-stable }',
    'Sevice',
    ['no matches for kind "Sevice"', 'Did you mean "Service"?'],
  ],
  [
    'an unknown version',
    'networking.istio.io/v1\n',
    'networking.istio.io/v2\n',
    'networking.istio.io/v2',
    ['VirtualService is in: networking.istio.io/v1'],
  ],
  [
    'an unknown field',
    'replicas: 4',
    'replica: 4',
    'replica: 4',
    ['unknown field "spec.replica"', 'Did you mean "replicas"?'],
  ],
  [
    'a wrong type in a manifest',
    'replicas: 4',
    'replicas: four',
    'four',
    ['spec.replicas', 'It reads "four"'],
  ],
  [
    'weights that do not sum to 100 in a VirtualService',
    'weight: 0',
    'weight: 20',
    '- destination',
    ['100 + 20 = 120'],
  ],
  [
    'a route to an unknown host',
    'host: echo-canary }',
    'host: ech-canary }',
    'ech-canary',
    ['unknown host "ech-canary"', 'Did you mean "echo-canary"?'],
  ],
  ['PromQL with a typo', '[1m]))', '[1m])', 'sum(rate', ['parse error', 'unclosed left parenthesis']],
  [
    'a provider that nothing answers',
    'prometheus:\n          address: http://prometheus:9090\n          query:',
    'datadog:\n          apiVersion: v2\n          query:',
    'datadog',
    ['"datadog", which nothing answers'],
  ],
  [
    'an unsupported field',
    '- name: primary\n',
    '- name: primary\n      delegate: { name: other }\n',
    '{ name: other }',
    ['delegate', 'not supported'],
  ],
  [
    'an object named twice',
    'name: echo-canary }\nspec',
    'name: echo-stable }\nspec',
    SECOND,
    ['Service echo-stable is there twice'],
  ],
  [
    'an object without a name',
    'metadata: { name: success-rate }',
    'metadata: {}',
    '{}',
    ['without metadata.name'],
  ],
];

describe('bad input is refused before anything runs', () => {
  test('what is not broken opens', () => {
    expect(open().manifests.map(({ object }) => object.kind)).toEqual([
      'Service',
      'Service',
      'VirtualService',
      'AnalysisTemplate',
      'Rollout',
    ]);
  });

  test.each(inScenario)('%s', (_name, from, to, at, words) => {
    const scenario = replaced(SCENARIO, from, to);
    const text = refusal({ scenario });
    expect(text).toMatch(new RegExp(`${placeOf('s.yaml', scenario, at)}(?!\\d)`));
    for (const word of [...words, 'next:']) expect(text).toContain(word);
  });

  test.each(inManifests)('%s', (_name, from, to, at, words) => {
    const app = replaced(APP, from, to);
    const text = refusal({ app });
    expect(text).toMatch(new RegExp(`${placeOf('app.yaml', app, at)}(?!\\d)`));
    for (const word of [...words, 'next:']) expect(text).toContain(word);
  });

  test('an empty scenario, an empty manifest', () => {
    expect(refusal({ scenario: '' })).toContain('s.yaml:1:1: "s.yaml" is empty');
    expect(refusal({ scenario: '# nothing\n---\n' })).toContain('"s.yaml" is empty');
    expect(refusal({ app: '' })).toContain('app.yaml:1:1: "app.yaml" holds no objects');
  });

  test('a file that is not UTF-8, with the byte and its place', () => {
    const bytes = new TextEncoder().encode(SCENARIO);
    const at = SCENARIO.indexOf('A small one');
    bytes[at] = 0xe9;
    const text = refusal({ scenario: bytes });
    expect(text).toContain(`s.yaml:3:${at - SCENARIO.indexOf('metadata') + 1}`);
    expect(text).toContain('byte 0xe9');
    expect(text).toContain('iconv');
  });

  test('an alias bomb', () => {
    const level = (name: string, of: string): string => `${name}: &${name} [${`*${of}, `.repeat(9)}]\n`;
    const bomb = `a: &a [x, x, x, x, x, x, x, x, x]\n${level('b', 'a')}${level('c', 'b')}${level('d', 'c')}${level('e', 'd')}`;
    expect(refusal({ scenario: bomb })).toContain('s.yaml:2:8: too many aliases');
    expect(refusal({ app: bomb })).toContain('app.yaml:2:8: too many aliases');
  });

  test('thousands of nested brackets do not end the program', () => {
    const text = refusal({ scenario: '['.repeat(100_000) });
    expect(text).toContain('s.yaml');
  });

  test('a 50 MB file is refused by its size, unread', () => {
    const files: FileReader = {
      kind: () => 'file',
      sizeBytes: () => 50_000_000,
      read: () => {
        throw new Error('it was read');
      },
      list: () => [],
    };
    expect(() => openScenario('big.yaml', files)).toThrowError(CoalmineError);
    try {
      openScenario('big.yaml', files);
    } catch (error) {
      expect((error as CoalmineError).explain()).toContain('"big.yaml" is too large: 47.7 MiB');
      expect((error as CoalmineError).explain()).toContain(`${FILE_LIMIT_BYTES / 1024 / 1024} MiB`);
      expect((error as CoalmineError).exitCode).toBe(EXIT_CODE.input);
    }
  });

  test('all problems of all files come together, in order of place, each once', () => {
    const scenario = replaced(replaced(SCENARIO, '100/s', '-1'), '30s', '5');
    const app = replaced(APP, 'replicas: 4', 'replica: 4');
    const text = refusal({ scenario, app });
    const places = [...text.matchAll(/^(\S+:\d+:\d+)/gm)].map(([, place]) => place);
    expect(places).toEqual([
      placeOf('app.yaml', app, 'replica: 4'),
      placeOf('s.yaml', scenario, '-1'),
      placeOf('s.yaml', scenario, '5 }'),
    ]);
    expect(text).toContain('3 problems; nothing was run.');
  });

  test('an image without a behaviour is a note that says the default', () => {
    const { scenario } = open({ scenario: replaced(SCENARIO, '    echo:v1: {}\n', '') });
    expect(scenario.notes.map(({ message }) => message)).toEqual([
      'spec.images says nothing of this image, which behaves as healthy (0% errors, p50 12ms, p99 90ms, ready after 1s): echo:v1',
    ]);
  });

  test('an object that nothing acts on is a note that says so, with its place', () => {
    const hpa = `---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: echo }
spec: { maxReplicas: 9, scaleTargetRef: { apiVersion: argoproj.io/v1alpha1, kind: Rollout, name: echo } }
`;
    const { scenario } = open({ app: `${APP}\n${hpa}` });
    const note = scenario.notes.find(({ message }) => message.startsWith('HorizontalPodAutoscaler "echo"'));
    expect(note?.message).toContain('has no effect on sim: nothing scales');
    expect(note?.at).toMatchObject({ file: 'app.yaml', column: 7 });
  });
});
