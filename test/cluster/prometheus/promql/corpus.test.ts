/** Every question of the corpus, answered by us as the real Prometheus answered it. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PromqlError } from '../../../../cluster/prometheus/promql/errors.ts';
import { evaluateInstant, evaluateRange } from '../../../../cluster/prometheus/promql/evaluate.ts';
import { formatValue } from '../../../../cluster/prometheus/promql/format.ts';
import { parseQuery } from '../../../../cluster/prometheus/promql/parse.ts';
import type { PromValue } from '../../../../cluster/prometheus/promql/values.ts';
import type { Labels } from '../../../../cluster/prometheus/storage/labels.ts';
import type { Storage } from '../../../../cluster/prometheus/storage/storage.ts';
import type { Answer } from './answers.ts';
import { hasFreeOrder, readAnswers, inFixedOrder } from './answers.ts';
import type { Question } from './notation.ts';
import { load, readCase } from './notation.ts';

/** Go's and V8's libm differ in the last digit here and there; nothing else may. */
const RELATIVE_TOLERANCE = 1e-13;

const folder = (name: string): URL => new URL(`${name}/`, import.meta.url);
const names = readdirSync(folder('corpus')).map((file) => file.replace('.promql', ''));

describe.each(names)('%s', (name) => {
  const read = readCase(readFileSync(new URL(`${name}.promql`, folder('corpus')), 'utf8'));
  const answered = readAnswers(readFileSync(new URL(`${name}.jsonl`, folder('answers')), 'utf8'));
  const storage = load(read);

  it('has an answer for every question', () => {
    const asked = read.questions.map(({ query, startMs }) => `${query} at ${startMs}`);
    expect(answered.map(({ query, startMs }) => `${query} at ${startMs}`)).toEqual(asked);
  });

  it.each(answered.map((one) => [`${one.query} at ${one.startMs / 1000}s`, one] as const))(
    '%s',
    (_title, one) => {
      const given = hasFreeOrder(one.query) ? inFixedOrder(ask(storage, one)) : ask(storage, one);
      expect(rounded(given, one.answer)).toEqual(withoutNotes(one.answer));
      const warnings = (one.answer.notes ?? []).filter((note) => note.startsWith('PromQL warning'));
      expect((given.notes ?? []).toSorted()).toEqual(warnings.toSorted());
    },
  );
});

function ask(storage: Storage, { query, startMs, endMs, stepMs }: Question): Answer {
  try {
    const parsed = parseQuery(query);
    return shown(
      stepMs === 0
        ? evaluateInstant(parsed, storage, startMs)
        : evaluateRange(parsed, storage, { startMs, endMs, stepMs }),
    );
  } catch (error) {
    if (error instanceof PromqlError) return { error: error.message };
    throw error;
  }
}

/** In the form of the answers: `labels` is null where the oracle had no map. */
function shown(value: PromValue): Answer {
  const notes = value.warnings.length === 0 ? {} : { notes: [...value.warnings] };
  const element = (labels: Labels, points: { t: number; v: string }[]) => ({
    labels: labels.toObject(),
    points,
  });
  switch (value.type) {
    case 'scalar':
      return {
        type: 'scalar',
        elements: [{ labels: null, points: [{ t: value.timeMs, v: formatValue(value.value) }] }],
        ...notes,
      };
    case 'string':
      return { type: 'string', text: value.value };
    case 'vector': {
      const elements = value.elements.map(({ labels, value: v }) =>
        element(labels, [{ t: value.timeMs, v: formatValue(v) }]),
      );
      return { type: 'vector', ...(elements.length === 0 ? {} : { elements }), ...notes };
    }
    case 'matrix': {
      const elements = value.elements.map(({ labels, times, values }) =>
        element(
          labels,
          [...times].map((t, i) => ({ t, v: formatValue(values[i]!) })),
        ),
      );
      return { type: 'matrix', ...(elements.length === 0 ? {} : { elements }), ...notes };
    }
  }
}

/** Takes Prometheus' digits for ours where they are the same number up to rounding. */
function rounded({ notes: _notes, ...given }: Answer, wanted: Answer): Answer {
  const elements = given.elements?.map((element, i) => ({
    ...element,
    points: element.points.map((point, k) => {
      const other = wanted.elements?.[i]?.points[k]?.v;
      return other !== undefined && isClose(point.v, other) ? { ...point, v: other } : point;
    }),
  }));
  return elements === undefined ? given : { ...given, elements };
}

function isClose(a: string, b: string): boolean {
  const [x, y] = [Number(a), Number(b)];
  return Math.abs(x - y) <= RELATIVE_TOLERANCE * Math.max(Math.abs(x), Math.abs(y));
}

function withoutNotes({ notes: _notes, ...answer }: Answer): Answer {
  return answer;
}
