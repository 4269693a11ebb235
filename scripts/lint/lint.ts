/** Runs all rules over loaded manifests. Nothing is run, nothing is asked of a cluster. */
import type { LoadedObject } from '../manifests/objects.ts';
import type { Finding } from './finding.ts';
import { RULES } from './rules.ts';
import { shapeFault } from './shapes.ts';
import { createWorld, type World } from './world.ts';

const SEVERITIES = ['error', 'warning', 'info'];

/**
 * Every finding once, by file, then severity, then place.
 * @param lines the lines of a manifest file, for places within queries.
 */
export function lintObjects(objects: readonly LoadedObject[], lines: World['lines']): Finding[] {
  const wellShaped = objects.filter(({ object }) => shapeFault(object) === undefined);
  const world = createWorld(objects, wellShaped, lines);
  const findings = RULES.flatMap(({ name, check }) =>
    check(world).map((draft) => ({ rule: name, ...draft })),
  );
  return distinct(findings).sort(byPlace);
}

/** A template that several analyses use would say the same of itself several times. */
function distinct(findings: readonly Finding[]): Finding[] {
  const seen = new Set<string>();
  return findings.filter(({ rule, where, what }) => {
    const key = JSON.stringify([rule, where, what]);
    return !seen.has(key) && seen.add(key);
  });
}

function byPlace(a: Finding, b: Finding): number {
  if (a.where.file !== b.where.file) return a.where.file < b.where.file ? -1 : 1;
  const severity = SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
  return severity || a.where.line - b.where.line || a.where.column - b.where.column;
}
