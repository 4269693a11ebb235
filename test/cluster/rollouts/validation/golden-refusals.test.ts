import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ClusterReader, KubeObject } from '../../../../cluster/kube/objects.ts';
import type { Rollout } from '../../../../cluster/kube/types/argo.ts';
import { validateReferences } from '../../../../cluster/rollouts/validation/references.ts';
import { invalidSpecMessage } from '../../../../cluster/rollouts/validation/field-error.ts';
import { validateRollout } from '../../../../cluster/rollouts/validation/rollout.ts';
import { type GoldenCase, readCases } from '../../../golden/trace.ts';

const cases = readCases(join(import.meta.dirname, '../../../golden/cases'));

/** The InvalidSpec messages in a trace, in order, each time they appear anew. */
function refusalsOfTrace({ trace }: GoldenCase): (string | undefined)[] {
  const messages = trace
    .filter(({ object }) => object?.kind === 'Rollout')
    .map(({ object }) => object as unknown as Rollout)
    .filter(({ status }) => status?.conditions !== undefined)
    .map(({ status }) => status?.conditions?.find(({ type }) => type === 'InvalidSpec')?.message);
  return messages.filter((message, index) => message !== undefined && message !== messages[index - 1]);
}

/** What our validation says each time after a Rollout of the case is applied, with what was applied before it. */
function ourRefusals({ steps }: GoldenCase): (string | undefined)[] {
  const objects = new Map<string, KubeObject>();
  const view: ClusterReader = {
    get: (kind, _namespace, name) => objects.get(`${kind}/${name}`) as never,
    list: () => [],
    ownedBy: () => [],
  };
  const said: (string | undefined)[] = [];
  for (const step of steps) {
    if (!('apply' in step)) continue;
    const object = step.apply;
    objects.set(`${object.kind}/${object.metadata.name}`, object);
    if (object.kind !== 'Rollout') continue;
    const rollout = object as unknown as Rollout;
    const error = validateRollout(rollout)[0] ?? validateReferences(view, rollout);
    said.push(error === undefined ? undefined : invalidSpecMessage(rollout.metadata.name, error));
  }
  return said;
}

describe('every golden case', () => {
  it.each(cases)('$name is refused, or not, in the words of the real controller', (golden) => {
    expect(ourRefusals(golden).filter((each) => each !== undefined)).toEqual(refusalsOfTrace(golden));
  });

  it('some of them are refused', () => {
    expect(cases.flatMap(ourRefusals).filter((each) => each !== undefined)).toHaveLength(4);
  });
});
