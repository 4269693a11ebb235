/** Records may be large, unlike hand-written files: they have a limit of their own. */
import { CoalmineError } from '../errors.ts';
import { decodeUtf8, type FileReader } from '../manifests/source/files.ts';

const RECORD_LIMIT_BYTES = 512 * 1024 * 1024;

export function readRecordText(files: FileReader, path: string): string {
  const kind = files.kind(path);
  if (kind === 'file' && files.sizeBytes(path) <= RECORD_LIMIT_BYTES)
    return decodeUtf8(files.read(path), path);
  const what =
    kind === undefined
      ? `"${path}" does not exist`
      : kind === 'folder'
        ? `"${path}" is a folder, not a record`
        : `"${path}" is larger than 512 MiB`;
  throw new CoalmineError('input', {
    what,
    where: { file: path },
    next: 'give a record.jsonl that `coalmine run --out DIR` wrote',
  });
}
