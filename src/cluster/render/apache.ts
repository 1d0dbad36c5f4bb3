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
# As Invenio's: what everybody logs, and the microseconds it took; the reader is in X-Forwarded-For when balancers stand in front.
LogFormat "%{X-Forwarded-For}i %a %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\" %D" library
CustomLog /var/log/apache2/access.log library
ServerTokens Prod
ServerSignature Off
TraceEnable Off
# Nothing of this machine is served but what a node names.
<Directory />
    Require all denied
    AllowOverride None
</Directory>`;
}

const workers = `
# mpm_event: a connection that waits, sends a file or is kept alive costs no thread, so few threads serve many readers.
# 4 processes of 64 threads; a thread is busy only while a node answers.
ServerLimit 4
StartServers 2
ThreadsPerChild 64
ThreadLimit 64
MaxRequestWorkers 256
# Spare threads between which processes are started and stopped.
MinSpareThreads 64
MaxSpareThreads 192
# Connections for each idle thread: (2 + 1) * 256 in all.
AsyncRequestWorkerFactor 2
# Processes are not replaced by number of connections: nothing here leaks.
MaxConnectionsPerChild 0
ListenBacklog 1024
# Kept connections save a handshake for each picture and style sheet; 5 s is enough for a page, and costs event MPM no thread.
KeepAlive On
KeepAliveTimeout 5
MaxKeepAliveRequests 1000
# Whole silence on either side.
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
# Ready is 2xx; 404 of a node that is about to stop is not. Every second, so that a node is left within two.
ProxyHCExpr ready {%{REQUEST_STATUS} =~ /^2/}
ProxyPreserveHost On
<Proxy "balancer://web">
    # keepalive asks the kernel to find dead peers; ttl is less than the nodes keep connections (72 s).`,
    members,
    `    # To the one with the fewest requests in flight, which is right when they take from 1 ms to minutes. A 503 takes a node out for \`retry\` (1 s).
    # What was sent to a node that then dies is not tried again by Apache: 4 requests failed where HAProxy and nginx lost none (measured).
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
      ? '    # Balancers have said who the reader is and how they came; Apache adds the balancer to X-Forwarded-For, and web nodes trust both.'
      : [
          '    # Readers come here directly: what they say of themselves is not passed on.',
          '    RequestHeader unset X-Forwarded-For early',
          '    RequestHeader unset X-Forwarded-Host early',
          '    RequestHeader unset Forwarded early',
          '    RequestHeader set X-Forwarded-Proto "expr=%{REQUEST_SCHEME}"',
        ],
    `    # A node that has let a reader through says X-Sendfile: PATH, and the file is sent from here, with ranges and conditions; below this folder only.
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
