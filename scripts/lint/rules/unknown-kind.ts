/** Kinds and versions that nobody serves. */
import { allKinds, isServed, kindInfo } from '../../../cluster/kube/kinds.ts';
import { objectProblems } from '../../manifests/validate.ts';
import { nearest } from '../../scenario/suggest.ts';
import { at, type Rule } from '../finding.ts';

/** Read by rules here though the embedded cluster does not serve it. */
const READ: readonly string[] = ['Application'];

export const unknownKind: Rule = {
  name: 'unknown-kind',
  check: (world) =>
    world.given.flatMap((loaded) => {
      const { kind, apiVersion } = loaded.object;
      if (READ.includes(kind) || isServed(apiVersion, kind)) return [];
      const [problem] = objectProblems(loaded);
      if (problem === undefined) return [];
      const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
      const served = allKinds().filter((info) => info.group === group);
      const meant = nearest(
        kind,
        served.map((info) => info.kind),
      );
      // Another team's kinds are none of our business; a slip in one of ours is.
      const isSlip = kindInfo(kind) !== undefined || meant !== undefined;
      return [
        at(loaded, kindInfo(kind) === undefined ? 'kind' : 'apiVersion', {
          severity: isSlip ? 'error' : 'info',
          what: problem.message,
          why: isSlip
            ? 'The API server has no such kind in this version and refuses the object.'
            : 'It may well be served by your cluster; the simulation does not know it, and no rule has looked at it.',
          mend: meant === undefined ? problem.next : `kind: ${meant}`,
        }),
      ];
    }),
};
