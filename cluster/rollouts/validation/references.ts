/**
 * Whether the objects that a Rollout refers to exist and suit it: Services, analysis templates, VirtualServices.
 *
 * Follows: getRolloutReferencedResources in rollout/controller.go and pkg/apis/rollouts/validation/
 * validation_references.go of Argo Rollouts v1.9.1: everything is looked up first, then looked at. DestinationRules are
 * not looked at there either. Left out: what belongs to other providers of traffic routing.
 */
import type { ClusterReader } from '../../kube/objects.ts';
import type { Rollout } from '../../kube/types/argo.ts';
import type { Service } from '../../kube/types/core.ts';
import type { VirtualService } from '../../kube/types/istio.ts';
import { MANAGED_BY, POD_TEMPLATE_HASH } from '../replicasets/metadata.ts';
import { istioRouting, virtualServiceName, virtualServiceRefs } from '../traffic/provider.ts';
import { httpRoutesFault, tcpRoutesFault, tlsRoutesFault } from '../traffic/virtual-service/routes.ts';
import { findAnalyses, validateAnalysis } from './analysis-references.ts';
import { FieldError, internalError, invalid } from './field-error.ts';

/** The first error's whole text, without the words that name the Rollout; undefined when all is well. */
export function validateReferences(view: ClusterReader, rollout: Rollout): string | undefined {
  const services = findServices(view, rollout);
  if (services instanceof FieldError) return String(services);
  const analyses = findAnalyses(view, rollout);
  if (analyses instanceof FieldError) return String(analyses);
  const virtualServices = findVirtualServices(view, rollout);
  if (virtualServices instanceof FieldError) return String(virtualServices);
  const first =
    firstOf(services, (service) => validateService(rollout, service)) ??
    firstOf(analyses, (analysis) => validateAnalysis(rollout, analysis)) ??
    firstOf(virtualServices, (virtualService) => validateVirtualService(rollout, virtualService));
  return first === undefined ? undefined : String(first);
}

function firstOf<T>(items: readonly T[], check: (item: T) => FieldError | undefined): FieldError | undefined {
  for (const item of items) {
    const error = check(item);
    if (error !== undefined) return error;
  }
  return undefined;
}

interface ReferencedService {
  path: string;
  service: Service;
}

function findServices(view: ClusterReader, rollout: Rollout): ReferencedService[] | FieldError {
  const { blueGreen, canary } = rollout.spec.strategy;
  const names: [string, string | undefined][] =
    blueGreen === undefined
      ? [
          ['canary.stableService', canary?.stableService],
          ['canary.canaryService', canary?.canaryService],
          ['canary.pingPong.pingService', canary?.pingPong?.pingService],
          ['canary.pingPong.pongService', canary?.pingPong?.pongService],
        ]
      : [
          ['blueGreen.activeService', blueGreen.activeService],
          ['blueGreen.previewService', blueGreen.previewService],
        ];
  const found: ReferencedService[] = [];
  for (const [field, name] of names) {
    if (name === undefined || name === '') continue;
    const path = `spec.strategy.${field}`;
    const service = view.get<Service>('Service', rollout.metadata.namespace, name);
    if (service === undefined) return invalid(path, name, `service "${name}" not found`);
    found.push({ path, service });
  }
  return found;
}

/** Its selector must be among the pods' labels, and no other Rollout may manage it. */
function validateService(rollout: Rollout, { path, service }: ReferencedService): FieldError | undefined {
  const { name, annotations } = service.metadata;
  const labels = rollout.spec.template?.metadata?.labels ?? {};
  const unmatched = Object.entries(service.spec.selector ?? {}).find(
    ([key, value]) => key !== POD_TEMPLATE_HASH && labels[key] !== value,
  );
  if (unmatched !== undefined) {
    return invalid(path, name, `Service "${name}" has unmatch label "${unmatched[0]}" in rollout`);
  }
  const manager = annotations?.[MANAGED_BY];
  return manager === undefined || manager === rollout.metadata.name
    ? undefined
    : invalid(path, name, `Service "${name}" is managed by another Rollout`);
}

const ISTIO_PATH = 'spec.strategy.canary.trafficRouting.istio';

function virtualServicePath(rollout: Rollout): string {
  const isList = (istioRouting(rollout)?.virtualServices ?? []).length > 0;
  return `${ISTIO_PATH}.${isList ? 'virtualServices' : 'virtualService'}.name`;
}

function findVirtualServices(view: ClusterReader, rollout: Rollout): VirtualService[] | FieldError {
  const istio = istioRouting(rollout);
  if (istio === undefined) return [];
  const hasList = (istio.virtualServices ?? []).length > 0;
  if (hasList === (istio.virtualService !== undefined)) {
    return internalError(ISTIO_PATH, 'either VirtualService or VirtualServices must be configured');
  }
  const found: VirtualService[] = [];
  for (const ref of virtualServiceRefs(rollout)) {
    const { namespace, name } = virtualServiceName(rollout, ref);
    const virtualService = view.get<VirtualService>('VirtualService', namespace, name);
    if (virtualService === undefined) {
      const detail = `virtualservices.networking.istio.io "${name}" not found`;
      return invalid(virtualServicePath(rollout), name, detail);
    }
    found.push(virtualService);
  }
  return found;
}

/** Of two references to one name in different namespaces, the first speaks for both, as upstream has it. */
function validateVirtualService(rollout: Rollout, virtualService: VirtualService): FieldError | undefined {
  const { name } = virtualService.metadata;
  const ref = virtualServiceRefs(rollout).find((each) => virtualServiceName(rollout, each).name === name);
  if (ref === undefined) return undefined;
  const { http, tls, tcp } = virtualService.spec;
  const path = virtualServicePath(rollout);
  if (http === undefined && tls === undefined && tcp === undefined) {
    const detail = 'Unable to get any of the HTTP, TCP or TLS routes for the Istio VirtualService';
    return invalid(path, name, detail);
  }
  const faults: [string, string | undefined][] = [
    ['HTTP', http && httpRoutesFault(rollout, ref, http)],
    ['TLS', tls && tlsRoutesFault(rollout, ref, tls)],
    ['TCP', tcp && tcpRoutesFault(rollout, ref, tcp)],
  ];
  const first = faults.find(([, fault]) => fault !== undefined);
  if (first === undefined) return undefined;
  const [kind, fault] = first;
  return invalid(path, name, `Istio VirtualService has invalid ${kind} routes. Error: ${fault}`);
}
