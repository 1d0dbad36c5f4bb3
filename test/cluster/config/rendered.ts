import { type ProgramName, renderHost } from '../../../src/cluster/render/render.ts';
import { hostNamed, topologyOf } from '../../../src/cluster/topology/read.ts';
import type { Topology } from '../../../src/cluster/topology/topology.ts';
import { dataFolder } from './patroni.ts';
import { addressesOf, floatingAddress, type HostFile, password } from './plan.ts';

/**
 * What `reperio cluster render` makes for a host of this cluster; programs change their user by it,
 * so it is for who is root.
 */
export function renderedFiles(name: string, servers: 1 | 3, programs: readonly ProgramName[]): readonly HostFile[] {
  const topology = topologyOfTests(servers);
  const secrets = { library: password, superuser: password, replication: password, rewind: password };
  return renderHost(topology, hostNamed(topology, name), secrets, programs);
}

const rolesOf = (name: string): string =>
  name.startsWith('lb') ? 'balancer' : name.startsWith('web') ? 'web' : name.startsWith('db') ? 'database' : 'worker';

/** Clients write to the database as a worker host may. */
function topologyOfTests(servers: 1 | 3): Topology {
  const hosts = Object.entries(addressesOf(servers)).map(
    ([name, address]) => `  ${name}: {address: ${address}, roles: [${rolesOf(name)}], cores: 2, memory: 256MB}`,
  );
  const text = `
name: library
base-url: http://${floatingAddress}
network: 10.77.0.0/16
floating-ip: ${floatingAddress}
hosts:
${hosts.join('\n')}
database: {name: library, user: library, data: ${dataFolder}}
`;
  return topologyOf(text, 'the cluster of the tests');
}
