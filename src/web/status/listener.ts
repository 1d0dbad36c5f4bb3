import { mkdirSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { answerStatus, type NodeView } from './answer.ts';

export interface StatusListener {
  close(): Promise<void>;
}

export interface StatusListenerOptions {
  /** A Unix socket that only this user can open. */
  readonly socket: string;
  /** A TCP port of the loopback interface as well; 0 is none. */
  readonly port: number;
  readonly view: () => Promise<NodeView>;
  /** Has a worker look at what it does; gives the id of the kept profile. */
  readonly profile: (seconds: number, place: number) => Promise<string | undefined>;
  readonly say: (sentence: string) => void;
}

/**
 * Answers /server-status, /metrics and /health/live from the supervisor itself, so that they can be read when no worker answers. What cannot be listened on is
 * said; serving goes on.
 */
export async function listenForStatus({
  socket,
  port,
  view,
  profile,
  say,
}: StatusListenerOptions): Promise<StatusListener> {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    if (path === '/health/live') return void response.end('ok\n');
    if (path === '/profile') {
      const args = new URLSearchParams(query);
      void profile(Number(args.get('seconds') ?? 10), Number(args.get('worker') ?? 1) - 1).then((id) =>
        id === undefined
          ? response.writeHead(409).end('there is no such worker, or another profile is being taken\n')
          : response.end(`${id}\n`),
      );
      return;
    }
    view().then(
      (found) => {
        const answered = answerStatus(path, query, request.headers.accept ?? '', found);
        if (answered === undefined) response.writeHead(404).end('try /server-status or /metrics\n');
        else response.writeHead(200, answered.headers).end(answered.body);
      },
      (error: unknown) => response.writeHead(500).end(`${error instanceof Error ? error.message : String(error)}\n`),
    );
  };
  mkdirSync(dirname(socket), { recursive: true });
  rmSync(socket, { force: true });
  const servers = [await listening(answer, { path: socket }, say)];
  if (port > 0) servers.push(await listening(answer, { host: '127.0.0.1', port }, say));
  return {
    close: async () => {
      for (const server of servers) {
        server?.closeAllConnections();
        await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
      }
    },
  };
}

async function listening(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  at: { readonly path: string } | { readonly host: string; readonly port: number },
  say: (sentence: string) => void,
): Promise<ReturnType<typeof createServer> | undefined> {
  const server = createServer(answer);
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(at, resolve);
    });
    server.on('error', () => undefined);
    return server;
  } catch (error) {
    const where = 'path' in at ? at.path : `port ${at.port}`;
    say(
      `The status of this node cannot be read at ${where}: ${error instanceof Error ? error.message : String(error)}`,
    );
    return undefined;
  } finally {
    process.umask(before);
  }
}
