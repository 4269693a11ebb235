/** The scenario files that a command line means: files as they are, folders one level deep. */
import { CoalmineError } from '../errors.ts';
import type { FileReader } from '../manifests/source/files.ts';

export function findScenarios(paths: readonly string[], files: FileReader): string[] {
  return [...new Set(paths.flatMap((path) => findIn(path, files)))];
}

function findIn(path: string, files: FileReader): string[] {
  const kind = files.kind(path);
  if (kind === 'file') return [path];
  if (kind === undefined) {
    throw new CoalmineError('usage', {
      what: `"${path}" does not exist`,
      where: { file: path },
      next: 'name a scenario file, or a folder of them',
    });
  }
  const folder = path.replace(/\/+$/, '');
  const found = files
    .list(folder)
    .filter((name) => /\.ya?ml$/.test(name))
    .map((name) => `${folder}/${name}`)
    .filter((file) => files.kind(file) === 'file');
  if (found.length > 0) return found;
  throw new CoalmineError('usage', {
    what: `"${path}" holds no scenario`,
    where: { file: path },
    why: 'scenarios are .yaml or .yml files directly in the folder',
    next: 'name a scenario file, or a folder of them',
  });
}
