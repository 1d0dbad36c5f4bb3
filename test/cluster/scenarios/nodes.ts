import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderHost } from '../../../src/cluster/render/render.ts';
import { hostNamed, topologyOf } from '../../../src/cluster/topology/read.ts';
import { readSecrets } from '../../../src/cluster/topology/secrets.ts';
import { without } from '../../../src/deploy/replicate/neighbours.ts';
import { makeReleaseFolder } from '../../support/release-folder.ts';
import { waitFor } from '../../support/wait.ts';
import { password } from '../config/plan.ts';
import { Cluster } from '../hosts/cluster.ts';
import type { Addresses } from '../hosts/network.ts';
import { serverStates, startHaproxy } from '../roles/balancer.ts';
import { install } from '../roles/install.ts';
import { startPostgres } from '../roles/postgres.ts';
import { loadDemo } from '../roles/records.ts';
import { program } from '../roles/reperio.ts';
import { installProgram, startSshds } from '../roles/sshd.ts';
import { letSudo, operatorLogin } from '../roles/sudo.ts';
import { startUnits, systemctl } from '../roles/units.ts';
import type { Told } from './deploy.ts';

const addresses: Addresses = {
  lb1: '10.77.0.11',
  // Nothing runs there; settings of readers' nodes name it.
  lb2: '10.77.0.12',
  web1: '10.77.0.21',
  web2: '10.77.0.22',
  db1: '10.77.0.31',
  operator: '10.77.0.90',
};

/** web2 is written into it, and is no node yet. */
export const nodesFile = `name: library
base-url: http://10.77.0.11
network: 10.77.0.0/16
hosts:
  lb1: {address: 10.77.0.11, roles: [balancer]}
  web1: {address: 10.77.0.21, roles: [web], cores: 4, workers: 1}
  web2: {address: 10.77.0.22, roles: [web], cores: 4, workers: 1}
  db1: {address: 10.77.0.31, roles: [database]}
database: {name: library, user: library}
files: {folder: /var/lib/reperio-files}
passwords:
  library: {literal: ${password}}
  superuser: {literal: ${password}}
  replication: {literal: ${password}}
  rewind: {literal: ${password}}
deploy: {user: ${operatorLogin}}
`;

const clusterFile = '/etc/reperio/cluster.yaml';
const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));
const modulesThere = '/opt/libraries/node_modules';
const haproxyPlace = { file: '/etc/haproxy/haproxy.cfg', folder: '/run/haproxy', ownPort: 8404 } as const;
const records = 200;

/** An operator, a balancer, a web node with a release, and a host that is empty. */
export class NodeWorld {
  readonly cluster: Cluster;
  readonly releases: string;

  static async open(): Promise<NodeWorld> {
    const world = new NodeWorld(await Cluster.open(addresses), mkdtempSync(join(tmpdir(), 'reperio-nodes-')));
    try {
      await world.#furnish();
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  private constructor(cluster: Cluster, releases: string) {
    this.cluster = cluster;
    this.releases = releases;
  }

  async #furnish(): Promise<void> {
    const { cluster, releases } = this;
    const release = { version: '0.2.0', modules: modulesThere };
    const [databaseUrl] = await Promise.all([
      startPostgres(cluster, 'db1'),
      makeReleaseFolder(join(releases, '0.2.0'), release),
      startSshds(cluster, 'operator', ['lb1', 'web1', 'web2', 'db1']),
    ]);
    cluster.host('operator').write(clusterFile, nodesFile);
    for (const name of ['lb1', 'web1', 'web2', 'db1']) letSudo(cluster, name);
    await loadDemo(cluster, 'operator', { databaseUrl }, records);
    // As it was before web2 had a line.
    const all = topologyOf(nodesFile, clusterFile);
    const before = without(all, 'web2');
    for (const name of ['lb1', 'web1', 'db1'])
      install(
        cluster.host(name),
        renderHost(before, hostNamed(before, name), readSecrets(all, {}), [
          'settings',
          'systemd',
          'haproxy',
          'postgresql',
        ]),
      );
    await cluster.exec('lb1', ['sysctl', '-q', 'net.ipv4.ip_nonlocal_bind=1']);
    await startHaproxy(cluster.host('lb1'), haproxyPlace);
    this.letReload(true);
    installProgram(cluster, 'db1', 'systemctl', '#!/bin/sh\n');
    await this.#startFirst();
    await this.#prepareEmpty();
  }

  /** What systemctl of the balancer does with `reload haproxy`. */
  letReload(works: boolean): void {
    const reload = works ? 'kill -USR2 "$(pgrep -o haproxy)"' : 'exit 1';
    installProgram(this.cluster, 'lb1', 'systemctl', `#!/bin/sh\n[ "$1 $2" != "reload haproxy" ] || ${reload}\n`);
  }

  async #startFirst(): Promise<void> {
    const host = this.cluster.host('web1');
    const reperio = 'reperio:x:990:990::/var/lib/reperio:/usr/sbin/nologin\n';
    host.write('/etc/passwd', readFileSync(host.pathOf('/etc/passwd'), 'utf8') + reperio);
    host.write('/etc/group', `${readFileSync(host.pathOf('/etc/group'), 'utf8')}reperio:x:990:\n`);
    const there = host.pathOf('/opt/reperio/releases');
    mkdirSync(there, { recursive: true });
    execFileSync('cp', ['-r', '--preserve=mode,links', join(this.releases, '0.2.0'), `${there}/0.2.0`]);
    symlinkSync('releases/0.2.0', host.pathOf('/opt/reperio/current'));
    await this.#mountModules('web1');
    await startUnits(this.cluster, 'web1', ['reperio-web.socket', 'reperio-web']);
    await waitFor('segments of web1', () => this.segments('web1').length > 0);
    await this.up('web1');
  }

