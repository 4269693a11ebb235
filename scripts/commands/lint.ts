/** `coalmine lint MANIFESTS…`: faults that show without a run. */
import type { Environment } from '../environment.ts';
import { CoalmineError, EXIT_CODE } from '../errors.ts';
import { countBySeverity, findingsJson, formatFindings } from '../lint/format.ts';
import { lintObjects } from '../lint/lint.ts';
import { loadForLint } from '../lint/load.ts';
import { diskFiles } from '../manifests/source/files.ts';

const DEFAULT_COLUMNS = 100;

/**
 * 0 when nothing is found, or information only; 1 for errors and warnings.
 * @throws ProblemList for manifests that cannot be read.
 */
export async function lint(
  paths: string[],
  options: { reporter: string },
  environment: Environment,
): Promise<number> {
  const { reporter } = options;
  if (reporter !== 'terminal' && reporter !== 'json') {
    throw new CoalmineError('usage', {
      what: `unknown reporter "${reporter}"`,
      why: 'Reporters of lint: terminal, json.',
      next: 'coalmine lint --reporter json …',
    });
  }
  const { objects, lines } = loadForLint(paths, diskFiles);
  const findings = lintObjects(objects, lines);
  const { colour, columns = DEFAULT_COLUMNS } = environment.out;
  environment.out.write(
    reporter === 'json'
      ? findingsJson(findings, objects.length)
      : formatFindings(findings, objects.length, { colour, columns }),
  );
  const { error, warning } = countBySeverity(findings);
  return error + warning > 0 ? EXIT_CODE.failed : EXIT_CODE.pass;
}
