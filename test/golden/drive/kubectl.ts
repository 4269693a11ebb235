/**
 * The kubectl commands of the cases: `get KIND NAME -o yaml`, `delete`, `scale --replicas`, `patch --type merge|json`,
 * `annotate`, `label`. Another is an error of the case, not of the cluster.
 */
import { stringify } from 'yaml';
import jsonPatch from 'fast-json-patch';
import { kindInfo } from '../../../cluster/kube/kinds.ts';
import type { AnyObject, ObjectRef } from '../../../cluster/kube/objects.ts';
import type { ObjectStore } from '../../../cluster/kube/store.ts';
import { ActionRefused } from '../../../cluster/rollouts/actions/action.ts';

const KINDS = [
  'AnalysisRun',
  'AnalysisTemplate',
  'ClusterAnalysisTemplate',
  'ConfigMap',
  'Deployment',
  'DestinationRule',
  'Experiment',
  'Job',
  'Pod',
  'ReplicaSet',
  'Rollout',
  'Secret',
  'Service',
  'VirtualService',
];

/** What kubectl prints. Throws ActionRefused with its words when the object is missing. */
export function kubectl(command: string, store: ObjectStore, namespace: string): string {
  const { words, flags } = parse(command);
  const [verb = '', target = '', ...rest] = words;
  const [resource = '', slashName] = target.split('/');
  const name = slashName ?? rest.shift() ?? '';
  const kind = kindOf(resource);
  const { group, plural } = kindInfo(kind)!;
  const object = store.get(kind, namespace, name);
  const qualified = (word: string): string => (group === '' ? word : `${word}.${group}`);
  if (object === undefined) throw new ActionRefused(`${qualified(plural)} "${name}" not found`);
  const ref: ObjectRef = { kind, namespace, name };
  const singular = qualified(kind.toLowerCase());
  switch (verb) {
    case 'get':
      return stringify(object);
    case 'delete':
      store.delete(ref);
      return `${singular} "${name}" deleted from ${namespace} namespace`;
    case 'scale':
      store.patch(ref, { spec: { replicas: Number(flags.get('replicas')) } });
      return `${singular}/${name} scaled`;
    case 'patch':
      patch(store, object, ref, flags);
      return `${singular}/${name} patched`;
    case 'annotate':
    case 'label': {
      const field = verb === 'label' ? 'labels' : 'annotations';
      store.patch(ref, { metadata: { [field]: assignments(rest) } });
      return `${singular}/${name} ${verb === 'label' ? 'labeled' : 'annotated'}`;
    }
    default:
      throw new Error(`the golden cases know no kubectl ${verb}`);
  }
}

function patch(store: ObjectStore, object: AnyObject, ref: ObjectRef, flags: Map<string, string>): void {
  const body = JSON.parse(flags.get('patch') ?? flags.get('p') ?? 'null') as unknown;
  const type = flags.get('type');
  const subresource = flags.get('subresource') === 'status' ? 'status' : undefined;
  if (type === 'merge') store.patch(ref, body as Record<string, unknown>, subresource);
  else if (type === 'json')
    store.update(jsonPatch.applyPatch(object, body as never, false, false).newDocument);
  else throw new Error(`the golden cases know no kubectl patch --type ${type}`);
}

/** `key=value` sets, `key-` removes. */
function assignments(words: string[]): Record<string, string | null> {
  return Object.fromEntries(
    words.map((word) => {
      const [, key = '', value] = /^([^=]+?)(?:=(.*)|-)$/.exec(word) ?? [];
      return [key, value ?? null];
    }),
  );
}

function kindOf(resource: string): string {
  const plain = resource.split('.')[0]!.toLowerCase();
  const kind = KINDS.find((each) => {
    const { plural, shortNames } = kindInfo(each)!;
    return [each.toLowerCase(), plural, ...shortNames].includes(plain);
  });
  if (kind === undefined) throw new Error(`the golden cases know no kind ${resource}`);
  return kind;
}

const FLAGS_WITH_VALUE = new Set([
  'o',
  'output',
  'n',
  'namespace',
  'type',
  'p',
  'patch',
  'replicas',
  'subresource',
]);

/** Words as a shell splits them, with single and double quotes. */
function parse(command: string): { words: string[]; flags: Map<string, string> } {
  const parts = [...command.matchAll(/(?:[^\s'"]|'[^']*'|"(?:[^"\\]|\\.)*")+/g)].map(([part]) =>
    part.replaceAll(
      /'([^']*)'|"((?:[^"\\]|\\.)*)"/g,
      (_, single?: string, double?: string) => single ?? double?.replaceAll(/\\(.)/g, '$1') ?? '',
    ),
  );
  const words: string[] = [];
  const flags = new Map<string, string>();
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    const [, flag, value] = /^--?([a-z-]+)(?:=(.*))?$/s.exec(part) ?? [];
    if (flag === undefined) words.push(part);
    else flags.set(flag, value ?? (FLAGS_WITH_VALUE.has(flag) ? (parts[++i] ?? '') : 'true'));
  }
  return { words, flags };
}
