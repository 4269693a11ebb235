/**
 * Asks the real `kubectl kustomize` again: its output for every case of the corpus must be what the committed
 * `expected.yaml` holds, so that the offline test compares with the real program and not with a memory of it.
 * `--update` writes the files anew. Needs kubectl on the PATH, and no cluster.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { parseAllDocuments } from 'yaml';

const corpus = 'test/scripts/manifests/kustomize/corpus';
const update = process.argv.includes('--update');

function plain(text: string): string {
  return JSON.stringify(parseAllDocuments(text).map((document) => document.toJS()));
}

const { stdout: version } = await execa('kubectl', ['version', '--client']).catch((error: Error) => {
  console.error(`kubectl cannot be run: ${error.message}\nInstall kubectl, then run this again.`);
  process.exit(3);
});
console.log(version);
let failed = 0;
const names = readdirSync(corpus);
for (const name of names) {
  const input = join(corpus, name, 'input');
  const overlay = join(input, 'overlay');
  const { stdout } = await execa('kubectl', ['kustomize', existsSync(overlay) ? overlay : input]);
  const file = join(corpus, name, 'expected.yaml');
  const same = existsSync(file) && plain(stdout) === plain(readFileSync(file, 'utf8'));
  if (!same && update) writeFileSync(file, `${stdout}\n`);
  if (!same && !update) failed += 1;
  console.log(`${same ? 'same   ' : update ? 'written' : 'DIFFERS'} ${name}`);
}
console.log(`${names.length - failed} same, ${failed} different`);
process.exitCode = failed === 0 ? 0 : 1;
