import { addressRules, patternOf, probes } from '../../addresses/addresses.ts';
import { programFormatPattern } from '../../formats/formats.ts';
import { networkText } from '../topology/network.ts';
import { frontAddress, type Host, hostsWith, type Topology, usesPatroni } from '../topology/topology.ts';
import { databaseSections } from './haproxy-database.ts';
import { lines, madeFor, type RenderedFile } from './rendered-file.ts';

export const haproxyFile = '/etc/haproxy/haproxy.cfg';
/** Both under /run: neither outlives the machine. */
const socket = '/run/haproxy/admin.sock';
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
    # For \`set server pages/web1 state drain\` and the like; expose-fd hands the listening sockets to the next process, so that a reload refuses nobody.
    stats socket ${socket} mode 660 user root group haproxy level admin expose-fd listeners
    stats timeout 30s
    # Two files for each connection, so 16,000 of them: a limit that usual limits on open files allow.
    maxconn 8000
    # After a reload the old process lives until its last connection ends: as long as a long download may take. The library's connections to the database go
    # through it too and are cut then, which it takes as a lost connection.
    hard-stop-after 1h
    # A reload would forget who is drained or in maintenance: the state is written here before it (see haproxy.service.d/reperio.conf).
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
    # A node that does not answer is left for another one at once (redispatch 1), not tried three times first.
    option redispatch 1
    retries 3
    # 503 is what a node says that sheds load or is about to stop: another one may have time. Never on a timeout: the work would be done several times.
    retry-on conn-failure empty-response 503
    timeout connect 1s
    timeout check 1s
    timeout client 60s
    timeout server 60s
    # A whole request, its first 16 kB of body included: who sends slower than that only holds a slot.
    timeout http-request 15s
    # Less than the nodes' own keep-alive (72 s), so that they never close what we are about to use.
    timeout http-keep-alive 60s
    # A node that was unplugged sends no reset. With these a request that waits for it fails after some 3 s, and goes to another node if it may be repeated.
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
    # On the floating address itself; the balancer that does not have it may listen all the same (sysctl net.ipv4.ip_nonlocal_bind).`,
    ...bind,
    `    # Without it every reload resets clients that are about to send on an idle connection (74 in 5 reloads).
    option idle-close-on-response
    # The body is read first, up to 16 kB, so that a request can be given to another node.
    option http-buffer-request
    # What is not idempotent is never repeated, unless its sender says by a key that it may be: the node knows keys that it has seen.
    http-request disable-l7-retry if !{ method GET HEAD OPTIONS PUT DELETE } !{ req.hdr(Idempotency-Key) -m found }
    # Who the reader is and how they came is said by us alone: web nodes believe it (trust-proxy).
    http-request del-header X-Forwarded-For
    http-request del-header X-Forwarded-Host
    http-request del-header Forwarded
    http-request set-header X-Forwarded-Proto http
    http-request set-header X-Forwarded-Proto https if { ssl_fc }
    option forwardfor
    # Whoever is told "not now" is told when to come back.
    http-after-response set-header Retry-After 5 if { status 503 } !{ res.hdr(Retry-After) -m found }
    # What may be long has slots of its own, so that it cannot starve pages: programs' searches, the API but for what types ahead, exports, files.
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
    # Sessions are in the database: any node can answer anybody, so there is no stickiness to lose.
    balance leastconn`,
    probe,
    `    # Beyond its slots a node is given nothing more; whoever waits longer than this hears 503 from us.
    timeout queue 5s
    # What was sent to a node that was unplugged is given up after 2 s (tcp-ut) and goes to another. That stands on each server, since HAProxy 2.6 does not
    # take it from default-server.
    # Twice no answer within a second: out; a dead one refuses, and is out after 0.7 s. Nodes that are only slow must not all be out at once. Not on-marked-down shutdown-sessions, which would cut answers that are on their way.
    default-server check inter 500ms fastinter 200ms downinter 500ms fall 2 rise 2`,
    web.map((host) => server(host, `maxconn ${slots(topology, host, 'pages')}`)),
    `
backend downloads
    balance leastconn
    http-check disable-on-404
    timeout queue 30s`,
    '    # The same nodes: their state is that of the backend pages (track), drain and maint included.',
    web.map((host) => server(host, `track pages/${host.name} maxconn ${slots(topology, host, 'downloads')}`)),
    files.length > 0 && [
      `
backend files
    # ${topology.files.server} there asks a web node whether the reader may, and sends the file itself.
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
    # A node that is about to stop answers 404: it gets nothing new and finishes what it has. 503 would take it for broken.
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
    # For keepalived (does HAProxy live?), people (/stats) and Prometheus (/metrics); not on the floating address.
    bind ${host.address}:${ports.haproxy}
    bind 127.0.0.1:${ports.haproxy}
    http-request deny unless { src 127.0.0.0/8 ${networkText(network)} }
    # Answered while HAProxy lives, whatever the web nodes do: were it not, both balancers would give up the address when all nodes are away, and readers
    # would meet nobody instead of a 503.
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
# A start is a clean slate (a file of format 1 without servers); only a reload keeps who was drained or in maintenance.
ExecStartPre=/bin/sh -c 'echo 1 > ${serverState}'
# A reload goes on only when the configuration is right and the state is kept; else the process that runs stays.
ExecReload=
ExecReload=/usr/sbin/haproxy -Ws -f $CONFIG -c -q $EXTRAOPTS
ExecReload=/bin/sh -c 'echo show servers state | socat - ${socket} > ${serverState}.new && mv ${serverState}.new ${serverState}'
ExecReload=/bin/kill -USR2 $MAINPID
LimitNOFILE=65536`,
    ),
  };
}
