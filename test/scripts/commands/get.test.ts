/** `coalmine get rollout`: the plugin's view of a moment of a run. The view itself is held to the real plugin elsewhere. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHECKOUT, ROLLOUT } from '../cli/checkout.ts';
import { coalmine, fill, temporaryFolder } from '../cli/command-line.ts';

const folder = fill(temporaryFolder(), CHECKOUT);
const file = join(folder, 'checkout.yaml');
const record = join(folder, 'out/record.jsonl');

function get(name: string, ...rest: string[]): ReturnType<typeof coalmine> {
  return coalmine(['get', 'rollout', name, '--from', ...rest]);
}

describe('coalmine get rollout', () => {
  it('shows the end of the run that it makes of a scenario', async () => {
    const { code, out, err } = await get('checkout', file);
    expect(code).toBe(0);
    expect(err).toBe('');
    expect(out).toMatch(/^Name: +checkout\nNamespace: +payments\nStatus: +✔ Healthy\n/);
    expect(out).toMatch(/Step: +4\/4/);
    expect(out).toMatch(/shop\.example\/checkout:2\.0 \(stable\)/);
    expect(out).toContain('├──# revision:2');
  });

  it('shows a moment in between, with the canary beside the stable version', async () => {
    const { out } = await get('checkout', file, '--at', '6s');
    expect(out).toMatch(/Status: +॥ Paused\nMessage: +CanaryPauseStep/);
    expect(out).toMatch(/Step: +1\/4\n +SetWeight: +20\n +ActualWeight: +20/);
    expect(out).toMatch(/checkout:1\.0 \(stable\)/);
    expect(out).toMatch(/checkout:2\.0 \(canary\)/);
    expect(out).toMatch(/Pod +✔ Running +\d+s +ready:2\/2/);
  });

  it('says the same of the record of that run, by either form of the name', async () => {
    await coalmine(['run', file, '--out', join(folder, 'out')]);
    for (const at of [[], ['--at', '6s'], ['--at', '20s']]) {
      const ofScenario = await get('checkout', file, ...at);
      expect(await get('checkout', record, ...at)).toEqual(ofScenario);
      expect(await get('payments/checkout', record, ...at)).toEqual(ofScenario);
    }
  });

  it('names the Rollouts there are when asked for another', async () => {
    const { code, out, err } = await get('chekout', record);
    expect(code).toBe(2);
    expect(err).toContain('no Rollout "chekout"');
    expect(err).toContain('payments/checkout');
    expect(err).toContain('Did you mean "checkout"?');
    expect(out).toBe('');
  });

  it('asks which when two namespaces hold one name', async () => {
    const other = ROLLOUT.replace('namespace: payments', 'namespace: refunds').replace(
      /      trafficRouting:\n.*\n.*\n/,
      '',
    );
    fill(folder, {
      'two/refunds.yaml': other.replace(/      canaryService.*\n      stableService.*\n/, ''),
      'two.yaml': CHECKOUT['checkout.yaml'].replace('[manifests]', '[manifests, two/refunds.yaml]'),
    });
    const both = await get('checkout', join(folder, 'two.yaml'), '--at', '4s');
    expect(both.code).toBe(2);
    expect(both.err).toContain('payments/checkout, refunds/checkout');
    const one = await get('refunds/checkout', join(folder, 'two.yaml'), '--at', '4s');
    expect(one.code).toBe(0);
    expect(one.out).toMatch(/Namespace: +refunds/);
  });

  it.each([
    ['90', 'is not a time of the run'],
    ['soon', 'is not a time of the run'],
    ['5h', 'is after the end of the run'],
  ])('refuses --at %s and says what would do', async (at, message) => {
    const { code, err } = await get('checkout', record, '--at', at);
    expect(code).toBe(2);
    expect(err).toContain(`--at: "${at}" ${message}`);
    expect(err).toMatch(/next: /);
  });

  it('refuses other kinds', async () => {
    const { code, err } = await coalmine(['get', 'pod', 'checkout', '--from', record]);
    expect(code).toBe(2);
    expect(err).toContain('cannot get a "pod"');
    expect(err).toContain('rollout');
  });

  it('refuses files that are not there', async () => {
    for (const name of ['none.yaml', 'none.jsonl']) {
      const { code, err } = await get('checkout', join(folder, name));
      expect(code).toBe(2);
      expect(err).toContain(`${name}" does not exist`);
    }
  });
});
