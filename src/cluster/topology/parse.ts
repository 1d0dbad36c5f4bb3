import { createYamlReader, type SiteProblem, type Value, type YamlReader } from '../../yaml/yaml-reader.ts';
import { topologyProblems } from './check.ts';
import { linesOf } from './lines.ts';
import { readBackup } from './parse-backup.ts';
import { readDeploy } from './parse-deploy.ts';
import { readEmergency } from './parse-emergency.ts';
import { readHosts } from './parse-hosts.ts';
import type { SecretSource } from './topology.ts';
import {
  defaultPorts,
  defaultVersions,
  fileServers,
  type PortName,
  type Ports,
  type SecretName,
  secretNames,
  type Topology,
  type Versions,
} from './topology.ts';
import { readAddress, readBaseUrl, readForm, readNetwork, readNumber, readPath, readVersion } from './values.ts';
import { safeApi } from './versions.ts';

export type TopologyProblem = SiteProblem;

export interface ParsedTopology {
  /** Undefined when there are problems. */
  readonly topology: Topology | undefined;
  /** All of them, by line. */
  readonly problems: readonly TopologyProblem[];
}

const sections = [
  'name',
  'base-url',
  'network',
  'floating-ip',
  'virtual-router',
  'certificate',
  'release',
  'manual',
  'data',
  'user',
  'hosts',
  'ports',
  'versions',
  'etcd-api',
  'database',
  'files',
  'slots',
  'passwords',
  'emergency',
  'deploy',
  'backup',
] as const;

const word = /^[a-z][a-z0-9_-]{0,30}$/;
const wordForm = 'a word of lower-case letters, digits, _ and -';

/**
 * Reads a cluster file. Never throws for what is in it: every mistake is among the problems, with
 * its line.
 */
export function parseTopology(text: string): ParsedTopology {
  const reader = createYamlReader(text);
  const root = reader.members(reader.root, sections);
  for (const key of ['base-url', 'network', 'hosts'] as const)
    if (root[key] === undefined) reader.report(1, `${key} is missing.`);
  const versions = readVersions(reader, root.versions);
  const name = readForm(reader, root.name, word, wordForm, 'main');
  const release = readPath(reader, root.release, '/opt/reperio/current');
  const topology: Topology = {
    name,
    baseUrl: readBaseUrl(reader, root['base-url']),
    network: readNetwork(reader, root.network) ?? { address: '0.0.0.0', prefix: 0 },
    floatingAddress: root['floating-ip'] === undefined ? undefined : readAddress(reader, root['floating-ip']),
    virtualRouter: readNumber(reader, root['virtual-router'], { minimum: 1, maximum: 255 }) ?? 51,
    certificate: root.certificate === undefined ? undefined : readPath(reader, root.certificate, ''),
    release,
    manual: readForm(
      reader,
      root.manual,
      /^https?:\/\/[^\s"'$\\]*[^\s"'$\\/]$/,
      'an http address without a slash at the end',
      `file://${release}/docs`,
    ),
    data: readPath(reader, root.data, '/var/lib/reperio'),
    user: readForm(reader, root.user, word, wordForm, 'reperio'),
    hosts: readHosts(reader, root.hosts),
    ports: readPorts(reader, root.ports),
    versions,
    etcdApi:
      (root['etcd-api'] === undefined ? undefined : reader.choice(root['etcd-api'], ['etcd', 'etcd3'])) ??
      safeApi(versions),
    ...readPlans(reader, root, name, versions),
    secrets: readSecretSources(reader, root.passwords),
    emergency: readEmergency(reader, root.emergency),
    deploy: readDeploy(reader, root.deploy),
    backup: readBackup(reader, root.backup),
  };
  const lineOf = linesOf(text);
  for (const { at, message } of topologyProblems(topology)) reader.report(lineOf(at), message);
  const problems = reader.problems.toSorted((a, b) => a.line - b.line);
  return { topology: problems.length === 0 ? topology : undefined, problems };
}

function readPlans(
  reader: YamlReader,
  root: { readonly database?: Value; readonly files?: Value; readonly slots?: Value },
  cluster: string,
  { postgresql }: Versions,
): Pick<Topology, 'database' | 'files' | 'slots'> {
  const database = reader.members(root.database, ['name', 'user', 'data', 'programs']);
  const files = reader.members(root.files, ['folder', 'server']);
  const slots = reader.members(root.slots, ['pages', 'downloads']);
  const range = { minimum: 1, maximum: 10_000 };
  const major = postgresql.split('.')[0];
  return {
    database: {
      name: readForm(reader, database.name, /^[a-z][a-z0-9_]{0,30}$/, wordForm, 'reperio'),
      user: readForm(reader, database.user, /^[a-z][a-z0-9_]{0,30}$/, wordForm, 'reperio'),
      data: readPath(reader, database.data, `/var/lib/postgresql/${major}/${cluster}`),
      programs: readPath(reader, database.programs, `/usr/lib/postgresql/${major}/bin`),
    },
    files: {
      folder: readPath(reader, files.folder, '/srv/reperio/files'),
      server: (files.server === undefined ? undefined : reader.choice(files.server, fileServers)) ?? 'nginx',
    },
    slots: {
      pages: readNumber(reader, slots.pages, range),
      downloads: readNumber(reader, slots.downloads, range),
    },
  };
}

function readPorts(reader: YamlReader, value: Value | undefined): Ports {
  const names = Object.keys(defaultPorts) as readonly PortName[];
  const given = reader.members(value, names);
  const range = { minimum: 1, maximum: 65_535 };
  return Object.fromEntries(
    names.map((name) => [name, readNumber(reader, given[name], range) ?? defaultPorts[name]]),
  ) as Ports;
}

function readVersions(reader: YamlReader, value: Value | undefined): Versions {
  const names = Object.keys(defaultVersions) as readonly (keyof Versions)[];
  const given = reader.members(value, names);
  return Object.fromEntries(
    names.map((name) => [name, readVersion(reader, given[name], defaultVersions[name])]),
  ) as Versions;
}

function readSecretSources(reader: YamlReader, value: Value | undefined): Readonly<Record<SecretName, SecretSource>> {
  const given = reader.members(value, secretNames);
  return Object.fromEntries(
    secretNames.map((name) => [
      name,
      readSecretSource(reader, given[name], { kind: 'environment', name: `CLUSTER_${name.toUpperCase()}_PASSWORD` }),
    ]),
  ) as Record<SecretName, SecretSource>;
}

function readSecretSource(reader: YamlReader, value: Value | undefined, otherwise: SecretSource): SecretSource {
  if (value === undefined) return otherwise;
  if (reader.isText(value)) {
    reader.report(
      value.line,
      `${value.name} must say where the password is: {environment: NAME} or {file: PATH}; or {literal: PASSWORD} in a file that nobody else reads.`,
    );
    return otherwise;
  }
  const members = reader.members(value, ['environment', 'file', 'literal']);
  const [kind, ...more] = Object.keys(members) as readonly SecretSource['kind'][];
  if (kind === undefined || more.length > 0) {
    reader.report(value.line, `${value.name} needs one of environment, file, literal.`);
    return otherwise;
  }
  if (kind === 'environment') {
    const name = readForm(reader, members.environment, /^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a variable', 'X');
    return { kind, name };
  }
  if (kind === 'file') return { kind, path: readPath(reader, members.file, '') };
  // A line break would end the line of whatever file it is written to.
  return { kind, value: readForm(reader, members.literal, /^[\x21-\x7e]+$/, 'a password of printable ASCII', 'x') };
}
