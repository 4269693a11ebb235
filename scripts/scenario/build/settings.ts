/** Everything of a scenario that is not a step: images, load, Prometheus, scripted metrics, manifests. */
import { HEALTHY_IMAGE } from '../../../cluster/images.ts';
import type { ImageBehaviour } from '../../../cluster/images.ts';
import type { Path } from '../../manifests/source/positions.ts';
import type {
  LoadStream,
  LoadUrl,
  ManifestSource,
  PrometheusSettings,
  ScriptedAnswer,
  ScriptedMetric,
} from '../types.ts';
import { behaviourChange, durationMs, ratePerSecond } from '../units.ts';
import type { RawBehaviour } from '../units.ts';
import { list, mapping, text } from './context.ts';
import type { BuildContext, Raw } from './context.ts';

export function buildImages(spec: Raw, context: BuildContext): Record<string, ImageBehaviour> {
  const images: Record<string, ImageBehaviour> = {};
  for (const [image, raw] of Object.entries(mapping(spec['images']))) {
    const path: Path = ['spec', 'images', image];
    if (context.isBroken(path)) continue;
    const behaviour: ImageBehaviour = { ...HEALTHY_IMAGE, ...behaviourChange(mapping(raw) as RawBehaviour) };
    if (behaviour.latency.p99Ms < behaviour.latency.p50Ms) {
      context.refuse([...path, 'latency'], {
        what: `p99 ${behaviour.latency.p99Ms} ms is below p50 ${behaviour.latency.p50Ms} ms`,
        why: '99 of 100 requests cannot be faster than half of them.',
        next: 'Swap the two.',
      });
    }
    images[image] = behaviour;
  }
  return images;
}

export function buildLoads(spec: Raw, context: BuildContext): LoadStream[] {
  const loads: LoadStream[] = [];
  const first = new Map<string, number>();
  for (const [index, entry] of list(spec['load']).entries()) {
    const raw = mapping(entry);
    const path: Path = ['spec', 'load', index];
    if (context.isBroken(path)) continue;
    const name = String(raw['name']);
    const line = first.get(name);
    if (line !== undefined) {
      context.refuse([...path, 'name'], {
        what: `a second load stream named "${name}"`,
        why: `The first is on line ${line}; steps tell streams apart by name.`,
        next: 'Give it another name.',
      });
    }
    const url = parseUrl(String(raw['url']));
    if (url === undefined) {
      const next = 'Use a port from 1 to 65535, such as http://echo:8080/.';
      context.refuse([...path, 'url'], { what: `"${String(raw['url'])}" has no valid port`, next });
      continue;
    }
    first.set(name, context.at(path).line);
    loads.push(buildLoad(raw, url, path, context));
  }
  return loads;
}

/** The names that steps may use, those of entries with problems included. */
export function loadNames(spec: Raw): string[] {
  return list(spec['load'])
    .map((entry) => text(mapping(entry)['name']))
    .filter((name) => name !== undefined);
}

function buildLoad(raw: Raw, url: LoadUrl, path: Path, context: BuildContext): LoadStream {
  const name = String(raw['name']);
  const from = mapping(raw['from']);
  const namespace = text(from['namespace']) ?? context.namespace;
  const gateway = text(from['gateway']);
  return {
    name,
    ratePerSecond: ratePerSecond(String(raw['rate'])),
    url,
    method: text(raw['method']) ?? 'GET',
    headers: Object.fromEntries(
      Object.entries(mapping(raw['headers'])).map(([header, value]) => [header.toLowerCase(), String(value)]),
    ),
    from: {
      gateway: gateway === undefined || gateway.includes('/') ? gateway : `${namespace}/${gateway}`,
      namespace,
      workload: text(from['workload']) ?? `load-${name}`,
      labels: mapping(from['labels']) as Record<string, string>,
    },
    at: context.at(path),
  };
}

/** Undefined when the port is out of range; the schema has checked the rest. */
export function parseUrl(written: string): LoadUrl | undefined {
  const match = /^http:\/\/([^\s/:@]+)(?::(\d+))?(\/\S*)?$/.exec(written);
  if (match === null) return undefined;
  const [, host = '', portText, path = '/'] = match;
  const port = portText === undefined ? 80 : Number(portText);
  if (port < 1 || port > 65_535) return undefined;
  return { text: written, host: host.toLowerCase(), port, path };
}

export function buildPrometheus(spec: Raw, context: BuildContext): PrometheusSettings {
  const raw = context.isBroken(['spec', 'prometheus']) ? {} : mapping(spec['prometheus']);
  const scrapeIntervalMs = durationMs(text(raw['scrapeInterval']) ?? '15s');
  if (scrapeIntervalMs < 1000) {
    context.refuse(['spec', 'prometheus', 'scrapeInterval'], {
      what: `a scrape interval of ${scrapeIntervalMs} ms`,
      why: 'It is at least 1s here, as in any real set-up.',
      next: 'Write 1s or more.',
    });
  }
  return { scrapeIntervalMs, lookbackMs: durationMs(text(raw['lookback']) ?? '5m') };
}

export function buildMetrics(spec: Raw, context: BuildContext): ScriptedMetric[] {
  return Object.entries(mapping(spec['metrics'])).flatMap(([provider, entries]) =>
    list(entries).flatMap((entry, index): ScriptedMetric[] => {
      const path: Path = ['spec', 'metrics', provider, index];
      if (context.isBroken(path)) return [];
      const raw = mapping(entry);
      const answers = list(raw['answers']).map(scriptedAnswer);
      return [{ provider, metric: text(raw['metric']), answers, at: context.at(path) }];
    }),
  );
}

function scriptedAnswer(raw: unknown): ScriptedAnswer {
  const error = text(mapping(raw)['error']);
  return error !== undefined && Object.keys(mapping(raw)).length === 1 ? { error } : { value: raw };
}

export function buildManifests(spec: Raw, context: BuildContext): ManifestSource[] {
  return list(spec['manifests']).flatMap((path, index) => {
    const place: Path = ['spec', 'manifests', index];
    return typeof path === 'string' && !context.isBroken(place) ? [{ path, at: context.at(place) }] : [];
  });
}
