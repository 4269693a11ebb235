/** One line on a terminal that says how far a sweep is; nothing where stderr is no terminal. */
import { formatDuration } from '../../../cluster/kernel/time.ts';
import type { Environment } from '../../environment.ts';

const BAR_COLUMNS = 24;
const REDRAW_MS = 100;

export class ProgressLine {
  readonly #environment: Environment;
  readonly #startMs: number;
  #first: number | undefined;
  #drawnMs = Number.NEGATIVE_INFINITY;

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#startMs = environment.elapsedMs();
  }

  /** `done` of `of` seeds, over all points; the first call says what was done before. */
  show(done: number, of: number): void {
    this.#first ??= done;
    const { err } = this.#environment;
    const nowMs = this.#environment.elapsedMs();
    if (err.columns === undefined || (nowMs - this.#drawnMs < REDRAW_MS && done < of)) return;
    this.#drawnMs = nowMs;
    const tookMs = nowMs - this.#startMs;
    const perMs = (done - this.#first) / Math.max(1, tookMs);
    const left = perMs === 0 ? '' : `, ${formatDuration(Math.ceil((of - done) / perMs / 1000) * 1000)} left`;
    const filled = Math.round((BAR_COLUMNS * done) / Math.max(1, of));
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_COLUMNS - filled);
    err.write(`\r${bar} ${done} of ${of} runs, ${Math.round(perMs * 1000)} a second${left}\u001b[K`);
  }

  clear(): void {
    if (this.#environment.err.columns !== undefined) this.#environment.err.write('\r\u001b[K');
  }
}
