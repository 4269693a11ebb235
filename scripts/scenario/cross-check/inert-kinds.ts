/** Objects that are kept but that nothing in the embedded cluster acts on: said before the run, never in silence. */
import type { CrossCheck } from './context.ts';

const INERT: Readonly<Record<string, string>> = {
  HorizontalPodAutoscaler:
    'nothing scales: there is no autoscaler; patch spec.replicas in a step to play its part',
  PodDisruptionBudget: 'pods are deleted without asking it',
  PeerAuthentication: 'plain requests are let in all the same: mTLS is not modelled',
  Sidecar: 'every proxy sees every Service',
  ServiceMonitor: 'all proxies are scraped at spec.prometheus.scrapeInterval, whatever it selects',
  PodMonitor: 'all proxies are scraped at spec.prometheus.scrapeInterval, whatever it selects',
  PrometheusRule: 'recording rules and alerts are not evaluated',
};

export function noteInertKinds(check: CrossCheck): void {
  for (const { object, locate } of check.objects) {
    const effect = INERT[object.kind];
    if (effect === undefined) continue;
    const at = { ...locate(['kind']), path: 'kind' };
    check.note(`${object.kind} "${object.metadata.name}" is kept but has no effect on sim: ${effect}`, at);
  }
}
