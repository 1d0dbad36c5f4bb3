import type { Duty } from '../../config/emergency.ts';
import type { Network } from './network.ts';

/**
 * A cluster as `cluster.yaml` describes it: plain frozen data, defaults filled in. Everything that
 * is drawn, checked or rendered comes from it.
 */
export interface Topology {
  /** Of the database cluster, and what VRRP routers are called. */
  readonly name: string;
  /** Under which readers reach the library, without a slash at the end. */
  readonly baseUrl: string;
  readonly network: Network;
  /** The address that moves between balancers. */
  readonly floatingAddress: string | undefined;
  /** VRRP number of that address: unlike others in its network. */
  readonly virtualRouter: number;
  /** PEM file with certificate, chain and key, on the balancers. */
  readonly certificate: string | undefined;
  /** Folder, or link to the folder, of the release in force. */
  readonly release: string;
  /**
   * Address under which the folder docs/ is read, for links of alerts; without a slash at the end.
   */
  readonly manual: string;
  /** REPERIO_DATA of web and worker hosts. */
  readonly data: string;
  /** System user that web nodes run as. */
  readonly user: string;
  readonly hosts: readonly Host[];
  readonly ports: Ports;
  readonly versions: Versions;
  /**
   * The API of etcd that Patroni speaks; its section in Patroni's configuration is called the same.
   */
  readonly etcdApi: EtcdApi;
  readonly database: DatabasePlan;
  readonly files: FilesPlan;
  /** Requests that a web node is given at once; undefined: by its cores. */
  readonly slots: { readonly pages: number | undefined; readonly downloads: number | undefined };
  readonly secrets: Readonly<Record<SecretName, SecretSource>>;
  /** Undefined: the cluster file names nobody. */
  readonly emergency: EmergencyPlan | undefined;
  readonly deploy: DeployPlan;
  readonly backup: BackupPlan;
}

export const roles = ['balancer', 'web', 'worker', 'database', 'etcd', 'files', 'monitor'] as const;
export type Role = (typeof roles)[number];

export interface Host {
  readonly name: string;
  /** IPv4. */
  readonly address: string;
  readonly roles: readonly Role[];
  /** Network interface that has the address. */
  readonly interface: string;
  readonly cores: number | undefined;
  /** Bytes. */
  readonly memory: number | undefined;
  /** Web worker processes; undefined: as the setting `web-workers` has it. */
  readonly workers: number | undefined;
}

export const defaultPorts = {
  http: 80,
  https: 443,
  web: 8080,
  /** Web server in front of the files. */
  files: 8081,
  /** HAProxy's own: probe, statistics, metrics. */
  haproxy: 8404,
  /** Of the database's primary, on the floating address. */
  primary: 5000,
  replicas: 5001,
  postgresql: 5432,
  patroni: 8008,
  etcd: 2379,
  'etcd-peers': 2380,
  prometheus: 9090,
  alertmanager: 9093,
  'alertmanager-peers': 9094,
  /** Of text messages, on the monitor itself. */
  relay: 9095,
} as const;
export type PortName = keyof typeof defaultPorts;
export type Ports = Readonly<Record<PortName, number>>;

/** Debian 12's. */
export const defaultVersions = { postgresql: '15', patroni: '3.0.2', etcd: '3.4.23' } as const;
export type Versions = Readonly<Record<keyof typeof defaultVersions, string>>;

export type EtcdApi = 'etcd' | 'etcd3';

export interface DatabasePlan {
  readonly name: string;
  readonly user: string;
  /** PostgreSQL's data folder. */
  readonly data: string;
  /** Folder of initdb, postgres, pg_rewind. */
  readonly programs: string;
}

export const fileServers = ['nginx', 'apache'] as const;

export interface FilesPlan {
  /** Where documents of records are, on web hosts and on those that deliver them. */
  readonly folder: string;
  readonly server: (typeof fileServers)[number];
}

/** Where a password is. `literal` is for tests: then the file is a secret itself. */
export type SecretSource =
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'literal'; readonly value: string };

/** Who is told when something is wrong. */
export interface EmergencyPlan {
  readonly duties: readonly Duty[];
  readonly timeZone: string;
  /** Host and port. */
  readonly mailServer: string;
  readonly mailFrom: string;
}

/** How `reperio deploy` brings a release to the hosts. */
export interface DeployPlan {
  /** Who logs in there: root, or somebody who may use sudo. Undefined: as ~/.ssh/config says. */
  readonly user: string | undefined;
  /** Releases that stay on a host, the one in force included. */
  readonly keep: number;
  /** Seconds for which the errors of a node are watched when it has readers again. */
  readonly verify: number;
}

export interface BackupPlan {
  /** The setting `backup` of web and worker hosts; undefined: each uses its data folder. */
  readonly place: string | undefined;
  /** As the setting `backup-keep`. */
  readonly keep: string;
  /** Of pgBackRest; undefined: the log of the database is archived nowhere. */
  readonly repository: Repository | undefined;
  /** Where `s3://` leads, for the place and the repository; its key is in no file of ours. */
  readonly s3: S3Server | undefined;
}

export interface S3Server {
  /** Of `https://`, which pgBackRest demands. */
  readonly host: string;
  readonly port: number;
  readonly region: string;
}

/** Where pgBackRest keeps copies of the database server and its log. */
export interface Repository {
  /** A host that is reached by ssh; undefined: every database host has the folder, or S3. */
  readonly host: string | undefined;
  /** In the bucket, where there is one. */
  readonly folder: string;
  /** Undefined: it is a folder of a host. */
  readonly bucket: string | undefined;
}

export const secretNames = ['library', 'superuser', 'replication', 'rewind'] as const;
export type SecretName = (typeof secretNames)[number];

/** Is anybody told by text messages that the nodes send themselves? */
export function hasTelephones({ emergency }: Pick<Topology, 'emergency'>): boolean {
  return emergency?.duties.some(({ recipients }) => recipients.some((one) => one.startsWith('sms:'))) ?? false;
}

export function hostsWith({ hosts }: Pick<Topology, 'hosts'>, role: Role): readonly Host[] {
  return hosts.filter((host) => host.roles.includes(role));
}

/** One database server needs nobody who decides which is the primary. */
export function usesPatroni(topology: Topology): boolean {
  return hostsWith(topology, 'database').length > 1;
}

/** Hosts with the role etcd; when there is none, the database hosts. None without Patroni. */
export function etcdMembers(topology: Topology): readonly Host[] {
  if (!usesPatroni(topology)) return [];
  const named = hostsWith(topology, 'etcd');
  return named.length > 0 ? named : hostsWith(topology, 'database');
}

/** Where readers and web nodes reach the balancers. */
export function frontAddress(topology: Topology): string | undefined {
  return topology.floatingAddress ?? hostsWith(topology, 'balancer')[0]?.address;
}

/**
 * Addresses with ports that the library connects to: balancers find the primary; without one it
 * asks all servers who is; a single server is it.
 */
export function databaseAddresses(topology: Topology): readonly string[] {
  const { ports } = topology;
  const front = frontAddress(topology);
  if (usesPatroni(topology) && front !== undefined) return [`${front}:${ports.primary}`];
  return hostsWith(topology, 'database').map(({ address }) => `${address}:${ports.postgresql}`);
}

/** Where replicas are found, if there are some. */
export function replicaAddress(topology: Topology): string | undefined {
  const front = frontAddress(topology);
  return usesPatroni(topology) && front !== undefined ? `${front}:${topology.ports.replicas}` : undefined;
}
