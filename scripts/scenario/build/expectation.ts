/** Expectations and `never` rules: from the checked YAML to plain data, with the checks that no schema can make. */
import type { AnalysisPhase } from '../../../cluster/kube/types/analysis.ts';
import type { RolloutPhase } from '../../../cluster/kube/types/argo.ts';
import type { Path } from '../../manifests/source/positions.ts';
import type {
  AnalysisExpectation,
  Comparison,
  EventExpectation,
  Expectation,
  NeverRule,
  RequestsExpectation,
  RolloutExpectation,
  RouteExpectation,
  RouteTarget,
  SplitExpectation,
  WeightExpectation,
} from '../types.ts';
import { didYouMean } from '../suggest.ts';
import { comparison, durationMs, share, statusMatch } from '../units.ts';
import { expectationTitle } from '../titles.ts';
import { list, mapping, optionalTarget, rolloutTarget, text } from './context.ts';
import type { BuildContext, Raw } from './context.ts';

export interface Known {
  loads: readonly string[];
}

/** One expectation; `path` is that of its mapping. */
export function buildExpectation(raw: Raw, path: Path, known: Known, context: BuildContext): Expectation {
  const under = (key: string): [Raw, Path, BuildContext] => [mapping(raw[key]), [...path, key], context];
  if ('rollout' in raw) return rolloutExpectation(raw, path, context);
  if ('refused' in raw) {
    const refused = mapping(raw['refused']);
    return { kind: 'refused', rollout: rolloutTarget(refused), message: text(refused['message']) };
  }
  for (const key of ['split', 'route', 'requests'])
    checkLoad(mapping(raw[key]), [...path, key], known, context);
  if ('split' in raw) return splitExpectation(...under('split'));
  if ('route' in raw) return routeExpectation(mapping(raw['route']));
  if ('requests' in raw) return requestsExpectation(mapping(raw['requests']));
  if ('analysis' in raw) return analysisExpectation(mapping(raw['analysis']));
  if ('event' in raw) return eventExpectation(mapping(raw['event']));
  return { kind: 'settled' };
}

export function buildNever(raw: Raw, path: Path, known: Known, context: BuildContext): NeverRule {
  const rule = neverRule(raw, path, known, context);
  const title = text(raw['name']) ?? `never ${expectationTitle(rule)}`;
  return { title, rule, at: context.at(path) };
}

function neverRule(raw: Raw, path: Path, known: Known, context: BuildContext): NeverRule['rule'] {
  if ('requests' in raw) {
    checkLoad(mapping(raw['requests']), [...path, 'requests'], known, context);
    return requestsExpectation(mapping(raw['requests']));
  }
  if ('analysis' in raw) return analysisExpectation(mapping(raw['analysis']));
  if ('event' in raw) return eventExpectation(mapping(raw['event']));
  const others = ['step', 'phase', 'message', 'aborted', 'stableImage', 'canaryImage'].some(
    (key) => key in raw,
  );
  const weight = weightOf(raw, path, context);
  if (!others && weight !== undefined) return { kind: 'weight', rollout: optionalTarget(raw), weight };
  return rolloutExpectation(raw, path, context);
}

function checkLoad(raw: Raw, path: Path, known: Known, context: BuildContext): void {
  const load = text(raw['load']);
  if (load === undefined || known.loads.includes(load)) return;
  context.refuse([...path, 'load'], {
    what: `no load stream is named "${load}"`,
    why:
      known.loads.length === 0 ? 'spec.load defines none.' : `spec.load defines: ${known.loads.join(', ')}.`,
    next: didYouMean(load, known.loads, 'Add it to spec.load, or correct the name.'),
  });
}

function rolloutExpectation(raw: Raw, path: Path, context: BuildContext): RolloutExpectation {
  return {
    kind: 'rollout',
    rollout: rolloutTarget(raw),
    phase: raw['phase'] as RolloutPhase | undefined,
    step: raw['step'] as number | undefined,
    weight: weightOf(raw, path, context),
    message: text(raw['message']),
    aborted: raw['aborted'] as boolean | undefined,
    stableImage: text(raw['stableImage']),
    canaryImage: text(raw['canaryImage']),
  };
}

function optionalComparison(value: unknown): Comparison | undefined {
  return value === undefined ? undefined : comparison(value as number | string);
}

