/** Writes what the testbed observes into the record, as lines with times since the run began. */
import type { AnyObject } from '../../cluster/kube/objects.ts';
import type { Observer } from '../../cluster/observer.ts';
import type { RunRecord } from './record.ts';

export function recordInto(record: RunRecord, startMs: number): Observer {
  const since = (timeMs: number): number => Math.round(timeMs - startMs);
  return {
    object: ({ type, object, timeMs }) => {
      record.append({ tMs: since(timeMs), type: 'object', event: type, object: object as AnyObject });
    },
    requests: ({ fromMs, toMs, load, route, outcomes }) => {
      record.append({ tMs: since(toMs), type: 'requests', fromMs: since(fromMs), load, route, outcomes });
    },
    measured: ({ run, metric, provider, config }, answer, timeMs) => {
      const said = 'error' in answer ? { error: answer.error } : { value: answer.text };
      const query = typeof config['query'] === 'string' ? config['query'] : undefined;
      record.append({ tMs: since(timeMs), type: 'measured', run, metric, provider, query, ...said });
    },
    event: ({ about, type, reason, message, timeMs }) => {
      record.append({ tMs: since(timeMs), type: 'event', about, level: type, reason, message });
    },
    fault: ({ name, state, detail, timeMs }) => {
      record.append({ tMs: since(timeMs), type: 'fault', name, state, detail });
    },
    trouble: ({ controller, key, error, timeMs }) => {
      record.append({ tMs: since(timeMs), type: 'trouble', controller, key, error });
    },
  };
}
