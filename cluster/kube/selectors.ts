/** Label selectors, as in apimachinery's pkg/labels and metav1.LabelSelector. */
import type { LabelSelector, LabelSelectorRequirement } from './objects.ts';

type Labels = Readonly<Record<string, string>>;

/** Whether the labels carry every pair of the map. An empty or missing map matches everything. */
export function matchesLabels(wanted: Labels | undefined, labels: Labels | undefined): boolean {
  for (const key in wanted) if (labels?.[key] !== wanted[key]) return false;
  return true;
}

/** A missing selector matches nothing and an empty one everything, as in metav1.LabelSelectorAsSelector. */
export function matchesSelector(selector: LabelSelector | undefined, labels: Labels | undefined): boolean {
  if (selector === undefined || !matchesLabels(selector.matchLabels, labels)) return false;
  return (selector.matchExpressions ?? []).every((requirement) => matchesRequirement(requirement, labels));
}

function matchesRequirement(requirement: LabelSelectorRequirement, labels: Labels | undefined): boolean {
  const value = labels?.[requirement.key];
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && (requirement.values ?? []).includes(value);
    case 'NotIn':
      return value === undefined || !(requirement.values ?? []).includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

/** `app=demo,tier in (a,b),!old`: sorted by key, as metav1.FormatLabelSelector prints it; `<none>` when empty. */
export function selectorToString(selector: LabelSelector | undefined): string {
  if (selector === undefined) return '<none>';
  const parts: [key: string, text: string][] = Object.entries(selector.matchLabels ?? {}).map(
    ([key, value]) => [key, `${key}=${value}`],
  );
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const list = `(${values.toSorted().join(',')})`;
    const text = {
      In: `${key} in ${list}`,
      NotIn: `${key} notin ${list}`,
      Exists: key,
      DoesNotExist: `!${key}`,
    }[operator];
    parts.push([key, text]);
  }
  if (parts.length === 0) return '<none>';
  return parts
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, text]) => text)
    .join(',');
}

const SET_TERM = /^([^\s!=,()]+)\s+(in|notin)\s+\(([^)]*)\)$/;
const EQUALITY_TERM = /^([^\s!=,()]+)\s*(==|=|!=)\s*([^\s!=,()]*)$/;
const EXISTENCE_TERM = /^(!?)\s*([^\s!=,()]+)$/;

/** Reads a selector as kubectl's `-l` and the API's `labelSelector` write it; throws RangeError when it is not one. */
export function parseSelector(text: string): LabelSelector {
  const matchExpressions = splitTerms(text).map(parseTerm);
  return { matchExpressions };
}

/** At commas outside parentheses. */
function splitTerms(text: string): string[] {
  const terms = text.match(/(?:[^,(]|\([^)]*\))+/g) ?? [];
  return terms.map((term) => term.trim()).filter((term) => term !== '');
}

function parseTerm(term: string): LabelSelectorRequirement {
  const set = SET_TERM.exec(term);
  if (set !== null) {
    const values = set[3]!.split(',').map((value) => value.trim());
    return { key: set[1]!, operator: set[2] === 'in' ? 'In' : 'NotIn', values };
  }
  const equality = EQUALITY_TERM.exec(term);
  if (equality !== null) {
    return { key: equality[1]!, operator: equality[2] === '!=' ? 'NotIn' : 'In', values: [equality[3]!] };
  }
  const existence = EXISTENCE_TERM.exec(term);
  if (existence !== null) {
    return { key: existence[2]!, operator: existence[1] === '!' ? 'DoesNotExist' : 'Exists' };
  }
  throw new RangeError(`unable to parse requirement: "${term}"`);
}
