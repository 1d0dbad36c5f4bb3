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
      why: 'What is swapped out is met by a reader as a wait: file caches go first, processes only when memory is truly short.',
    },
    {
      name: 'fs.file-max',
      value: '1048576',
      why: 'Every connection is a file, at both ends of a balancer; the whole machine has at least so many.',
    },
  ];
}

const listening: readonly KernelSetting[] = [
  {
    name: 'net.core.somaxconn',
    value: '4096',
    why: 'Connections that wait to be accepted. A program may ask for more than this and silently gets this.',
  },
  {
    name: 'net.ipv4.tcp_max_syn_backlog',
    value: '8192',
    why: 'Connections that are half made: more than before it looks like an attack.',
  },
];

const balancing: readonly KernelSetting[] = [
  {
    name: 'net.ipv4.ip_nonlocal_bind',
    value: '1',
    why: 'HAProxy listens on the floating address while the other balancer has it, so that it answers at once when it moves.',
  },
  {
    name: 'net.ipv4.ip_local_port_range',
    value: '10240 65535',
    why: 'Each connection to a node has a port here.',
  },
];

const asking: readonly KernelSetting[] = [
  {
    name: 'net.ipv4.tcp_syn_retries',
    value: '2',
    why: 'A host that is gone is given up after 7 s, not after two minutes; HAProxy has shorter limits of its own.',
  },
  {
    name: 'net.ipv4.tcp_retries2',
    value: '8',
    why: 'A connection to a host that fell silent ends after some 100 s, not after 15 minutes (RFC 1122 asks for at least 100 s).',
  },
  {
    name: 'net.ipv4.tcp_keepalive_time',
    value: '30',
    why: 'Seconds. Whoever waits for a host that fell silent asks whether it is there. A pg_rewind whose source was cut off hangs for two hours else, as is usual, and its replica with it.',
  },
  {
    name: 'net.ipv4.tcp_keepalive_intvl',
    value: '5',
    why: 'Likewise: seconds between two questions ...',
  },
  {
    name: 'net.ipv4.tcp_keepalive_probes',
    value: '3',
    why: '... of which so many may stay without answer.',
  },
];

/** Not where Node.js runs too: it reserves more memory than it uses. */
const database: readonly KernelSetting[] = [
  {
    name: 'vm.overcommit_memory',
    value: '2',
    why: 'PostgreSQL is told that there is no more memory, instead of being killed without a word.',
  },
  {
    name: 'vm.overcommit_ratio',
    value: '80',
    why: 'Part of the memory that may be promised, with the line before.',
  },
  {
    name: 'vm.dirty_background_bytes',
    value: '67108864',
    why: 'Writing begins early and in small parts, so that a checkpoint does not stop commits for seconds.',
  },
];
