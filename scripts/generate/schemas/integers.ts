/**
 * Declarations say `number` for integers too. The packages' compiled checks know better: each number in turn is given as
 * 1.5, in an object that has nothing else, and the check complains of its type where only an integer will do.
 */
import type { Schema } from './schema.ts';

export interface Validator {
  (data: unknown): boolean;
  errors?: { instancePath: string; keyword: string; params: { type?: string } }[] | null;
}

/** The number schemas, inside one definition, that are integers. */
export function integersOf(schema: Schema, validate: Validator): Schema[] {
  return numbersOf(schema, [])
    .filter(({ path }) => {
      validate(wrap(path, 1.5));
      const pointer = path.map((step) => `/${step === '[]' ? '0' : step === '{}' ? 'key' : step}`).join('');
      return (validate.errors ?? []).some(
        ({ instancePath, keyword, params }) =>
          instancePath === pointer && keyword === 'type' && params.type === 'integer',
      );
    })
    .map(({ schema }) => schema);
}

function numbersOf(schema: Schema, path: string[]): { schema: Schema; path: string[] }[] {
  if (schema.type === 'number') return [{ schema, path }];
  const inner = Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
    numbersOf(property, [...path, name]),
  );
  if (schema.items !== undefined) inner.push(...numbersOf(schema.items, [...path, '[]']));
  if (schema.additionalProperties !== undefined) {
    inner.push(...numbersOf(schema.additionalProperties, [...path, '{}']));
  }
  return inner;
}

function wrap(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((inner, step) => {
    if (step === '[]') return [inner];
    return { [step === '{}' ? 'key' : step]: inner };
  }, value);
}
