/**
 * Writes cluster/kube/schemas/: a compact structural schema for each kind that a user may hand in.
 *
 *   npx tsx scripts/generate/schemas/main.ts                 installs the packages below into a temporary folder
 *   npx tsx scripts/generate/schemas/main.ts --from FOLDER   takes them from FOLDER/node_modules
 *
 * The truth is the packages' own: their declarations for fields and enums, their compiled checks for integers. Minimum,
 * maximum, pattern and format are left out, as are Istio's one-of rules; the rooms that read the objects check those.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { argv } from 'node:process';
import { execa } from 'execa';
import { Packages } from './packages.ts';
import { patch } from './patches.ts';
import type { Definitions, Schema } from './schema.ts';

const PACKAGES = {
  // Argo Rollouts v1.9
  '@kubernetes-models/argo-rollouts': '2.0.0',
  // Kubernetes 1.34 and the machinery under all of them
  'kubernetes-models': '5.1.0',
  '@kubernetes-models/apimachinery': '3.0.2',
  '@kubernetes-models/istio': '3.0.1',
  '@kubernetes-models/prometheus-operator': '6.0.0',
};

const KINDS: Record<string, string[]> = {
  '@kubernetes-models/argo-rollouts/argoproj.io/v1alpha1': [
    'Rollout',
    'AnalysisTemplate',
    'ClusterAnalysisTemplate',
    'AnalysisRun',
    'Experiment',
  ],
  '@kubernetes-models/istio/networking.istio.io/v1': [
    'VirtualService',
    'DestinationRule',
    'Gateway',
    'ServiceEntry',
    'Sidecar',
  ],
  '@kubernetes-models/istio/security.istio.io/v1': ['PeerAuthentication'],
  '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1': [
    'ServiceMonitor',
    'PodMonitor',
    'PrometheusRule',
  ],
  'kubernetes-models/v1': [
    'ConfigMap',
    'Endpoints',
    'Event',
    'Namespace',
    'Node',
    'Pod',
    'PodTemplate',
    'PodTemplate',
    'Secret',
    'Service',
    'ServiceAccount',
  ],
  'kubernetes-models/apps/v1': ['Deployment', 'ReplicaSet'],
  'kubernetes-models/batch/v1': ['Job'],
  'kubernetes-models/autoscaling/v2': ['HorizontalPodAutoscaler'],
  'kubernetes-models/policy/v1': ['PodDisruptionBudget'],
  'kubernetes-models/discovery.k8s.io/v1': ['EndpointSlice'],
  'kubernetes-models/coordination.k8s.io/v1': ['Lease'],
  'kubernetes-models/rbac.authorization.k8s.io/v1': [
    'ClusterRole',
    'ClusterRoleBinding',
    'Role',
    'RoleBinding',
  ],
};

const OUTPUT = resolve(import.meta.dirname, '../../../cluster/kube/schemas');

async function main(): Promise<void> {
  const from = argv[argv.indexOf('--from') + 1];
  if (argv.includes('--from') && from !== undefined) return generate(resolve(from, 'node_modules'));
  const folder = mkdtempSync(join(tmpdir(), 'schemas-'));
  try {
    const wanted = Object.entries(PACKAGES).map(([name, version]) => `${name}@${version}`);
    // Forced because the packages ask for a newer Node than the one that only reads their files.
    await execa('npm', ['install', '--force', '--no-audit', '--no-fund', '--prefix', folder, ...wanted]);
    await generate(join(folder, 'node_modules'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function generate(modules: string): Promise<void> {
  const packages = new Packages(modules);
  const roots = new Map<string, string>();
  for (const [folder, kinds] of Object.entries(KINDS)) {
    for (const kind of kinds) roots.set(kind, await packages.define(`${folder}/${kind}`));
  }
  patch(roots, packages.definitions);
  for (const file of readdirSync(OUTPUT)) rmSync(join(OUTPUT, file));
  const uses = new Map<string, number>();
  const closures = new Map([...roots].map(([kind, root]) => [kind, closure(root, packages.definitions)]));
  for (const names of closures.values()) for (const name of names) uses.set(name, (uses.get(name) ?? 0) + 1);
  const shared = [...uses.keys()].filter((name) => uses.get(name)! > 1);
  write('shared', { definitions: pick(shared, packages.definitions) });
  for (const [kind, names] of closures) {
    const root = roots.get(kind)!;
    const local = names.filter((name) => uses.get(name) === 1 && name !== root);
    const schema = packages.definitions.get(root)!;
    write(kind, { schema, definitions: pick(local, packages.definitions) });
  }
}

/** A definition and all that it refers to. */
function closure(root: string, definitions: Definitions): string[] {
  const seen = new Set<string>();
  const visit = (name: string): void => {
    if (seen.has(name)) return;
    seen.add(name);
    for (const used of references(definitions.get(name)!)) visit(used);
  };
  visit(root);
  return [...seen];
}

function references(schema: Schema): string[] {
  const inner = Object.values(schema.properties ?? {});
  if (schema.items !== undefined) inner.push(schema.items);
  if (schema.additionalProperties !== undefined) inner.push(schema.additionalProperties);
  return [...(schema.$ref === undefined ? [] : [schema.$ref]), ...inner.flatMap(references)];
}

function pick(names: readonly string[], definitions: Definitions): Record<string, Schema> {
  return Object.fromEntries(names.toSorted().map((name) => [name, definitions.get(name)!]));
}

/** One definition a line, so that a change of version reads well. */
function write(
  name: string,
  { schema, definitions }: { schema?: Schema; definitions: Record<string, Schema> },
): void {
  const lines = Object.entries(definitions).map(
    ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
  );
  const head = schema === undefined ? '' : `"schema":${JSON.stringify(schema)},\n`;
  writeFileSync(join(OUTPUT, `${name}.json`), `{${head}"definitions":{\n${lines.join(',\n')}\n}}\n`);
}

await main();
