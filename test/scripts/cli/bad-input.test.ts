/**
 * Bad input, from the command line: exit code 2, and a message with the place, the bad value, what would be valid and
 * what to do. Nothing is half run: no record is written and no verdict printed. Places are worked out from the text.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changed, CHECKOUT, placeOf, ROLLOUT, ROUTES, SERVICES } from './checkout.ts';
import { coalmine, fill, temporaryFolder, type Said } from './command-line.ts';

const root = temporaryFolder();
let cases = 0;

interface Attempt {
  folder: string;
  said: Said;
}

/** Runs the checkout scenario with some of its files replaced, and holds it to "nothing is half run". */
async function refused(files: Readonly<Record<string, string | Uint8Array>>): Promise<Attempt> {
  const folder = fill(join(root, `case-${cases++}`), { ...CHECKOUT, ...files });
  const out = join(folder, 'out');
  const said = await coalmine(['run', join(folder, 'checkout.yaml'), '--out', out]);
  expect(said.code, said.err + said.out).toBe(2);
  expect(said.out).toBe('');
  expect(existsSync(out)).toBe(false);
  return { folder, said };
}

/** The scenario with one text replaced; the message must hold the place of `bad` and all the words. */
async function refusedScenario(
  [from, to]: readonly [string, string],
  bad: string,
  words: readonly (string | RegExp)[],
): Promise<void> {
  const text = changed(from, to);
  const { folder, said } = await refused({ 'checkout.yaml': text });
  expect(said.err).toContain(`${join(folder, 'checkout.yaml')}:${placeOf(text, bad)}`);
  expectWords(said, words);
}

async function refusedManifest(
  [name, text]: readonly [string, string],
  place: string,
  words: readonly (string | RegExp)[],
): Promise<void> {
  const { folder, said } = await refused({ [name]: text });
  expect(said.err).toContain(`${join(folder, name)}:${place}`);
  expectWords(said, words);
}

function expectWords({ err }: Said, words: readonly (string | RegExp)[]): void {
  for (const word of words) expect(err).toMatch(word);
  expect(err).toMatch(/next: \S/);
  expect(err).not.toContain('bug in Coalmine');
}

