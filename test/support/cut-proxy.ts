import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A way to a database that can be cut: everything else is real. */
export interface CutProxy {
  /** The same database, through here. */
  readonly url: string;
  /** How many connections have come. */
  readonly connections: number;
  /**
   * Ends all connections, and refuses new ones; or (`silent`) answers nothing any more, as when
   * packets are dropped.
   */
  cut(how?: 'refuse' | 'silent'): Promise<void>;
  heal(): Promise<void>;
  close(): Promise<void>;
}

/** In front of a database whose URL has its socket folder as `host` parameter or a TCP host. */
export async function openCutProxy(
  url: string,
  /**
   * What clients are told as the number of their server process, as poolers do; undefined: the real
   * one.
   */
  { processNumber }: { readonly processNumber?: number } = {},
): Promise<CutProxy> {
  // The embedded server's address has no host before the path, which URL refuses.
  const [, login = '', host = '', path = '', query = ''] =
    /^postgres(?:ql)?:\/\/([^/@]*@)?([^/?]*)(\/[^?]*)(?:\?(.*))?$/.exec(url) ?? [];
  const folder = new URLSearchParams(query).get('host') ?? host.split(':')[0]!;
  const port = host.split(':')[1] ?? '5432';
  const target = folder.startsWith('/') ? { path: `${folder}/.s.PGSQL.${port}` } : { host: folder, port: Number(port) };
  const sockets = new Set<Socket>();
  let silent = false;
  let connections = 0;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((client) => {
    keep(client);
    connections++;
    if (silent) return;
    const there = keep(connect(target));
    client.on('data', (bytes) => silent || there.write(bytes));
    there.on('data', (bytes) => silent || client.write(told(bytes, processNumber)));
    client.on('close', () => there.destroy());
    there.on('close', () => client.destroy());
  });
  const listen = async (at: number): Promise<void> => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
  };
  await listen(0);
  const { port: own } = server.address() as { readonly port: number };
  const stop = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, 'close');
  };
  return {
    url: `postgresql://${login}127.0.0.1:${own}${path}`,
    get connections() {
      return connections;
    },
    cut: async (how = 'refuse') => {
      silent = how === 'silent';
      if (!silent) await stop();
    },
    heal: async () => {
      silent = false;
      for (const socket of sockets) socket.destroy();
      if (!server.listening) await listen(own);
    },
    close: stop,
  };
}

/** BackendKeyData, K and a length of 12, comes with the end of signing in. */
function told(bytes: Buffer, processNumber: number | undefined): Buffer {
  const at = processNumber === undefined ? -1 : bytes.indexOf(Buffer.from([0x4b, 0, 0, 0, 12]));
  if (at !== -1) bytes.writeUInt32BE(processNumber!, at + 5);
  return bytes;
}
