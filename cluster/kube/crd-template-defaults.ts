/**
 * The defaults that Argo's CRDs (v1.9.1) declare inside pod templates, which the API server writes into Rollouts and
 * Experiments. They count: the template hash is taken after them, so `protocol: TCP` must be there.
 *
 * Left out: the same defaults inside the Job provider of AnalysisTemplates, where nothing depends on them.
 */
import { at, each, fill } from './fill.ts';
import { isObject, type JsonObject } from './merge-patch.ts';
import type { AnyObject } from './objects.ts';

/** The Rollout or Experiment with its templates' defaults; the same object when nothing was missing. */
export function withTemplateDefaults(object: AnyObject): AnyObject {
  const spec = object['spec'];
  if (!isObject(spec)) return object;
  const next =
    object.kind === 'Experiment'
      ? at(
          spec,
          'templates',
          each((template) => at(template, 'template', podTemplate)),
        )
      : at(spec, 'template', podTemplate);
  return next === spec ? object : { ...object, spec: next };
}

function podTemplate(template: JsonObject): JsonObject {
  return at(template, 'spec', (pod: JsonObject) =>
    ['containers', 'initContainers', 'ephemeralContainers'].reduce(
      (filled, list) => at(filled, list, each(container)),
      at(pod, 'imagePullSecrets', each(fill('name', ''))),
    ),
  );
}

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'];

function container(value: JsonObject): JsonObject {
  const withPorts = at(value, 'ports', each(fill('protocol', 'TCP')));
  const withEnv = at(
    withPorts,
    'env',
    each((variable) => at(variable, 'valueFrom', valueFrom)),
  );
  const withEnvFrom = at(withEnv, 'envFrom', each(envFrom));
  return PROBES.reduce(
    (filled, probe) => at(filled, probe, (check: JsonObject) => at(check, 'grpc', fill('service', ''))),
    withEnvFrom,
  );
}

function valueFrom(source: JsonObject): JsonObject {
  const named = at(at(source, 'configMapKeyRef', fill('name', '')), 'secretKeyRef', fill('name', ''));
  return at(named, 'fileKeyRef', fill('optional', false));
}

function envFrom(source: JsonObject): JsonObject {
  return at(at(source, 'configMapRef', fill('name', '')), 'secretRef', fill('name', ''));
}
