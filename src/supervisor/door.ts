import { createServer, type Server, type Socket } from 'node:net';

/** A listening socket that was opened before this process began, as by systemd. */
export interface InheritedSocket {
  /** The number under which this process has it. */
  readonly fd: number;
  readonly host: string;
  readonly port: number;
}

export interface DoorOptions {
  /** Where to listen, if nothing is inherited. */
  readonly host: string;
  readonly port: number;
  /** They are taken in the place of a socket of our own. */
  readonly inherited?: readonly InheritedSocket[];
}

/** Connections that may wait in the kernel: as many as the units of systemd say. */
const inheritedBacklog = 4096;
const ownBacklog = 1024;

/**
 * Where connections come in. A socket of our own listens from the beginning. One that is inherited
 * outlives us: nothing is accepted from it before somebody can answer, so what comes earlier, or
 * after we are gone, waits there for who can.
 */
export class Door {
  readonly address: string;
  readonly #servers: readonly Server[];
  readonly #inherited: readonly InheritedSocket[];

  /** Rejects with the error of listening. */
  static async make({ host, port, inherited = [] }: DoorOptions): Promise<Door> {
    const [first] = inherited;
    if (first !== undefined) return new Door(inherited.map(newServer), addressOf(first), inherited);
    const server = newServer();
    await listening(server, { host, port, backlog: ownBacklog });
    const at = server.address();
    if (at === null || typeof at === 'string') throw new Error('the server listens nowhere');
    return new Door([server], addressOf({ host: at.address, port: at.port }), []);
  }

  private constructor(servers: readonly Server[], address: string, inherited: readonly InheritedSocket[]) {
    this.#servers = servers;
    this.address = address;
    this.#inherited = inherited;
  }

  onConnection(take: (socket: Socket) => void): void {
    for (const server of this.#servers) server.on('connection', take);
  }

  /** Somebody can answer from now on. */
  async open(): Promise<void> {
    for (const [at, { fd }] of this.#inherited.entries())
      await listening(this.#servers[at]!, { fd, backlog: inheritedBacklog });
  }

  /** Nothing is accepted any more; each connection that was has been given to the listener. */
  close(): void {
    for (const server of this.#servers) server.close();
  }
}

function newServer(): Server {
  return createServer({ pauseOnConnect: true, noDelay: true });
}

function listening(server: Server, at: Parameters<Server['listen']>[0]): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, resolve);
  });
}

function addressOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
