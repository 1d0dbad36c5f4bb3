import type { SystemFacts } from './facts.ts';

/** For tests: a machine of its own as Debian 12 sets it, after a month, with changes. */
export function machineFacts(change: Partial<SystemFacts> = {}): SystemFacts {
  const gigabyte = 2 ** 30;
  return {
    kernel: '6.1.0-28-amd64',
    container: undefined,
    settable: 'yes',
    host: { name: undefined, roles: [], etcd: false, ports: [8080], database: true },
    sysctl: {
      'net.core.somaxconn': '4096',
      'net.ipv4.tcp_max_syn_backlog': '1024',
      'net.ipv4.tcp_tw_reuse': '2',
      'net.ipv4.ip_local_port_range': '32768 60999',
      'net.ipv4.ip_local_reserved_ports': '',
      'net.ipv4.tcp_fin_timeout': '60',
      'net.ipv4.tcp_max_orphans': '32768',
      'net.ipv4.tcp_keepalive_time': '7200',
      'vm.swappiness': '60',
      'vm.overcommit_memory': '0',
      'vm.max_map_count': '65530',
    },
    lines: [],
    net: { 'TcpExt.ListenOverflows': 0, 'TcpExt.TCPReqQFullDoCookies': 0, 'TcpExt.TCPReqQFullDrop': 0 },
    sockets: { timeWait: 900, orphans: 2, inUse: 60 },
    vm: { pswpin: 4_000, pswpout: 9_000, oom_kill: 0, compact_stall: 12 },
    uptime: 30 * 86_400,
    memory: {
      MemTotal: 8 * gigabyte,
      MemAvailable: 5 * gigabyte,
      SwapTotal: gigabyte,
      CommitLimit: 5 * gigabyte,
      Committed_AS: 3 * gigabyte,
    },
    pressure: { cpu: { some: 3, full: 0 }, memory: { some: 0, full: 0 }, io: { some: 1, full: 0 } },
    cgroup: { memoryLimit: undefined, cpuQuota: undefined, throttled: undefined, oomKills: undefined },
    server: { pid: 700, filesLimit: 65_536, filesMost: 240 },
    openFiles: { used: 3_000, most: 9e18 },
    hugePages: { enabled: 'always', defrag: 'madvise' },
    folders: [
      {
        what: 'data',
        path: '/var/lib/reperio',
        type: 'ext4',
        source: '/dev/vda1',
        options: ['rw', 'relatime'],
        disk: { name: 'vda', rotational: true, scheduler: 'none', schedulers: ['none', 'mq-deadline'] },
        space: { free: 60 * gigabyte, size: 100 * gigabyte },
        inodes: { free: 5_000_000, size: 6_000_000 },
      },
    ],
    clock: { synchronised: true, offset: 0.4, source: 'chrony, 192.0.2.1' },
    security: { selinux: 'off', booleans: {}, apparmor: 'on', profiles: 24, proxies: ['nginx'] },
    settings: { webWorkers: 2, workerMemory: 2 * gigabyte },
    ...change,
  };
}

/** Nothing could be read. */
export const nothingRead: SystemFacts = machineFacts({
  sysctl: {},
  net: {},
  sockets: undefined,
  vm: {},
  uptime: undefined,
  memory: {},
  pressure: {},
  server: undefined,
  openFiles: undefined,
  hugePages: undefined,
  folders: [{ ...machineFacts().folders[0]!, type: undefined, disk: undefined, space: undefined, inodes: undefined }],
  clock: { synchronised: undefined, offset: undefined, source: undefined },
});
