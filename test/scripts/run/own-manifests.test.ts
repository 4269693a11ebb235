/**
 * Somebody else's manifests, handed in as a list of files, as a folder and as a kustomization: the cluster sees the
 * same objects, so the records are the same but for the scenario's own text.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changed, CHECKOUT, ROLLOUT } from '../cli/checkout.ts';
import { coalmine, fill, temporaryFolder } from '../cli/command-line.ts';

const root = temporaryFolder();

const FORMS = {
  files: {
    'checkout.yaml': changed(
      '[manifests]',
      '[manifests/1-services.yaml, manifests/2-rollout.yaml, manifests/3-routes.yaml]',
    ),
  },
  folder: {},
  kustomization: {
    'manifests/kustomization.yaml':
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources: [3-routes.yaml, 2-rollout.yaml, 1-services.yaml]\n',
  },
};

/** The record without its first line, which holds the scenario's text and its files' names. */
async function recordOf(form: keyof typeof FORMS): Promise<string[]> {
  const folder = fill(join(root, form), { ...CHECKOUT, ...FORMS[form] });
  const out = join(folder, 'out');
  const { code, err, out: said } = await coalmine(['run', join(folder, 'checkout.yaml'), '--out', out]);
  expect(code, err + said).toBe(0);
  return readFileSync(join(out, 'record.jsonl'), 'utf8').split('\n').slice(1);
}

interface Requests {
  type: string;
  outcomes: { image?: string; count: number }[];
}

describe('a Rollout of another namespace, with its own names, ports and two containers', () => {
  it('runs the same from files, from a folder and from a kustomization', async () => {
    const fromFolder = await recordOf('folder');
    expect(fromFolder.length).toBeGreaterThan(100);
    expect(await recordOf('files')).toEqual(fromFolder);
    expect(await recordOf('kustomization')).toEqual(fromFolder);
  });

  it('is answered by the container that listens, not by the one that is listed first', async () => {
    const lines = (await recordOf('folder'))
      .filter((line) => line.includes('"type":"requests"'))
      .map((line) => JSON.parse(line) as Requests);
    const images = new Set(lines.flatMap(({ outcomes }) => outcomes.map(({ image }) => image)));
    expect(images).toEqual(new Set(['shop.example/checkout:1.0', 'shop.example/checkout:2.0']));
  });

  it('asks which container is meant when a step does not say', async () => {
    const folder = fill(join(root, 'which'), {
      ...CHECKOUT,
      'checkout.yaml': changed('image: app=shop', 'image: shop'),
    });
    const { code, err } = await coalmine(['run', join(folder, 'checkout.yaml')]);
    expect(code).toBe(2);
    expect(err).toContain('log-shipper, app');
  });

  it('takes the namespace of the scenario where a manifest names none', async () => {
    const bare = Object.fromEntries(
      Object.entries(CHECKOUT).map(([name, text]) => [
        name,
        name.startsWith('manifests') ? text.replaceAll(/,? *\n? *namespace: payments/g, '') : text,
      ]),
    );
    expect(bare['manifests/2-rollout.yaml']).not.toBe(ROLLOUT);
    const folder = fill(join(root, 'bare'), bare);
    const out = join(folder, 'out');
    const { code, err } = await coalmine(['run', join(folder, 'checkout.yaml'), '--out', out]);
    expect(code, err).toBe(0);
    expect(readFileSync(join(out, 'record.jsonl'), 'utf8')).toContain('"namespace":"payments"');
  });
});
