import { databaseAddresses, type HostFile } from './plan.ts';

/** Flags of etcd as lines of its environment, as Debian's unit reads them. */
export const etcdFile = '/etc/default/etcd';

export function etcdFiles(name: string): readonly HostFile[] {
  const address = databaseAddresses[name]!;
  const members = Object.entries(databaseAddresses).map(([each, at]) => `${each}=http://${at}:2380`);
  const text = `ETCD_NAME=${name}
ETCD_DATA_DIR=/var/lib/etcd/library
ETCD_LISTEN_PEER_URLS=http://${address}:2380
ETCD_INITIAL_ADVERTISE_PEER_URLS=http://${address}:2380
ETCD_LISTEN_CLIENT_URLS=http://${address}:2379,http://127.0.0.1:2379
ETCD_ADVERTISE_CLIENT_URLS=http://${address}:2379
ETCD_INITIAL_CLUSTER=${members.join(',')}
ETCD_INITIAL_CLUSTER_STATE=new
ETCD_INITIAL_CLUSTER_TOKEN=library
ETCD_HEARTBEAT_INTERVAL=100
ETCD_ELECTION_TIMEOUT=1000
ETCD_PRE_VOTE=true
ETCD_ENABLE_V2=true
ETCD_LOGGER=zap
`;
  return [{ path: etcdFile, text, mode: 0o644 }];
}
