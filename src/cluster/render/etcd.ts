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
    '# etcd stores which database is the primary. It has no passwords and no encryption: a firewall must open its two ports to the hosts of the cluster only.',
    environmentLine('ETCD_NAME', host.name),
    environmentLine('ETCD_DATA_DIR', `/var/lib/etcd/${name}`),
    environmentLine('ETCD_LISTEN_PEER_URLS', peer(host)),
    environmentLine('ETCD_INITIAL_ADVERTISE_PEER_URLS', peer(host)),
    environmentLine('ETCD_LISTEN_CLIENT_URLS', `${client},http://127.0.0.1:${ports.etcd}`),
    environmentLine('ETCD_ADVERTISE_CLIENT_URLS', client),
    '# These three are read at the first start only. Announce a member that is added later with `etcdctl member add`; it starts with the state "existing".',
    environmentLine('ETCD_INITIAL_CLUSTER', all.join(',')),
    environmentLine('ETCD_INITIAL_CLUSTER_STATE', 'new'),
    environmentLine('ETCD_INITIAL_CLUSTER_TOKEN', name),
    '# Milliseconds. A lost etcd leader is replaced after one second. Patroni waits longer (retry_timeout, 3 s), so the loss of an etcd member moves no database.',
    environmentLine('ETCD_HEARTBEAT_INTERVAL', '100'),
    environmentLine('ETCD_ELECTION_TIMEOUT', '1000'),
    '# A member that was cut off asks the others before it starts an election, so that its return does not interrupt the cluster.',
    environmentLine('ETCD_PRE_VOTE', 'true'),
    '# Hours. Old revisions are dropped after an hour, since Patroni writes all the time.',
    environmentLine('ETCD_AUTO_COMPACTION_RETENTION', '1'),
    environmentLine('ETCD_LOGGER', 'zap'),
    etcdApi === 'etcd' && [
      '# Patroni before 3.1 loses acknowledged writes with the v3 API (see docs/cluster.md). So it uses the v2 API, with which it compares before it writes.',
      environmentLine('ETCD_ENABLE_V2', 'true'),
    ],
  );
  return [{ path: '/etc/default/etcd', text, mode: 0o644 }];
}
