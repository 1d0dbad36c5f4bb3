import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Deployment } from '../../../src/deploy/rollout/deployment.ts';
import { programScript } from '../../../src/deploy/rollout/scripts.ts';
import { makeReleaseFolder, type ReleaseChange } from '../../support/release-folder.ts';
import { waitFor } from '../../support/wait.ts';
import { DeployShape, deployBalancers, deployedFiles, deployFile } from '../config/deploy.ts';
import { Cluster } from '../hosts/cluster.ts';
import type { LoadReport } from '../load/report.ts';
import { startLoad } from '../load/start.ts';
import { serverStates, startHaproxy } from '../roles/balancer.ts';
import { install } from '../roles/install.ts';
import { startPostgres } from '../roles/postgres.ts';
import { loadDemo } from '../roles/records.ts';
import { bootReleased, installRelease, modulesThere } from '../roles/released.ts';
import { program } from '../roles/reperio.ts';
import { startSshd, startSshds } from '../roles/sshd.ts';
import { letSudo } from '../roles/sudo.ts';
import { readerPaths } from './scenario.ts';

const clusterFile = '/etc/reperio/cluster.yaml';
const floating = '10.77.0.100';
const haproxyPlace = { file: '/etc/haproxy/haproxy.cfg', folder: '/run/haproxy', ownPort: 8404 } as const;
const records = 300;

export const firstVersion = '0.2.0';

export interface DeployOptions {
  /** Seconds in which the errors of a web node are watched. */
  readonly verify: number;
  readonly webs?: number;
  /** A whole release of version 0.2.0, unpacked; else one without its libraries is made. */
  readonly release?: string | undefined;
  /** Nothing runs on the hosts but what they are asked by. */
  readonly isIdle?: true;
  /** Who logs in to the hosts; default root. */
  readonly user?: string;
}

/** What a command of the operator printed, and how it ended. */
export interface Told {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * An operator, two balancers, a worker host and two web nodes with a release, and one that reads.
 */
export class DeployWorld {
  readonly cluster: Cluster;
  readonly shape: DeployShape;
  readonly #options: DeployOptions;
  /** Of releases; the folder of a release is named by its version. */
  readonly releases: string;

