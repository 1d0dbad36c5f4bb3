import { hostsWith, type Topology } from '../topology/topology.ts';

/** A line of PostgreSQL's configuration with the reason for it. */
export interface Parameter {
  readonly name: string;
  readonly value: string;
  readonly why: string;
}

const poolSize = 8;
const usualWorkers = 2;
/** The follower, and tasks. */
const processesOfWorker = 2;
const leastConnections = 100;

/** Index, access and level: each process that answers hears of their changes. */
const listeners = 3;
/** Of the background process. */
const leases = 5;
/** For its checks three, for alerts two, and to tell of itself and ask of others. */
const supervisor = 7;

/**
 * The most connections that one web node opens: its workers, its background process, its
 * supervisor.
 */
export function connectionsOfNode(workers: number, pool: number): number {
  return workers * (pool + listeners) + pool + leases + supervisor;
}

/** For administrators, backups, and a release that starts beside the one before. */
export const spareConnections = 20;

function connectionsOf(topology: Topology): number {
  const nodes = hostsWith(topology, 'web');
  const wanted = nodes.reduce((sum, { workers }) => sum + connectionsOfNode(workers ?? usualWorkers, poolSize), 0);
  const workers = hostsWith(topology, 'worker').length * processesOfWorker * poolSize;
  return Math.max(leastConnections, wanted + workers + spareConnections);
}

/** The same on all database hosts, since any may become the primary; sized for the smallest. */
export function postgresParameters(topology: Topology): readonly Parameter[] {
  const memories = hostsWith(topology, 'database').map(({ memory }) => memory);
  const known = memories.filter((memory) => memory !== undefined);
  const memory = known.length === memories.length ? Math.min(...known) : undefined;
  return [
    {
      name: 'max_connections',
      value: String(connectionsOf(topology)),
      why: `${poolSize} and ${listeners} listeners for each worker of every web node, ${poolSize + leases} for its other processes, ${processesOfWorker * poolSize} for each worker host, ${spareConnections} spare`,
    },
    ...memoryParameters(memory),
    { name: 'jit', value: 'off', why: 'compiling costs more than it saves for statements of milliseconds' },
    { name: 'wal_compression', value: 'on', why: 'bulk loads write much WAL, which compresses well' },
    { name: 'max_wal_size', value: '4GB', why: 'a bulk load does not cause a checkpoint every few seconds' },
    { name: 'checkpoint_timeout', value: '15min', why: 'as max_wal_size' },
    {
      name: 'tcp_keepalives_idle',
      value: '10',
      why: 's; a client that lost power is found after 25 s, and its locks are released',
    },
    { name: 'tcp_keepalives_interval', value: '5', why: 's; as tcp_keepalives_idle' },
    { name: 'tcp_keepalives_count', value: '3', why: 'as tcp_keepalives_idle' },
    { name: 'tcp_user_timeout', value: '3000', why: 'ms; the same for data that was sent and is not acknowledged' },
    {
      name: 'idle_in_transaction_session_timeout',
      value: '10min',
      why: 'a transaction that is never ended keeps dead rows and locks',
    },
    {
      name: 'log_min_duration_statement',
      value: '1000',
      why: 'ms; statements that readers had to wait for are logged',
    },
    { name: 'log_lock_waits', value: 'on', why: 'long waits for locks are logged' },
    { name: 'log_checkpoints', value: 'on', why: 'checkpoints are logged' },
  ];
}

function memoryParameters(memory: number | undefined): readonly Parameter[] {
  if (memory === undefined) return [];
  const megabytes = (part: number): string => `${Math.floor((memory * part) / 2 ** 20)}MB`;
  return [
    { name: 'shared_buffers', value: megabytes(0.25), why: 'a quarter of the memory of the smallest database host' },
    {
      name: 'effective_cache_size',
      value: megabytes(0.7),
      why: 'an estimate of the files that PostgreSQL and the kernel cache together',
    },
    { name: 'maintenance_work_mem', value: megabytes(1 / 32), why: 'for vacuum and for creating indexes' },
  ];
}

/** Only for several servers, with Patroni. */
export const replicationParameters: readonly Parameter[] = [
  { name: 'wal_level', value: 'replica', why: 'replicas need it' },
  { name: 'hot_standby', value: 'on', why: 'replicas answer read queries' },
  { name: 'wal_log_hints', value: 'on', why: 'pg_rewind needs it (or checksums, which are on as well)' },
  { name: 'max_wal_senders', value: '10', why: 'for replicas, their base backups, and backups' },
  { name: 'max_replication_slots', value: '10', why: 'one for each replica' },
  {
    name: 'wal_keep_size',
    value: '1GB',
    why: 'a replica that was disconnected for a while catches up without a new copy',
  },
  {
    name: 'wal_sender_timeout',
    value: '5s',
    why: 'a replica that lost power is detected, and commits no longer wait for it',
  },
  { name: 'wal_receiver_timeout', value: '5s', why: 'a primary that lost power is detected' },
];

/** Where pgBackRest archives the log: the same on all servers, since only the primary does it. */
export function archiveParameters({ name, backup }: Topology): readonly Parameter[] {
  if (backup.repository === undefined) return [];
  return [
    { name: 'archive_mode', value: 'on', why: 'the log is archived: any point in time can be restored' },
    {
      name: 'archive_command',
      value: `pgbackrest --stanza=${name} archive-push %p`,
      why: 'a file of the log that cannot be archived stays and is tried again',
    },
    {
      name: 'archive_timeout',
      value: '60s',
      why: 'a file that is not full is archived too: at most a minute of changes is lost with all database hosts',
    },
  ];
}
