import { stringify } from 'yaml';
import { proxiesOf } from '../topology/ports.ts';
import type { Secrets } from '../topology/secrets.ts';
import { databaseAddresses, type Host, hostsWith, replicaAddress, type Topology } from '../topology/topology.ts';
import { internalPrefix } from './nginx.ts';
import { environmentLine, lines, madeFor, type RenderedFile } from './rendered-file.ts';

export const settingsFile = '/etc/reperio/reperio.yaml';
export const secretsFile = '/etc/reperio/secrets.env';

/** Reperio's own settings on a web or worker host, and apart from them the password. */
export function renderSettings(topology: Topology, host: Host, secrets: Secrets): readonly RenderedFile[] {
  const replicas = replicaAddress(topology);
  return [
    { path: settingsFile, text: settingsText(topology, host), mode: 0o644 },
    {
      path: secretsFile,
      mode: 0o600,
      text: lines(
        madeFor(topology, host),
        environmentLine('DATABASE_URL', databaseUrl(topology, databaseAddresses(topology), secrets)),
        replicas !== undefined && [
          '# Whole records are read from a replica, if it is up to date enough.',
          environmentLine('REPERIO_READ_DATABASE_URL', databaseUrl(topology, [replicas], secrets)),
        ],
      ),
    },
  ];
}

function settingsText(topology: Topology, host: Host): string {
  const isWeb = host.roles.includes('web');
  const proxies = proxiesOf(topology);
  const monitors = hostsWith(topology, 'monitor').map(({ address }) => address);
  return lines(
    madeFor(topology, host),
    '# The addresses of the databases are in secrets.env, with the password.',
    setting('node-name', host.name),
    setting('base-url', topology.baseUrl),
    '# Documents are in one folder that all web, worker and files hosts share.',
    setting('files', topology.files.folder),
    emergencySettings(topology),
    backupSettings(topology),
    isWeb && deliverySettings(topology),
    isWeb && [
      '# Not on every interface: readers connect only through the balancers, nginx or Apache.',
      setting('host', host.address),
      setting('port', topology.ports.web),
      ...(proxies.length === 0
        ? []
        : [
            '# The proxies in front of this node: only their headers on the address and protocol of readers are believed.',
            setting('trust-proxy', proxies.map(({ address }) => address).join(', ')),
          ]),
      '# Networks that may read /server-status and /metrics without signing in: this host, and Prometheus.',
      setting('status-networks', ['127.0.0.0/8', '::1', host.address, ...monitors].join(', ')),
      ...(host.workers === undefined ? [] : [setting('web-workers', host.workers)]),
      ...(hostsWith(topology, 'worker').length === 0 || host.roles.includes('worker')
        ? []
        : [
            '# Worker hosts maintain the index and run periodic tasks; this node does so when no worker host does.',
            setting('index-work', 'standby'),
            setting('task-work', 'standby'),
          ]),
      '# Longer than HAProxy keeps its connections (60 s).',
      setting('keep-alive', '72s'),
    ],
  );
}

/** The same people at the same times as Alertmanager tells; text messages are sent by the nodes. */
function emergencySettings({ emergency }: Topology): readonly string[] | undefined {
  if (emergency === undefined) return undefined;
  const { duties, timeZone, mailFrom } = emergency;
  const map = Object.fromEntries(duties.map(({ window, recipients }) => [window.text, recipients.join(', ')]));
  return [
    '# Who is told when something is wrong. smtp-url and sms-gateway may have passwords: they go to secrets.env.',
    stringify({ emergency: map }, { lineWidth: 0 }).trimEnd(),
    setting('time-zone', timeZone),
    setting('mail-from', mailFrom),
  ];
}

function backupSettings({ backup: { place, keep, repository, s3 } }: Topology): readonly string[] | undefined {
  if (place === undefined) return undefined;
  return [
    `# Documents and a copy of the tables, each night.${repository === undefined ? '' : ' pgBackRest copies the database server and its log besides.'}`,
    setting('backup', place),
    setting('backup-keep', keep),
    ...(s3 !== undefined && place.startsWith('s3://')
      ? [
          '# Its key, s3-key and s3-secret, goes to secrets.env.',
          setting('s3-endpoint', `https://${s3.host}${s3.port === 443 ? '' : `:${s3.port}`}`),
          setting('s3-region', s3.region),
        ]
      : []),
  ];
}

/**
 * Where nginx or Apache stand in front, they send files; every request for one comes through them.
 */
function deliverySettings(topology: Topology): readonly string[] {
  if (hostsWith(topology, 'files').length === 0) return [];
  const why = `# This node decides who may read a file, and ${topology.files.server} sends it.`;
  return topology.files.server === 'nginx'
    ? [why, setting('file-delivery', 'x-accel'), setting('file-accel-prefix', internalPrefix)]
    : [why, setting('file-delivery', 'x-sendfile')];
}

function setting(name: string, value: string | number): string {
  return stringify({ [name]: value }, { lineWidth: 0 }).trimEnd();
}

function databaseUrl({ database }: Topology, addresses: readonly string[], { library }: Secrets): string {
  // What stands for a password in a text that is shown stays readable.
  const password = library.startsWith('<') ? library : encodeURIComponent(library);
  return `postgresql://${database.user}:${password}@${addresses.join(',')}/${database.name}`;
}
