import { describe, expect, test } from 'vitest';
import { loadManifests } from '../../../scripts/manifests/load.ts';
import { memoryFiles } from '../../../scripts/manifests/source/files.ts';
import { parseYaml } from '../../../scripts/manifests/source/yaml.ts';

const account = (name: string): string =>
  `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: ${name}\n`;

function load(contents: Record<string, string>, ...paths: string[]) {
  const { objects, problems } = loadManifests(
    paths.map((path) => ({ path })),
    memoryFiles(contents),
    { folder: '.' },
  );
  return {
    names: objects.map(({ object }) => object.metadata.name),
    places: objects.map(({ file, line, column }) => `${file}:${line}:${column}`),
    problems: problems.map((problem) => problem.explain()),
  };
}

describe('manifests are what kubectl would apply', () => {
  test('a file of several documents and a List, each object at its place', () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- ${account('two').replaceAll('\n', '\n  ').trimEnd()}\n`;
    const { names, places } = load({ 'a.yaml': `${account('one')}---\n---\n${list}` }, 'a.yaml');
    expect(names).toEqual(['one', 'two']);
    expect(places).toEqual(['a.yaml:1:1', 'a.yaml:10:3']);
  });

  test('a folder, one level deep, by name, YAML and JSON', () => {
    const json = '{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"json"}}';
    const files = {
      'f/b.yml': account('b'),
      'f/a.yaml': account('a'),
      'f/c.json': json,
      'f/x.txt': 'no',
      'f/deep/d.yaml': account('d'),
    };
    expect(load(files, 'f').names).toEqual(['a', 'b', 'json']);
  });

  test('a folder with a kustomization is built, and its file may be named too', () => {
    const files = {
      'k/kustomization.yaml': 'namePrefix: p-\nresources: [a.yaml]\n',
      'k/a.yaml': account('a'),
    };
    expect(load(files, 'k').names).toEqual(['p-a']);
    expect(load(files, 'k/kustomization.yaml').names).toEqual(['p-a']);
    expect(load(files, 'k').places).toEqual(['k/a.yaml:1:1']);
  });

  test('an empty folder, and an object that two paths name', () => {
    expect(load({ 'f/readme.txt': '' }, 'f').problems[0]).toContain('"f" holds no manifests');
    expect(load({ 'a.yaml': account('a') }, 'a.yaml', 'a.yaml').problems[0]).toContain('is there twice');
  });
});

describe('a kustomization that cannot be built', () => {
  const base = { 'k/a.yaml': account('a') };
  const cases: [string, string, string][] = [
    [
      'names a field that is not done',
      'resources: [a.yaml]\nreplacements: []\n',
      `kustomize's "replacements" is not supported here`,
    ],
    ['mistypes a field', 'resources: [a.yaml]\nnamPrefix: x\n', 'Did you mean "namePrefix"?'],
    ['is empty', '', '"k/kustomization.yaml" is empty'],
    ['names a resource twice', 'resources: [a.yaml, a.yaml]\n', 'ServiceAccount a is there twice'],
    ['misses a resource', 'resources: [b.yaml]\n', '"k/b.yaml" does not exist'],
    ['includes itself', 'resources: [a.yaml, ../k]\n', '"../k" includes itself'],
    ['goes to the network', 'resources: ["https://example.com/a.yaml"]\n', 'remote resource'],
    [
      'patches what is not there',
      'resources: [a.yaml]\npatches: [{ patch: "{apiVersion: v1, kind: Service, metadata: {name: x}}" }]\n',
      'no resource matches the patch for Service "x"',
    ],
    [
      'scales a Rollout',
      'resources: [a.yaml]\nreplicas: [{ name: a, count: 2 }]\n',
      'no Deployment, ReplicaSet or StatefulSet is named "a"',
    ],
    [
      'merges into nothing',
      'resources: [a.yaml]\nconfigMapGenerator: [{ name: c, behavior: merge, literals: [a=1] }]\n',
      'no ConfigMap "c" to merge',
    ],
  ];
  test.each(cases)('%s', (_name, kustomization, words) => {
    const { problems } = load({ ...base, 'k/kustomization.yaml': kustomization }, 'k');
    expect(problems.join('\n')).toContain(words);
    expect(problems.join('\n')).toMatch(/^k\//);
  });
});

describe('YAML as kubectl reads it', () => {
  test('the words and numbers of YAML 1.1 that manifests use', () => {
    const { documents } = parseYaml('a: yes\nb: off\nc: 0644\nd: y\ne: "yes"\nf: 1_000\n', 'x.yaml');
    expect(documents[0]?.value).toEqual({ a: true, b: false, c: 420, d: 'y', e: 'yes', f: '1_000' });
  });

  test('places, and the nearest there is for what is not there', () => {
    const [document] = parseYaml('a:\n  - b: 1\n    c.d: 2\n', 'x.yaml').documents;
    expect(document?.locate('a[0]["c.d"]')).toMatchObject({ line: 3, column: 10 });
    expect(document?.locate(['a', 0, 'c.d'], 'key')).toMatchObject({ line: 3, column: 5 });
    expect(document?.locate('a[0].nowhere')).toMatchObject({ line: 2, column: 5 });
  });
});
