/**
 * The one place that reads scenario and manifest files. Everything above it takes a `FileReader`, so that tests (and
 * the report's replay) can hand in files from memory.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { CoalmineError } from '../../errors.ts';
import type { Where } from '../../errors.ts';

export interface FileReader {
  /** What stands at the path; undefined when nothing does. */
  kind(path: string): 'file' | 'folder' | undefined;
  sizeBytes(path: string): number;
  read(path: string): Uint8Array;
  /** The names in a folder, sorted. */
  list(folder: string): string[];
}

/** No hand-written manifest is larger; a larger file is a mistake, and would be held in memory several times over. */
export const FILE_LIMIT_BYTES = 4 * 1024 * 1024;

export const diskFiles: FileReader = {
  kind(path) {
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    return stat.isDirectory() ? 'folder' : 'file';
  },
  sizeBytes: (path) => statSync(path).size,
  read: (path) => readFileSync(path),
  list: (folder) => readdirSync(folder).sort(),
};

/** Files held in memory by their path, folders implied. For tests. */
export function memoryFiles(contents: Readonly<Record<string, string | Uint8Array>>): FileReader {
  const bytes = (path: string): Uint8Array => {
    const content = contents[path] ?? '';
    return typeof content === 'string' ? new TextEncoder().encode(content) : content;
  };
  return {
    kind(path) {
      if (path in contents) return 'file';
      const inside = path === '.' || Object.keys(contents).some((name) => name.startsWith(`${path}/`));
      return inside ? 'folder' : undefined;
    },
    sizeBytes: (path) => bytes(path).length,
    read: bytes,
    list(folder) {
      const prefix = folder === '.' ? '' : `${folder}/`;
      const names = Object.keys(contents).filter((name) => name.startsWith(prefix));
      return [...new Set(names.map((name) => name.slice(prefix.length).split('/')[0] ?? ''))].sort();
    },
  };
}

/**
 * The text of a UTF-8 file of at most `FILE_LIMIT_BYTES`.
 * @param where who asked for it, for the error: the scenario's line, or nothing for a command-line argument.
 * @throws CoalmineError 'input' when it is missing, a folder, too large, unreadable or not UTF-8.
 */
export function readText(files: FileReader, path: string, where: Where = { file: path }): string {
  const kind = files.kind(path);
  if (kind !== 'file') {
    throw new CoalmineError('input', {
      what: kind === 'folder' ? `"${path}" is a folder, not a file` : `"${path}" does not exist`,
      where,
      why: 'Paths in a file are relative to the folder of that file.',
      next: kind === 'folder' ? 'Name a file in it.' : 'Correct the path, or create the file.',
    });
  }
  const sizeBytes = files.sizeBytes(path);
  if (sizeBytes > FILE_LIMIT_BYTES) {
    throw new CoalmineError('input', {
      what: `"${path}" is too large: ${(sizeBytes / 1024 / 1024).toFixed(1)} MiB`,
      where,
      why: `A scenario or manifest file may have at most ${FILE_LIMIT_BYTES / 1024 / 1024} MiB.`,
      next: 'Check that this is the file you meant; split it if it is.',
    });
  }
  try {
    return decodeUtf8(files.read(path), path);
  } catch (error) {
    if (error instanceof CoalmineError) throw error;
    throw new CoalmineError('input', {
      what: `"${path}" cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      where,
      next: "Check the file's permissions.",
      cause: error,
    });
  }
}

/** The text of UTF-8 bytes, without a byte order mark. @throws CoalmineError that says where the first bad byte is. */
export function decodeUtf8(bytes: Uint8Array, file: string): string {
  try {
    return decode(bytes, false);
  } catch {
    const goodBytes = wholeCharacters(
      bytes,
      longestGoodPrefix(bytes, (part) => decode(part, true)),
    );
    const before = decode(bytes.subarray(0, goodBytes), true);
    // A first byte of several is good until the next one shows that it was not: the fault is where `before` ends.
    const offset = byteOrderMark(bytes) + new TextEncoder().encode(before).length;
    const bad = bytes[offset];
    throw new CoalmineError('input', {
      what: `"${file}" is not UTF-8: byte 0x${(bad ?? 0).toString(16).padStart(2, '0')} at offset ${offset}`,
      where: {
        file,
        line: before.split('\n').length,
        column: before.length - before.lastIndexOf('\n'),
      },
      why: 'Scenarios and manifests are read as UTF-8, as Kubernetes does.',
      next: `Convert it, for instance: iconv -f ISO-8859-1 -t UTF-8 ${file}`,
    });
  }
}

function decode(part: Uint8Array, stream: boolean): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(part, { stream });
}

/** A prefix may end within a character, whose first byte is then the bad one. */
function wholeCharacters(bytes: Uint8Array, length: number): number {
  try {
    decode(bytes.subarray(0, length), false);
    return length;
  } catch {
    return wholeCharacters(bytes, length - 1);
  }
}

/** Its length: TextDecoder leaves it out of the text. */
function byteOrderMark(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

function longestGoodPrefix(bytes: Uint8Array, decode: (part: Uint8Array) => string): number {
  let [good, bad] = [0, bytes.length + 1];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    try {
      decode(bytes.subarray(0, middle));
      good = middle;
    } catch {
      bad = middle;
    }
  }
  return good;
}
