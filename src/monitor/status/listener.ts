import { mkdirSync, rmSync } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { dirname } from 'node:path';
import { probes } from '../../addresses/addresses.ts';
import { makeSocketFolder } from '../../store/embedded/ownership.ts';
import { allChecks, answerCheck, askedCheck } from '../check/answer.ts';
import type { CheckBoard } from '../check/board.ts';
import { answerStatus } from './answer.ts';
import { isLocalName } from './local.ts';
import type { NodeView } from './node-view.ts';

const { createServer } = process.getBuiltinModule('node:http');

export interface StatusListener {
  close(): Promise<void>;
}

export interface StatusListenerOptions {
  /** A Unix socket that only this user can open. */
  readonly socket: string;
  /** A TCP port of the loopback interface as well; 0 is none. */
  readonly port: number;
  /** The number of a socket that listens already, in the place of the port. */
  readonly inherited?: number | undefined;
  readonly view: () => Promise<NodeView>;
  readonly checks: Pick<CheckBoard, 'fresh' | 'latest' | 'again'>;
  /** Has a worker look at what it does; gives the id of the kept profile. */
  readonly profile: (seconds: number, place: number) => Promise<string | undefined>;
  readonly say: (sentence: string) => void;
}

/** Seconds; as `reperio profile` has it. */
const longestProfile = 120;

/**
 * Answers /server-status, /metrics and /health/live from the supervisor itself, so that they can be
 * read when no worker answers. A port that cannot be opened is logged; serving continues.
 */
export async function listenForStatus({
  socket,
  port,
  inherited,
  view,
  checks,
  profile,
  say,
}: StatusListenerOptions): Promise<StatusListener> {
  const takeProfile = (query: string, response: ServerResponse): void => {
    const args = new URLSearchParams(query);
    const seconds = Math.min(longestProfile, Math.max(0, Number(args.get('seconds') ?? 10)));
    void profile(seconds, Number(args.get('worker') ?? 1) - 1).then((id) =>
      id === undefined
        ? response.writeHead(409).end('there is no such worker, or another profile is being taken\n')
        : response.end(`${id}\n`),
    );
  };
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    const failed = (error: unknown) =>
      response.writeHead(500).end(`${error instanceof Error ? error.message : String(error)}\n`);
    if (path === probes.live) return void response.end('ok\n');
    const check = askedCheck(decoded(path));
    if (check !== undefined) {
      const names = checks.latest().map(({ name }) => name);
      checks.fresh(check === allChecks ? names : names.filter((name) => name === check)).then((results) => {
        // Of a name that is none all are told.
        const { status, headers, reason, body } = answerCheck(
          check,
          query,
          results.length === 0 ? checks.latest() : results,
        );
        response.writeHead(status, reason, headers).end(body);
      }, failed);
      return;
    }
    view().then((found) => {
      const answered = answerStatus(path, query, request.headers.accept ?? '', found);
      if (answered === undefined) response.writeHead(404).end('try /server-status or /metrics\n');
      else response.writeHead(200, answered.headers).end(answered.body);
    }, failed);
  };
  mkdirSync(dirname(dirname(socket)), { recursive: true });
  makeSocketFolder(dirname(socket));
  rmSync(socket, { force: true });
  const byFile: RequestListener = (request, response) => {
    const [path, query = ''] = (request.url ?? '').split('?', 2);
    if (path === '/profile') return takeProfile(query, response);
    // `reperio doctor` wants to know how it is now; of all checks, or of those that are named.
    const again = new URLSearchParams(query).get('again');
    const looked = again === null ? undefined : checks.again(again === '' ? undefined : again.split(','));
    void Promise.resolve(looked).then(() => answer(request, response));
  };
  // A page of somewhere else that a browser of this machine shows may send requests here, under a
  // name of its own.
  const byPort: RequestListener = (request, response) => {
    if (isLocalName(request.headers.host)) answer(request, response);
    else response.writeHead(421).end('use the address 127.0.0.1 or the name localhost\n');
  };
  const servers = [await listening(byFile, { path: socket }, say)];
  if (inherited !== undefined) servers.push(await listening(byPort, { fd: inherited }, say));
  else if (port > 0) servers.push(await listening(byPort, { host: '127.0.0.1', port }, say));
  return {
    close: async () => {
      for (const server of servers) {
        server?.closeAllConnections();
        await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
      }
    },
  };
}

/** As it is when it cannot be decoded: then it names nothing that there is. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

async function listening(
  answer: RequestListener,
  at: { readonly path: string } | { readonly fd: number } | { readonly host: string; readonly port: number },
  say: (sentence: string) => void,
): Promise<ReturnType<typeof createServer> | undefined> {
  const server = createServer(answer);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(at, resolve);
    });
    server.on('error', () => undefined);
    return server;
  } catch (error) {
    const where = 'path' in at ? at.path : 'fd' in at ? 'the socket of systemd' : `port ${at.port}`;
    say(
      `The status of this node cannot be read at ${where}: ${error instanceof Error ? error.message : String(error)}`,
    );
    return undefined;
  }
}
