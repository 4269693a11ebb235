/**
 * The defaults of pod specs in built-in kinds: Pods themselves and the templates of ReplicaSets, Deployments and Jobs.
 * They show: an experiment's template is copied from a ReplicaSet, defaults and all, and so hashes otherwise than the
 * Rollout's own; and `undo` brings them into the Rollout.
 *
 * Follows SetObjectDefaults_PodTemplate and the encoding of Kubernetes 1.34. Left out: the defaults of iSCSI, RBD,
 * Azure disk, ScaleIO and ephemeral volumes; ports of host networks; a Pod's requests taken from its limits, its
 * service account, its tolerations and enableServiceLinks; quantities stay as they were typed.
 */
import { isObject, type JsonObject } from './merge-patch.ts';
import { at, each, fill } from './fill.ts';

const complete = new WeakSet<object>();

/** The pod spec with its defaults; the same object when nothing was missing. */
export function withPodSpecDefaults(spec: JsonObject): JsonObject {
  if (complete.has(spec)) return spec;
  const filled = CONTAINER_LISTS.reduce(
    (next, list) => at(next, list, each(container)),
    at(fillAll(spec, POD), 'volumes', each(volume)),
  );
  const account = filled['serviceAccountName'];
  const result =
    typeof account === 'string' && account !== '' ? fill('serviceAccount', account)(filled) : filled;
  complete.add(result);
  return result;
}

/** The template with its pod spec's defaults; the same object when nothing was missing. */
export function withPodTemplateDefaults(template: JsonObject): JsonObject {
  return at(template, 'spec', withPodSpecDefaults);
}

const CONTAINER_LISTS = ['containers', 'initContainers', 'ephemeralContainers'];
const POD = {
  restartPolicy: 'Always',
  dnsPolicy: 'ClusterFirst',
  schedulerName: 'default-scheduler',
  securityContext: {},
  terminationGracePeriodSeconds: 30,
};
const CONTAINER = {
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
};
const PROBE = { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 };
const HTTP_GET = { path: '/', scheme: 'HTTP' };
const FILE_MODE = 0o644;

function fillAll(object: JsonObject, defaults: JsonObject): JsonObject {
  return Object.entries(defaults).reduce((next, [field, value]) => fill(field, value)(next), object);
}

function container(value: JsonObject): JsonObject {
  const plain = fill('imagePullPolicy', pullPolicy(value['image']))(fillAll(value, CONTAINER));
  const withPorts = at(plain, 'ports', each(fill('protocol', 'TCP')));
  const withEnv = at(
    withPorts,
    'env',
    each((variable) => at(variable, 'valueFrom', fieldReference)),
  );
  const withProbes = ['livenessProbe', 'readinessProbe', 'startupProbe'].reduce(
    (next, name) => at(next, name, probe),
    withEnv,
  );
  return at(withProbes, 'lifecycle', (hooks: JsonObject) =>
    ['postStart', 'preStop'].reduce((next, hook) => at(next, hook, httpGet), hooks),
  );
}

/** Always for the tag `latest` and for none, unless a digest pins the image. */
function pullPolicy(image: unknown): string {
  const [name = '', digest] = String(image ?? '').split('@');
  if (digest !== undefined) return 'IfNotPresent';
  const tag = name.slice(name.lastIndexOf('/') + 1).split(':')[1] ?? 'latest';
  return tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function probe(value: JsonObject): JsonObject {
  return at(httpGet(fillAll(value, PROBE)), 'grpc', fill('service', ''));
}

function httpGet(handler: JsonObject): JsonObject {
  return at(handler, 'httpGet', (request: JsonObject) => fillAll(request, HTTP_GET));
}

function fieldReference(source: JsonObject): JsonObject {
  return at(source, 'fieldRef', fill('apiVersion', 'v1'));
}

function volume(value: JsonObject): JsonObject {
  const sources = Object.keys(value).filter((field) => field !== 'name');
  if (sources.length === 0) return { ...value, emptyDir: {} };
  const withModes = ['secret', 'configMap', 'downwardAPI', 'projected'].reduce(
    (next, source) => at(next, source, fill('defaultMode', FILE_MODE)),
    value,
  );
  const withPaths = at(withModes, 'hostPath', fill('type', ''));
  return at(at(withPaths, 'downwardAPI', downwardItems), 'projected', (projected: JsonObject) =>
    at(projected, 'sources', each(projection)),
  );
}

function downwardItems(source: JsonObject): JsonObject {
  return at(source, 'items', each(fieldReference));
}

function projection(source: JsonObject): JsonObject {
  const withToken = at(source, 'serviceAccountToken', fill('expirationSeconds', 3600));
  return isObject(withToken['downwardAPI']) ? at(withToken, 'downwardAPI', downwardItems) : withToken;
}
