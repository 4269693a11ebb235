/**
 * `coalmine get rollout NAME --from FILE`: the plugin's view of a Rollout at a moment of a run. FILE is a record, or a
 * scenario, which is run on sim first. The text is drawn from the objects of the record alone, so both ways show the
 * same.
 */
import { formatDuration, parseDurationMs } from '../../cluster/kernel/time.ts';
import type { KubeObject } from '../../cluster/kube/objects.ts';
import type { Rollout } from '../../cluster/kube/types/argo.ts';
import { namespaceObjects, rolloutText } from '../../cluster/rollouts/view/rollout-text.ts';
import type { Environment } from '../environment.ts';
import { CoalmineError, EXIT_CODE } from '../errors.ts';
import { World } from '../judge/world.ts';
import { diskFiles } from '../manifests/source/files.ts';
import { readRecord } from '../run/read-record.ts';
import type { RecordLine } from '../run/record.ts';
import { runOne } from '../run/run-one.ts';
import { didYouMean } from '../scenario/suggest.ts';
import { readRecordText } from './record-file.ts';

export interface GetOptions {
  from: string;
  /** A duration since the run began, as `90s`; left out: the end of the run. */
  at?: string;
}

/** The plugin's names for the kind. */
const ROLLOUT_WORDS = ['rollout', 'rollouts', 'ro'];

/**
 * Prints the Rollout and returns 0, whatever the run's verdicts: this command shows, it does not judge.
 * @throws CoalmineError with the valid kinds, times or names when one of them is wrong.
 */
export async function get(
  kind: string,
  name: string,
  options: GetOptions,
  environment: Environment,
): Promise<number> {
  if (!ROLLOUT_WORDS.includes(kind)) throw unknownKind(kind);
  const givenMs = options.at === undefined ? undefined : parseMoment(options.at);
  const lines = await recordedLines(options.from, environment);
  const atMs = momentWithin(lines, givenMs, options);
  const world = worldAt(lines, atMs);
  const rollout = findRollout(world, lines, name, atMs);
  const startMs = lines[0]?.type === 'run' ? lines[0].startMs : 0;
  environment.out.write(
    rolloutText(rollout, namespaceObjects(world, rollout.metadata.namespace), startMs + atMs),
  );
  return EXIT_CODE.pass;
}

async function recordedLines(file: string, environment: Environment): Promise<readonly RecordLine[]> {
  if (/\.jsonl?$/.test(file)) return readRecord(readRecordText(diskFiles, file), file).lines;
  return (await runOne(file, {}, environment)).record.lines;
}

function parseMoment(text: string): number {
  const givenMs = parseDurationMs(text);
  if (givenMs !== undefined) return givenMs;
  throw new CoalmineError('usage', {
    what: `"${text}" is not a time of the run`,
    where: { path: '--at' },
    why: 'a time is a duration since the run began, with units: 90s, 1m30s, 500ms',
    next: 'for instance --at 90s',
  });
}

/** The moment to look at; a later one than the record's end would show a world that nobody has seen. */
function momentWithin(
  lines: readonly RecordLine[],
  givenMs: number | undefined,
  { from, at }: GetOptions,
): number {
  const endMs = lines.at(-1)?.tMs ?? 0;
  if (givenMs === undefined) return endMs;
  if (givenMs <= endMs) return givenMs;
  throw new CoalmineError('usage', {
    what: `"${at}" is after the end of the run`,
    where: { path: '--at' },
    why: `the run of ${from} went from 0s to ${formatDuration(endMs)}`,
    next: 'give a time within it, or leave --at out for its end',
  });
}

function worldAt(lines: readonly RecordLine[], atMs: number): World {
  const world = new World();
  for (const line of lines) if (line.tMs <= atMs) world.fold(line);
  return world;
}

function findRollout(world: World, lines: readonly RecordLine[], name: string, atMs: number): Rollout {
  const rollouts = world.list<Rollout>('Rollout');
  const found = rollouts.filter((rollout) => fullName(rollout) === name || rollout.metadata.name === name);
  if (found.length === 1) return found[0]!;
  const names = rollouts.map(fullName);
  if (found.length > 1) {
    throw new CoalmineError('usage', {
      what: `several Rollouts are named "${name}"`,
      why: `they are: ${found.map(fullName).join(', ')}`,
      next: `say which, for instance ${fullName(found[0]!)}`,
    });
  }
  const firstMs = lines.find((line) => line.type === 'object' && isRolloutNamed(line.object, name))?.tMs;
  throw new CoalmineError('usage', {
    what: `no Rollout "${name}" at ${formatDuration(atMs)} of the run`,
    why: `the Rollouts there are: ${names.join(', ') || 'none'}`,
    next:
      firstMs === undefined
        ? didYouMean(name, [...names, ...rollouts.map(({ metadata }) => metadata.name)], 'name one of them')
        : `look at another time: it is first seen at ${formatDuration(firstMs)}`,
  });
}

function isRolloutNamed(object: KubeObject, name: string): boolean {
  return object.kind === 'Rollout' && (object.metadata.name === name || fullName(object) === name);
}

function fullName({ metadata }: KubeObject): string {
  return `${metadata.namespace}/${metadata.name}`;
}

function unknownKind(kind: string): CoalmineError {
  return new CoalmineError('usage', {
    what: `cannot get a "${kind}"`,
    why: `the kinds are: ${ROLLOUT_WORDS.join(', ')}`,
    next: 'for instance: coalmine get rollout NAME --from FILE',
  });
}
