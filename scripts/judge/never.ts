/** `never` rules: looked at after every line of the record, so that no transient state is missed between two polls. */
import type { Rollout } from '../../cluster/kube/types/argo.ts';
import type { NeverRule, WeightRule } from '../scenario/types.ts';
import type { RecordLine } from '../run/record.ts';
import { configuredWeights } from './configured-weights.ts';
import { examine } from './examine/examine.ts';
import { compares, findRollout } from './examine/targets.ts';
import type { Verdict } from './verdict.ts';
import type { World } from './world.ts';

/** The kinds of line that can make a rule's condition become true; the others need not be looked at. */
const CONCERNS: Record<NeverRule['rule']['kind'], readonly RecordLine['type'][]> = {
  rollout: ['object'],
  weight: ['object'],
  analysis: ['object'],
  event: ['event'],
  requests: ['requests'],
};

export class NeverWatch {
  readonly #rule: NeverRule;
  readonly #namespace: string;
  #brokenAtMs: number | undefined;
  #detail: string[] = [];
  #looks = 0;

  constructor(rule: NeverRule, namespace: string) {
    this.#rule = rule;
    this.#namespace = namespace;
  }

  /** Looks at the world after `line` was folded in; remembers the first breach. */
  look(line: RecordLine, world: World): void {
    if (this.#brokenAtMs !== undefined || !CONCERNS[this.#rule.rule.kind].includes(line.type)) return;
    this.#looks++;
    const breach = this.#breach(world);
    if (breach === undefined) return;
    this.#brokenAtMs = line.tMs;
    this.#detail = breach;
  }

  verdict(endMs: number): Verdict {
    const state = this.#brokenAtMs !== undefined ? 'fail' : this.#looks === 0 ? 'inconclusive' : 'pass';
    const detail =
      state === 'inconclusive' ? ['nothing that this rule is about ever happened'] : this.#detail;
    return {
      state,
      name: this.#rule.title,
      kind: 'never',
      step: undefined,
      position: this.#rule.at,
      startedMs: 0,
      endedMs: this.#brokenAtMs ?? endMs,
      detail: state === 'pass' ? ['it never did'] : detail,
    };
  }

  #breach(world: World): string[] | undefined {
    const { rule } = this.#rule;
    if (rule.kind === 'weight') return weightBreach(rule, world, this.#namespace);
    const finding = examine(rule, world, { startedMs: 0, namespace: this.#namespace });
    return finding.state === 'holds' ? finding.detail : undefined;
  }
}

function weightBreach(rule: WeightRule, world: World, namespace: string): string[] | undefined {
  const named =
    rule.rollout === undefined
      ? world.list<Rollout>('Rollout')
      : [findRollout(world, rule.rollout, namespace)];
  for (const rollout of named) {
    if (rollout === undefined) continue;
    for (const actual of configuredWeights(world, rollout)) {
      for (const side of ['canary', 'stable'] as const) {
        const wanted = rule.weight[side];
        if (wanted !== undefined && compares(wanted, actual[side]))
          return [
            `configured ${side} weight of ${rollout.metadata.name} was ${actual[side]} (${actual.source})`,
          ];
      }
    }
  }
  return undefined;
}
