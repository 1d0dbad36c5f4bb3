import { databaseAddresses, type HostFile, password, patroniPort, postgresPort } from './plan.ts';

export const patroniFile = '/etc/patroni/config.yml';
/** Passwords as the environment, of what is rendered. */
export const patroniSecrets = '/etc/patroni_env.conf';
export const dataFolder = '/var/lib/postgresql/data';

/**
 * The v2 API of etcd on purpose: with `etcd3:` Debian 12's Patroni 3.0.2 loses acknowledged writes
 * when the old primary comes back. `ttl`: seconds after which a primary that is gone is replaced.
 */
export function patroniFiles(name: string, programs: string, ttl: number): readonly HostFile[] {
  const address = databaseAddresses[name]!;
  const etcd = Object.values(databaseAddresses).map((each) => `${each}:2379`);
  const text = `
scope: library
name: ${name}
restapi: { listen: "${address}:${patroniPort}", connect_address: "${address}:${patroniPort}" }
etcd: { hosts: "${etcd.join(',')}" }
bootstrap:
  dcs:
    ttl: ${ttl}
    loop_wait: ${Math.max(1, Math.floor(ttl / 10))}
    retry_timeout: 3
    maximum_lag_on_failover: 1048576
    primary_start_timeout: 0
    synchronous_mode: true
    synchronous_mode_strict: false
    postgresql:
      use_pg_rewind: true
      parameters:
        max_connections: 150
        shared_buffers: 32MB
        wal_keep_size: 64MB
        hot_standby: "on"
        wal_level: replica
        wal_log_hints: "on"
        max_wal_senders: 10
        max_replication_slots: 10
        tcp_user_timeout: 3000
        wal_sender_timeout: 5s
        wal_receiver_timeout: 5s
  initdb: [ { encoding: UTF8 }, { locale: C.UTF-8 }, data-checksums, { auth-host: scram-sha-256 }, { auth-local: trust } ]
  pg_hba:
    - local all all trust
    - host replication replicator 10.77.0.0/24 scram-sha-256
    - host all all 10.77.0.0/16 scram-sha-256
postgresql:
  listen: "${address}:${postgresPort}"
  connect_address: "${address}:${postgresPort}"
  data_dir: ${dataFolder}
  bin_dir: ${programs}
  pgpass: /var/lib/postgresql/pgpass
  basebackup: [ { checkpoint: fast } ]
  authentication:
    superuser: { username: postgres, password: ${password} }
    replication: { username: replicator, password: ${password} }
    rewind: { username: rewinder, password: ${password} }
  parameters: { unix_socket_directories: /run/postgresql }
tags: { nofailover: false, noloadbalance: false, clonefrom: false, nosync: false }
`;
  return [{ path: patroniFile, text, mode: 0o644 }];
}
