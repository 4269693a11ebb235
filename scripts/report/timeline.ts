/**
 * What happened, as a person would tell it: one row for each change of weight, phase, analysis or fault, with the
 * traffic between two weights summed up. Pure: a record in, rows out; the terminal and Markdown draw them.
 */
import type { AnalysisRun } from '../../cluster/kube/types/analysis.ts';
import type { Rollout } from '../../cluster/kube/types/argo.ts';
import type { Service } from '../../cluster/kube/types/core.ts';
import { configuredWeights } from '../judge/configured-weights.ts';
import { World } from '../judge/world.ts';
import type { RecordLine } from '../run/record.ts';
import { TrafficTally } from './traffic-tally.ts';

export type RowKind =
  'step' | 'weight' | 'phase' | 'analysis' | 'service' | 'traffic' | 'fault' | 'trouble' | 'end';

export interface TimelineRow {
  tMs: number;
  kind: RowKind;
  text: string;
  /** The canary's configured weight in per cent, on weight rows. */
  weight?: number;
  tone: 'plain' | 'good' | 'bad' | 'quiet';
}

const HASH_LABEL = 'rollouts-pod-template-hash';

export function timeline(lines: readonly RecordLine[]): TimelineRow[] {
  const teller = new Teller();
  for (const line of lines) teller.tell(line);
  return teller.finish();
}

class Teller {
  readonly #world = new World();
  readonly #rows: TimelineRow[] = [];
  readonly #tally = new TrafficTally();
  /** A weight has changed at `tMs`; the traffic before it is to be told before row number `row`. */
  #due: { row: number; tMs: number } | undefined;
  readonly #last = new Map<string, string>();
  /** A Service whose selector goes back and forth is told once, with a count. */
  readonly #flips = new Map<
    string,
    { row: TimelineRow; lastMs: number; count: number; hashes: Set<string> }
  >();

  tell(line: RecordLine): void {
    this.#world.fold(line);
    this.#tellTraffic(line);
    if (line.type === 'object') this.#object(line.object, line.tMs);
    else if (line.type === 'requests') this.#tally.add(this.#world.spans.at(-1)!);
    else if (line.type === 'measured') this.#measured(line);
    else if (line.type === 'step' && line.state === 'started')
      this.#push(line.tMs, 'step', line.name, 'plain');
    else if (line.type === 'fault')
      this.#push(line.tMs, 'fault', `fault ${line.name} ${line.state}: ${line.detail}`, 'bad');
    else if (line.type === 'trouble')
      this.#push(line.tMs, 'trouble', `${line.controller}: ${line.error}`, 'bad');
    else if (line.type === 'end') this.#end(line.tMs, line.reason);
  }

  finish(): TimelineRow[] {
    return this.#rows;
  }

