import { renderHost } from '../../../src/cluster/render/render.ts';
import { readSecrets } from '../../../src/cluster/topology/secrets.ts';
import { hostNamed, topologyOf } from '../../../src/cluster/topology/read.ts';
import type { Addresses } from '../hosts/network.ts';
import { type HostFile, password } from './plan.ts';

/** Who deploys, to whom, and who reads meanwhile. */
export const deployAddresses: Addresses = {
  lb1: '10.77.0.11',
  lb2: '10.77.0.12',
  web1: '10.77.0.21',
  web2: '10.77.0.22',
  db1: '10.77.0.31',
  worker1: '10.77.0.41',
  operator: '10.77.0.90',
  client: '10.77.2.50',
};

export const deployBalancers: readonly string[] = ['lb1', 'lb2'];
export const deployWeb: readonly string[] = ['web1', 'web2'];
/** In the order in which they get a release. */
export const deployHosts: readonly string[] = ['worker1', ...deployWeb];
export const sshHosts: readonly string[] = [...deployHosts, ...deployBalancers];

const rolesOf = (name: string): string =>
  name.startsWith('lb') ? 'balancer' : name.startsWith('web') ? 'web' : name.startsWith('db') ? 'database' : 'worker';

/** The cluster file of these hosts. `verify`: seconds. */
export function deployFile(verify: number): string {
  const hosts = [...sshHosts, 'db1'].map((name) => {
    const own = name.startsWith('web') ? ', cores: 8, workers: 1' : '';
    return `  ${name}: {address: ${deployAddresses[name]}, roles: [${rolesOf(name)}]${own}}`;
  });
  return `name: library
base-url: http://10.77.0.11
network: 10.77.0.0/16
floating-ip: 10.77.0.100
hosts:
${hosts.join('\n')}
database: {name: library, user: library}
files: {folder: /var/lib/reperio-files}
passwords:
  library: {literal: ${password}}
  superuser: {literal: ${password}}
  replication: {literal: ${password}}
  rewind: {literal: ${password}}
deploy: {user: root, keep: 2, verify: ${verify}s}
`;
}

/** What is rendered for a host, as \`reperio cluster render --out\` does. */
export function deployedFiles(name: string, verify: number): readonly HostFile[] {
  const topology = topologyOf(deployFile(verify), 'cluster.yaml');
  const secrets = readSecrets(topology, {});
  return renderHost(topology, hostNamed(topology, name), secrets, ['settings', 'systemd', 'haproxy']);
}
