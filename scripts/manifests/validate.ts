/** What the API server would refuse of a manifest: kinds that nobody serves, versions that the kind does not have. */
import { allKinds, kindInfo } from '../../cluster/kube/kinds.ts';
import { CoalmineError } from '../errors.ts';
import { didYouMean } from '../scenario/suggest.ts';
import { groupOf, versionOf } from './kustomize/resource.ts';
import type { LoadedObject } from './objects.ts';

/** Problems of one object, each at its field; empty when it can be applied. */
export function objectProblems(loaded: LoadedObject): CoalmineError[] {
  const { object } = loaded;
  const info = kindInfo(object.kind);
  const group = groupOf(object);
  if (info === undefined) return [unknownKind(loaded)];
  if (info.group !== group || !info.versions.includes(versionOf(object))) {
    const versions = info.versions.map((version) =>
      info.group === '' ? version : `${info.group}/${version}`,
    );
    return [
      new CoalmineError('input', {
        what: `no kind "${object.kind}" in apiVersion "${object.apiVersion}"`,
        where: loaded.locate(['apiVersion']),
        why: `${object.kind} is in: ${versions.join(', ')}.`,
        next: `Write apiVersion: ${versions[0] ?? ''}.`,
      }),
    ];
  }
  return [];
}

function unknownKind(loaded: LoadedObject): CoalmineError {
  const { kind, apiVersion } = loaded.object;
  const kinds = allKinds()
    .map((info) => info.kind)
    .sort();
  return new CoalmineError('input', {
    what: `no matches for kind "${kind}" in version "${apiVersion}"`,
    where: loaded.locate(['kind']),
    why: `Kinds that the embedded cluster serves: ${kinds.join(', ')}.`,
    next: didYouMean(kind, kinds, 'Leave it out of the manifests, if the Rollout does not need it.'),
  });
}
