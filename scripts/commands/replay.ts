/** `coalmine replay RECORD`: judges a recorded run again. */
import type { Environment } from '../environment.ts';
import { diskFiles } from '../manifests/source/files.ts';
import { formatReport, parseReporter } from '../report/report.ts';
import { readRecord } from '../run/read-record.ts';
import { rejudge } from '../run/rejudge.ts';
import { readRecordText } from './record-file.ts';
import { exitCodeOf } from './exit-code.ts';

export async function replay(
  file: string,
  options: { reporter: string; verbose: boolean },
  environment: Environment,
): Promise<number> {
  const reporter = parseReporter(options.reporter);
  const result = rejudge(readRecord(readRecordText(diskFiles, file), file));
  environment.out.write(formatReport(reporter, [result], environment.out, options.verbose));
  return exitCodeOf([result]);
}
