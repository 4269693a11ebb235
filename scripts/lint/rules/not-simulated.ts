/** What Istio refuses, or what the simulation does not model although a manifest says it. */
import { unsupported } from '../../../cluster/istio/routing/unsupported.ts';
import { at, type Rule, type Severity } from '../finding.ts';

export const notSimulated: Rule = {
  name: 'not-simulated',
  check: (world) => {
    const found = unsupported({
      virtualServices: objects(world.virtualServices),
      destinationRules: objects(world.destinationRules),
      gateways: objects(world.gateways),
      services: objects(world.services),
      pods: [],
    });
    return found.flatMap(({ path: place, reason }) => {
      const [, kind = '', namespace, name = '', path = ''] = /^(\S+) ([^/]*)\/(\S+): (.*)$/.exec(place) ?? [];
      const loaded = world.find(kind, namespace, name);
      if (loaded === undefined) throw new Error(`"${place}" names no object of the manifests`);
      const severity = severityOf(reason);
      return [
        at(loaded, path, {
          severity,
          what: `${path}: ${reason}`,
          why:
            severity === 'info'
              ? 'It may well be right on a cluster, but a run in the simulation would show something else.'
              : 'Traffic would not do what this object says, on a cluster or in the simulation.',
          mend:
            severity === 'info'
              ? 'Leave it out of what is simulated, or run on a real cluster.'
              : `Correct ${path}.`,
        }),
      ];
    });
  },
};

function severityOf(reason: string): Severity {
  if (reason.includes('Istio refuses it')) return 'error';
  return /^".*" is no /.test(reason) ? 'warning' : 'info';
}

function objects<T>(loaded: readonly { object: T }[]): T[] {
  return loaded.map(({ object }) => object);
}
