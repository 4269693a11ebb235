/**
 * The demo app's shell: sockets, the clock, randomness and the environment. Everything that it decides is in
 * handler.ts. It has no dependencies and runs as it stands on Node 22.18 or later (`node echo/server.ts`).
 */
// oxlint-disable no-restricted-globals, no-restricted-properties, no-console -- a real server in a container: this file is its adapter to clock, chance and environment
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { answerEcho } from './handler.ts';
import { SettingError, settingsFromEnvironment } from './settings.ts';
import type { EchoSettings } from './settings.ts';

const BODY_BYTES_MAX = 65_536;
const startedMs = performance.now();

function start(): void {
  let settings: EchoSettings;
  try {
    settings = settingsFromEnvironment(process.env);
  } catch (error) {
    if (!(error instanceof SettingError)) throw error;
    console.error(`echo: ${error.message}`);
    process.exitCode = 2;
    return;
  }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= BODY_BYTES_MAX) chunks.push(chunk);
    });
    request.on('end', () => {
      if (bytes > BODY_BYTES_MAX) {
        reply(response, 413, `{"error":"the body is over ${BODY_BYTES_MAX} bytes"}\n`);
        return;
      }
      settings = serve(settings, request, Buffer.concat(chunks).toString('utf8'), response);
    });
  });
  server.listen(Number(process.env['PORT'] ?? 8080), () => {
    console.log(JSON.stringify({ listening: server.address(), settings }));
  });
  crashInTime(() => settings.crashAfterMs);
  process.on('SIGTERM', () => server.close(() => process.exit(0)));
}

function serve(
  settings: EchoSettings,
  request: IncomingMessage,
  body: string,
  response: ServerResponse,
): EchoSettings {
  const { method = 'GET', url = '/', headers } = request;
  const answer = answerEcho(
    settings,
    { method, path: url, host: headers.host ?? '', headers, body },
    { upMs: performance.now() - startedMs, draw: Math.random },
  );
  setTimeout(() => reply(response, answer.status, answer.body), answer.delayMs);
  return answer.settings;
}

function reply(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

/** Looks once a second, since the switch may set or lift CRASH_AFTER at any time. */
function crashInTime(crashAfterMs: () => number | undefined): void {
  setInterval(() => {
    const limitMs = crashAfterMs();
    if (limitMs !== undefined && performance.now() - startedMs >= limitMs) {
      console.error(`echo: crashing as told by CRASH_AFTER (${limitMs}ms)`);
      process.exit(1);
    }
  }, 1000).unref();
}

start();
