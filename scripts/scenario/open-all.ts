/** Opens every file before anything runs, and reports the problems of all of them at once. */
import { CoalmineError } from '../errors.ts';
import { ProblemList, refuseIfAny } from './problems.ts';

/** @throws ProblemList with the problems of all files, CoalmineErrors of other kinds as they are. */
export function openAll<T>(files: readonly string[], open: (file: string) => T): T[] {
  const opened: T[] = [];
  const problems: CoalmineError[] = [];
  for (const file of files) {
    try {
      opened.push(open(file));
    } catch (error) {
      if (error instanceof ProblemList) problems.push(...error.problems);
      else if (error instanceof CoalmineError && error.code === 'input') problems.push(error);
      else throw error;
    }
  }
  refuseIfAny(problems);
  return opened;
}
