/** label_replace and label_join. */
import { compileRe2 } from '../storage/regexp.ts';
import type { Call } from './ast.ts';
import { unwrapped } from './ast.ts';
import type { Evaluation } from './evaluation.ts';
import type { Vector, VectorElement } from './values.ts';

export function replaceLabels(node: Call, vector: Vector, evaluation: Evaluation): Vector {
  const [target, replacement, source, pattern] = texts(node) as [string, string, string, string];
  let regexp: RegExp;
  try {
    regexp = compileRe2(pattern, { anchored: true });
  } catch {
    // Prometheus, too, names the expression and keeps the reason to itself.
    return evaluation.fail(`invalid regular expression in label_replace(): ${pattern}`, node.position);
  }
  if (target === '')
    evaluation.fail(`invalid destination label name in label_replace(): ${target}`, node.position);
  const result = vector.map((element): VectorElement => {
    const match = regexp.exec(element.labels.get(source));
    if (match === null) return element;
    return { labels: element.labels.with({ [target]: expanded(replacement, match) }), value: element.value };
  });
  evaluation.assertDistinct(result, node.position);
  return result;
}

export function joinLabels(node: Call, vector: Vector, evaluation: Evaluation): Vector {
  const [target, separator, ...sources] = texts(node) as [string, string, ...string[]];
  if (sources.includes('')) evaluation.fail('invalid source label name in label_join(): ', node.position);
  if (target === '')
    evaluation.fail(`invalid destination label name in label_join(): ${target}`, node.position);
  const result = vector.map(({ labels, value }) => ({
    labels: labels.with({ [target]: sources.map((source) => labels.get(source)).join(separator) }),
    value,
  }));
  evaluation.assertDistinct(result, node.position);
  return result;
}

function texts({ arguments: args }: Call): string[] {
  return args.slice(1).map((argument) => {
    const literal = unwrapped(argument);
    return literal.type === 'string' ? literal.value : '';
  });
}

/** Go's regexp Expand: `$1`, `${1}`, `$name`, `${name}`, `$$`; a name is as long as it can be. */
function expanded(template: string, match: RegExpExecArray): string {
  return template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (all, braced?: string, bare?: string) => {
    const name = braced ?? bare;
    if (name === undefined) return '$';
    const group = /^\d+$/.test(name) ? match[Number(name)] : match.groups?.[name];
    return group ?? (all === '$' ? all : '');
  });
}
