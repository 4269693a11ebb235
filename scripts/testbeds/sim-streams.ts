/** A scenario's load as the embedded data plane takes it. */
import type { Stream } from '../../cluster/traffic/streams.ts';
import type { LoadStream } from '../scenario/types.ts';

export function toStream({ name, ratePerSecond, url, method, headers, from }: LoadStream): Stream {
  return {
    name,
    ratePerSecond,
    host: url.host,
    port: url.port,
    path: url.path,
    method,
    headers,
    from:
      from.gateway === undefined
        ? { namespace: from.namespace, workload: from.workload, labels: from.labels }
        : 'ingress gateway',
  };
}
