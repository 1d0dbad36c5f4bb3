import { availableParallelism } from 'node:os';

/**
 * The one table of settings. Everything that speaks of settings comes from it: reperio.yaml, the environment, the type
 * `Settings`, `reperio config`, docs/settings.md and the manual page.
 */
export interface SettingDefinition {
  /** In reperio.yaml; undefined when only the environment can give it. */
  readonly name: string | undefined;
  readonly environment: string;
  /** bytes: a number with an optional kB, MB, GB. duration: milliseconds, or a number with ms, s, min, h. path: relative to the file that names it. */
  readonly type: 'text' | 'number' | 'boolean' | 'path' | 'bytes' | 'duration';
  /** Undefined: unset. A path is relative to the clone. */
  readonly default: string | number | boolean | undefined;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly choices?: readonly string[];
  /** Not shown by `config list`. */
  readonly secret?: true;
  readonly doc: string;
  /** How the manual says a default that depends on the machine. */
  readonly defaultDoc?: string;
}

export const settingsTable = {
  dataFolder: {
    name: undefined,
    environment: 'REPERIO_DATA',
    type: 'path',
    default: '.reperio',
    doc: 'The folder that holds all state of one library on this machine: embedded database, local index, logs. Relative to the current folder.',
    defaultDoc: '`.reperio` in the clone',
  },
  databaseUrl: {
    name: 'database-url',
    environment: 'DATABASE_URL',
    type: 'text',
    default: undefined,
    secret: true,
    doc: 'A PostgreSQL 15 or newer to use instead of the embedded one, as postgresql://user:password@host/database.',
    defaultDoc: 'the embedded server of the data folder',
  },
  host: {
    name: 'host',
    environment: 'REPERIO_HOST',
    type: 'text',
    default: '127.0.0.1',
    doc: 'The address `reperio serve` listens on; 0.0.0.0 is every IPv4 address of the machine.',
  },
  port: {
    name: 'port',
    environment: 'REPERIO_PORT',
    type: 'number',
    default: 8080,
    minimum: 0,
    maximum: 65535,
    doc: 'The TCP port `reperio serve` listens on; 0 takes a free one.',
  },
  baseUrl: {
    name: 'base-url',
    environment: 'REPERIO_BASE_URL',
    type: 'text',
    default: undefined,
    doc: 'The address under which readers reach the library, for links in feeds, exports and structured data, without a slash at the end.',
    defaultDoc: 'what the request says',
  },
  trustProxy: {
    name: 'trust-proxy',
    environment: 'REPERIO_TRUST_PROXY',
    type: 'text',
    default: undefined,
    doc: 'Addresses or networks of proxies in front, with commas, as 127.0.0.1, 10.0.0.0/8: what they say of the address and protocol of readers (X-Forwarded-For, -Proto, -Host) is believed. Roles by network, throttling and https cookies need it.',
    defaultDoc: 'none',
  },
  registration: {
    name: 'registration',
    environment: 'REPERIO_REGISTRATION',
    type: 'text',
    default: 'open',
    choices: ['open', 'approval', 'closed'],
    doc: 'Who may make an account on the pages: open is everybody with an e-mail address, approval whom an administrator lets in, closed nobody.',
  },
  smtpUrl: {
    name: 'smtp-url',
    environment: 'REPERIO_SMTP_URL',
    type: 'text',
    default: undefined,
    secret: true,
    doc: 'The mail server for letters, as smtp://user:password@mail.example:587 (encrypted when the server can) or smtps://...:465.',
    defaultDoc: 'none: letters are kept as files in the folder `outbox` of the data folder, and the log says so',
  },
  mailFrom: {
    name: 'mail-from',
    environment: 'REPERIO_MAIL_FROM',
    type: 'text',
    default: undefined,
    doc: 'The sender of letters, as Library <library@library.example>.',
    defaultDoc: 'the address of `admin` in the site file',
  },
  signInSecrets: {
    name: 'sign-in-secrets',
    environment: 'REPERIO_SIGN_IN_SECRETS',
    type: 'text',
    default: undefined,
    secret: true,
    doc: 'Secrets of this library at the providers of `sign-in` in the site file, as orcid=SECRET, university=SECRET. A provider without one is asked as a public client.',
    defaultDoc: 'none',
  },
  sharedCache: {
    name: 'shared-cache',
    environment: 'REPERIO_SHARED_CACHE',
    type: 'duration',
    default: 10_000,
    minimum: 0,
    maximum: 3_600_000,
    doc: "How long browsers and caches between us and readers may keep a guest's page without asking; 0 makes them ask each time.",
  },
  pageRate: {
    name: 'page-rate',
    environment: 'REPERIO_PAGE_RATE',
    type: 'number',
    default: 1200,
    minimum: 0,
    maximum: 1_000_000,
    doc: 'Requests a minute that one network (/24 of IPv4, /56 of IPv6) may make to one process; 0 is without limit. More are answered with 429.',
  },
  exportRate: {
    name: 'export-rate',
    environment: 'REPERIO_EXPORT_RATE',
    type: 'number',
    default: 120,
    minimum: 0,
    maximum: 1_000_000,
    doc: 'The same for searches in formats that machines read.',
  },
  peopleRate: {
    name: 'people-rate',
    environment: 'REPERIO_PEOPLE_RATE',
    type: 'number',
    default: 5,
    minimum: 1,
    maximum: 1000,
    doc: 'How many times as many requests signed-in people may make.',
  },
  exemptNetworks: {
    name: 'exempt-networks',
    environment: 'REPERIO_EXEMPT_NETWORKS',
    type: 'text',
    default: '127.0.0.0/8, ::1',
    doc: 'Networks without such limits, as your own harvester. Behind a balancer on the same machine set trust-proxy too, or everybody is exempt.',
  },
  exports: {
    name: 'exports',
    environment: 'REPERIO_EXPORTS',
    type: 'number',
    default: 2,
    minimum: 0,
    maximum: 100,
    doc: 'Exports of more than 1,000 records that one process writes at once, one for each network; 0 is without limit.',
  },
  exportWait: {
    name: 'export-wait',
    environment: 'REPERIO_EXPORT_WAIT',
    type: 'duration',
    default: 10_000,
    minimum: 0,
    maximum: 300_000,
    doc: 'How long a further export waits for its turn before it is told to come back (503).',
  },
  exportPace: {
    name: 'export-pace',
    environment: 'REPERIO_EXPORT_PACE',
    type: 'number',
    default: 4,
    minimum: 0,
    maximum: 100_000,
    doc: 'Kilobytes a second that a client must take of an export, over half a minute; one that is slower loses its place and the rest. 0 is without limit.',
  },
  workers: {
    name: 'workers',
    environment: 'REPERIO_WORKERS',
    type: 'number',
    default: Math.min(2, availableParallelism()),
    minimum: 1,
    maximum: 64,
    doc: 'Threads that parse and index during a bulk load.',
    defaultDoc: 'one per core, at most 2',
  },
  webWorkers: {
    name: 'web-workers',
    environment: 'REPERIO_WEB_WORKERS',
    type: 'number',
    default: Math.min(2, availableParallelism()),
    minimum: 1,
    maximum: 64,
    doc: 'Processes that answer requests.',
    defaultDoc: 'one per core, at most 2',
  },
  batchSize: {
    name: 'batch-size',
    environment: 'REPERIO_BATCH_SIZE',
    type: 'number',
    default: 25_000,
    minimum: 1,
    maximum: 100_000,
    doc: 'Records that a bulk load commits at once; what is lost and done again after a crash.',
  },
  recordLimit: {
    name: 'record-limit',
    environment: 'REPERIO_RECORD_LIMIT',
    type: 'bytes',
    default: 64 * 1024 * 1024,
    minimum: 10_000,
    maximum: 512 * 1024 * 1024,
    doc: 'The largest record that is read; a larger one is refused by its position and the load goes on.',
  },
  poolSize: {
    name: 'pool-size',
    environment: 'REPERIO_POOL_SIZE',
    type: 'number',
    default: 8,
    minimum: 1,
    maximum: 100,
    doc: 'Database connections that one process opens at most.',
  },
  connectTimeout: {
    name: 'connect-timeout',
    environment: 'REPERIO_CONNECT_TIMEOUT',
    type: 'duration',
    default: 10_000,
    minimum: 100,
    maximum: 600_000,
    doc: 'How long a database connection may take, waiting for a free one in the pool included.',
  },
  statementTimeout: {
    name: 'statement-timeout',
    environment: 'REPERIO_STATEMENT_TIMEOUT',
    type: 'duration',
    default: 60_000,
    minimum: 0,
    maximum: 86_400_000,
    doc: 'How long one database statement may run; 0 is without end. Bulk loads and migrations have their own.',
  },
  lockTimeout: {
    name: 'lock-timeout',
    environment: 'REPERIO_LOCK_TIMEOUT',
    type: 'duration',
    default: 30_000,
    minimum: 0,
    maximum: 86_400_000,
    doc: 'How long a database statement waits for a lock; 0 is without end.',
  },
  logLevel: {
    name: 'log-level',
    environment: 'REPERIO_LOG_LEVEL',
    type: 'text',
    default: 'info',
    choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
    doc: 'The least serious messages that the log keeps.',
  },
} as const satisfies Readonly<Record<string, SettingDefinition>>;
