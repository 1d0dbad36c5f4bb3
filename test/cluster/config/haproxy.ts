import {
  databaseAddresses,
  floatingAddress,
  type HostFile,
  haproxyPort,
  patroniPort,
  postgresPort,
  primaryPort,
  webAddresses,
  webPort,
} from './plan.ts';

export const haproxyFile = '/etc/haproxy/haproxy.cfg';
export const socketName = 'admin.sock';
export const stateName = 'server-state';
/** Where both are on a balancer of the cluster. */
export const haproxyFolder = '/run/haproxy';

/** What differs between a balancer of the cluster and one beside its nodes. */
export interface HaproxyPlan {
  /** Web nodes with address and port. */
  readonly nodes: Readonly<Record<string, string>>;
  /** Where readers come. */
  readonly bind: string;
  /** Where it says that it lives. */
  readonly ownPort: number;
  /** Folder of its socket and of the state that a reload keeps. */
  readonly folder: string;
}

const usualNodes = Object.fromEntries(Object.entries(webAddresses).map(([name, at]) => [name, `${at}:${webPort}`]));
const usual: HaproxyPlan = {
  nodes: usualNodes,
  bind: `${floatingAddress}:80`,
  ownPort: haproxyPort,
  folder: haproxyFolder,
};

/** Of a balancer of the cluster; `withPrimary` also leads to the primary of three databases. */
export function haproxyFiles(withPrimary: boolean): readonly HostFile[] {
  return [{ path: haproxyFile, text: haproxyText(usual) + (withPrimary ? primary : ''), mode: 0o644 }];
}

export function haproxyText({ nodes, bind, ownPort, folder }: HaproxyPlan): string {
  return [head(folder), frontend(bind), backend(nodes), health(ownPort)].join('');
}

const head = (folder: string): string => `
global
    stats socket ${folder}/${socketName} mode 600 level admin expose-fd listeners
    stats timeout 30s
    maxconn 2000
    hard-stop-after 60s
    server-state-file ${folder}/${stateName}
    log stdout format raw local0 notice
defaults
    mode http
    log global
    load-server-state-from-file global
    option redispatch 1
    retries 3
    retry-on conn-failure empty-response 503
    timeout connect 1s
    timeout client 60s
    timeout server 60s
    timeout check 1s
    timeout http-keep-alive 60s
    # An unplugged node sends no reset.
    option srvtcpka
    srvtcpka-idle 1s
    srvtcpka-intvl 1s
    srvtcpka-cnt 2
`;

const frontend = (bind: string): string => `
frontend library
    bind ${bind}
    option idle-close-on-response
    option http-buffer-request
    http-request disable-l7-retry if !{ method GET HEAD OPTIONS PUT DELETE } !{ req.hdr(Idempotency-Key) -m found }
    http-request del-header X-Forwarded-For
    option forwardfor
    default_backend pages
`;

const backend = (nodes: Readonly<Record<string, string>>): string => `
backend pages
    balance leastconn
    option httpchk GET /health/ready
    http-check disable-on-404
    default-server check inter 500ms fastinter 200ms downinter 500ms fall 2 rise 2 maxconn 100
    # tcp-ut on each server: HAProxy 2.6 does not take it from default-server. Without it what was sent to an unplugged node waits until the kernel gives up.
${Object.entries(nodes)
  .map(([name, address]) => `    server ${name} ${address} tcp-ut 2s\n`)
  .join('')}`;

const health = (port: number): string => `
frontend haproxy
    bind 127.0.0.1:${port}
    monitor-uri /haproxy-up
`;

const primary = `
listen primary
    bind ${floatingAddress}:${primaryPort}
    mode tcp
    timeout client 24h
    timeout server 24h
    option httpchk OPTIONS /primary
    http-check expect status 200
    default-server check port ${patroniPort} inter 500ms fastinter 250ms downinter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
${Object.entries(databaseAddresses)
  .map(([name, server]) => `    server ${name} ${server}:${postgresPort} tcp-ut 5s\n`)
  .join('')}`;
