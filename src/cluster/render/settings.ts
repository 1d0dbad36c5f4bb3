import { stringify } from 'yaml';
import { proxiesOf } from '../topology/ports.ts';
import type { Secrets } from '../topology/secrets.ts';
import { databaseAddress, type Host, hostsWith, type Topology } from '../topology/topology.ts';
import { environmentLine, lines, madeFor, type RenderedFile } from './rendered-file.ts';

export const settingsFile = '/etc/reperio/reperio.yaml';
export const secretsFile = '/etc/reperio/secrets.env';

/** Reperio's own settings on a web or worker host, and apart from them the password. */
export function renderSettings(topology: Topology, host: Host, secrets: Secrets): readonly RenderedFile[] {
  return [
    { path: settingsFile, text: settingsText(topology, host), mode: 0o644 },
    {
      path: secretsFile,
      mode: 0o600,
      text: lines(madeFor(topology, host), environmentLine('DATABASE_URL', databaseUrl(topology, secrets))),
    },
  ];
}

function settingsText(topology: Topology, host: Host): string {
  const isWeb = host.roles.includes('web');
  const proxies = proxiesOf(topology);
  const monitors = hostsWith(topology, 'monitor').map(({ address }) => address);
  return lines(
    madeFor(topology, host),
    '# The address of the database is in secrets.env, with its password.',
    setting('node-name', host.name),
    setting('base-url', topology.baseUrl),
    isWeb && [
      '# Not on every interface: readers come by the balancers only.',
      setting('host', host.address),
      setting('port', topology.ports.web),
      ...(proxies.length === 0
        ? []
        : [
            "# What stands in front: its word on the address and protocol of readers is believed, and nobody else's.",
            setting('trust-proxy', proxies.map(({ address }) => address).join(', ')),
          ]),
      '# Who may read /server-status and /metrics without signing in: this machine, and Prometheus.',
      setting('status-networks', ['127.0.0.0/8', '::1', host.address, ...monitors].join(', ')),
      ...(host.workers === undefined ? [] : [setting('web-workers', host.workers)]),
      '# Longer than HAProxy keeps its connections (60 s).',
      setting('keep-alive', '72s'),
    ],
  );
}

function setting(name: string, value: string | number): string {
  return stringify({ [name]: value }, { lineWidth: 0 }).trimEnd();
}

function databaseUrl(topology: Topology, { library }: Secrets): string {
  const { database } = topology;
  const { address, port } = databaseAddress(topology);
  // What stands for a password in a text that is shown stays readable.
  const password = library.startsWith('<') ? library : encodeURIComponent(library);
  return `postgresql://${database.user}:${password}@${address}:${port}/${database.name}`;
}