describe('a scenario', () => {
  it('with an unknown key', () =>
    refusedScenario(['  namespace: payments', '  namespce: payments'], 'namespce', [
      /unknown key "namespce"/,
      /namespace/,
    ]));

  it('with a value of the wrong type', () =>
    refusedScenario(['manifests: [manifests]', 'manifests: 5'], '5\n', [/manifests/, /5/, /list/]));

  it('with a key twice', async () => {
    const text = changed('  manifests: [manifests]', '  manifests: [manifests]\n  manifests: []');
    const { folder, said } = await refused({ 'checkout.yaml': text });
    expect(said.err).toContain(`${join(folder, 'checkout.yaml')}:${placeOf(text, 'manifests:', 2)}`);
    expectWords(said, [/duplicate key "manifests"/]);
  });

  it('that names a manifest that is not there', () =>
    refusedScenario(['[manifests]', '[manifests, services.yml]'], 'services.yml', [
      /services\.yml" does not exist/,
    ]));

  it('that is empty, or holds comments alone', async () => {
    for (const text of ['', '\n\n', '# soon\n', '---\n']) {
      const { folder, said } = await refused({ 'checkout.yaml': text });
      expect(said.err).toContain(`${join(folder, 'checkout.yaml')}:1:1`);
      expectWords(said, [/is empty/, /coalmine schema/]);
    }
  });

  it('of 50 MB', async () => {
    const { said } = await refused({ 'checkout.yaml': new Uint8Array(50 * 1024 * 1024).fill(0x20) });
    expectWords(said, [/checkout\.yaml" is too large: 50\.0 MiB/, /at most 4 MiB/]);
  });

  it('with aliases that multiply without end', async () => {
    const levels = ['a: &l0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]'];
    for (let n = 1; n < 10; n++) levels.push(`${'abcdefghij'[n]}: &l${n} [${`*l${n - 1}, `.repeat(9)}]`);
    const { folder, said } = await refused({ 'checkout.yaml': `${levels.join('\n')}\n` });
    expect(said.err).toContain(`${join(folder, 'checkout.yaml')}:2:9`);
    expectWords(said, [/too many aliases/, /100/]);
  });

  it('that is not UTF-8', async () => {
    const text = Buffer.from(changed('A new version', 'Ä new version'), 'latin1');
    const { folder, said } = await refused({ 'checkout.yaml': text });
    expect(said.err).toContain(`${join(folder, 'checkout.yaml')}:5:16`);
    expectWords(said, [/not UTF-8: byte 0xc4/, /iconv/]);
  });

  it('with a rate of -1', async () => {
    await refusedScenario(['rate: 50/s', 'rate: -1'], '-1,', [/-1/, /100\/s/]);
    await refusedScenario(['rate: 50/s', 'rate: -1/s'], '-1/s', [/-1\/s/, /100\/s/]);
  });

  it('with a time without a unit', () =>
    refusedScenario(['phase: Healthy, within: 1m }', 'phase: Healthy, within: 5 }'], '5 }', [
      /5/,
      /unit|30s|1m30s/,
    ]));

  it('that ships to a Rollout that nobody has', () =>
    refusedScenario(['ship: { rollout: checkout,', 'ship: { rollout: chekout,'], 'ship: { rollout: chekout', [
      /no Rollout "chekout"/,
      /payments\/checkout/,
      /Did you mean "checkout"/,
    ]));

  it('whose load goes to a host that nobody serves', () =>
    refusedScenario(['http://checkout-live:8081', 'http://checkout-life:8081'], '{ name: buyers', [
      /unknown host "checkout-life"/,
      /Did you mean "checkout-live"/,
    ]));

  it('is told all its faults at once', async () => {
    const text = changed('rate: 50/s', 'rate: -1/s', changed('  namespace:', '  namespce:'));
    const { said } = await refused({ 'checkout.yaml': text });
    expectWords(said, [/namespce/, /-1\/s/, /2 problems; nothing was run/]);
  });
});

describe('a manifest', () => {
  it('with a key twice', () => {
    const text = changed('  replicas: 3\n', '  replicas: 3\n  replicas: 4\n', ROLLOUT);
    return refusedManifest(['manifests/2-rollout.yaml', text], placeOf(text, 'replicas', 2), [
      /duplicate key "replicas"/,
    ]);
  });

  it('of a kind that nobody serves', () => {
    const text = `${SERVICES}---\napiVersion: example.com/v1\nkind: Servce\nmetadata: { name: x }\n`;
    return refusedManifest(['manifests/1-services.yaml', text], placeOf(text, 'Servce'), [
      /no matches for kind "Servce" in version "example\.com\/v1"/,
      /VirtualService/,
    ]);
  });

  it('with a field that its kind does not have', () => {
    const text = changed('  replicas: 3\n', '  replcas: 3\n', ROLLOUT);
    return refusedManifest(['manifests/2-rollout.yaml', text], placeOf(text, 'replcas'), [
      /replcas/,
      /replicas/,
    ]);
  });

  it('with weights that do not sum to 100', () => {
    const text = changed('weight: 0', 'weight: 10', ROUTES);
    return refusedManifest(['manifests/3-routes.yaml', text], placeOf(text, '- destination'), [
      /100 \+ 10 = 110/,
    ]);
  });

  it('with a route to a host that nobody serves', () => {
    const text = changed('{ host: checkout-next,', '{ host: checkout-nxt,', ROUTES);
    return refusedManifest(['manifests/3-routes.yaml', text], placeOf(text, 'checkout-nxt'), [
      /unknown host "checkout-nxt"/,
      /Did you mean "checkout-next"/,
    ]);
  });

  it('with a query that has a typo', () => {
    const text = `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: { name: errors, namespace: payments }
spec:
  metrics:
    - name: errors
      successCondition: result[0] < 0.01
      provider:
        prometheus:
          address: http://prometheus:9090
          query: sum(rate(istio_requests_total{response_code=~"5.*"}[1m])
`;
    return refusedManifest(['manifests/4-analysis.yaml', text], placeOf(text, 'sum(rate'), [
      /parse error: unclosed left parenthesis/,
    ]);
  });

  it('that no metric provider answers', () => {
    const text = `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: { name: errors, namespace: payments }
spec:
  metrics:
    - name: errors
      successCondition: result < 0.01
      provider:
        datadog: { query: "avg:errors{*}" }
`;
    return refusedManifest(['manifests/4-analysis.yaml', text], placeOf(text, 'datadog'), [
      /"datadog"/,
      /prometheus and job/,
    ]);
  });
});

describe('what is worth a word, but no error', () => {
  it('an image without a behaviour: the default is said, and the run goes on', async () => {
    const folder = fill(join(root, 'note'), {
      ...CHECKOUT,
      'checkout.yaml': changed('    logs.example/shipper:7: { readyAfter: 1s }\n', ''),
    });
    const { code, out, err } = await coalmine(['run', join(folder, 'checkout.yaml')]);
    expect(code).toBe(0);
    expect(err).toBe('');
    const text = out.replaceAll(/\s+/g, ' ');
    expect(text).toMatch(
      /note: \S*checkout\.yaml:8:15 .*behaves as healthy \(0% errors, .*\): logs\.example\/shipper:7/,
    );
  });
});

describe('a scenario that never settles', () => {
  it('ends after its timeout of virtual time, and says in words what is pending', async () => {
    const folder = fill(join(root, 'never'), {
      ...CHECKOUT,
      'checkout.yaml': changed(
        '    - expect: { rollout: checkout, phase: Healthy, within: 1m }',
        '    - expect: { settled: true, within: 5m }',
        changed('readyAfter: 2s', 'readyAfter: 3h', changed('  steps:', '  timeout: 4m\n  steps:')),
      ),
    });
    const { code, out } = await coalmine(['run', join(folder, 'checkout.yaml')]);
    expect(code).toBe(1);
    expect(out).toMatch(/4m of testbed time/);
    expect(out).toMatch(/FAIL\s+everything has settled/);
    expect(out).toMatch(/rollout checkout: Progressing, .*updated replicas are still becoming available/);
    expect(out).toContain('stopped at step 1 of 6');
  });
});
