import type { Role } from '../../../cluster/topology/topology.ts';

/**
 * What is read of a machine, before anything is judged. What cannot be read is undefined, or not in
 * its map; nothing is guessed.
 */
export interface SystemFacts {
  /** As "6.1.0-28-amd64". */
  readonly kernel: string;
  /** As "docker"; undefined: none that is known. */
  readonly container: string | undefined;
  /** Whether this process may write settings of the kernel. */
  readonly settable: 'yes' | 'needs root' | 'read-only';
  /** What this machine is. */
  readonly host: HostPart;
  /** By dotted name; a setting that this kernel does not have is not in it. */
  readonly sysctl: Readonly<Record<string, string>>;
  /** Lines of the files that set sysctls at boot. */
  readonly lines: readonly SysctlLine[];
  /** Of /proc/net/netstat and /proc/net/snmp, as TcpExt.ListenOverflows. Since boot. */
  readonly net: Readonly<Record<string, number>>;
  /** TCP sockets at this moment. */
  readonly sockets: { readonly timeWait: number; readonly orphans: number; readonly inUse: number } | undefined;
  /** Since boot. */
  readonly vm: Readonly<Record<string, number>>;
  /** Seconds since boot. */
  readonly uptime: number | undefined;
  /** Of /proc/meminfo, in bytes. */
  readonly memory: Readonly<Record<string, number>>;
  /** Percent of the last five minutes in which some, or all, processes waited. */
  readonly pressure: Readonly<Partial<Record<Resource, Pressure>>>;
  readonly cgroup: CgroupFacts;
  /** Undefined: no server of this data folder is running. */
  readonly server: ServerFacts | undefined;
  readonly openFiles: { readonly used: number; readonly most: number } | undefined;
  /** As the kernel has them in brackets. */
  readonly hugePages: { readonly enabled: string; readonly defrag: string } | undefined;
  readonly folders: readonly FolderFacts[];
  readonly clock: ClockFacts;
  readonly security: SecurityFacts;
  readonly settings: SettingsPart;
}

export type Resource = 'cpu' | 'memory' | 'io';
export interface Pressure {
  readonly some: number;
  readonly full: number;
}

export interface HostPart {
  /** In cluster.yaml; undefined: a machine of no cluster, which has everything. */
  readonly name: string | undefined;
  readonly roles: readonly Role[];
  readonly etcd: boolean;
  /** What servers of the library listen on here. */
  readonly ports: readonly number[];
  /** The database server, embedded or not, is on this machine. */
  readonly database: boolean;
}

export interface SysctlLine {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  readonly value: string;
}

export interface CgroupFacts {
  /** Bytes; undefined: no limit below the machine's memory. */
  readonly memoryLimit: number | undefined;
  /** Cores; undefined: no quota. */
  readonly cpuQuota: number | undefined;
  /** Periods in which processes had to wait for their quota, since the group was made. */
  readonly throttled: number | undefined;
  /** Processes that were killed for want of memory. */
  readonly oomKills: number | undefined;
}

export interface ServerFacts {
  readonly pid: number;
  /** Limit of open files of one process, and how many the process has that has most. */
  readonly filesLimit: number;
  readonly filesMost: number | undefined;
}

export interface FolderFacts {
  /** What it holds. */
  readonly what: 'data' | 'database' | 'files';
  readonly path: string;
  /** Of its mount. */
  readonly type: string | undefined;
  readonly source: string | undefined;
  readonly options: readonly string[];
  /** Of its disk; undefined: it is on none that is known. */
  readonly disk: DiskFacts | undefined;
  /** Bytes and numbers of files; undefined where the file system has no such limit. */
  readonly space: { readonly free: number; readonly size: number } | undefined;
  readonly inodes: { readonly free: number; readonly size: number } | undefined;
}

export interface DiskFacts {
  readonly name: string;
  readonly rotational: boolean;
  readonly scheduler: string;
  readonly schedulers: readonly string[];
}

export interface ClockFacts {
  /** Undefined: nothing on this machine says. */
  readonly synchronised: boolean | undefined;
  /** Milliseconds; as chrony has it. */
  readonly offset: number | undefined;
  readonly source: string | undefined;
}

export interface SecurityFacts {
  readonly selinux: 'enforcing' | 'permissive' | 'off';
  /** Booleans of SELinux that matter to a proxy. */
  readonly booleans: Readonly<Record<string, boolean>>;
  readonly apparmor: 'on' | 'off';
  /** Profiles loaded; undefined: may not be read. */
  readonly profiles: number | undefined;
  /** Web servers and balancers that run here. */
  readonly proxies: readonly string[];
}

/** What the judging needs of the settings of Reperio. */
export interface SettingsPart {
  readonly webWorkers: number;
  /** Bytes; 0: no limit. */
  readonly workerMemory: number;
}
