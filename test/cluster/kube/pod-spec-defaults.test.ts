/** Truth: what the real API server made of the templates in the golden traces, and Kubernetes' documented defaults. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withTemplateDefaults } from '../../../cluster/kube/crd-template-defaults.ts';
import type { AnyObject } from '../../../cluster/kube/objects.ts';
import { withPodSpecDefaults, withPodTemplateDefaults } from '../../../cluster/kube/pod-spec-defaults.ts';
import type { Rollout } from '../../../cluster/kube/types/argo.ts';
import type { ReplicaSet } from '../../../cluster/kube/types/core.ts';
import { podTemplateHash } from '../../../cluster/rollouts/hash/pod-template-hash.ts';
import { readCases } from '../../golden/trace.ts';

const HASH = 'rollouts-pod-template-hash';
const cases = readCases(join(import.meta.dirname, '../../golden/cases'));

describe('pod templates of built-in kinds', () => {
  it.each(cases)('come out of the API as in $name', ({ trace }) => {
    const objects = trace.flatMap(({ object }) => (object === undefined ? [] : [object as unknown]));
    const templates = new Map(
      (objects as Rollout[])
        .filter(({ kind }) => kind === 'Rollout')
        .map(({ spec }) => [podTemplateHash(spec.template!), spec.template!]),
    );
    for (const rs of (objects as ReplicaSet[]).filter(({ kind }) => kind === 'ReplicaSet')) {
      const template = templates.get(rs.metadata.labels![HASH]!);
      if (template === undefined) continue;
      expect(withPodTemplateDefaults({ ...template })['spec']).toEqual(rs.spec.template.spec);
    }
  });

  it('fill in what Kubernetes documents, and keep what is set', () => {
    const filled = withPodSpecDefaults({
      restartPolicy: 'Never',
      containers: [
        { name: 'a', image: 'demo', readinessProbe: { httpGet: { port: 80 }, periodSeconds: 3 } },
        { name: 'b', image: 'registry:5000/demo', terminationMessagePolicy: 'FallbackToLogsOnError' },
        {
          name: 'c',
          image: 'demo@sha256:00',
          env: [{ name: 'x', valueFrom: { fieldRef: { fieldPath: 'a' } } }],
        },
      ],
      volumes: [{ name: 'none' }, { name: 'config', configMap: { name: 'x' } }],
    });
    expect(filled).toMatchObject({
      restartPolicy: 'Never',
      dnsPolicy: 'ClusterFirst',
      containers: [
        {
          imagePullPolicy: 'Always',
          readinessProbe: {
            httpGet: { port: 80, path: '/', scheme: 'HTTP' },
            periodSeconds: 3,
            timeoutSeconds: 1,
            failureThreshold: 3,
          },
        },
        { imagePullPolicy: 'Always', terminationMessagePolicy: 'FallbackToLogsOnError' },
        { imagePullPolicy: 'IfNotPresent', env: [{ valueFrom: { fieldRef: { apiVersion: 'v1' } } }] },
      ],
      volumes: [{ emptyDir: {} }, { configMap: { name: 'x', defaultMode: 420 } }],
    });
    expect(withPodSpecDefaults(filled)).toBe(filled);
  });
});

describe('templates in Argo’s own kinds', () => {
  it('get what the CRDs declare, and nothing more', () => {
    const rollout = {
      kind: 'Rollout',
      spec: { template: { spec: { containers: [{ name: 'a', ports: [{ containerPort: 1 }] }] } } },
    } as unknown as AnyObject;
    const filled = withTemplateDefaults(rollout);
    expect(filled['spec']).toEqual({
      template: { spec: { containers: [{ name: 'a', ports: [{ containerPort: 1, protocol: 'TCP' }] }] } },
    });
    expect(withTemplateDefaults(filled)).toBe(filled);
  });
});
