/** Worker threads that take blocks until none is left. Which worker runs which block is left to chance; results do not depend on it. */
import { Worker } from 'node:worker_threads';
import { CoalmineError } from '../../errors.ts';
import type { SeedRow } from '../seed/row.ts';
import type { Answer, Block, World } from './protocol.ts';

export interface PoolOptions {
  workers: number;
  /** Called for each finished block, in no particular order. */
  onRows: (rows: SeedRow[]) => void;
  /** Asked before each block: no more are begun once it holds. */
  interrupted: () => boolean;
}

/** Resolves when all blocks are done or the interruption has been heeded; rejects on the first failure. */
export async function runBlocks(blocks: readonly Block[], world: World, options: PoolOptions): Promise<void> {
  const queue = blocks.values();
  const count = Math.min(options.workers, blocks.length);
  const workers = Array.from({ length: count }, () => startWorker(world));
  try {
    await Promise.all(workers.map((worker) => feed(worker, queue, options)));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function startWorker(world: World): Worker {
  return new Worker(new URL('./worker-entry.mjs', import.meta.url), { workerData: world });
}

function feed(worker: Worker, queue: Iterator<Block>, options: PoolOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveNext = (): void => {
      const next = options.interrupted() ? undefined : queue.next();
      if (next === undefined || next.done === true) resolve();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      else worker.postMessage(next.value);
    };
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`a worker of the sweep ended with code ${code}`)));
    worker.on('message', (answer: Answer) => {
      try {
        if ('failure' in answer) throw failed(answer.failure);
        options.onRows(answer.rows);
        giveNext();
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
    giveNext();
  });
}

function failed({ seed, point, known, stack }: Extract<Answer, { failure: unknown }>['failure']): Error {
  if (known !== undefined) {
    const { code, what, where, why, next } = known;
    return new CoalmineError(code, { what, where, why, next });
  }
  const error = new Error(`seed ${seed} at point ${point} ended in an error`);
  error.stack = `${error.message}\n${stack}`;
  return error;
}
