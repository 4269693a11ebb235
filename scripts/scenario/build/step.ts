/** Steps: from the checked YAML to plain data. */
import type { AnyObject } from '../../../cluster/kube/objects.ts';
import { formatDuration } from '../../../cluster/kernel/time.ts';
import type { Path } from '../../manifests/source/positions.ts';
import { didYouMean } from '../suggest.ts';
import { expectationTitle, faultTitle } from '../titles.ts';
import type { Fault, ObjectTarget, Position, ShipStep, Step } from '../types.ts';
import { behaviourChange, durationMs, ratePerSecond } from '../units.ts';
import type { RawBehaviour } from '../units.ts';
import { mapping, rolloutTarget, text } from './context.ts';
import type { BuildContext, Raw } from './context.ts';
import { buildExpectation } from './expectation.ts';
import type { Known } from './expectation.ts';

/** One entry of spec.steps, which has exactly one verb. */
export function buildStep(raw: Raw, path: Path, known: Known, context: BuildContext): Step {
  const verb = Object.keys(raw).find((key) => !['name', 'within', 'absent'].includes(key)) ?? '';
  const body = mapping(raw[verb]);
  const under = [...path, verb];
  const at = context.at(under, 'key');
  const base = (title: string): { title: string; at: Position } => ({
    title: text(raw['name']) ?? title,
    at,
  });
  switch (verb) {
    case 'ship':
    case 'setImage':
      return ship(body, base, under, context);
    case 'apply':
      return apply(body, base);
    case 'patch': {
      const target = objectTarget(body);
      const patch = body['patch'] as Record<string, unknown>;
      return { ...base(`patch ${target.kind} ${target.name}`), do: 'patch', target, patch };
    }
    case 'delete': {
      const target = objectTarget(body);
      return { ...base(`delete ${target.kind} ${target.name}`), do: 'delete', target };
    }
    case 'expect': {
      const expectation = buildExpectation(body, under, known, context);
      const within = text(body['within']);
      const withinMs = within === undefined ? 0 : durationMs(within);
      const title = expectationTitle(expectation);
      return { ...base(title), do: 'expect', expectation, withinMs, withinGiven: within !== undefined };
    }
    case 'assert': {
      const object = body as unknown as AnyObject;
      const withinMs = raw['within'] === undefined ? 0 : durationMs(String(raw['within']));
      const absent = raw['absent'] === true;
      const name = text(mapping(body['metadata'])['name']) ?? 'any';
      const title = `${object.kind} ${name} ${absent ? 'is absent' : 'is as given'}`;
      return { ...base(title), do: 'assert', object, absent, withinMs };
    }
    case 'wait': {
      const waitMs = durationMs(String(raw['wait']));
      return { ...base(`wait ${formatDuration(waitMs)}`), do: 'wait', durationMs: waitMs };
    }
    case 'load':
      return loadChange(body, base, under, known, context);
    case 'behaviour': {
      const image = String(body['image']);
      const change = behaviourChange(body as RawBehaviour);
      return { ...base(`${image} changes its behaviour`), do: 'behaviour', image, change };
    }
    case 'fault': {
      const fault = buildFault(body);
      return { ...base(faultTitle(fault)), do: 'fault', fault };
    }
    case 'undo': {
      const toRevision = body['toRevision'] as number | undefined;
      const rollout = rolloutTarget(body);
      const goal = toRevision === undefined ? '' : ` to revision ${toRevision}`;
      return { ...base(`undo rollout ${rollout.name}${goal}`), do: 'undo', rollout, toRevision };
    }
    default:
      return rolloutVerb(verb as 'promote', body, base);
  }
}

type Base = (title: string) => { title: string; at: Position };

function rolloutVerb(verb: 'promote' | 'abort' | 'retry' | 'pause' | 'restart', body: Raw, base: Base): Step {
  const [full, skipCurrentStep] = [body['full'] === true, body['skipCurrentStep'] === true];
  const rollout = rolloutTarget(body);
  const title = `${verb} rollout ${rollout.name}${full ? ' in full' : ''}`;
  return { ...base(title), do: verb, rollout, full, skipCurrentStep };
}

function ship(body: Raw, base: Base, path: Path, context: BuildContext): ShipStep {
  const written = String(body['image']);
  const rollout = rolloutTarget(body);
  // An image reference has no "=", so the first one ends a container's name.
  const [first, ...rest] = written.split('=');
  const named = rest.length > 0 ? first : undefined;
  const image = named === undefined ? written : rest.join('=');
  const container = text(body['container']) ?? named;
  if (image === '' || named === '') {
    const next = 'Write IMAGE or CONTAINER=IMAGE.';
    context.refuse([...path, 'image'], { what: `"${written}" names no image or no container`, next });
  }
  if (named !== undefined && text(body['container']) !== undefined && named !== body['container']) {
    context.refuse([...path, 'container'], {
      what: `two containers are named: "${named}" in image and "${String(body['container'])}" here`,
      next: 'Leave one of them out.',
    });
  }
  return { ...base(`ship ${image} to rollout ${rollout.name}`), do: 'ship', rollout, image, container };
}

function apply(body: Raw, base: Base): Step {
  const file = text(body['file']);
  if (file !== undefined) return { ...base(`apply ${file}`), do: 'apply', source: { file } };
  const object = body['manifest'] as AnyObject;
  const title = `apply ${object.kind} ${object.metadata.name}`;
  return { ...base(title), do: 'apply', source: { objects: [object] } };
}

function objectTarget(body: Raw): ObjectTarget {
  return {
    apiVersion: text(body['apiVersion']),
    kind: String(body['kind']),
    name: String(body['name']),
    namespace: text(body['namespace']),
  };
}

function loadChange(body: Raw, base: Base, path: Path, known: Known, context: BuildContext): Step {
  const load = String(body['name']);
  if (!known.loads.includes(load)) {
    context.refuse([...path, 'name'], {
      what: `no load stream is named "${load}"`,
      why:
        known.loads.length === 0
          ? 'spec.load defines none.'
          : `spec.load defines: ${known.loads.join(', ')}.`,
      next: didYouMean(load, known.loads, 'Add it to spec.load, or correct the name.'),
    });
  }
  const title = `load ${load} becomes ${String(body['rate'])}`;
  return { ...base(title), do: 'load', load, ratePerSecond: ratePerSecond(String(body['rate'])) };
}

function buildFault(body: Raw): Fault {
  const [kind] = Object.keys(body);
  const fields = mapping(body[kind ?? '']);
  switch (kind) {
    case 'prometheusDown':
    case 'scrapeGap':
      return { kind, forMs: durationMs(String(fields['for'])) };
    case 'podKill': {
      const side = (fields['side'] ?? 'any') as 'canary' | 'stable' | 'any';
      return { kind, rollout: rolloutTarget(fields), side, count: (fields['count'] ?? 1) as number };
    }
    default:
      return {
        kind: 'imageChange',
        image: String(fields['image']),
        change: behaviourChange(fields as RawBehaviour),
        forMs: fields['for'] === undefined ? undefined : durationMs(String(fields['for'])),
      };
  }
}
