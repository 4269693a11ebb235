/** Upstream servers on the loopback: each answers as told and counts who came, by `x-id`. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Server } from 'node:http';

export interface Upstream {
  port: number;
  /** Requests seen, by their `x-id`. */
  seen: Map<string, number>;
  close(): void;
}

/** Answers `status` after `delayMs`. */
export async function startUpstream(status: number, delayMs = 0): Promise<Upstream> {
  const seen = new Map<string, number>();
  const server: Server = createServer((request, response) => {
    const id = String(request.headers['x-id']);
    seen.set(id, (seen.get(id) ?? 0) + 1);
    request.resume();
    setTimeout(() => response.writeHead(status).end(), delayMs);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return { port, seen, close: () => server.closeAllConnections() ?? server.close() };
}
