/** Sweeps by the command itself: the result is the same whoever did the work and however often it was cut off. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, appendFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const SCENARIO = 'scenarios/tutorial-1-bad-version.yaml';
const ARGS = ['bin/coalmine.mjs', 'sweep', SCENARIO, '--seeds', '24', '--vary', 'errorRate=0%,1.5%'];
const FILES = ['seeds.jsonl', 'result.json', 'report.md'] as const;

let folder: string;
let whole: string[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'coalmine-sweep-'));
  expect(run([...ARGS, '--workers', '1', '--out', join(folder, 'whole')]).status).toBe(0);
  whole = read('whole');
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('two workers give the bytes of one', () => {
  expect(run([...ARGS, '--workers', '2', '--out', join(folder, 'two')]).status).toBe(0);
  expect(read('two')).toEqual(whole);
}, 120_000);

test('the shards merge to the bytes of the whole', () => {
  for (const shard of ['1/2', '2/2'])
    expect(run([...ARGS, '--shard', shard, '--out', join(folder, `part-${shard[0]}`)]).status).toBe(0);
  const journals = ['part-2', 'part-1'].map((part) => join(folder, part, 'seeds.jsonl'));
  expect(run(['bin/coalmine.mjs', 'merge', ...journals, '--out', join(folder, 'merged')]).status).toBe(0);
  expect(read('merged')).toEqual(whole);
  const alone = run(['bin/coalmine.mjs', 'merge', journals[0]!]);
  expect(alone.status).toBe(2);
  expect(alone.stderr).toContain('24 of 48 results are missing');
}, 120_000);

test('killed in the middle and run again, it ends with the same bytes and runs nothing twice', async () => {
  const place = join(folder, 'killed');
  await killOnceBegun([...ARGS, '--workers', '1', '--out', place], join(place, 'seeds.jsonl'));
  const kept = lines(join(place, 'seeds.jsonl'));
  expect(kept.length).toBeGreaterThan(1);
  expect(kept.length).toBeLessThan(49);
  appendFileSync(join(place, 'seeds.jsonl'), '{"point":0,"seed":');
  expect(run([...ARGS, '--workers', '2', '--out', place]).status).toBe(0);
  expect(read('killed')).toEqual(whole);
}, 120_000);

test('a journal of another sweep is refused, and left as it is', () => {
  const before = readFileSync(join(folder, 'whole', 'seeds.jsonl'), 'utf8');
  const other = run([...ARGS.slice(0, 3), '--seeds', '2', '--out', join(folder, 'whole')]);
  expect(other.status).toBe(2);
  expect(other.stderr).toContain('is of another sweep');
  expect(readFileSync(join(folder, 'whole', 'seeds.jsonl'), 'utf8')).toBe(before);
});

test('a scenario that acts after the ship is refused, with the place', () => {
  const { status, stderr } = run(['bin/coalmine.mjs', 'sweep', 'scenarios/new-revision-mid-canary.yaml']);
  expect(status).toBe(2);
  expect(stderr).toMatch(/new-revision-mid-canary\.yaml:\d+:\d+ .*a sweep ships once/);
});

function run(args: readonly string[]): { status: number | null; stderr: string } {
  return spawnSync(process.execPath, args, { encoding: 'utf8' });
}

function read(name: string): string[] {
  return FILES.map((file) => readFileSync(join(folder, name, file), 'utf8'));
}

function lines(file: string): string[] {
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    // Not written yet.
    return [];
  }
}

/** SIGKILL as soon as the first results are on the disk. */
function killOnceBegun(args: readonly string[], journal: string): Promise<void> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: 'ignore' });
    const watch = setInterval(() => {
      if (lines(journal).length > 1) child.kill('SIGKILL');
    }, 5);
    child.on('exit', () => {
      clearInterval(watch);
      resolve();
    });
  });
}
