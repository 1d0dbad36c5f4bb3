import { setTimeout as sleep } from 'node:timers/promises';
import type { InheritedSocket } from '../../supervisor/door.ts';

const { createServer } = process.getBuiltinModule('node:http');

/** Milliseconds for what waits, and for who comes meanwhile. */
const turningAway = 500;
/** Seconds. */
const comeBack = 5;

/**
 * A node that cannot start tells this to whoever waits at its inherited sockets: a balancer asks
 * another node, and readers see an answer. Without this they would wait until it can.
 */
export async function turnAway(sockets: readonly InheritedSocket[]): Promise<void> {
  const servers = await Promise.all(
    sockets.map(async ({ fd }) => {
      const server = createServer((_, response) => {
        response.writeHead(503, { 'retry-after': String(comeBack), connection: 'close', 'content-type': 'text/plain' });
        response.end('The library cannot be started just now. Please try again in a moment.\n');
      });
      await new Promise((resolve) =>
        server.once('error', resolve).listen({ fd, backlog: 4096 }, () => resolve(undefined)),
      );
      return server;
    }),
  );
  if (servers.length === 0) return;
  await sleep(turningAway);
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
}
