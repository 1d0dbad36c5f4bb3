import { addressRules, patternOf, probes } from '../../addresses/addresses.ts';
import { programFormatPattern } from '../../formats/formats.ts';
import { networkText } from '../topology/network.ts';
import { frontAddress, type Host, hostsWith, type Topology, usesPatroni } from '../topology/topology.ts';
import { databaseSections } from './haproxy-database.ts';
import { lines, madeFor, type RenderedFile } from './rendered-file.ts';

export const haproxyFile = '/etc/haproxy/haproxy.cfg';
/** Both under /run: neither outlives the machine. */
export const adminSocket = '/run/haproxy/admin.sock';
export const serverState = '/run/haproxy/server-state';

/** Requests that a web node is given at once, for each of its cores. */
const slotsPerCore = { pages: 50, downloads: 8 } as const;
const usualCores = 2;

/** HAProxy 2.6 or newer: readers to web nodes, and the library to the primary of its databases. */
export function renderHaproxy(topology: Topology, host: Host): readonly RenderedFile[] {
  const text = lines(
    madeFor(topology, host),
    globalSection(),
    httpDefaults(),
    libraryFrontend(topology),
    backends(topology),
    ownFrontend(topology, host),
    usesPatroni(topology) && databaseSections(topology),
  );
  return [{ path: haproxyFile, text, mode: 0o644 }, unitOverride(topology, host)];
}

function globalSection(): string {
  return `
global
    user haproxy
    group haproxy
    log /dev/log local0 notice
    # For commands such as \`set server pages/web1 state drain\`. expose-fd passes the listening sockets to the next process, so a reload refuses no connection.
    stats socket ${adminSocket} mode 660 user root group haproxy level admin expose-fd listeners
    stats timeout 30s
    # Each connection takes two open files: 16,000 in all, which the usual limits on open files allow.
    maxconn 8000
    # After a reload the old process lives until its last connection ends, at most as long as a long download may take. Connections of the library to the
    # database that go through it are cut then; the library connects again.
    hard-stop-after 1h
    # A reload would forget which servers are in drain or maint. So their state is written to this file before a reload (see haproxy.service.d/reperio.conf).
    server-state-file ${serverState}
    ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets`;
}

function httpDefaults(): string {
  return `
defaults http
    mode http
    log global
    option httplog
    option dontlognull
    load-server-state-from-file global
    # A request that a node does not accept goes to another node at once, instead of trying the same node three times first.
    option redispatch 1
    retries 3
    # A node answers 503 when it sheds load or is about to stop: another node may have time. No retry on a timeout: the work would be done several times.
    retry-on conn-failure empty-response 503
    timeout connect 1s
    timeout check 1s
    timeout client 60s
    timeout server 60s
    # For a whole request with the first 16 kB of its body: a slower client would only occupy a slot.
    timeout http-request 15s
    # Less than the keep-alive of the nodes (72 s), so that a node never closes a connection that HAProxy is about to use.
    timeout http-keep-alive 60s
    # An unplugged node sends no reset. With these probes a request to it fails after some 3 s, and goes to another node if it may be repeated.
    option srvtcpka
    srvtcpka-idle 1s
    srvtcpka-intvl 1s
    srvtcpka-cnt 2`;
}

function libraryFrontend(topology: Topology): string {
  const { ports, certificate } = topology;
  const address = frontAddress(topology);
  const hasFiles = hostsWith(topology, 'files').length > 0;
  const bind = [
    `    bind ${address}:${ports.http}`,
    certificate !== undefined && `    bind ${address}:${ports.https} ssl crt ${certificate} alpn h2,http/1.1`,
    certificate !== undefined && `    http-request redirect scheme https code 301 unless { ssl_fc }`,
  ];
  return lines(
    `
frontend library
    # Listens on the floating address, even on the balancer that does not have it now (sysctl net.ipv4.ip_nonlocal_bind).`,
    ...bind,
    `    # Without this option, every reload resets clients that are about to send on an idle connection (74 in 5 reloads).
    option idle-close-on-response
    # The body is read first, up to 16 kB, so that the request can be sent to another node.
    option http-buffer-request
    # A request that is not idempotent is never repeated, unless the client allows it with an Idempotency-Key: nodes recognise a key that was used before.
    http-request disable-l7-retry if !{ method GET HEAD OPTIONS PUT DELETE } !{ req.hdr(Idempotency-Key) -m found }
    # Only HAProxy sets these headers on the address and protocol of the reader: web nodes believe them (trust-proxy).
    http-request del-header X-Forwarded-For
    http-request del-header X-Forwarded-Host
    http-request del-header Forwarded
    http-request set-header X-Forwarded-Proto http
    http-request set-header X-Forwarded-Proto https if { ssl_fc }
    option forwardfor
    # Every 503 says when to try again.
    http-after-response set-header Retry-After 5 if { status 503 } !{ res.hdr(Retry-After) -m found }
    # Requests that may be long have slots of their own, so that pages stay fast: searches by programs, the API except suggestions, exports, files.
    acl is_program_format urlp(of) -m reg -i '${programFormatPattern}'`,
    addressRules.flatMap(({ path, slots, exports }) => {
      if (exports === true) return [`    use_backend downloads if { path_reg ${patternOf(path)} } is_program_format`];
      if (slots === undefined) return [];
      const backend = slots === 'files' && !hasFiles ? 'downloads' : slots;
      return [`    use_backend ${backend} if { path_reg ${patternOf(path)} }`];
    }),
    '    default_backend pages',
  ).trimEnd();
}

