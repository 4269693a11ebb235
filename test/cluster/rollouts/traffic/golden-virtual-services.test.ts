import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Rollout } from '../../../../cluster/kube/types/argo.ts';
import type { DestinationRule, VirtualService } from '../../../../cluster/kube/types/istio.ts';
import { currentStep } from '../../../../cluster/rollouts/canary/steps.ts';
import { withHashes } from '../../../../cluster/rollouts/traffic/destination-rule.ts';
import { destinationRuleRef, virtualServiceRefs } from '../../../../cluster/rollouts/traffic/provider.ts';
import {
  canaryTarget,
  inManagedOrder,
  withHeaderRoute,
  withMirrorRoute,
  withoutManagedRoutes,
} from '../../../../cluster/rollouts/traffic/virtual-service/managed-routes.ts';
import { withWeights } from '../../../../cluster/rollouts/traffic/virtual-service/weights.ts';
import { type GoldenCase, readCases } from '../../../golden/trace.ts';

const cases = readCases(join(import.meta.dirname, '../../../golden/cases'));

interface Change<T> {
  before: T;
  after: T;
  /** As it stood when the controller made the change. */
  rollout: Rollout;
  destinationRule: DestinationRule | undefined;
}

/** Every change of an object of this kind that the real controller made. */
function changesOf<T>({ trace }: GoldenCase, kind: string): Change<T>[] {
  const changes: Change<T>[] = [];
  let rollout: Rollout | undefined;
  let destinationRule: DestinationRule | undefined;
  let before: T | undefined;
  for (const { object, event } of trace) {
    if (object?.kind === 'Rollout') rollout = object as unknown as Rollout;
    if (object?.kind === kind) {
      const after = object as unknown as T;
      if (event === 'MODIFIED' && before !== undefined && rollout !== undefined) {
        changes.push({ before, after, rollout, destinationRule });
      }
      before = after;
    }
    if (object?.kind === 'DestinationRule') destinationRule = object as unknown as DestinationRule;
  }
  return changes;
}

/** What one of the controller's ways to rewrite a VirtualService makes of `before`; the first that ends at `after`. */
function explain({ before, after, rollout, destinationRule }: Change<VirtualService>): string {
  const ref = virtualServiceRefs(rollout)[0]!;
  const target = canaryTarget(rollout, destinationRule?.spec.host);
  const { setHeaderRoute, setMirrorRoute } = currentStep(rollout).step ?? {};
  const ways: Record<string, VirtualService> = {
    ...Object.fromEntries(
      Array.from({ length: 101 }, (_none, weight) => [
        `weight ${weight}`,
        withWeights(before, rollout, ref, weight, []),
      ]),
    ),
    ...(setHeaderRoute && {
      'header route': inManagedOrder(withHeaderRoute(before, ref, setHeaderRoute, target), rollout),
    }),
    ...(setMirrorRoute && {
      'mirror route': inManagedOrder(withMirrorRoute(before, ref, setMirrorRoute, target), rollout),
    }),
    'managed routes removed': withoutManagedRoutes(before, rollout),
  };
  const way = Object.entries(ways).find(([, { spec }]) => sameJson(spec, after.spec));
  return (
    way?.[0] ?? `nothing of ours leads from ${JSON.stringify(before.spec)} to ${JSON.stringify(after.spec)}`
  );
}

/** Equal whatever the order of keys. */
function sameJson(left: unknown, right: unknown): boolean {
  return sorted(left) === sorted(right);
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

describe('VirtualServices, as the real controller rewrote them', () => {
  const explained = Object.fromEntries(
    cases
      .map((golden): [string, string[]] => [
        golden.name,
        changesOf<VirtualService>(golden, 'VirtualService').map(explain),
      ])
      .filter(([, ways]) => ways.length > 0),
  );

  it.each(Object.entries(explained))('%s: every change is one of ours', (_name, ways) => {
    expect(ways.filter((way) => way.startsWith('nothing'))).toEqual([]);
  });

  it('the canary walks its weights and ends with everything on the new stable', () => {
    expect(explained['canary-weights']).toEqual([20, 40, 60, 80, 100, 0].map((weight) => `weight ${weight}`));
  });

  it('header and mirror routes come and go around the weights', () => {
    expect(explained['header-and-mirror-route']).toEqual([
      'weight 10',
      'header route',
      'mirror route',
      'mirror route',
      'header route',
      'weight 50',
      'weight 100',
      'weight 0',
    ]);
  });

  it('a header route is taken away again while the canary has no pods', () => {
    expect(explained['tutorial-header-mended']?.slice(0, 3)).toEqual([
      'header route',
      'managed routes removed',
      'weight 10',
    ]);
  });
});

describe('DestinationRules, as the real controller rewrote them', () => {
  const changes = cases.flatMap((golden) => changesOf<DestinationRule>(golden, 'DestinationRule'));

  it.each(changes)('$after.metadata.name $after.metadata.resourceVersion', ({ before, after, rollout }) => {
    const ref = destinationRuleRef(rollout)!;
    const hashIn = (name: string): string =>
      after.spec.subsets?.find((subset) => subset.name === name)?.labels?.['rollouts-pod-template-hash'] ??
      '';
    const hashes = {
      canary: hashIn(ref.canarySubsetName),
      stable: hashIn(ref.stableSubsetName),
      additional: [],
    };
    const { rule, announced } = withHashes(before, rollout.metadata.name, ref, hashes);
    expect(announced).toBe(true);
    expect(rule.spec).toEqual(after.spec);
    expect(rule.metadata.annotations).toEqual(after.metadata.annotations);
  });

  it('there are some', () => {
    expect(changes.length).toBeGreaterThan(4);
  });
});
