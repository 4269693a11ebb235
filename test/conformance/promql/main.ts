/**
 * Asks the real Prometheus engine every question of test/cluster/prometheus/promql/corpus and writes its answers to
 * test/cluster/prometheus/promql/answers, which the ordinary tests compare with ours. Needs Go and, the first time, its
 * module proxy; the version of Prometheus is the one in oracle/go.mod.
 *
 *     npm run conformance:promql            compare with what is committed; exit code 1 when it differs
 *     npm run conformance:promql -- --write
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Answer } from '../../cluster/prometheus/promql/answers.ts';
import { hasFreeOrder, inFixedOrder } from '../../cluster/prometheus/promql/answers.ts';
import type { Case, Question } from '../../cluster/prometheus/promql/notation.ts';
import { readCase } from '../../cluster/prometheus/promql/notation.ts';

const CORPUS = new URL('../../cluster/prometheus/promql/corpus/', import.meta.url);
const ANSWERS = new URL('../../cluster/prometheus/promql/answers/', import.meta.url);
const ORACLE = fileURLToPath(new URL('oracle/', import.meta.url));

interface AnsweredGroup {
  name: string;
  answers: Answer[];
}

const names = readdirSync(CORPUS).map((file) => file.replace('.promql', ''));
const cases = new Map(
  names.sort().map((name) => [name, readCase(readFileSync(new URL(`${name}.promql`, CORPUS), 'utf8'))]),
);
const input = JSON.stringify(
  [...cases].map(([name, { series, questions }]) => ({ name, series: forOracle(series), questions })),
);
const output = execFileSync('go', ['run', '.'], { cwd: ORACLE, input, maxBuffer: 2 ** 28 }).toString();

mkdirSync(ANSWERS, { recursive: true });
let differing = 0;
for (const { name, answers } of JSON.parse(output) as AnsweredGroup[]) {
  const lines = cases.get(name)!.questions.map((question, i) => {
    const answer = hasFreeOrder(question.query) ? inFixedOrder(answers[i]!) : answers[i]!;
    return JSON.stringify({ ...question, answer });
  });
  const text = `${lines.join('\n')}\n`;
  const file = new URL(`${name}.jsonl`, ANSWERS);
  if (process.argv.includes('--write')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    differing += 1;
    console.log(`${name}: Prometheus answers otherwise than answers/${name}.jsonl has it`);
  }
}
const asked = [...cases.values()].reduce(
  (sum, { questions }: { questions: Question[] }) => sum + questions.length,
  0,
);
console.log(`${asked} questions in ${cases.size} cases, ${differing} files differ`);
process.exitCode = differing > 0 ? 1 : 0;

function forOracle(series: Case['series']): unknown {
  return series.map(({ labels, samples }) => ({
    labels,
    samples: samples.map(({ timeMs, value }) => ({
      t: timeMs,
      v: typeof value === 'string' ? value : goText(value),
    })),
  }));
}

function goText(value: number): string {
  return Number.isFinite(value) || Number.isNaN(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';
}
