/** Many problems of one input as one error, so that all are shown before anything runs. */
import { CoalmineError } from '../errors.ts';

export class ProblemList extends CoalmineError {
  readonly problems: readonly CoalmineError[];

  /** `problems` has at least one entry; they are shown in order of file, line and column, each once. */
  constructor(problems: readonly CoalmineError[]) {
    const sorted = distinct([...problems].sort(byPlace));
    const files = [...new Set(sorted.map((problem) => problem.where.file ?? ''))].filter(
      (file) => file !== '',
    );
    super('input', {
      what: `${sorted.length === 1 ? 'one problem' : `${sorted.length} problems`} in ${files.join(', ')}`,
      where: sorted[0]?.where ?? {},
    });
    this.name = 'ProblemList';
    this.problems = sorted;
  }

  override explain(): string {
    const each = this.problems.map((problem) => problem.explain());
    if (each.length === 1) return each.join('');
    return [...each, `${each.length} problems; nothing was run.`].join('\n');
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), problems: this.problems.map((problem) => problem.toJSON()) };
  }
}

/** @throws ProblemList when there are any. */
export function refuseIfAny(problems: readonly CoalmineError[]): void {
  if (problems.length > 0) throw new ProblemList(problems);
}

function byPlace(a: CoalmineError, b: CoalmineError): number {
  const [fileA, fileB] = [a.where.file ?? '', b.where.file ?? ''];
  if (fileA !== fileB) return fileA < fileB ? -1 : 1;
  return (a.where.line ?? 0) - (b.where.line ?? 0) || (a.where.column ?? 0) - (b.where.column ?? 0);
}

function distinct(problems: CoalmineError[]): CoalmineError[] {
  const seen = new Set<string>();
  return problems.filter((problem) => {
    const text = problem.explain();
    if (seen.has(text)) return false;
    seen.add(text);
    return true;
  });
}
