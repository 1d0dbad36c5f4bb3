import { waitFor } from '../../support/wait.ts';
import { haproxyFile, haproxyFiles, haproxyFolder, socketName, stateName } from '../config/haproxy.ts';
import { keepalivedFile, keepalivedFiles } from '../config/keepalived.ts';
import { balancers, floatingAddress, haproxyPort } from '../config/plan.ts';
import { renderedFiles } from '../config/rendered.ts';
import type { Cluster } from '../hosts/cluster.ts';
import type { Host } from '../hosts/host.ts';
import type { Machine } from '../hosts/machine.ts';
import { install } from './install.ts';

/** HAProxy and keepalived; the first of the balancers is to have the floating address. */
export async function startBalancer(cluster: Cluster, name: string, withPrimary: boolean): Promise<void> {
  const host = cluster.host(name);
  const peer = cluster.host(balancers.find((other) => other !== name)!).address;
  const priority = 200 - 10 * (balancers as readonly string[]).indexOf(name);
  const { isReallyRoot } = cluster;
  const rendered = isReallyRoot && renderedFiles(name, withPrimary ? 3 : 1, ['haproxy', 'keepalived']);
  install(
    host,
    rendered || [...haproxyFiles(withPrimary), ...keepalivedFiles({ name, address: host.address, peer, priority })],
  );
  // HAProxy listens on the floating address also where it is not.
  await host.exec(['sysctl', '-q', 'net.ipv4.ip_nonlocal_bind=1']);
  await startHaproxy(host);
  // Else its check fails, since no script can be trusted in a user namespace.
  if (isReallyRoot) await host.exec(['keepalived', '-t', '-f', keepalivedFile]);
  await startKeepalived(host);
}

/** Where a HAProxy has its things. */
export interface HaproxyPlace {
  readonly file: string;
  readonly folder: string;
  readonly ownPort: number;
}

const usual: HaproxyPlace = { file: haproxyFile, folder: haproxyFolder, ownPort: haproxyPort };

export async function startHaproxy(host: Machine, { file, folder, ownPort }: HaproxyPlace = usual): Promise<void> {
  await host.exec(['haproxy', '-c', '-q', '-f', file]);
  await host.exec(['sh', '-c', `echo 1 > ${folder}/${stateName}`]);
  await host.spawn('haproxy', ['haproxy', '-W', '-f', file]);
  await waitFor(`HAProxy on ${host.name}`, () =>
    host.exec(['curl', '-fsS', '-m', '1', `http://127.0.0.1:${ownPort}/haproxy-up`]),
  );
}

async function startKeepalived(host: Host): Promise<void> {
  const pids = ['-p', '/run/keepalived.pid', '-r', '/run/keepalived-vrrp.pid'];
  await host.spawn('keepalived', ['keepalived', '-n', '-l', '-D', '-f', keepalivedFile, ...pids]);
}

/** As Debian's unit with our addition does it: what was drained stays so. */
export async function reloadHaproxy(host: Machine, { folder }: Pick<HaproxyPlace, 'folder'> = usual): Promise<void> {
  const command = `echo show servers state | socat - ${folder}/${socketName} > ${folder}/${stateName}`;
  await host.exec(['sh', '-c', command]);
  host.kill('haproxy', 'SIGUSR2');
}

export async function admin(host: Machine, command: string, folder = haproxyFolder): Promise<string> {
  return host.exec(['socat', '-', `${folder}/${socketName}`], { input: `${command}\n` });
}

/** Which balancer has the floating address now? */
export async function holder(cluster: Cluster): Promise<string> {
  return waitFor('one balancer with the floating address', async () => {
    const on = balancers.filter((name) => cluster.host(name).isOn);
    const texts = await Promise.all(on.map((name) => cluster.exec(name, ['ip', '-br', 'addr', 'show', 'eth0'])));
    const having = on.filter((_, at) => texts[at]!.includes(`${floatingAddress}/`));
    return having.length === 1 ? having[0] : undefined;
  });
}

/** States of the web nodes as this balancer sees them: UP, DOWN, NOLB, MAINT, DRAIN ... */
export async function serverStates(
  host: Machine,
  folder = haproxyFolder,
  backend = 'pages',
): Promise<Readonly<Record<string, string>>> {
  const [head = '', ...rows] = (await admin(host, 'show stat', folder)).trim().split('\n');
  const titles = head.replace(/^# /, '').split(',');
  const [name, server, status] = ['pxname', 'svname', 'status'].map((title) => titles.indexOf(title));
  const cells = rows.map((row) => row.split(','));
  const servers = cells.filter((row) => row[name!] === backend && !/^(?:FRONTEND|BACKEND)$/.test(row[server!]!));
  return Object.fromEntries(servers.map((row) => [row[server!]!, row[status!]!]));
}

/** Waits until every balancer that is on sends requests to all of these nodes. */
export async function waitUntilUp(cluster: Cluster, nodes: readonly string[], timeout = 60_000): Promise<void> {
  await waitFor(
    `${nodes.join(', ')} up at the balancers`,
    async () => {
      const on = balancers.filter((name) => cluster.host(name).isOn);
      const states = await Promise.all(on.map((name) => serverStates(cluster.host(name))));
      return states.every((seen) => nodes.every((node) => seen[node] === 'UP'));
    },
    timeout,
  );
}

/** ready, drain or maint, at every balancer that is on. */
export async function setNode(cluster: Cluster, node: string, state: 'ready' | 'drain' | 'maint'): Promise<void> {
  const on = balancers.filter((name) => cluster.host(name).isOn);
  await Promise.all(on.map((name) => admin(cluster.host(name), `set server pages/${node} state ${state}`)));
}
