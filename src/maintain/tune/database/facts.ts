/**
 * What is read of a database server, before anything is judged. What may not be read is undefined
 * or empty, with the reason in `hidden`. Times are in seconds, sizes in bytes.
 */
export interface DatabaseFacts {
  readonly setup: Setup;
  /** As 150018. */
  readonly version: number;
  readonly versionText: string;
  /** May change settings of the server. */
  readonly superuser: boolean;
  /** May read all statistics and settings (pg_monitor). */
  readonly reader: boolean;
  /** It follows another server, which has the settings. */
  readonly standby: boolean;
  readonly server: ServerPart;
  /** By name. */
  readonly parameters: Readonly<Record<string, ServerParameter>>;
  readonly fileErrors: readonly FileError[];
  /** Since the server started. */
  readonly uptime: number;
  /** Since the counters of the database began. */
  readonly counted: number;
  readonly connections: Connections;
  readonly library: LibraryPart;
  readonly database: DatabaseCounters;
  readonly checkpoints: { readonly timed: number; readonly requested: number; readonly counted: number };
  readonly wal: WalCounters;
  readonly tables: readonly TableFacts[];
  readonly indexes: readonly IndexFacts[];
  readonly standbys: readonly StandbyFacts[];
  readonly slots: readonly { readonly name: string; readonly active: boolean; readonly held: number }[];
  readonly archiver: ArchiverFacts | undefined;
  /** Transactions since the oldest row of any database that is not frozen. */
  readonly age: number;
  /** Extensions: there, and made in this database. */
  readonly extensions: { readonly available: readonly string[]; readonly installed: readonly string[] };
  /** Of pg_stat_statements; undefined: it is not there, or may not be read. */
  readonly slowStatements: readonly SlowStatement[] | undefined;
  /** What the server needs to read the clock once, in ns; undefined: could not be measured. */
  readonly clockCost: number | undefined;
}

/** As Debian and `cluster render` name its file; without it the program knows no cluster. */
export const patronictl = 'patronictl -c /etc/patroni/config.yml';

/** How its settings are changed. */
export type Setup = 'embedded' | 'external' | 'patroni';

/** The machine of the server. */
export interface ServerPart {
  /** This one. */
  readonly local: boolean;
  /** Undefined: another machine, of which nobody has said it. */
  readonly memory: number | undefined;
  /** Could be used without swapping; undefined: not known. */
  readonly available: number | undefined;
  /** Its disk seeks; undefined: not known, as of virtual disks. */
  readonly rotational: boolean | undefined;
  /** Free on the disk of its data. */
  readonly free: number | undefined;
  /** A cluster of Patroni. */
  readonly clusterName: string;
  /** Pages of 2 MB that are set aside; undefined: not known. */
  readonly hugePages: number | undefined;
}

export interface ServerParameter {
  /** In bytes, milliseconds or a number, where it has such a unit; else NaN. */
  readonly amount: number;
  /** As SHOW prints it. */
  readonly text: string;
  /** postmaster: needs a restart; internal: cannot be changed. */
  readonly context: string;
  /** default, configuration file, command line, ... */
  readonly source: string;
  readonly choices: readonly string[] | undefined;
  /** The file has another value, for which the server must restart. */
  readonly waits: boolean;
}

export interface FileError {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  readonly error: string;
}

export interface Connections {
  readonly used: number;
  /** Longest transaction in which nothing happens now. */
  readonly idleInTransaction: number;
  readonly longestTransaction: number;
}

/** The nodes that connect to it. */
export interface LibraryPart {
  readonly nodes: readonly { readonly name: string; readonly workers: number; readonly skew: number }[];
  readonly poolSize: number;
  /** Of this machine, for when no node has told of itself. */
  readonly webWorkers: number;
  /**
   * Resident memory of the nodes' processes on the machine of the server; 0: they are elsewhere.
   */
  readonly resident: number;
}

export interface DatabaseCounters {
  readonly size: number;
  /** Pages of tables and indexes without segments of the index, which each node reads once. */
  readonly hits: number;
  readonly reads: number;
  readonly tempBytes: number;
  readonly tempFiles: number;
  readonly deadlocks: number;
}

export interface WalCounters {
  readonly bytes: number;
  readonly fullPages: number;
  readonly buffersFull: number;
  /** Undefined: this release does not count them. */
  readonly writes: number | undefined;
  readonly counted: number;
}

export interface TableFacts {
  readonly name: string;
  readonly live: number;
  readonly dead: number;
  /** Since the last vacuum of either kind; undefined: never. */
  readonly vacuumed: number | undefined;
  /** It has its own settings, as autovacuum_vacuum_scale_factor=0.02. */
  readonly options: readonly string[];
}

export interface IndexFacts {
  readonly name: string;
  readonly table: string;
  readonly valid: boolean;
  readonly unique: boolean;
  readonly size: number;
  /** Equal for indexes that do the same. */
  readonly key: string;
  /** A constraint needs it. */
  readonly constraint: boolean;
  /** Being made at this moment. */
  readonly building: boolean;
}

export interface StandbyFacts {
  readonly name: string;
  /** Empty: this role may not see it. */
  readonly state: string;
  readonly bytes: number;
  readonly seconds: number;
}

export interface ArchiverFacts {
  readonly mode: string;
  readonly archived: number;
  readonly failed: number;
  /** The last attempt failed. */
  readonly failing: boolean;
  readonly lastFailed: string | undefined;
}

export interface SlowStatement {
  readonly text: string;
  readonly calls: number;
  /** Milliseconds. */
  readonly mean: number;
}
