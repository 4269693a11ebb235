/** What `--vary` names: one parameter of the world and the values that it takes, in the units of a scenario file. */
import { CoalmineError } from '../../errors.ts';
import { ratePerSecond, share } from '../../scenario/units.ts';
import type { Scenario } from '../../scenario/types.ts';

export type AxisKind = 'errorRate' | 'latency' | 'rate';

export interface AxisValue {
  /** As written: `0.5%`, `2`, `10/s`. */
  text: string;
  /** A share from 0 to 1, a factor, or requests a second. */
  value: number;
}

export interface Axis {
  kind: AxisKind;
  /** The image of `errorRate` and `latency`, the load of `rate`. */
  target: string;
  /** In rising order, without repeats. */
  values: readonly AxisValue[];
}

interface Form {
  form: RegExp;
  example: string;
  read: (text: string) => number;
}

const FORMS: Readonly<Record<AxisKind, Form>> = {
  errorRate: { form: /^\d+(\.\d+)?%$/, example: 'errorRate=0%,0.5%,2%', read: share },
  latency: { form: /^\d+(\.\d+)?$/, example: 'latency=1,1.5,2', read: Number },
  rate: { form: /^\d+(\.\d+)?\/[smh]$/, example: 'rate=10/s,100/s', read: ratePerSecond },
};

/**
 * `errorRate=0%,1%` varies the image that the scenario ships; `errorRate@echo:v1=…` another one. `rate=…` varies the
 * scenario's only load; `rate@users=…` one of several. @throws CoalmineError `usage`.
 */
export function parseAxis(text: string, scenario: Scenario, shippedImage: string): Axis {
  const match = /^([A-Za-z]+)(?:@([^=]+))?=(.+)$/.exec(text);
  const kind = match?.[1];
  if (match === null || kind === undefined || !isKind(kind)) {
    throw refused(`"${text}" is not an axis`, `the axes are: ${Object.keys(FORMS).join(', ')}`);
  }
  const target = targetOf(kind, match[2], scenario, shippedImage);
  return { kind, target, values: match[3]!.split(',').map((value) => readValue(kind, value.trim())) };
}

/** Adds values to an axis (declared-good and declared-bad points) and puts all in rising order, each once. */
export function withValues(axis: Axis, more: readonly AxisValue[]): Axis {
  const values = [...axis.values, ...more].toSorted((a, b) => a.value - b.value);
  return { ...axis, values: values.filter(({ value }, index) => value !== values[index - 1]?.value) };
}

/** @throws CoalmineError `usage` when the text is not a value of such an axis. */
export function readValue(kind: AxisKind, text: string): AxisValue {
  const { form, example, read } = FORMS[kind];
  const value = form.test(text) ? read(text) : Number.NaN;
  const isInRange = kind === 'errorRate' ? value >= 0 && value <= 1 : value > 0;
  if (!isInRange) {
    throw refused(
      `"${text}" is not a value of axis ${kind}`,
      kind === 'errorRate' ? 'a percentage from 0% to 100%' : 'a number above zero, with its unit',
      `for instance --vary ${example}`,
    );
  }
  return { text, value };
}

function targetOf(
  kind: AxisKind,
  named: string | undefined,
  scenario: Scenario,
  shippedImage: string,
): string {
  if (kind !== 'rate') {
    const image = named ?? shippedImage;
    if (scenario.images[image] !== undefined) return image;
    throw refused(
      `axis ${kind} has no image "${image}" to vary`,
      `the scenario's images are: ${Object.keys(scenario.images).join(', ') || 'none'}`,
    );
  }
  const names = scenario.loads.map(({ name }) => name);
  const load = named ?? (names.length === 1 ? names[0] : undefined);
  if (load !== undefined && names.includes(load)) return load;
  throw refused(
    load === undefined
      ? `axis rate must name its load: the scenario has ${names.length}`
      : `axis rate has no load "${load}" to vary`,
    `the scenario's loads are: ${names.join(', ') || 'none'}`,
    `for instance --vary rate@${names[0] ?? 'users'}=10/s,100/s`,
  );
}

function isKind(text: string): text is AxisKind {
  return Object.hasOwn(FORMS, text);
}

function refused(
  what: string,
  why: string,
  next = `for instance --vary ${FORMS.errorRate.example}`,
): CoalmineError {
  return new CoalmineError('usage', { what, where: { path: '--vary' }, why, next });
}
