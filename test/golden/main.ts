/**
 * `npm run golden [-- FOLDER] [-- --case NAME] [-- --all]`: replays every case of FOLDER (default: test/golden/cases)
 * against the embedded cluster in virtual time and holds it against the real controller's trace. One line a case, the
 * first difference field by field, and last `N passed, N failed`. Exit status 1 when a case fails, 2 for bad usage.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compareTraces } from './compare/compare.ts';
import type { Difference } from './compare/compare.ts';
import { differencesText } from './report.ts';
import { runCase } from './run-case.ts';
import { readCases } from './trace.ts';
import type { GoldenCase } from './trace.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { case: { type: 'string', multiple: true }, all: { type: 'boolean', default: false } },
});
const folder = positionals[0] ?? join(import.meta.dirname, 'cases');
if (positionals.length > 1 || !existsSync(folder)) {
  console.error(`expected one folder with NAME.yaml and NAME.jsonl, got: ${positionals.join(' ')}`);
  process.exit(2);
}

const cases = readCases(folder).filter(({ name }) => values.case === undefined || values.case.includes(name));
const failed = cases.filter((golden) => !passes(golden)).length;
console.log(`${cases.length - failed} passed, ${failed} failed`);
process.exitCode = failed === 0 && cases.length > 0 ? 0 : 1;

function passes(golden: GoldenCase): boolean {
  const differences = differencesOf(golden);
  if (differences.length === 0) {
    console.log(`ok   ${golden.name}`);
    return true;
  }
  console.log(`FAIL ${golden.name}: ${differences.length} differences`);
  console.log(differencesText(differences, values.all ? Number.POSITIVE_INFINITY : 1));
  return false;
}

/** A crash of the embedded cluster is a failed case, with its stack. */
function differencesOf(golden: GoldenCase): Difference[] {
  try {
    return compareTraces(golden.trace, runCase(golden));
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return [{ t: 0, where: 'the run', what, fields: [] }];
  }
}
