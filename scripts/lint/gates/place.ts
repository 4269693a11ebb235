/** Where in a file a place of a query stands: within block text, if the file's lines are still the query's. */
import type { AnalysisTemplate } from '../../../cluster/kube/types/analysis.ts';
import type { FindingPlace, Of } from '../finding.ts';
import type { World } from '../world.ts';
import type { GateQuery } from './gates.ts';

/**
 * `offset` counts in the resolved text. A query that a patch put there is not in the template's file: then the place
 * is that of the field which the patch replaced.
 */
export function queryPlace(
  world: World,
  template: Of<AnalysisTemplate>,
  { source, path, toSource }: Pick<GateQuery, 'source' | 'path' | 'toSource'>,
  offset: number,
): FindingPlace {
  const { file = template.file, line = template.line, column = template.column } = template.locate(path);
  const field = { file, line, column, path };
  const lines = world.lines(file);
  if (lines === undefined) return field;
  const before = source.slice(0, toSource(offset));
  const row = before.split('\n').length - 1;
  const inRow = before.length - (before.lastIndexOf('\n') + 1);
  const wanted = source.split('\n')[row] ?? '';
  const start = lines[line - 1] ?? '';
  if (/^[|>]/.test(start.slice(column - 1))) {
    const text = lines[line + row] ?? '';
    const indent = text.indexOf(wanted);
    return indent < 0 || wanted === ''
      ? field
      : { ...field, line: line + 1 + row, column: indent + 1 + inRow };
  }
  const at = start.indexOf(source, column - 1);
  return at < 0 ? field : { ...field, column: at + 1 + inRow };
}
