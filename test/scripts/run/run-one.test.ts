/** Before a run begins: what its testbed cannot do is said, so that no run ends in the middle. */
import { describe, expect, it } from 'vitest';
import { memoryFiles } from '../../../scripts/manifests/source/files.ts';
import { refuseUnknownFaults } from '../../../scripts/run/run-one.ts';
import { openScenario } from '../../../scripts/scenario/open.ts';
import { changed, CHECKOUT } from '../cli/checkout.ts';

describe('a fault that the testbed cannot inject', () => {
  const text = changed(
    '    - ship:',
    '    - fault: { podKill: { rollout: checkout, side: any, count: 1 } }\n    - ship:',
  );
  const opened = openScenario('checkout.yaml', memoryFiles({ ...CHECKOUT, 'checkout.yaml': text }));

  it('is refused where it is written, with those that it can', () => {
    const testbed = { name: 'stage', faults: ['prometheusDown', 'imageChange'] } as const;
    expect(() => refuseUnknownFaults(opened, testbed)).toThrow(
      expect.objectContaining({
        message: 'testbed stage cannot inject "podKill"',
        why: 'it can inject: prometheusDown, imageChange',
        where: expect.objectContaining({ file: 'checkout.yaml', line: 17 }) as unknown,
      }) as Error,
    );
  });

  it('is the only reason to refuse', () => {
    expect(() => refuseUnknownFaults(opened, { name: 'stage', faults: ['podKill'] })).not.toThrow();
  });
});
