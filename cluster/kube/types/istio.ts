/** networking.istio.io as of Istio 1.30: the fields that the embedded data plane or the Rollouts controller acts on. */
import type { KubeObject } from '../objects.ts';

export type StringMatch = { exact?: string; prefix?: string; regex?: string };

export interface HTTPMatchRequest {
  name?: string;
  uri?: StringMatch;
  scheme?: StringMatch;
  method?: StringMatch;
  authority?: StringMatch;
  headers?: Record<string, StringMatch>;
  withoutHeaders?: Record<string, StringMatch>;
  queryParams?: Record<string, StringMatch>;
  ignoreUriCase?: boolean;
  port?: number;
  sourceLabels?: Record<string, string>;
  sourceNamespace?: string;
  gateways?: string[];
}

export interface Destination {
  host: string;
  subset?: string;
  port?: { number: number };
}

export interface HTTPRouteDestination {
  destination: Destination;
  weight?: number;
  headers?: unknown;
}

export interface HTTPFaultInjection {
  delay?: { percentage?: { value: number }; percent?: number; fixedDelay?: string };
  abort?: { percentage?: { value: number }; percent?: number; httpStatus?: number; grpcStatus?: string };
}

export interface HTTPRoute {
  name?: string;
  match?: HTTPMatchRequest[];
  route?: HTTPRouteDestination[];
  redirect?: unknown;
  directResponse?: { status: number; body?: unknown };
  rewrite?: unknown;
  timeout?: string;
  retries?: { attempts?: number; perTryTimeout?: string; retryOn?: string };
  fault?: HTTPFaultInjection;
  mirror?: Destination;
  mirrorPercentage?: { value: number };
  mirrors?: { destination: Destination; percentage?: { value: number } }[];
  headers?: unknown;
  [field: string]: unknown;
}

export interface VirtualService extends KubeObject {
  spec: {
    hosts?: string[];
    gateways?: string[];
    http?: HTTPRoute[];
    tls?: { match?: { sniHosts?: string[]; port?: number }[]; route?: HTTPRouteDestination[] }[];
    tcp?: { match?: { port?: number }[]; route?: HTTPRouteDestination[] }[];
    exportTo?: string[];
  };
}

export interface Subset {
  name: string;
  labels?: Record<string, string>;
  trafficPolicy?: unknown;
}

export interface DestinationRule extends KubeObject {
  spec: {
    host: string;
    subsets?: Subset[];
    trafficPolicy?: unknown;
    exportTo?: string[];
    workloadSelector?: unknown;
  };
}

export interface Gateway extends KubeObject {
  spec: {
    selector?: Record<string, string>;
    servers?: { port: { number: number; name?: string; protocol: string }; hosts: string[]; tls?: unknown }[];
  };
}
