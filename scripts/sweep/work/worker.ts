/** A worker thread of a sweep: takes blocks, gives back rows. */
import { parentPort, workerData } from 'node:worker_threads';
import { CoalmineError } from '../../errors.ts';
import type { Answer, Block, World } from './protocol.ts';
import { BlockRunner } from './run-block.ts';

const port = parentPort;
if (port === null) throw new Error('worker.ts is started as a worker thread only');
const runner = new BlockRunner(workerData as World);

port.on('message', (block: Block) => {
  void answer(block).then((said) => port.postMessage(said));
});

async function answer(block: Block): Promise<Answer> {
  let at = block.seeds[0] ?? 0;
  try {
    const rows = await runner.run(block, (seed) => {
      at = seed;
    });
    return { rows };
  } catch (error) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const failure = { seed: at, point: block.point, stack };
    if (!(error instanceof CoalmineError)) return { failure };
    const { code, message, where, why, next } = error;
    return { failure: { ...failure, known: { code, what: message, where: { ...where }, why, next } } };
  }
}
