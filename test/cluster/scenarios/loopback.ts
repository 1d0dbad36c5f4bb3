import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTestDatabase } from '../../support/database.ts';
import { waitFor } from '../../support/wait.ts';
import { haproxyText } from '../config/haproxy.ts';
import { Here } from '../hosts/here.ts';
import { admin, type HaproxyPlace, reloadHaproxy, serverStates, startHaproxy } from '../roles/balancer.ts';
import { program, waitUntilReady, webStatus } from '../roles/reperio.ts';

/** Two nodes behind HAProxy on the loopback address: no privileges, no namespaces. */
export class Loopback {
  readonly machine: Here;
  /** Where readers come. */
  readonly url: string;
  readonly #folder: string;
  readonly #ports: Readonly<Record<string, number>>;
  readonly #place: HaproxyPlace;
  readonly #databaseUrl: string;
  readonly #release: () => Promise<void>;

  static async open(): Promise<Loopback> {
    const folder = mkdtempSync(join(tmpdir(), 'reperio-loopback-'));
    const store = await openTestDatabase();
    const [front, own, a, b] = await freePorts(4);
    const nodes = { a: a!, b: b! };
    const place = { file: join(folder, 'haproxy.cfg'), folder, ownPort: own! };
    const text = haproxyText({
      nodes: Object.fromEntries(Object.entries(nodes).map(([name, port]) => [name, `127.0.0.1:${port}`])),
      bind: `127.0.0.1:${front}`,
      ownPort: place.ownPort,
      folder,
    });
    writeFileSync(place.file, text);
    const loopback = new Loopback(folder, front!, nodes, place, store.url, store.release);
    try {
      for (const name of Object.keys(nodes)) await loopback.startNode(name);
      await startHaproxy(loopback.machine, place);
      await loopback.allUp();
    } catch (error) {
      await loopback.close();
      throw error;
    }
    return loopback;
  }

  private constructor(
    folder: string,
    front: number,
    ports: Readonly<Record<string, number>>,
    place: HaproxyPlace,
    databaseUrl: string,
    release: () => Promise<void>,
  ) {
    this.machine = new Here(folder);
    this.url = `http://127.0.0.1:${front}`;
    this.#folder = folder;
    this.#ports = ports;
    this.#place = place;
    this.#databaseUrl = databaseUrl;
    this.#release = release;
  }

  get nodes(): readonly string[] {
    return Object.keys(this.#ports);
  }

  async startNode(name: string): Promise<void> {
    const data = join(this.#folder, name);
    mkdirSync(data, { recursive: true });
    const environment = {
      REPERIO_DATA: data,
      DATABASE_URL: this.#databaseUrl,
      REPERIO_PORT: String(this.#ports[name]),
      REPERIO_NODE_NAME: name,
      REPERIO_WEB_WORKERS: '2',
      REPERIO_LOG_LEVEL: 'warn',
    };
    await this.machine.spawn(name, [program, 'serve'], { environment });
    await waitUntilReady(this.machine, name, this.#ports[name]);
  }

  async status(name: string): ReturnType<typeof webStatus> {
    return webStatus(this.machine, this.#ports[name]);
  }

  async allUp(): Promise<void> {
    await waitFor('both nodes up at HAProxy', async () => {
      const states = await serverStates(this.machine, this.#place.folder);
      return this.nodes.every((name) => states[name] === 'UP');
    });
  }

  async states(): Promise<Readonly<Record<string, string>>> {
    return serverStates(this.machine, this.#place.folder);
  }

  async set(name: string, state: 'ready' | 'drain'): Promise<void> {
    await admin(this.machine, `set server pages/${name} state ${state}`, this.#place.folder);
  }

  async reloadBalancer(): Promise<void> {
    await reloadHaproxy(this.machine, this.#place);
  }

  async close(): Promise<void> {
    await this.machine.killAll('haproxy');
    await Promise.all(this.nodes.map((name) => this.machine.stop(name)));
    await this.#release();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
