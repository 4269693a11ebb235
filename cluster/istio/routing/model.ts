/**
 * The vocabulary of routing: what is asked, what Envoy would decide. Shapes only; the rules are beside this file.
 *
 * Follows Istio 1.30 (pilot/pkg/networking/core/route) and the Envoy of that release. See compile.ts for what the
 * model leaves out, and unsupported.ts for what it refuses by name.
 */
import type { DestinationRule, Gateway, VirtualService } from '../../kube/types/istio.ts';
import type { EndpointSlice, Pod, Service } from '../../kube/types/core.ts';

/** Every object that can change where a request goes. */
export interface RoutingObjects {
  virtualServices: readonly VirtualService[];
  destinationRules: readonly DestinationRule[];
  gateways: readonly Gateway[];
  services: readonly Service[];
  pods: readonly Pod[];
  /** Absent: endpoints are the ready pods that a Service selects, with no EndpointSlice controller between. */
  endpointSlices?: readonly EndpointSlice[] | undefined;
}

/** A workload in the cluster that sends requests. `meshed: false` has no sidecar: kube-proxy routes it. */
export interface WorkloadCaller {
  namespace: string;
  labels: Readonly<Record<string, string>>;
  workload: string;
  meshed?: boolean;
}

/** `'ingress gateway'` is a gateway proxy that every Gateway object selects. */
export type Caller = WorkloadCaller | 'ingress gateway';

export interface RouteRequest {
  /** The Host header: a name, with or without a port. */
  host: string;
  /** The port that the caller connects to: the Service's, or the gateway's. */
  port: number;
  /** With the query string, as on the request line. */
  path: string;
  method: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  from: Caller;
}

export interface Endpoint {
  pod: Pod;
}

/** An Envoy cluster: one port of one Service, or of one subset of it. */
export interface Cluster {
  /** `outbound|80|canary|echo.demo.svc.cluster.local` */
  name: string;
  host: string;
  port: number;
  subset: string | undefined;
  /** Undefined when the host is no known Service. */
  service: Service | undefined;
  /** `missing`: Envoy has no such cluster (503 NC). `empty`: it has no endpoints (503 UH). */
  state: 'ready' | 'empty' | 'missing';
  /** Why it is missing or empty, in a sentence; '' when ready. */
  why: string;
  endpoints: readonly Endpoint[];
}

export interface WeightedCluster {
  /** As written; a single destination counts as 100. */
  weight: number;
  /** weight / sum of weights. Never 0: destinations of weight 0 are not listed. */
  probability: number;
  cluster: Cluster;
}

export interface RetryPolicy {
  /** Retries after the first try. */
  attempts: number;
  /** The tokens of retryOn that are not status codes. */
  retryOn: readonly string[];
  statusCodes: readonly number[];
  perTryTimeoutMs: number | undefined;
  /** Retries avoid the pods already tried. */
  avoidTried: boolean;
}

export interface Fault {
  /** Shares of requests, 0 to 1, in Envoy's steps of a millionth. Drawn independently; the delay comes first. */
  delay: { fraction: number; delayMs: number } | undefined;
  abort: { fraction: number; status: number } | undefined;
}

export interface Mirror {
  cluster: Cluster;
  /** Share of the forwarded requests that are copied, 0 to 1. */
  fraction: number;
}

export type RouteAction =
  | {
      kind: 'forward';
      clusters: readonly WeightedCluster[];
      mirrors: readonly Mirror[];
      /** Undefined: none, Istio's default. */
      timeoutMs: number | undefined;
      retry: RetryPolicy | undefined;
    }
  /** The proxy answers by itself: a directResponse, a redirect, no route, nothing that listens (status 0). */
  | { kind: 'respond'; status: number; flags: string };

export interface RouteDecision {
  /** The VirtualService (`namespace/name`) and route that decided; undefined for plain Service routing. */
  route: { virtualService: string; name: string | undefined } | undefined;
  action: RouteAction;
  fault: Fault | undefined;
  /** How the decision came about, in a sentence, for people. */
  why: string;
}

export function isGateway(caller: Caller): caller is 'ingress gateway' {
  return caller === 'ingress gateway';
}