function backends(topology: Topology): string {
  const web = hostsWith(topology, 'web');
  const files = hostsWith(topology, 'files');
  const { ports } = topology;
  const probe = probeLines(topology);
  const server = (host: Host, rest: string): string =>
    `    server ${host.name} ${host.address}:${ports.web} ${rest} tcp-ut 2s`;
  return lines(
    `
backend pages
    # Sessions are in the database: any node can answer any reader, so no sticky sessions are needed.
    balance leastconn`,
    probe,
    `    # A node gets no more requests than it has slots. A request that waits longer than this is answered 503.
    timeout queue 5s
    # A request sent to an unplugged node fails after 2 s (tcp-ut) and goes to another node. tcp-ut is set on each server, since HAProxy 2.6 does not take it
    # from default-server.
    # A node counts as down when two probes got no answer within a second each. A dead node refuses the probes, and is down after 0.7 s. Nodes that are only
    # slow must not all be down at once. on-marked-down shutdown-sessions is not used: it would cut answers that are being sent.
    default-server check inter 500ms fastinter 200ms downinter 500ms fall 2 rise 2`,
    web.map((host) => server(host, `maxconn ${slots(topology, host, 'pages')}`)),
    `
backend downloads
    balance leastconn
    http-check disable-on-404
    timeout queue 30s`,
    '    # The same nodes, with the state that they have in the backend pages (track), including drain and maint.',
    web.map((host) => server(host, `track pages/${host.name} maxconn ${slots(topology, host, 'downloads')}`)),
    files.length > 0 && [
      `
backend files
    # ${topology.files.server} on these hosts asks a web node whether the reader may have the file, and sends it itself.
    balance leastconn`,
      probe,
      `    timeout queue 30s
    default-server check inter 1s fastinter 200ms downinter 500ms fall 2 rise 2`,
      ...files.map((host) => `    server ${host.name} ${host.address}:${ports.files} maxconn 500 tcp-ut 2s`),
    ],
  ).trimEnd();
}

function probeLines({ baseUrl }: Topology): string {
  return `    option httpchk
    http-check send meth GET uri ${probes.ready} ver HTTP/1.1 hdr Host ${new URL(baseUrl).hostname}
    # A node that is about to stop answers 404: it gets no new requests and finishes those it has. With 503 it would count as broken.
    http-check disable-on-404`;
}

/** Requests at once, as cluster.yaml says or by the host's cores. */
export function slots(topology: Topology, host: Host, kind: 'pages' | 'downloads'): number {
  return topology.slots[kind] ?? slotsPerCore[kind] * (host.cores ?? usualCores);
}

function ownFrontend(topology: Topology, host: Host): string {
  const { ports, network } = topology;
  return `
frontend haproxy
    # For keepalived (is HAProxy alive?), people (/stats) and Prometheus (/metrics). Not on the floating address.
    bind ${host.address}:${ports.haproxy}
    bind 127.0.0.1:${ports.haproxy}
    http-request deny unless { src 127.0.0.0/8 ${networkText(network)} }
    # Answered as long as HAProxy is alive, whatever the state of the web nodes. Otherwise both balancers would give up the address when all nodes are down,
    # and readers would get no answer instead of a 503.
    monitor-uri /haproxy-up
    http-request use-service prometheus-exporter if { path /metrics }
    stats enable
    stats uri /stats
    stats refresh 5s`;
}

/** Debian's unit reloads without keeping the state of servers. */
function unitOverride(topology: Topology, host: Host): RenderedFile {
  return {
    path: '/etc/systemd/system/haproxy.service.d/reperio.conf',
    mode: 0o644,
    text: lines(
      madeFor(topology, host),
      `[Service]
# A start begins with an empty state file (format 1, no servers); only a reload keeps drain and maint.
ExecStartPre=/bin/sh -c 'echo 1 > ${serverState}'
# A reload continues only when the configuration is valid and the state was saved; otherwise the running process stays.
ExecReload=
ExecReload=/usr/sbin/haproxy -Ws -f $CONFIG -c -q $EXTRAOPTS
ExecReload=/bin/sh -c 'echo show servers state | socat - ${adminSocket} > ${serverState}.new && mv ${serverState}.new ${serverState}'
ExecReload=/bin/kill -USR2 $MAINPID
LimitNOFILE=65536`,
    ),
  };
}
