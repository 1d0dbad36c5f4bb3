import type { Role } from '../topology/topology.ts';

/**
 * The settings of the kernel that hosts of a cluster get, with the reason for each: `cluster render
 * sysctl` writes them, and `tune os` compares a machine with them.
 */
export interface KernelSetting {
  readonly name: string;
  readonly value: string;
  readonly why: string;
  /** Whether a machine with a larger or smaller value has what is wanted too. */
  readonly enough: 'or more' | 'or less' | 'exactly';
}

/** The part of a host that decides. */
export interface KernelHost {
  readonly roles: readonly Role[];
  /** A member of etcd, whatever its roles are called. */
  readonly etcd: boolean;
  /** What its own servers listen on. */
  readonly ports: readonly number[];
}

/** In the order of the file. */
export function kernelSettings({ roles, etcd, ports }: KernelHost): readonly KernelSetting[] {
  const has = (...some: readonly Role[]): boolean => some.some((role) => roles.includes(role));
  return [
    ...(has('balancer', 'web', 'files') ? [waitingConnections, halfOpenConnections] : []),
    ...(has('balancer') ? [floatingAddress, localPorts] : []),
    ...reservedIn(has('balancer') ? localPorts.value : usualRange, ports),
    ...(has('web', 'worker', 'balancer', 'database') ? asking : []),
    ...(isDatabaseAlone(roles) ? databaseAlone : []),
    { ...swappiness, value: has('database') || etcd ? '1' : '10' },
    openFiles,
  ];
}

/** The kernel's own range of local ports. */
const usualRange = '32768 60999';

/** The ports that an outgoing connection could take, of a range as "low high". */
export function portsWithin(range: string, ports: readonly number[]): readonly number[] {
  const [low = 0, high = 0] = range.trim().split(/\s+/).map(Number);
  return [...new Set(ports)].filter((port) => port >= low && port <= high).sort((a, b) => a - b);
}

function reservedIn(range: string, ports: readonly number[]): readonly KernelSetting[] {
  const taken = portsWithin(range, ports);
  return taken.length === 0 ? [] : [{ ...reservedPorts, value: taken.join(',') }];
}

/** Node.js reserves more memory than it uses, so some settings are not for hosts that run it. */
function isDatabaseAlone(roles: readonly Role[]): boolean {
  const others: readonly Role[] = ['web', 'worker', 'balancer', 'files', 'monitor'];
  return roles.includes('database') && !others.some((role) => roles.includes(role));
}

export const waitingConnections: KernelSetting = {
  name: 'net.core.somaxconn',
  value: '4096',
  enough: 'or more',
  why: 'Connections that wait to be accepted. A program that asks for more silently gets this limit.',
};

export const halfOpenConnections: KernelSetting = {
  name: 'net.ipv4.tcp_max_syn_backlog',
  value: '8192',
  enough: 'or more',
  why: 'Half-open connections. With the usual limit many readers look like an attack.',
};

const floatingAddress: KernelSetting = {
  name: 'net.ipv4.ip_nonlocal_bind',
  value: '1',
  enough: 'exactly',
  why: 'HAProxy listens on the floating address even while the other balancer has it, so it answers at once when the address moves.',
};

/** Above the ports of our own servers: an outgoing connection that sits on one keeps it from us. */
export const localPorts: KernelSetting = {
  name: 'net.ipv4.ip_local_port_range',
  value: '10240 65535',
  enough: 'exactly',
  why: 'Each connection to a node takes a local port.',
};

const asking: readonly KernelSetting[] = [
  {
    name: 'net.ipv4.tcp_syn_retries',
    value: '2',
    enough: 'or less',
    why: 'Connecting to a lost host fails after 7 s, not after two minutes; HAProxy has shorter limits of its own.',
  },
  {
    name: 'net.ipv4.tcp_retries2',
    value: '8',
    enough: 'exactly',
    why: 'A connection to a host that no longer answers ends after some 100 s, not after 15 minutes (RFC 1122 requires at least 100 s).',
  },
  {
    name: 'net.ipv4.tcp_keepalive_time',
    value: '30',
    enough: 'or less',
    why: 'Seconds. A program that waits for a silent host probes whether the host is still there. With the usual two hours, a pg_rewind whose source was cut off hangs, and its replica with it.',
  },
  {
    name: 'net.ipv4.tcp_keepalive_intvl',
    value: '5',
    enough: 'or less',
    why: 'Seconds between two probes.',
  },
  {
    name: 'net.ipv4.tcp_keepalive_probes',
    value: '3',
    enough: 'or less',
    why: 'The connection ends when this number of probes had no answer.',
  },
];

const databaseAlone: readonly KernelSetting[] = [
  {
    name: 'vm.overcommit_memory',
    value: '2',
    enough: 'exactly',
    why: 'PostgreSQL gets an error when there is no more memory, instead of being killed by the kernel.',
  },
  {
    name: 'vm.overcommit_ratio',
    value: '80',
    enough: 'or more',
    why: 'Percent of the memory that may be allocated, because of the line before.',
  },
  {
    name: 'vm.dirty_background_bytes',
    value: '67108864',
    enough: 'exactly',
    why: 'Bytes. Writing to the disk begins early and in small parts, so that a checkpoint does not stop commits for seconds.',
  },
];

export const swappiness: KernelSetting = {
  name: 'vm.swappiness',
  value: '10',
  enough: 'or less',
  why: 'Readers wait for memory that was swapped out: file caches are dropped first, and processes are swapped only when memory is very short.',
};

export const openFiles: KernelSetting = {
  name: 'fs.file-max',
  value: '1048576',
  enough: 'or more',
  why: 'Every connection is an open file, at both ends of a balancer; this limit is for the whole machine.',
};

/**
 * Names and values that a machine may take besides, when its counters call for it (`tune os`);
 * hosts of a cluster do not get them beforehand.
 */
export const reuseOfPorts: KernelSetting = {
  name: 'net.ipv4.tcp_tw_reuse',
  value: '1',
  enough: 'exactly',
  why: 'A new outgoing connection may take the port of one that has just ended (TIME_WAIT).',
};

/** Ports that no outgoing connection takes. Values are filled in for each host. */
export const reservedPorts: Omit<KernelSetting, 'value'> = {
  name: 'net.ipv4.ip_local_reserved_ports',
  enough: 'exactly',
  why: 'Ports of our own servers: an outgoing connection on one of them would keep its server from starting.',
};

/** The file that both write, and that systemd-sysctl reads at boot. */
export const sysctlFile = '/etc/sysctl.d/60-reperio.conf';

/** Its lines, without the first. */
export function sysctlLines(settings: readonly Omit<KernelSetting, 'enough'>[]): readonly string[] {
  return settings.flatMap(({ name, value, why }) => [`# ${why}`, `${name} = ${value}`]);
}
