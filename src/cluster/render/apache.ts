import { probes } from '../../addresses/addresses.ts';
import { networkText } from '../topology/network.ts';
import { type Host, hostsWith, type Topology } from '../topology/topology.ts';
import { deliveryPort, isBehindBalancer, probeHost } from './delivery.ts';
import { lines, madeFor, type RenderedFile } from './rendered-file.ts';

const modules = '/usr/lib/apache2/modules';
const loaded = [
  'mpm_event',
  'authz_core',
  'authz_host',
  'env',
  'headers',
  'slotmem_shm',
  'proxy',
  'proxy_http',
  'proxy_balancer',
  // The default, which must be there for Apache to start, though none uses it; `apache2 -t` does
  // not tell.
  'lbmethod_byrequests',
  'lbmethod_bybusyness',
  'proxy_hcheck',
  'status',
  'xsendfile',
] as const;

/**
 * Apache 2.4 in front of web nodes, sending files itself where a node says X-Sendfile. A whole
 * httpd.conf, for Debian.
 */
export function renderApache(topology: Topology, host: Host): readonly RenderedFile[] {
  const text = lines(
    madeFor(topology, host),
    loaded.map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`),
    server(topology, host),
    workers,
    balancer(topology),
    sites(topology, host),
  );
  return [{ path: '/etc/apache2/apache2.conf', text, mode: 0o644 }];
}

function server(topology: Topology, host: Host): string {
  return `
ServerRoot /etc/apache2
ServerName ${probeHost(topology)}
PidFile /var/run/apache2/apache2.pid
User www-data
Group www-data
Listen ${host.address}:${deliveryPort(topology)}
ErrorLog /var/log/apache2/error.log
LogLevel warn
# As in Invenio: the combined log format, and the time in microseconds. Behind balancers, the address of the reader is in X-Forwarded-For.
LogFormat "%{X-Forwarded-For}i %a %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\" %D" library
CustomLog /var/log/apache2/access.log library
ServerTokens Prod
ServerSignature Off
TraceEnable Off
# No file of this machine is served unless a node names it.
<Directory />
    Require all denied
    AllowOverride None
</Directory>`;
}

const workers = `
# mpm_event: a connection that waits, sends a file or is kept alive needs no thread, so few threads serve many readers.
# 4 processes with 64 threads each; a thread is busy only while a node answers.
ServerLimit 4
StartServers 2
ThreadsPerChild 64
ThreadLimit 64
MaxRequestWorkers 256
# With fewer spare threads a process is started, with more one is stopped.
MinSpareThreads 64
MaxSpareThreads 192
# Connections for each idle thread: (2 + 1) * 256 in all.
AsyncRequestWorkerFactor 2
# Processes are not replaced after a number of connections: no module here leaks memory.
MaxConnectionsPerChild 0
ListenBacklog 1024
# A kept connection saves a handshake for each picture and style sheet; 5 s is enough for a page, and needs no thread with mpm_event.
KeepAlive On
KeepAliveTimeout 5
MaxKeepAliveRequests 1000
# Seconds without any data, from the reader or from the node.
Timeout 60
# Files go from the disk to the network without passing through this process. Switch it off for a folder on NFS.
EnableSendfile On`;

function balancer(topology: Topology): string {
  const members = hostsWith(topology, 'web').map(
    ({ name, address }) =>
      `    BalancerMember "http://${address}:${topology.ports.web}" route=${name} retry=1 connectiontimeout=1 timeout=60 keepalive=On ttl=60 hcmethod=GET hcuri=${probes.ready} hcinterval=1 hcexpr=ready hcpasses=1 hcfails=2`,
  );
  return lines(
    `
# A node is ready when it answers 2xx; a node that is about to stop answers 404. Probes run every second, so a node gets no requests after two seconds.
ProxyHCExpr ready {%{REQUEST_STATUS} =~ /^2/}
ProxyPreserveHost On
<Proxy "balancer://web">
    # keepalive: the kernel finds dead peers. ttl is less than the keep-alive of the nodes (72 s).`,
    members,
    `    # Each request goes to the node with the fewest running requests, since they take from 1 ms to minutes. After a 503 a node gets none for \`retry\` (1 s).
    # Apache does not repeat a request that it sent to a node that then dies: 4 requests failed where HAProxy and nginx lost none (measured).
    ProxySet lbmethod=bybusyness failonstatus=503 maxattempts=2
</Proxy>`,
  ).trimEnd();
}

function sites(topology: Topology, host: Host): string {
  const { files, network } = topology;
  const before = hostsWith(topology, 'balancer').map(({ address }) => address);
  const behind = isBehindBalancer(topology);
  return lines(
    `
<VirtualHost ${host.address}:${deliveryPort(topology)}>
    ServerName ${probeHost(topology)}`,
    behind
      ? '    # Balancers have set the headers on the reader; Apache adds the balancer to X-Forwarded-For, and web nodes trust both.'
      : [
          '    # Readers connect directly: their own headers on address and protocol are not passed on.',
          '    RequestHeader unset X-Forwarded-For early',
          '    RequestHeader unset X-Forwarded-Host early',
          '    RequestHeader unset Forwarded early',
          '    RequestHeader set X-Forwarded-Proto "expr=%{REQUEST_SCHEME}"',
        ],
    `    # A node that allows a download answers with X-Sendfile: PATH, and Apache sends the file, with ranges and conditional requests; only below this folder.
    # 200 MB: 3 ms of Node's processor time instead of 190 (measured).
    XSendFile On
    XSendFilePath ${files.folder}
    <Directory ${files.folder}>
        Require all granted
    </Directory>
    <Location "/balancer-manager">
        SetHandler balancer-manager
        Require ip 127.0.0.1${behind ? '' : ` ${networkText(network)}`}
    </Location>
    ProxyPass "/balancer-manager" "!"
    ProxyPass "/" "balancer://web/"
    ProxyPassReverse "/" "balancer://web/"
    <Location "/">`,
    behind ? `        Require ip 127.0.0.1 ${before.join(' ')}` : '        Require all granted',
    `    </Location>
</VirtualHost>`,
  ).trimEnd();
}
