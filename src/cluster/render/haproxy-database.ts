import { frontAddress, hostsWith, type Topology } from '../topology/topology.ts';

/**
 * Patroni says by HTTP which server is the primary; here that becomes an address that is always the
 * primary's.
 */
export function databaseSections(topology: Topology): string {
  const { ports } = topology;
  const address = frontAddress(topology);
  const servers = hostsWith(topology, 'database')
    .map((host) => `    server ${host.name} ${host.address}:${ports.postgresql} tcp-ut 5s`)
    .join('\n');
  const check = `check port ${ports.patroni} inter 500ms fastinter 250ms downinter 500ms fall 2 rise 1`;
  return `
defaults tcp
    mode tcp
    log global
    option tcplog
    timeout connect 1s
    timeout check 1s
    # A connection that waits for notifications may be silent for hours. TCP keep-alive probes find dead peers instead.
    timeout client 24h
    timeout server 24h
    timeout queue 5s
    option clitcpka
    clitcpka-idle 10s
    clitcpka-intvl 5s
    clitcpka-cnt 3
    option srvtcpka
    srvtcpka-idle 5s
    srvtcpka-intvl 2s
    srvtcpka-cnt 3
    maxconn 5000

listen primary
    bind ${address}:${ports.primary}
    # Patroni answers 200 on the server that holds the leader key, 503 on the others.
    option httpchk OPTIONS /primary
    http-check expect status 200
    # Connections to a server that is no longer the primary are cut, so that clients connect again: they would lose writes or read old data.
    default-server ${check} on-marked-down shutdown-sessions
${servers}

listen replicas
    bind ${address}:${ports.replicas}
    balance leastconn
    # Streaming replicas that are at most 16 MB of WAL behind.
    option httpchk OPTIONS /replica?lag=16MB
    http-check expect status 200
    default-server ${check} on-marked-down shutdown-sessions
${servers}`;
}
