/**
 * The defaults that the API server writes into built-in kinds and that something in the embedded cluster, or a person
 * with kubectl, would miss. Follows Kubernetes 1.34. Those inside pod templates are in
 * pod-spec-defaults.ts (built-in kinds) and crd-template-defaults.ts (Argo's). Left
 * out: service accounts, security contexts.
 */
import { withTemplateDefaults } from './crd-template-defaults.ts';
import { at } from './fill.ts';
import { isObject, type JsonObject } from './merge-patch.ts';
import type { AnyObject } from './objects.ts';
import { withPodSpecDefaults, withPodTemplateDefaults } from './pod-spec-defaults.ts';

/** Hands out addresses of a Service: cluster IPs, load-balancer node ports. */
export interface Allocator {
  clusterIp(): string;
  nodePort(): number;
}

/** The object with defaults filled in; the same object when nothing was missing. */
export function withDefaults(
  object: AnyObject,
  current: AnyObject | undefined,
  allocator: Allocator,
): AnyObject {
  switch (object.kind) {
    case 'Rollout':
    case 'Experiment':
      return withTemplateDefaults(object);
    case 'Service':
      return serviceDefaults(object, current, allocator);
    case 'ReplicaSet':
      return withTemplate(withSpec(object, { replicas: 1 }));
    case 'Deployment':
      return withTemplate(deploymentDefaults(object));
    case 'Job':
      return withTemplate(jobDefaults(object));
    case 'Pod': {
      const filled = at(object, 'spec', withPodSpecDefaults) as AnyObject;
      return filled['status'] === undefined ? { ...filled, status: { phase: 'Pending' } } : filled;
    }
    case 'Namespace':
      return object['status'] === undefined ? { ...object, status: { phase: 'Active' } } : object;
    default:
      return object;
  }
}

function withTemplate(object: AnyObject): AnyObject {
  return at(object, 'spec', (spec: JsonObject) => at(spec, 'template', withPodTemplateDefaults)) as AnyObject;
}

/** Fills what is missing in `spec`. */
function withSpec(object: AnyObject, defaults: JsonObject): AnyObject {
  const spec = isObject(object['spec']) ? object['spec'] : {};
  const missing = Object.keys(defaults).filter((key) => spec[key] === undefined);
  if (missing.length === 0) return object;
  const added = Object.fromEntries(missing.map((key) => [key, defaults[key]]));
  return { ...object, spec: { ...spec, ...added } };
}

function deploymentDefaults(object: AnyObject): AnyObject {
  const filled = withSpec(object, {
    replicas: 1,
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
    strategy: {},
  });
  const spec = filled['spec'] as JsonObject;
  const strategy = spec['strategy'] as JsonObject;
  const type = strategy['type'] ?? 'RollingUpdate';
  const rolling = isObject(strategy['rollingUpdate']) ? strategy['rollingUpdate'] : {};
  if (type !== 'RollingUpdate') {
    return strategy['type'] === undefined ? { ...filled, spec: { ...spec, strategy: { type } } } : filled;
  }
  if (rolling['maxSurge'] !== undefined && rolling['maxUnavailable'] !== undefined) return filled;
  const rollingUpdate = { maxUnavailable: '25%', maxSurge: '25%', ...rolling };
  return { ...filled, spec: { ...spec, strategy: { ...strategy, type, rollingUpdate } } };
}

/** The Job's own selector and labels too, which batch/v1 generates from the uid. */
function jobDefaults(object: AnyObject): AnyObject {
  const filled = withSpec(object, {
    parallelism: 1,
    completions: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
  });
  const spec = filled['spec'] as JsonObject;
  if (spec['selector'] !== undefined || spec['manualSelector'] === true) return filled;
  const { uid, name } = object.metadata;
  const template = (spec['template'] ?? {}) as JsonObject;
  const metadata = (template['metadata'] ?? {}) as JsonObject;
  const labels = {
    ...(metadata['labels'] as JsonObject | undefined),
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  return {
    ...filled,
    spec: {
      ...spec,
      selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } },
      template: { ...template, metadata: { ...metadata, labels } },
    },
  };
}

function serviceDefaults(object: AnyObject, current: AnyObject | undefined, allocator: Allocator): AnyObject {
  const was = (current?.['spec'] ?? {}) as JsonObject;
  const given = (object['spec'] ?? {}) as JsonObject;
  const type = given['type'] ?? 'ClusterIP';
  let filled = withSpec(object, { type, sessionAffinity: 'None' });
  if (type !== 'ExternalName' && given['clusterIP'] === undefined) {
    const clusterIP = was['clusterIP'] ?? allocator.clusterIp();
    filled = withSpec(filled, { clusterIP, clusterIPs: [clusterIP] });
  }
  const spec = filled['spec'] as JsonObject;
  const ports = portDefaults(spec['ports'], was['ports'], type, allocator);
  if (ports !== spec['ports']) filled = { ...filled, spec: { ...spec, ports } };
  if (filled['status'] === undefined) filled = { ...filled, status: { loadBalancer: {} } };
  return filled;
}

function portDefaults(ports: unknown, before: unknown, type: unknown, allocator: Allocator): unknown {
  if (!Array.isArray(ports)) return ports;
  const needsNodePort = type === 'NodePort' || type === 'LoadBalancer';
  const complete = (port: JsonObject) =>
    port['protocol'] !== undefined &&
    port['targetPort'] !== undefined &&
    (!needsNodePort || port['nodePort'] !== undefined);
  if (ports.every(complete)) return ports;
  return ports.map((port: JsonObject) => {
    const old = Array.isArray(before)
      ? (before as JsonObject[]).find((candidate) => candidate['port'] === port['port'])
      : undefined;
    return {
      ...port,
      protocol: port['protocol'] ?? 'TCP',
      targetPort: port['targetPort'] ?? port['port'],
      ...(needsNodePort ? { nodePort: port['nodePort'] ?? old?.['nodePort'] ?? allocator.nodePort() } : {}),
    };
  });
}
