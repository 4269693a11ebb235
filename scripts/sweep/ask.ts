/** The options of `coalmine sweep`, read and checked before anything is run. */
import { CoalmineError } from '../errors.ts';
import { share } from '../scenario/units.ts';
import type { Scenario } from '../scenario/types.ts';
import type { Declared, Shard } from './plan.ts';
import { parseAxis, readValue, withValues, type Axis, type AxisValue } from './point/axis.ts';
import { curveAxis } from './statistics/curve.ts';

export interface SweepAsk {
  seeds: string;
  firstSeed: string;
  vary: readonly string[];
  good?: string;
  bad?: string;
  budgetFalseRollback?: string;
  budgetFalsePromotion?: string;
  shard?: string;
  workers?: string;
}

export interface SweepSettings {
  axes: Axis[];
  declared: Declared;
  firstSeed: number;
  seeds: number;
  shard: Shard;
  workers: number;
}

const MAX_POINTS = 10_000;

/** @throws CoalmineError `usage`, naming the option. */
export function readAsk(
  ask: SweepAsk,
  scenario: Scenario,
  shippedImage: string,
  cores: number,
): SweepSettings {
  const parsed = ask.vary.map((text) => parseAxis(text, scenario, shippedImage));
  refuseRepeated(parsed);
  const along = curveAxis(parsed);
  const declared = readDeclared(ask, along);
  const more = [declared.good, declared.bad].filter((value) => value !== null);
  const axes = parsed.map((axis) => withValues(axis, axis === along ? more : []));
  const points = axes.reduce((product, { values }) => product * values.length, 1);
  if (points > MAX_POINTS) {
    throw usage('--vary', `these axes make ${points} points`, `at most ${MAX_POINTS} are swept at once`);
  }
  return {
    axes,
    declared,
    firstSeed: wholeNumber('--first-seed', ask.firstSeed, 0),
    seeds: wholeNumber('--seeds', ask.seeds, 1),
    shard: readShard(ask.shard),
    workers: ask.workers === undefined ? cores : wholeNumber('--workers', ask.workers, 1),
  };
}

function readDeclared(ask: SweepAsk, along: Axis | undefined): Declared {
  const value = (option: string, text: string | undefined): AxisValue | null => {
    if (text === undefined) return null;
    if (along === undefined)
      throw usage(option, `"${text}" is on no axis`, 'nothing is varied', 'add --vary errorRate=…');
    return readValue(along.kind, text);
  };
  const [good, bad] = [value('--good', ask.good), value('--bad', ask.bad)];
  if (good !== null && bad !== null && good.value >= bad.value) {
    throw usage(
      '--bad',
      `the bad version (${bad.text}) is not worse than the good one (${good.text})`,
      'a budget on both would contradict itself',
    );
  }
  const declared = {
    good,
    bad,
    budgetFalseRollback: budget('--budget-false-rollback', ask.budgetFalseRollback),
    budgetFalsePromotion: budget('--budget-false-promotion', ask.budgetFalsePromotion),
  };
  if (declared.budgetFalseRollback !== null && good === null)
    throw usage(
      '--budget-false-rollback',
      'a budget for false rollback needs a version that is declared good',
      'add --good 0.5%',
    );
  if (declared.budgetFalsePromotion !== null && bad === null)
    throw usage(
      '--budget-false-promotion',
      'a budget for false promotion needs a version that is declared bad',
      'add --bad 5%',
    );
  return declared;
}

function budget(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = /^\d+(\.\d+)?%$/.test(text) ? share(text) : Number.NaN;
  if (value > 0 && value < 1) return value;
  throw usage(
    option,
    `"${text}" is not a budget`,
    'a percentage above 0% and below 100%, for instance 1%: no number of seeds can prove 0%',
  );
}

function readShard(text: string | undefined): Shard {
  if (text === undefined) return { index: 1, count: 1 };
  const [, index, count] = /^(\d+)\/(\d+)$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (shard.index >= 1 && shard.index <= shard.count) return shard;
  throw usage('--shard', `"${text}" is not a shard`, 'a shard is i/n with i from 1 to n, for instance 3/16');
}

function wholeNumber(option: string, text: string, least: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw usage(option, `"${text}" is not a number for ${option}`, `a whole number from ${least} on`);
}

function refuseRepeated(axes: readonly Axis[]): void {
  for (const [index, { kind, target }] of axes.entries()) {
    if (axes.findIndex((axis) => axis.kind === kind && axis.target === target) < index)
      throw usage('--vary', `axis ${kind} of ${target} is given twice`, 'one axis has one list of values');
  }
}

function usage(option: string, what: string, why: string, next = 'correct the option'): CoalmineError {
  return new CoalmineError('usage', { what, where: { path: option }, why, next });
}
