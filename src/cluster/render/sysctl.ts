import { etcdMembers, type Host, type Topology } from '../topology/topology.ts';
import { lines, madeFor, type RenderedFile } from './rendered-file.ts';

const sysctlFile = '/etc/sysctl.d/60-reperio.conf';

/** A setting of the kernel with the reason for it. */
interface KernelSetting {
  readonly name: string;
  readonly value: string;
  readonly why: string;
}

export function renderSysctl(topology: Topology, host: Host): readonly RenderedFile[] {
  const text = lines(
    madeFor(topology, host),
    settingsOf(topology, host).flatMap(({ name, value, why }) => [`# ${why}`, `${name} = ${value}`]),
  );
  return [{ path: sysctlFile, text, mode: 0o644 }];
}

function settingsOf(topology: Topology, host: Host): readonly KernelSetting[] {
  const has = (...roles: Host['roles']): boolean => roles.some((role) => host.roles.includes(role));
  const isDatabase = has('database') || etcdMembers(topology).includes(host);
  return [
    ...(has('balancer', 'web', 'files') ? listening : []),
    ...(has('balancer') ? balancing : []),
    ...(has('web', 'worker', 'balancer', 'database') ? asking : []),
    ...(has('database') && !has('web', 'worker', 'balancer', 'files', 'monitor') ? database : []),
    {
      name: 'vm.swappiness',
      value: isDatabase ? '1' : '10',
      why: 'Readers wait for memory that was swapped out: file caches are dropped first, and processes are swapped only when memory is very short.',
    },
    {
      name: 'fs.file-max',
      value: '1048576',
      why: 'Every connection is an open file, at both ends of a balancer; this limit is for the whole machine.',
    },
  ];
}

const listening: readonly KernelSetting[] = [
  {
    name: 'net.core.somaxconn',
    value: '4096',
    why: 'Connections that wait to be accepted. A program that asks for more silently gets this limit.',
  },
  {
    name: 'net.ipv4.tcp_max_syn_backlog',
    value: '8192',
    why: 'Half-open connections. With the usual limit many readers look like an attack.',
  },
];

const balancing: readonly KernelSetting[] = [
  {
    name: 'net.ipv4.ip_nonlocal_bind',
    value: '1',
    why: 'HAProxy listens on the floating address even while the other balancer has it, so it answers at once when the address moves.',
  },
  {
    name: 'net.ipv4.ip_local_port_range',
    value: '10240 65535',
    why: 'Each connection to a node takes a local port.',
  },
];

const asking: readonly KernelSetting[] = [
  {
    name: 'net.ipv4.tcp_syn_retries',
    value: '2',
    why: 'Connecting to a lost host fails after 7 s, not after two minutes; HAProxy has shorter limits of its own.',
  },
  {
    name: 'net.ipv4.tcp_retries2',
    value: '8',
    why: 'A connection to a host that no longer answers ends after some 100 s, not after 15 minutes (RFC 1122 requires at least 100 s).',
  },
  {
    name: 'net.ipv4.tcp_keepalive_time',
    value: '30',
    why: 'Seconds. A program that waits for a silent host probes whether the host is still there. With the usual two hours, a pg_rewind whose source was cut off hangs, and its replica with it.',
  },
  {
    name: 'net.ipv4.tcp_keepalive_intvl',
    value: '5',
    why: 'Seconds between two probes.',
  },
  {
    name: 'net.ipv4.tcp_keepalive_probes',
    value: '3',
    why: 'The connection ends when this number of probes had no answer.',
  },
];

/** Not where Node.js runs too: it reserves more memory than it uses. */
const database: readonly KernelSetting[] = [
  {
    name: 'vm.overcommit_memory',
    value: '2',
    why: 'PostgreSQL gets an error when there is no more memory, instead of being killed by the kernel.',
  },
  {
    name: 'vm.overcommit_ratio',
    value: '80',
    why: 'Percent of the memory that may be allocated, because of the line before.',
  },
  {
    name: 'vm.dirty_background_bytes',
    value: '67108864',
    why: 'Bytes. Writing to the disk begins early and in small parts, so that a checkpoint does not stop commits for seconds.',
  },
];