  #object(object: { kind: string; metadata: { name: string } }, tMs: number): void {
    if (object.kind === 'Rollout') this.#rollout(object as unknown as Rollout, tMs);
    else if (object.kind === 'Service') this.#service(object as unknown as Service, tMs);
    else if (object.kind === 'AnalysisRun') this.#analysisRun(object as unknown as AnalysisRun, tMs);
    if (object.kind === 'VirtualService' || object.kind === 'Rollout' || object.kind === 'ReplicaSet')
      this.#weights(tMs);
  }

  #weights(tMs: number): void {
    for (const rollout of this.#world.list<Rollout>('Rollout')) {
      for (const { canary, stable, source } of configuredWeights(this.#world, rollout)) {
        const key = `weight/${rollout.metadata.namespace}/${rollout.metadata.name}/${source}`;
        if (!this.#changed(key, `${canary}/${stable}`)) continue;
        this.#due ??= { row: this.#rows.length, tMs };
        this.#rows.push({
          tMs,
          kind: 'weight',
          text: `weight ${canary} % canary, ${stable} % stable (${source})`,
          weight: canary,
          tone: 'plain',
        });
      }
    }
  }

  #rollout({ metadata, status }: Rollout, tMs: number): void {
    if (status?.phase === undefined) return;
    const message = status.message ?? '';
    if (!this.#changed(`phase/${metadata.namespace}/${metadata.name}`, `${status.phase}/${message}`)) return;
    const tone = status.phase === 'Healthy' ? 'good' : status.phase === 'Degraded' ? 'bad' : 'quiet';
    this.#push(
      tMs,
      'phase',
      `rollout ${metadata.name} is ${status.phase}${message === '' ? '' : `: ${message}`}`,
      tone,
    );
  }

  #analysisRun({ metadata, status }: AnalysisRun, tMs: number): void {
    if (status === undefined || status.phase === '') return;
    if (!this.#changed(`run/${metadata.namespace}/${metadata.name}`, status.phase)) return;
    const tone =
      status.phase === 'Successful'
        ? 'good'
        : status.phase === 'Running' || status.phase === 'Pending'
          ? 'quiet'
          : 'bad';
    const why = status.message === undefined || status.message === '' ? '' : `: ${status.message}`;
    this.#push(tMs, 'analysis', `analysis ${metadata.name} is ${status.phase}${why}`, tone);
  }

  #measured(line: Extract<RecordLine, { type: 'measured' }>): void {
    const answer = line.error === undefined ? `measured ${line.value}` : `error: ${line.error}`;
    this.#push(
      line.tMs,
      'analysis',
      `analysis ${line.run.name}: ${line.metric} ${answer}`,
      line.error === undefined ? 'quiet' : 'bad',
    );
  }

  #service({ metadata, spec }: Service, tMs: number): void {
    const hash = spec.selector?.[HASH_LABEL];
    const key = `service/${metadata.namespace}/${metadata.name}`;
    if (hash === undefined || !this.#changed(key, hash)) return;
    const flip = this.#flips.get(key);
    if (flip !== undefined && tMs - flip.lastMs < FLIP_GAP_MS) {
      flip.count++;
      flip.lastMs = tMs;
      flip.hashes.add(hash);
      const seconds = Math.round((tMs - flip.row.tMs) / 1000);
      flip.row.text = `service ${metadata.name} alternates between ${[...flip.hashes].join(' and ')}: ${flip.count} times in ${seconds} s`;
      flip.row.tone = 'bad';
      return;
    }
    const row: TimelineRow = {
      tMs,
      kind: 'service',
      text: `service ${metadata.name} selects ${hash}`,
      tone: 'quiet',
    };
    this.#flips.set(key, { row, lastMs: tMs, count: 1, hashes: new Set([hash]) });
    this.#rows.push(row);
  }

  #end(tMs: number, reason: string): void {
    this.#flushTraffic(tMs, this.#rows.length);
    this.#push(tMs, 'end', reason, 'plain');
  }

  /** The data plane counts the old routing's last requests after the weight is written: they belong before its row. */
  #tellTraffic(line: RecordLine): void {
    const due = this.#due;
    if (due === undefined) return;
    const isOver = line.type === 'requests' ? line.fromMs >= due.tMs : line.tMs > due.tMs;
    if (isOver || line.type === 'end') this.#flushTraffic(due.tMs, due.row);
  }

  #flushTraffic(tMs: number, row: number): void {
    this.#due = undefined;
    const told = this.#tally
      .take()
      .map(({ text, hurt }): TimelineRow => ({ tMs, kind: 'traffic', text, tone: hurt ? 'bad' : 'quiet' }));
    this.#rows.splice(row, 0, ...told);
  }

  #changed(key: string, value: string): boolean {
    if (this.#last.get(key) === value) return false;
    this.#last.set(key, value);
    return true;
  }

  #push(tMs: number, kind: RowKind, text: string, tone: TimelineRow['tone']): void {
    this.#rows.push({ tMs, kind, text, tone });
  }
}

/** Changes that follow one another faster than any person or step are one story. */
const FLIP_GAP_MS = 2000;
