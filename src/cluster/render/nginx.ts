import { type Host, hostsWith, type Topology } from '../topology/topology.ts';
import { deliveryPort, isBehindBalancer, probeHost } from './delivery.ts';
import { lines, madeFor, type RenderedFile } from './rendered-file.ts';

/**
 * Where a web node sends nginx for a file, by X-Accel-Redirect: this and the path below the folder
 * of files.
 */
export const internalPrefix = '/protected/';

/**
 * nginx 1.22 or newer in front of web nodes, sending files itself. A whole nginx.conf, for Debian.
 */
export function renderNginx(topology: Topology, host: Host): readonly RenderedFile[] {
  const text = lines(
    madeFor(topology, host),
    `user www-data;
worker_processes auto;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log warn;
# Two open files for each request: the connections to the reader and to the node.
worker_rlimit_nofile 16384;
events {
    worker_connections 4096;
}
http {
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    log_format library '$remote_addr - $remote_user [$time_local] "$request" $status $bytes_sent "$http_referer" "$http_user_agent" $request_time $upstream_addr';
    access_log /var/log/nginx/access.log library;
    server_tokens off;
    # Files go from the disk to the network without passing through this process, in full packets. Switch sendfile off for a folder on NFS that changes.
    sendfile on;
    tcp_nopush on;
    # A fast download of a large file does not block other requests.
    sendfile_max_chunk 1m;
    # Longer than the keep-alive of the balancers (60 s), which would otherwise use closed connections.
    keepalive_timeout 75s;
    client_header_timeout 15s;
    client_body_timeout 60s;
    # Documents are uploaded through nginx too; the library limits their size.
    client_max_body_size 0;`,
    upstream(topology, host),
    site(topology, host),
    '}',
  );
  return [{ path: '/etc/nginx/nginx.conf', text, mode: 0o644 }];
}

/** A host that is a web node too asks itself first: the way is shortest, and the file is here. */
function upstream(topology: Topology, host: Host): string {
  const web = hostsWith(topology, 'web');
  const isOwn = host.roles.includes('web');
  return lines(
    `
    upstream web {
        least_conn;`,
    web.map(
      (node) =>
        `        server ${node.address}:${topology.ports.web} max_fails=1 fail_timeout=2s${isOwn && node !== host ? ' backup' : ''};`,
    ),
    `        # Idle connections to nodes, kept for less time than the nodes keep them (72 s).
        keepalive 32;
        keepalive_timeout 60s;
    }`,
  ).trimEnd();
}

function site(topology: Topology, host: Host): string {
  const balancers = hostsWith(topology, 'balancer').map(({ address }) => address);
  const behind = isBehindBalancer(topology);
  return lines(
    `
    server {
        listen ${host.address}:${deliveryPort(topology)} backlog=1024;
        server_name ${probeHost(topology)};`,
    behind && [
      '        # Only balancers may connect: their headers on the reader are passed on.',
      ...balancers.map((address) => `        allow ${address};`),
      '        allow 127.0.0.1;',
      '        deny all;',
    ],
    `        location / {
            proxy_pass http://web;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;`,
    behind
      ? `            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
            proxy_set_header X-Forwarded-Proto $http_x_forwarded_proto;`
      : `            # Readers connect directly: their own headers on address and protocol are not passed on.
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Host "";
            proxy_set_header Forwarded "";
            proxy_set_header X-Forwarded-Proto $scheme;`,
    `            proxy_connect_timeout 1s;
            proxy_read_timeout 60s;
            # A request that a node does not answer, or answers 503, goes to another node. Without the word non_idempotent nginx does not repeat a POST that was
            # already sent.
            proxy_next_upstream error timeout http_503;
            proxy_next_upstream_tries 3;
            # An export is passed on while it arrives, not stored in a file first.
            proxy_max_temp_file_size 0;
        }
        # A node that allows a download answers with X-Accel-Redirect: ${internalPrefix}PATH, and nginx sends the file, with ranges and conditional requests. Clients
        # cannot request this path themselves (internal). 200 MB: 7 ms of Node's processor time instead of 160 (measured).
        location ${internalPrefix} {
            internal;
            alias ${topology.files.folder}/;
        }
    }`,
  ).trimEnd();
}
