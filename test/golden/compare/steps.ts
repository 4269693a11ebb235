/**
 * The steps: the same ones, the same exit status, the same words where they do not hold what differs from run to run
 * (pods' random names, ages, addresses, resource versions).
 */
import { parse } from 'yaml';
import type { Line, Trace } from '../trace.ts';
import type { Difference } from './compare.ts';
import { stable } from './moments.ts';

export function compareSteps(theirs: Trace, ours: Trace): Difference[] {
  const [their, our] = [theirs, ours].map((trace) => trace.filter(({ step }) => step !== undefined));
  const differences: Difference[] = [];
  their!.forEach((line, i) => {
    const other = our![i];
    const where = `step ${i + 1} ${name(line)}`;
    if (other === undefined) {
      differences.push({ t: line.t, where, what: 'ours did not come to this step', fields: [] });
      return;
    }
    const fields: Difference['fields'] = [];
    if (line.rc !== other.rc) fields.push({ field: 'exit status', theirs: line.rc, ours: other.rc });
    const theirWords = words(line);
    const candidates = [other, ...(other.alsoSaid ?? []).map((said) => ({ ...other, said }))].map(words);
    // The tree may have been read in the midst of changes: any of ours around that time will do.
    const ourWords = candidates.find((each) => stable(each) === stable(theirWords)) ?? candidates[0]!;
    theirWords.forEach((word, at) => {
      if (word !== ourWords[at]) fields.push({ field: `line ${at + 1}`, theirs: word, ours: ourWords[at] });
    });
    if (ourWords.length > theirWords.length)
      fields.push({ field: 'further lines', theirs: '', ours: ourWords.slice(theirWords.length).join('\n') });
    if (fields.length > 0) differences.push({ t: line.t, where, what: 'the step ended otherwise', fields });
  });
  return differences;
}

function name({ step }: Line): string {
  const [verb, argument] = Object.entries(step!)[0]!;
  const object = argument as { kind?: string; metadata?: { name?: string } };
  return verb === 'apply' ? `apply ${object.kind}/${object.metadata?.name}` : `${verb} ${stable(argument)}`;
}

/** What of the step's text is compared, line by line. */
function words({ step, said = '' }: Line): string[] {
  if (step !== undefined && 'get' in step) return said.split('\n').map(maskTree);
  if (step !== undefined && 'kubectl' in step)
    return [stable((parse(said) as { spec?: unknown } | null)?.spec ?? said)];
  return [said.trimEnd()];
}

/**
 * A line of the tree without pods' suffixes, ages, scale-down delays (a stream of their own; the tree may catch the
 * instant before one is set) and the columns that their widths push about.
 */
function maskTree(line: string): string {
  return line
    .replace(/(□ .*)-[a-z0-9]{5}(?=\s)/, '$1-*****')
    .replace(/,?delay:\w+/, '')
    .replace(/ +\d+[smh]\d*[sm]?(?= |$)/, ' …')
    .replace(/ +/g, ' ')
    .trimEnd();
}
