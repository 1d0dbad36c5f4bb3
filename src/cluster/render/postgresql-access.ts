import { type Host, hostsWith, type Topology, usesPatroni } from '../topology/topology.ts';

/**
 * Lines of pg_hba.conf: by address, everybody with a password, nobody else. The library comes
 * through the balancers, whose addresses the server sees.
 */
export function accessLines(topology: Topology): readonly string[] {
  const { database } = topology;
  const servers = hostsWith(topology, 'database');
  const balancers = hostsWith(topology, 'balancer');
  const clients = topology.hosts.filter(({ roles }) => roles.includes('web') || roles.includes('worker'));
  const line = (base: string, user: string, { address }: Pick<Host, 'address'>): string =>
    `host ${base} ${user} ${address}/32 scram-sha-256`;
  const through = usesPatroni(topology) ? [...new Set([...balancers, ...clients])] : clients;
  return [
    'local all postgres peer',
    line('all', 'postgres', { address: '127.0.0.1' }),
    ...(usesPatroni(topology)
      ? servers.flatMap((host) => [
          line('all', 'postgres', host),
          line('replication', 'replicator', host),
          line('postgres', 'rewinder', host),
        ])
      : []),
    ...through.map((host) => line(database.name, database.user, host)),
  ];
}
