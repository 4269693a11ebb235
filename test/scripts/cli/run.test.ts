/** `coalmine run` and `replay` as a person or a CI job meets them: exit codes, files, forms of report, seeds. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { changed, CHECKOUT, placeOf, SCENARIO } from './checkout.ts';
import { coalmine, fill, temporaryFolder } from './command-line.ts';

const folder = temporaryFolder();
const file = join(fill(join(folder, 'good'), CHECKOUT), 'checkout.yaml');

function named(name: string, text: string = SCENARIO): string {
  return changed('name: checkout-ships', `name: ${name}`, text);
}

const TOO_STRICT = changed('weight: { canary: 20 }, within: 1m', 'weight: { canary: 30 }, within: 1m');
/** 55 requests before the promotion cannot tell 20 % from 19 %. */
const IN_DOUBT = changed('distinguishFrom: [0%, 60%] }, within: 2m', 'distinguishFrom: [19%] }, within: 2s');

function recordIn(out: string, name = 'record.jsonl'): string {
  return readFileSync(join(out, name), 'utf8');
}

interface Verdict {
  state: string;
  name: string;
}

function verdictsOf(json: string): Verdict[] {
  const report = JSON.parse(json) as { scenarios: { verdicts: Verdict[] }[] };
  return report.scenarios.flatMap(({ verdicts }) => verdicts).map(({ state, name }) => ({ state, name }));
}

describe('a run', () => {
  it('that goes as expected exits with 0 and tells the whole story', async () => {
    const { code, out, err } = await coalmine(['run', file]);
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(out).toContain('checkout-ships');
    expect(out).toMatch(/weight 20 % canary, 80 % stable/);
    expect(out).toMatch(/rollout checkout is Healthy/);
    expect(out).toContain(`coalmine run ${file} --on sim --seed 1`);
    expect(out).not.toContain('FAIL');
  });

  it('that does not exits with 1, and says what was seen, where it was expected and how to repeat it', async () => {
    const wrong = join(
      fill(join(folder, 'wrong'), { ...CHECKOUT, 'checkout.yaml': TOO_STRICT }),
      'checkout.yaml',
    );
    const { code, out } = await coalmine(['run', wrong]);
    expect(code).toBe(1);
    expect(out).toMatch(/FAIL\s+rollout checkout: phase Paused, canary weight 30/);
    expect(out).toContain('configured canary weight is 20');
    expect(out).toContain(`${wrong}:${placeOf(TOO_STRICT, 'expect: { rollout: checkout, phase: Paused')}`);
    expect(out).toContain('stopped at step 3 of 6');
  });

  it('with too few requests to tell exits with 4: doubt is not success', async () => {
    const doubtful = join(
      fill(join(folder, 'doubt'), { ...CHECKOUT, 'checkout.yaml': IN_DOUBT }),
      'checkout.yaml',
    );
    const { code, out } = await coalmine(['run', doubtful]);
    expect(code).toBe(4);
    expect(out).toMatch(/inconclusive\s+load buyers: 20% reach the canary/);
    expect(out).not.toContain('FAIL');
  });

  it('of a folder runs each of its scenarios, and is as bad as the worst', async () => {
    const both = fill(join(folder, 'both'), {
      ...CHECKOUT,
      'a-good.yaml': named('a-good'),
      'b-bad.yaml': named('b-bad', TOO_STRICT),
      'checkout.yaml': SCENARIO,
      'notes.txt': 'not a scenario',
    });
    const out = join(folder, 'both-out');
    const said = await coalmine(['run', both, '--out', out]);
    expect(said.code).toBe(1);
    expect(said.out).toMatch(/pass +a-good /);
    expect(said.out).toMatch(/FAIL +b-bad /);
    expect(said.out).toMatch(/pass +checkout-ships /);
    expect(readdirSync(out).sort()).toEqual([
      'a-good.record.jsonl',
      'b-bad.record.jsonl',
      'checkout-ships.record.jsonl',
      'junit.xml',
      'report.json',
      'report.md',
    ]);
  });

  it('shows its progress on a terminal, on the error stream alone', async () => {
    const quiet = await coalmine(['run', file]);
    const watched = await coalmine(['run', file], { errColumns: 80 });
    expect(quiet.err).toBe('');
    expect(watched.err).toContain('checkout-ships: pass');
    expect(watched.out).toBe(quiet.out);
  });
});

describe('--out', () => {
  it('writes the record, one JSON object a line from "run" to "end", and a report in each form', async () => {
    const out = join(folder, 'made/on/demand');
    await coalmine(['run', file, '--out', out]);
    expect(readdirSync(out).sort()).toEqual(['junit.xml', 'record.jsonl', 'report.json', 'report.md']);
    const lines = recordIn(out)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { tMs: number; type: string });
    expect(lines[0]).toMatchObject({ type: 'run', format: 1, seed: '1', on: 'sim' });
    expect(lines.at(-1)?.type).toBe('end');
    for (const [index, { tMs }] of lines.slice(1).entries())
      expect(tMs).toBeGreaterThanOrEqual(lines[index]!.tMs);
    const types = new Set(lines.map(({ type }) => type));
    for (const type of ['object', 'requests', 'event', 'load', 'step']) expect(types).toContain(type);
  });

  it('refuses two scenarios of one name: one record would be written over the other', async () => {
    const twins = fill(join(folder, 'twins'), { ...CHECKOUT, 'copy.yaml': SCENARIO });
    const out = join(folder, 'twins-out');
    const said = await coalmine(['run', twins, '--out', out]);
    expect(said.code).toBe(2);
    expect(said.err).toContain('two scenarios are named "checkout-ships"');
    expect(said.err).toContain('checkout.yaml');
    expect(said.err).toContain('copy.yaml');
    expect(existsSync(out)).toBe(false);
  });

  it('that cannot be written says so, with exit code 3', async () => {
    const { code, err } = await coalmine(['run', file, '--out', join(file, 'below-a-file')]);
    expect(code).toBe(3);
    expect(err).toMatch(/cannot write into ".*below-a-file"/);
    expect(err).toContain('next:');
  });
});