function weightOf(raw: Raw, path: Path, context: BuildContext): WeightExpectation | undefined {
  if (raw['weight'] === undefined) return undefined;
  const weight = mapping(raw['weight']);
  const [canary, stable] = [optionalComparison(weight['canary']), optionalComparison(weight['stable'])];
  for (const [key, side] of Object.entries({ canary, stable })) {
    if (side !== undefined && side.value > 100) {
      context.refuse([...path, 'weight', key], {
        what: `"${side.value}" is not a weight`,
        why: 'Weights are percent numbers from 0 to 100.',
        next: 'Correct it.',
      });
    }
  }
  if (canary?.op === '==' && stable?.op === '==' && canary.value + stable.value !== 100) {
    context.refuse([...path, 'weight'], {
      what: `weights that do not sum to 100: canary ${canary.value} + stable ${stable.value} = ${canary.value + stable.value}`,
      why: 'Canary and stable share all of the traffic.',
      next: `Write stable: ${100 - canary.value}, or leave stable out.`,
    });
  }
  return { canary, stable };
}

function splitExpectation(raw: Raw, path: Path, context: BuildContext): SplitExpectation {
  const canaryShare = share(String(raw['canary']));
  const given = list(raw['distinguishFrom']).map((one) => share(String(one)));
  if (given.includes(canaryShare)) {
    context.refuse([...path, 'distinguishFrom'], {
      what: `the share ${String(raw['canary'])} cannot be told apart from itself`,
      why: 'distinguishFrom lists the other shares that the sample must rule out.',
      next: 'Name the neighbouring steps instead, such as the weight before and after this one.',
    });
  }
  const exact = canaryShare === 0 || canaryShare === 1;
  const neighbours = [canaryShare / 2, Math.min(1, canaryShare * 2)].filter((one) => one !== canaryShare);
  return {
    kind: 'split',
    load: String(raw['load']),
    rollout: optionalTarget(raw),
    canaryShare,
    distinguishFrom: given.length > 0 || exact ? given : neighbours,
    overMs: overMs(raw),
  };
}

function overMs(raw: Raw): number | undefined {
  return raw['over'] === undefined ? undefined : durationMs(String(raw['over']));
}

function routeTarget(word: string): RouteTarget {
  if (word === 'canary' || word === 'stable') return { kind: word };
  if (word.startsWith('subset:')) return { kind: 'subset', subset: word.slice('subset:'.length) };
  return { kind: 'service', service: word };
}

function routeExpectation(raw: Raw): RouteExpectation {
  return {
    kind: 'route',
    load: String(raw['load']),
    rollout: optionalTarget(raw),
    to: routeTarget(String(raw['to'])),
    overMs: overMs(raw),
  };
}

function requestsExpectation(raw: Raw): RequestsExpectation {
  const limit = (key: string): number | undefined => raw[key] as number | undefined;
  return {
    kind: 'requests',
    load: text(raw['load']),
    rollout: optionalTarget(raw),
    to: raw['to'] === undefined ? undefined : routeTarget(String(raw['to'])),
    status: raw['status'] === undefined ? undefined : statusMatch(raw['status'] as number | string),
    image: text(raw['image']),
    atLeast: limit('atLeast'),
    atMost: limit('atMost'),
    moreThan: limit('moreThan'),
    lessThan: limit('lessThan'),
    share: optionalComparison(raw['share']),
    overMs: overMs(raw),
  };
}

function analysisExpectation(raw: Raw): AnalysisExpectation {
  const metric = mapping(raw['metric']);
  return {
    kind: 'analysis',
    rollout: optionalTarget(raw),
    name: text(raw['name']),
    phase: raw['phase'] as AnalysisPhase | undefined,
    message: text(raw['message']),
    metric:
      raw['metric'] === undefined
        ? undefined
        : {
            name: String(metric['name']),
            phase: metric['phase'] as AnalysisPhase | undefined,
            value: optionalComparison(metric['value']),
            measurements: optionalComparison(metric['measurements']),
            failed: optionalComparison(metric['failed']),
            error: optionalComparison(metric['error']),
          },
  };
}

function eventExpectation(raw: Raw): EventExpectation {
  const about = mapping(raw['about']);
  return {
    kind: 'event',
    reason: text(raw['reason']),
    type: raw['type'] as EventExpectation['type'],
    message: text(raw['message']),
    about:
      raw['about'] === undefined ? undefined : { kind: text(about['kind']), name: String(about['name']) },
  };
}
