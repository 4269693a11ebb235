import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const readme = readFileSync('README.md', 'utf8');

describe('the README', () => {
  it('shows a scenario that ships, to the letter', () => {
    expect(readme).toContain(readFileSync('scenarios/bad-canary.yaml', 'utf8'));
  });

  it('names only files that are there', () => {
    const named = [...readme.matchAll(/(?:scenarios|docs|manifests)\/[\w./-]+/g)].map(([path]) =>
      path.replace(/[.)]+$/, ''),
    );
    expect(named.length).toBeGreaterThan(3);
    for (const path of named) expect(() => readFileSync(path), path).not.toThrow(/ENOENT/);
  });
});