  static async open(options: DeployOptions): Promise<DeployWorld> {
    const shape = new DeployShape(options.webs ?? 2);
    const cluster = await Cluster.open(shape.addresses);
    const world = new DeployWorld(cluster, shape, options);
    try {
      await world.#furnish();
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  private constructor(cluster: Cluster, shape: DeployShape, options: DeployOptions) {
    this.cluster = cluster;
    this.shape = shape;
    this.#options = options;
    this.releases = mkdtempSync(join(tmpdir(), 'reperio-deploy-'));
  }

  async #furnish(): Promise<void> {
    const { cluster, shape } = this;
    const { verify, release, user } = this.#options;
    const [databaseUrl] = await Promise.all([
      startPostgres(cluster, 'db1'),
      release === undefined
        ? this.makeRelease({ version: firstVersion })
        : execFileSync('cp', ['-r', '--preserve=mode,links', release, join(this.releases, firstVersion)]),
      startSshds(cluster, 'operator', shape.sshHosts),
    ]);
    cluster.host('operator').write(clusterFile, deployFile(shape, verify, user));
    if (user !== undefined) for (const name of shape.sshHosts) letSudo(cluster, name);
    await loadDemo(cluster, 'client', { databaseUrl }, records);
    await cluster.exec('lb1', ['ip', 'addr', 'add', `${floating}/16`, 'dev', 'eth0']);
    await Promise.all([
      ...deployBalancers.map((name) => this.#startBalancer(name)),
      ...shape.hosts.map((name) => this.#startNode(name)),
    ]);
    if (this.#options.isIdle !== true) await this.allUp();
  }

  async #startBalancer(name: string): Promise<void> {
    const host = this.cluster.host(name);
    install(host, deployedFiles(this.shape, name, this.#options.verify));
    await host.exec(['sysctl', '-q', 'net.ipv4.ip_nonlocal_bind=1']);
    await startHaproxy(host, haproxyPlace);
  }

  async #startNode(name: string): Promise<void> {
    const files = deployedFiles(this.shape, name, this.#options.verify);
    installRelease(this.cluster, name, files, join(this.releases, firstVersion));
    await bootReleased(this.cluster, name, this.#options.isIdle !== true);
  }

  /** It has power again. */
  async restartNode(name: string): Promise<void> {
    await this.cluster.powerOn(name);
    await startSshd(this.cluster, name);
    await bootReleased(this.cluster, name, true);
  }

  /** A release beside the others; its folder. */
  async makeRelease(change: Omit<ReleaseChange, 'modules'>): Promise<string> {
    const folder = join(this.releases, change.version);
    await makeReleaseFolder(folder, { ...change, modules: modulesThere });
    return folder;
  }

  /** A command of the operator, to its end. */
  async operate(...words: readonly string[]): Promise<Told> {
    const text = `'${program}' deploy "$@" >/etc/out 2>/etc/err; echo $?`;
    const argv = ['sh', '-c', text, 'sh', ...words, '--file', clusterFile];
    const host = this.cluster.host('operator');
    const status = await host.exec(argv, { timeout: 240_000, environment: this.environment });
    const read = (path: string): string => readFileSync(host.pathOf(path), 'utf8');
    return { status: Number(status), stdout: read('/etc/out'), stderr: read('/etc/err') };
  }

  /** A command of a shell on the operator's machine. */
  async type(line: string): Promise<string> {
    return this.cluster.exec('operator', ['sh', '-ec', line], { timeout: 120_000, environment: this.environment });
  }

  /** What a recipe says is typed, on the way forward; `from` is a version, `to` a folder. */
  async recipeCommands(from: string, to: string): Promise<readonly string[]> {
    const range = `${join(this.releases, from)}..${to}`;
    const text = await this.type(`'${program}' release recipe '${range}' --file ${clusterFile} --records ${records}`);
    const forward = text.slice(0, text.indexOf('## Rollback'));
    return [...forward.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, lines]) => lines!.trim().split('\n'));
  }

  /** The same as a service, that the test may kill; its standard output is its log. */
  async begin(service: string, ...words: readonly string[]): Promise<void> {
    const argv = [program, 'deploy', ...words, '--file', clusterFile];
    await this.cluster.host('operator').spawn(service, argv, { environment: this.environment });
  }

  /** A command of the release in force on a host, as its services run it. */
  async program(name: string, ...words: readonly string[]): Promise<string> {
    const own = '/opt/reperio/current/bin/reperio';
    const argv = [
      'sh',
      '-euc',
      programScript,
      'sh',
      'reperio',
      '/var/lib/reperio',
      '/etc/reperio/reperio.yaml',
      '/etc/reperio/secrets.env',
      own,
    ];
    return this.cluster.exec(name, [...argv, ...words], { timeout: 60_000 });
  }

  get environment(): Readonly<Record<string, string>> {
    return { REPERIO_DATA: '/var/lib/reperio', HOME: '/etc' };
  }

  /** The version that the link of each host names. */
  current(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      this.shape.hosts.map((name) => {
        const path = this.cluster.host(name).pathOf('/opt/reperio/current');
        return [name, execFileSync('readlink', [path], { encoding: 'utf8' }).trim().split('/').at(-1)!];
      }),
    );
  }

  /** The version that each web node says it runs, all its processes. */
  async running(): Promise<Readonly<Record<string, string>>> {
    const found = await Promise.all(
      this.shape.web.map(async (name) => {
        const url = `http://${this.cluster.host(name).address}:8080/server-status?format=json`;
        const { status } = JSON.parse(await this.cluster.exec(name, ['curl', '-fsS', '-m', '5', url])) as Status;
        // One that has just begun has not reported yet.
        const workers = status.workers.flatMap(({ report }) => report?.release ?? []);
        return [name, [...new Set([status.version, ...workers])].join(' ')] as const;
      }),
    );
    return Object.fromEntries(found);
  }

  /** What a host has kept of a deployment that has not ended. */
  state(name: string): Deployment | undefined {
    try {
      const path = this.cluster.host(name).pathOf('/opt/reperio/deploy.lock/state');
      return JSON.parse(readFileSync(path, 'utf8')) as Deployment;
    } catch {
      return undefined;
    }
  }

  async allUp(): Promise<void> {
    await waitFor('both web nodes at both balancers', async () => {
      const states = await Promise.all(deployBalancers.map((name) => serverStates(this.cluster.host(name))));
      return states.every((seen) => this.shape.web.every((web) => seen[web] === 'UP'));
    });
  }

  /** What becomes of readers while this is done. */
  async whileRead<T>(work: () => Promise<T>): Promise<{ readonly report: LoadReport; readonly result: T }> {
    const plan = { url: `http://${floating}`, paths: readerPaths(records), keeping: 3, fresh: 2, pause: 60 };
    const load = await startLoad(this.cluster.host('client'), plan);
    try {
      const result = await work();
      return { report: await load.stop(), result };
    } catch (error) {
      await load.stop();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.cluster.close();
    rmSync(this.releases, { recursive: true, force: true });
  }
}

interface Status {
  readonly status: {
    readonly version: string;
    readonly workers: readonly { readonly report?: { readonly release?: string } }[];
  };
}

/** Changes a file of a tree that is to be a release. */
export function editFile(folder: string, path: string, change: (text: string) => string): void {
  const whole = join(folder, path);
  writeFileSync(whole, change(readFileSync(whole, 'utf8')));
}
