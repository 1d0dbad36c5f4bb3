import { etcdMembers, type Host, type Topology } from '../topology/topology.ts';
import { environmentLine, lines, madeFor, type RenderedFile } from './rendered-file.ts';

/**
 * What Debian's etcd.service reads; each line is a flag of etcd, ETCD_PRE_VOTE being --pre-vote.
 */
export function renderEtcd(topology: Topology, host: Host): readonly RenderedFile[] {
  const { name, ports, etcdApi } = topology;
  const peer = (member: Host): string => `http://${member.address}:${ports['etcd-peers']}`;
  const client = `http://${host.address}:${ports.etcd}`;
  const all = etcdMembers(topology).map((member) => `${member.name}=${peer(member)}`);
  const text = lines(
    madeFor(topology, host),
    '# Holds who is the primary of the databases. No passwords and no encryption: its two ports are for the hosts of the cluster only (firewall).',
    environmentLine('ETCD_NAME', host.name),
    environmentLine('ETCD_DATA_DIR', `/var/lib/etcd/${name}`),
    environmentLine('ETCD_LISTEN_PEER_URLS', peer(host)),
    environmentLine('ETCD_INITIAL_ADVERTISE_PEER_URLS', peer(host)),
    environmentLine('ETCD_LISTEN_CLIENT_URLS', `${client},http://127.0.0.1:${ports.etcd}`),
    environmentLine('ETCD_ADVERTISE_CLIENT_URLS', client),
    '# Read at the first start only; a member that is added later is announced with `etcdctl member add` and starts with "existing".',
    environmentLine('ETCD_INITIAL_CLUSTER', all.join(',')),
    environmentLine('ETCD_INITIAL_CLUSTER_STATE', 'new'),
    environmentLine('ETCD_INITIAL_CLUSTER_TOKEN', name),
    '# Milliseconds. A leader is missed after one second: well before Patroni gives up (retry_timeout, 3 s), so that losing an etcd member moves no database.',
    environmentLine('ETCD_HEARTBEAT_INTERVAL', '100'),
    environmentLine('ETCD_ELECTION_TIMEOUT', '1000'),
    '# A member that was cut off asks before it calls an election, so that its return disturbs nobody.',
    environmentLine('ETCD_PRE_VOTE', 'true'),
    '# Old revisions are dropped after an hour; Patroni writes all the time.',
    environmentLine('ETCD_AUTO_COMPACTION_RETENTION', '1'),
    environmentLine('ETCD_LOGGER', 'zap'),
    etcdApi === 'etcd' && [
      '# Patroni before 3.1 loses acknowledged writes with the v3 API (see docs/cluster.md), so it speaks v2, where it compares before it swaps.',
      environmentLine('ETCD_ENABLE_V2', 'true'),
    ],
  );
  return [{ path: '/etc/default/etcd', text, mode: 0o644 }];
}
