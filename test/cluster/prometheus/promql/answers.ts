/** What the real Prometheus (3.15, default flags) answered: answers/*.jsonl, made by `npm run conformance:promql`. */
import type { Question } from './notation.ts';

export interface Answer {
  type?: 'vector' | 'scalar' | 'matrix' | 'string';
  elements?: { labels: Record<string, string> | null; points: { t: number; v: string }[] }[];
  text?: string;
  error?: string;
  notes?: string[];
}

export interface AnsweredQuestion extends Question {
  answer: Answer;
}

/** Histograms, count_values and subqueries are gathered in hash maps by Prometheus: the order differs from run to run. */
export function hasFreeOrder(query: string): boolean {
  return /histogram_|count_values|\[[^\]]*:[^\]]*\]/.test(query);
}

export function inFixedOrder(answer: Answer): Answer {
  const text = (labels: Record<string, string> | null): string =>
    JSON.stringify(Object.entries(labels ?? {}).sort());
  const elements = answer.elements?.toSorted((a, b) => (text(a.labels) < text(b.labels) ? -1 : 1));
  const notes = answer.notes?.toSorted();
  return {
    ...answer,
    ...(elements === undefined ? {} : { elements }),
    ...(notes === undefined ? {} : { notes }),
  };
}

/** At the end of a file there is an empty line. */
export function readAnswers(lines: string): AnsweredQuestion[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AnsweredQuestion);
}
