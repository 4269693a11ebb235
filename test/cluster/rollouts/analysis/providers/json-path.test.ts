/** The web provider's JSONPath against the real library, row by row; json-path.md says how the table was made. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { toCompactJson } from '../../../../../cluster/rollouts/analysis/expr/json.ts';
import { findFirst, parseJsonPath } from '../../../../../cluster/rollouts/analysis/providers/json-path.ts';
import type { Value } from '../../../../../cluster/rollouts/analysis/expr/values.ts';

interface Row {
  path: string;
  body: unknown;
  found?: string;
  error?: string;
}

const rows = readFileSync(new URL('json-path.jsonl', import.meta.url), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Row);

function applied({ path, body }: Row): string {
  const parsed = parseJsonPath(path);
  if ('error' in parsed) return `error: ${parsed.error}`;
  const found = findFirst(parsed, body as Value);
  return 'error' in found ? `error: ${found.error}` : toCompactJson(found.value);
}

it('finds what client-go finds, and complains as it does', () => {
  expect(rows.length).toBeGreaterThan(600);
  const differences = rows.flatMap((row) => {
    const [got, wanted] = [applied(row), row.error === undefined ? row.found : `error: ${row.error}`];
    return got === wanted ? [] : [`${row.path} on ${JSON.stringify(row.body)}: ${got}, not ${wanted}`];
  });
  expect(differences).toEqual([]);
});
