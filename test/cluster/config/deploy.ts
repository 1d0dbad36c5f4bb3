import { renderHost } from '../../../src/cluster/render/render.ts';
import { hostNamed, topologyOf } from '../../../src/cluster/topology/read.ts';
import { readSecrets } from '../../../src/cluster/topology/secrets.ts';
import type { Addresses } from '../hosts/network.ts';
import { type HostFile, password } from './plan.ts';

/** A worker host and so many web nodes, their balancers, who deploys, and who reads meanwhile. */
export class DeployShape {
  readonly web: readonly string[];

  constructor(webs: number) {
    this.web = Array.from({ length: webs }, (_, at) => `web${at + 1}`);
  }

  get addresses(): Addresses {
    return {
      lb1: '10.77.0.11',
      lb2: '10.77.0.12',
      ...Object.fromEntries(this.web.map((name, at) => [name, `10.77.0.${21 + at}`])),
      db1: '10.77.0.61',
      worker1: '10.77.0.71',
      operator: '10.77.0.90',
      client: '10.77.2.50',
    };
  }

  /** In the order in which they get a release. */
  get hosts(): readonly string[] {
    return ['worker1', ...this.web];
  }

  get sshHosts(): readonly string[] {
    return [...this.hosts, ...deployBalancers];
  }
}

export const deployBalancers: readonly string[] = ['lb1', 'lb2'];

const rolesOf = (name: string): string =>
  name.startsWith('lb') ? 'balancer' : name.startsWith('web') ? 'web' : name.startsWith('db') ? 'database' : 'worker';

/** The cluster file of these hosts. `verify`: seconds. */
export function deployFile(shape: DeployShape, verify: number, user = 'root'): string {
  const hosts = [...shape.sshHosts, 'db1'].map((name) => {
    const own = name.startsWith('web') ? ', cores: 8, workers: 1' : '';
    return `  ${name}: {address: ${shape.addresses[name]}, roles: [${rolesOf(name)}]${own}}`;
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
deploy: {user: ${user}, keep: 2, verify: ${verify}s}
`;
}

/** What is rendered for a host, as \`reperio cluster render --out\` does. */
export function deployedFiles(shape: DeployShape, name: string, verify: number): readonly HostFile[] {
  const topology = topologyOf(deployFile(shape, verify), 'cluster.yaml');
  const secrets = readSecrets(topology, {});
  return renderHost(topology, hostNamed(topology, name), secrets, ['settings', 'systemd', 'haproxy']);
}
