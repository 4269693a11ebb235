/** Everything else that the controller refuses, in its own words. Faults with a rule of their own are left to it. */
import type { Rollout } from '../../../cluster/kube/types/argo.ts';
import { ReconcileError } from '../../../cluster/rollouts/controller/context.ts';
import {
  isResolvedFromWorkload,
  resolveWorkloadRef,
} from '../../../cluster/rollouts/workload-ref/resolve.ts';
import { at, type Draft, type Of, type Rule } from '../finding.ts';
import { referenceRefusal, specRefusals } from '../refusals.ts';
import type { World } from '../world.ts';
import { NEEDS_SERVICES } from './services-unset.ts';

const SPEC_RULES = [NEEDS_SERVICES, "Rollout has missing field '.spec.selector'"];
const REFERENCE_RULES = [
  /service ".*" not found$/,
  /AnalysisTemplate '.*' not found$/,
  /runs indefinitely/,
  /was not resolved|failed to resolve|missing analysis arguments/,
  /virtualservices\.networking\.istio\.io ".*" not found$/,
  /HTTP Route '.*' is not found|not found in route$/,
];

export const refused: Rule = {
  name: 'refused',
  check: (world) =>
    world.rollouts.flatMap((rollout) => [
      ...inSpec(rollout),
      ...inWorkload(world, rollout),
      ...inReferences(world, rollout),
    ]),
};

function inSpec(rollout: Of<Rollout>): Draft[] {
  const selectorless = rollout.object.spec.selector === undefined;
  return (
    specRefusals(rollout)
      .filter(({ text }) => !SPEC_RULES.some((known) => text.includes(known)))
      // Without a selector every label is unmatched: one fault, not two.
      .filter(({ text }) => !(selectorless && text.includes('`selector` does not match template `labels`')))
      .map((refusal) => say(rollout, refusal.path, refusal.text))
  );
}

function inWorkload(world: World, rollout: Of<Rollout>): Draft[] {
  if (isResolvedFromWorkload(rollout.object)) return [];
  try {
    resolveWorkloadRef(world.view, rollout.object);
    return [];
  } catch (error) {
    if (!(error instanceof ReconcileError)) throw error;
    return [say(rollout, 'spec.workloadRef', error.message)];
  }
}

function inReferences(world: World, rollout: Of<Rollout>): Draft[] {
  if (rollout.object.spec.template === undefined || rollout.object.spec.strategy === undefined) return [];
  const refusal = referenceRefusal(world, rollout);
  if (refusal === undefined || REFERENCE_RULES.some((known) => known.test(refusal.text))) return [];
  return [say(rollout, refusal.path, refusal.text)];
}

function say(rollout: Of<Rollout>, path: string, text: string): Draft {
  return at(rollout, path, {
    severity: 'error',
    what: `the controller refuses it: ${text}`,
    why: 'A Rollout with an invalid spec is Degraded with InvalidSpec: the controller makes no pods for it and changes none.',
    mend: `Correct ${path}.`,
  });
}