describe('--reporter', () => {
  it('json gives every verdict to a program', async () => {
    const { out } = await coalmine(['run', file, '--reporter', 'json']);
    expect(verdictsOf(out).map(({ state }) => state)).toEqual(['pass', 'pass', 'pass', 'pass', 'pass']);
  });

  it('junit counts what failed and what is in doubt', async () => {
    const wrong = join(folder, 'wrong/checkout.yaml');
    const { out, code } = await coalmine(['run', wrong, '--reporter', 'junit']);
    expect(code).toBe(1);
    expect(out).toMatch(/^<\?xml version="1\.0" encoding="UTF-8"\?>/);
    expect(out).toMatch(/<testsuite [^>]*failures="1"/);
    expect(out.match(/<testcase /g)?.length).toBeGreaterThanOrEqual(3);
    expect(out).toContain('<failure');
  });

  it('markdown gives a table for a pull request', async () => {
    const { out } = await coalmine(['run', file, '--reporter', 'markdown']);
    expect(out).toMatch(/^#+ .*checkout-ships/m);
    expect(out).toMatch(/^\|.*\|$/m);
  });

  it('of another name is refused before anything runs', async () => {
    const out = join(folder, 'no-such-reporter');
    const said = await coalmine(['run', file, '--reporter', 'html', '--out', out]);
    expect(said.code).toBe(2);
    expect(said.err).toContain('"html" is not a reporter');
    expect(said.err).toContain('terminal, junit, json, markdown');
    expect(existsSync(out)).toBe(false);
  });
});

describe('--seed', () => {
  it('given twice gives the same bytes', async () => {
    const [one, two] = [join(folder, 'seed-a'), join(folder, 'seed-b')];
    await coalmine(['run', file, '--seed', '42', '--out', one]);
    await coalmine(['run', file, '--seed', '42', '--out', two]);
    expect(recordIn(one)).toBe(recordIn(two));
    expect(recordIn(one, 'report.json')).toBe(recordIn(two, 'report.json'));
  });

  it('of another value gives other requests and the same verdicts', async () => {
    const [one, two] = [join(folder, 'seed-1'), join(folder, 'seed-2')];
    await coalmine(['run', file, '--seed', '1', '--out', one]);
    await coalmine(['run', file, '--seed', '2', '--out', two]);
    const requestsIn = (text: string): string[] =>
      text.split('\n').filter((line) => line.includes('"type":"requests"'));
    expect(requestsIn(recordIn(one))).not.toEqual(requestsIn(recordIn(two)));
    expect(verdictsOf(recordIn(one, 'report.json'))).toEqual(verdictsOf(recordIn(two, 'report.json')));
  });

  it('takes the commit that is checked out, and says so where there is none', async () => {
    const { code, err } = await coalmine(['run', file, '--seed', 'commit'], { cwd: folder });
    expect(code).toBe(2);
    expect(err).toContain('--seed commit needs a git checkout');
  });

  it('that is no seed is refused', async () => {
    const { code, err } = await coalmine(['run', file, '--seed', 'two words']);
    expect(code).toBe(2);
    expect(err).toContain('"two words" is not a seed');
  });
});

describe('replay', () => {
  it.each(['good', 'wrong', 'doubt'])('gives the verdicts of the run again: %s', async (name) => {
    const out = join(folder, `replay-${name}`);
    const run = await coalmine([
      'run',
      join(folder, name, 'checkout.yaml'),
      '--reporter',
      'json',
      '--out',
      out,
    ]);
    const again = await coalmine(['replay', join(out, 'record.jsonl'), '--reporter', 'json']);
    expect(again.code).toBe(run.code);
    expect(verdictsOf(again.out).length).toBeGreaterThan(2);
    expect(verdictsOf(again.out)).toEqual(verdictsOf(run.out));
  });

  it('of a record that was cut off is refused at its last line', async () => {
    const out = join(folder, 'cut');
    await coalmine(['run', file, '--out', out]);
    const lines = recordIn(out).trimEnd().split('\n').slice(0, 20);
    fill(out, { 'cut.jsonl': `${lines.join('\n')}\n`, 'torn.jsonl': recordIn(out).slice(0, -10) });
    const cut = await coalmine(['replay', join(out, 'cut.jsonl')]);
    expect(cut.code).toBe(2);
    expect(cut.err).toMatch(/cut\.jsonl:20:1: the record has no end/);
    const torn = await coalmine(['replay', join(out, 'torn.jsonl')]);
    expect(torn.code).toBe(2);
    expect(torn.err).toContain('this line is not JSON');
  });

  it('of what is no record says what a record is', async () => {
    for (const other of [file, folder, join(folder, 'nothing.jsonl')]) {
      const { code, err, out } = await coalmine(['replay', other]);
      expect(code).toBe(2);
      expect(err).toContain(other);
      expect(err).toContain('coalmine run --out DIR');
      expect(out).toBe('');
    }
  });
});