  async #prepareEmpty(): Promise<void> {
    await this.#mountModules('web2');
    await startUnits(this.cluster, 'web2', []);
  }

  async #mountModules(name: string): Promise<void> {
    const host = this.cluster.host(name);
    mkdirSync(host.pathOf(modulesThere), { recursive: true });
    await host.exec(['mount', '--bind', modules, modulesThere]);
  }

  /** `reperio node` of the operator, to its end. */
  async operate(...words: readonly string[]): Promise<Told> {
    const host = this.cluster.host('operator');
    const text = `'${program}' node "$@" >/etc/out 2>/etc/err; echo $?`;
    const argv = ['sh', '-c', text, 'sh', ...words, '--file', clusterFile];
    const status = await host.exec(argv, { timeout: 240_000, environment: this.environment });
    const read = (path: string): string => readFileSync(host.pathOf(path), 'utf8');
    return { status: Number(status), stdout: read('/etc/out'), stderr: read('/etc/err') };
  }

  get environment(): Readonly<Record<string, string>> {
    return { REPERIO_DATA: '/var/lib/reperio', HOME: '/etc' };
  }

  async begin(service: string, ...words: readonly string[]): Promise<void> {
    const argv = [program, 'node', ...words, '--file', clusterFile];
    await this.cluster.host('operator').spawn(service, argv, { environment: this.environment });
  }

  segments(name: string): readonly string[] {
    try {
      const folder = this.cluster.host(name).pathOf('/var/lib/reperio/index');
      return readdirSync(folder).filter((each) => each.endsWith('.segment'));
    } catch {
      return [];
    }
  }

  /** Until the balancer sends requests there. */
  async up(name: string): Promise<void> {
    await waitFor(`${name} at the balancer`, async () => (await this.states())[name] === 'UP');
  }

  states(): Promise<Readonly<Record<string, string>>> {
    return serverStates(this.cluster.host('lb1'));
  }

  /** How many records a node finds. */
  async found(name: string): Promise<number> {
    const url = `http://${addresses[name]}:8080/api/search?p=&size=1`;
    return (JSON.parse(await this.cluster.exec(name, ['curl', '-fsS', '-m', '10', url])) as { total: number }).total;
  }

  /** As it was before anything was added. */
  async empty(): Promise<void> {
    for (const unit of ['reperio-web.socket', 'reperio-web.service'])
      await systemctl(this.cluster, 'web2', 'stop', unit).catch(() => undefined);
    const remove = 'rm -rf /opt/reperio /var/lib/reperio /etc/systemd/system/reperio-* /etc/reperio';
    await this.cluster.exec('web2', ['sh', '-c', remove], { timeout: 60_000 });
  }

  async close(): Promise<void> {
    await this.cluster.close();
    rmSync(this.releases, { recursive: true, force: true });
  }
}
