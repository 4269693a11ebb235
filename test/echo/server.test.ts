/** The real server in a process of its own, on a free port of the loopback. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';

const server = fileURLToPath(new URL('../../echo/server.ts', import.meta.url));
const started: ReturnType<typeof spawn>[] = [];
afterEach(() => started.splice(0).forEach((child) => child.kill('SIGKILL')));

async function listen(environment: Record<string, string>) {
  const child = spawn(process.execPath, ['--import', 'tsx', server], {
    env: { ...process.env, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { listening } = JSON.parse(line) as { listening: { port: number } };
  return { child, url: `http://127.0.0.1:${listening.port}` };
}

test('answers, takes a switch, and ends on SIGTERM', async () => {
  const { child, url } = await listen({ VERSION: 'v2', POD_NAME: 'echo-7' });
  const answer = await fetch(`${url}/hi`, { headers: { connection: 'close' } });
  expect([answer.status, await answer.json()]).toMatchObject([
    200,
    { version: 'v2', pod: 'echo-7', path: '/hi' },
  ]);
  const body = JSON.stringify({ ERROR_RATE: '100%' });
  await (await fetch(`${url}/switch`, { method: 'PUT', body, headers: { connection: 'close' } })).text();
  expect((await fetch(url, { headers: { connection: 'close' } })).status).toBe(500);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

test('crashes in time', async () => {
  const { child } = await listen({ CRASH_AFTER: '10ms' });
  expect(await once(child, 'exit')).toEqual([1, null]);
});

test('refuses a bad environment with exit status 2', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', server], {
    env: { ...process.env, ERROR_RATE: '2' },
  });
  started.push(child);
  const said: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
  expect(await once(child, 'close')).toEqual([2, null]);
  expect(said.join('')).toContain('echo: ERROR_RATE is "2"');
});
