import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { buildKustomization } from '../../../../scripts/manifests/kustomize/build.ts';
import { diskFiles } from '../../../../scripts/manifests/source/files.ts';

/** Each case holds what the real `kubectl kustomize` printed; test/conformance/kustomize asks it again. */
const corpus = relative('.', join(import.meta.dirname, 'corpus'));

describe('a kustomization builds as kubectl kustomize builds it', () => {
  for (const name of readdirSync(corpus)) {
    test(name, () => {
      const input = join(corpus, name, 'input');
      const overlay = join(input, 'overlay');
      const { objects, problems } = buildKustomization(existsSync(overlay) ? overlay : input, diskFiles);
      expect(problems.map((problem) => problem.explain())).toEqual([]);
      const expected = parseAllDocuments(readFileSync(join(corpus, name, 'expected.yaml'), 'utf8'));
      // Same objects, in the order in which they would be applied.
      expect(objects.map((one) => one.object)).toEqual(expected.map((document) => document.toJS()));
    });
  }
});
