/** What the command line says of itself, and of commands and options that it does not know. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { CHECKOUT, SCENARIO } from './checkout.ts';
import { coalmine, fill, temporaryFolder } from './command-line.ts';

const project = join(import.meta.dirname, '../../..');
const folder = temporaryFolder();
const file = join(fill(folder, CHECKOUT), 'checkout.yaml');

describe('coalmine', () => {
  it('--help names every command with a word on each', async () => {
    const { code, out } = await coalmine(['--help']);
    expect(code).toBe(0);
    for (const command of ['run', 'tour', 'replay', 'lint', 'schema', 'get'])
      expect(out).toMatch(new RegExp(`^  ${command} .*\\w{4}`, 'm'));
  });

  it('run --help names every option', async () => {
    const { code, out } = await coalmine(['run', '--help']);
    expect(code).toBe(0);
    for (const option of ['--on', '--seed', '--reporter', '--out', '--verbose'])
      expect(out).toContain(option);
  });

  it.each([
    [['rum', 'x.yaml'], "unknown command 'rum'"],
    [['run', 'x.yaml', '--sed', '4'], "unknown option '--sed'"],
    [['run'], "missing required argument 'files'"],
    [['get', 'rollout', 'checkout'], "required option '--from <file>' not specified"],
  ])('%j is refused with exit code 2 and a way on', async (args, message) => {
    const { code, out, err } = await coalmine(args);
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err).toContain('--help');
    expect(out).toBe('');
  });

  it('without a command shows the help', async () => {
    const { code, err } = await coalmine([]);
    expect(code).toBe(2);
    expect(err).toContain('Usage: coalmine');
  });

  it.each(['nowhere', 'SIM', ''])('--on "%s" is refused with the testbeds that there are', async (on) => {
    const { code, out, err } = await coalmine(['run', file, '--on', on]);
    expect(code).toBe(2);
    expect(err).toContain(`"${on}" is not a testbed`);
    expect(err).toMatch(/the testbeds are: sim/);
    expect(out).toBe('');
  });

  it('schema prints a JSON Schema that takes a good scenario and refuses another', async () => {
    const { code, out } = await coalmine(['schema']);
    expect(code).toBe(0);
    const schema = JSON.parse(out) as Record<string, unknown>;
    expect(schema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
    const validate = new Ajv2020({ strict: false }).compile(schema);
    const scenario = parse(SCENARIO) as Record<string, unknown>;
    expect(validate(scenario), JSON.stringify(validate.errors)).toBe(true);
    expect(validate({ ...scenario, kind: 'Story' })).toBe(false);
    expect(validate({ ...scenario, colour: 'red' })).toBe(false);
  });

  it('is a program of its own', () => {
    const said = execFileSync(process.execPath, [join(project, 'bin/coalmine.mjs'), '--version'], {
      encoding: 'utf8',
    });
    const manifest = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as { version: string };
    expect(said.trim()).toBe(manifest.version);
  });
});

describe('Ctrl-C', () => {
  it('ends the run at hand as in doubt, begins no other, and still tells what was seen', async () => {
    const both = fill(join(folder, 'both'), {
      ...CHECKOUT,
      'a-long.yaml': SCENARIO.replace('name: checkout-ships', 'name: a-long').replace(
        '  steps:\n',
        '  steps:\n    - wait: 1h\n',
      ),
    });
    const { code, out, err } = await coalmine(['run', both], { interruptAtBreath: 2 });
    expect(code).toBe(4);
    expect(out).toContain('a-long');
    expect(out).toContain('interrupted before all steps were taken');
    expect(out).not.toContain('FAIL');
    expect(out).not.toContain('checkout-ships');
    expect(err).toContain('interrupted: 1 of 2 scenarios were begun');
  });

  it('does not fail an expectation that might still have come true', async () => {
    const waits = join(folder, 'waits.yaml');
    fill(folder, {
      'waits.yaml': SCENARIO.replace(
        'phase: Paused, weight: { canary: 20 }, within: 1m',
        'phase: Degraded, within: 1h',
      ),
    });
    const { code, out } = await coalmine(['run', waits], { interruptAtBreath: 2 });
    expect(code).toBe(4);
    expect(out).toMatch(/inconclusive\s+rollout checkout: phase Degraded/);
    expect(out).toContain('the run ended before this was decided');
  });
});
