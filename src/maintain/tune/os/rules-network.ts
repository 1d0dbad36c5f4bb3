import {
  halfOpenConnections,
  localPorts,
  portsWithin,
  reservedPorts,
  reuseOfPorts,
  waitingConnections,
} from '../../../cluster/render/kernel-settings.ts';
import { type Judgement, note, ok, type Rule, unknown } from '../advice.ts';
import { durationText, percent } from '../units.ts';
import type { SystemFacts } from './facts.ts';

/** What the supervisor asks of listen(2) for readers. */
const ownBacklog = 1024;
/** Of the range of local ports. */
const crowded = 0.5;

const since = ({ uptime }: SystemFacts): string => (uptime === undefined ? 'since boot' : `in ${durationText(uptime)}`);

function backlog(facts: SystemFacts): Judgement {
  const value = facts.sysctl['net.core.somaxconn'];
  const overflows = facts.net['TcpExt.ListenOverflows'];
  if (value === undefined) return unknown('/proc/sys/net/core/somaxconn cannot be read');
  if (overflows === undefined) return unknown('/proc/net/netstat does not say how many connections were dropped');
  const number = `${overflows} connections were dropped at full queues ${since(facts)} (ListenOverflows)`;
  const wanted = waitingConnections.value;
  const advise = (reason: string): Judgement => ({
    state: 'advise',
    value,
    wanted,
    reason,
    set: [waitingConnections],
  });
  if (Number(value) < ownBacklog)
    return advise(
      `the server asks for a queue of ${ownBacklog} and silently gets ${value}; the default since Linux 5.4 is 4096; ${number}`,
    );
  if (overflows > 0 && Number(value) < Number(wanted)) return advise(number);
  if (overflows > 0)
    return note(
      value,
      `${number}, of all programs: the queue that each asks for counts too, and Reperio asks for 1024`,
    );
  return ok(value, number);
}

function halfOpen(facts: SystemFacts): Judgement {
  const value = facts.sysctl[halfOpenConnections.name];
  const [cookies, drops] = ['TcpExt.TCPReqQFullDoCookies', 'TcpExt.TCPReqQFullDrop'].map((name) => facts.net[name]);
  if (value === undefined || cookies === undefined || drops === undefined)
    return unknown('the limit or its counters (TCPReqQFull*) cannot be read');
  const number = `${cookies} answered by SYN cookies, ${drops} dropped ${since(facts)} (TCPReqQFull*)`;
  if (cookies + drops === 0 || Number(value) >= Number(halfOpenConnections.value)) return ok(value, number);
  return {
    state: 'advise',
    value,
    wanted: halfOpenConnections.value,
    reason: number,
    set: [halfOpenConnections],
  };
}

/** Linux 4.12 removed it; before, it refused readers behind one address. */
function recycle({ sysctl }: SystemFacts): Judgement {
  const value = sysctl['net.ipv4.tcp_tw_recycle'];
  if (value === undefined) return ok('gone', 'Linux has not had it since 4.12: no file is to set it');
  if (value === '0') return ok(value, 'it would refuse readers who share an address');
  const why = 'Readers who share an address must not be refused.';
  return {
    state: 'advise',
    value,
    wanted: '0',
    reason: 'it refuses connections of readers who share an address',
    set: [{ name: 'net.ipv4.tcp_tw_recycle', value: '0', why }],
  };
}

interface PortUse {
  readonly range: string;
  readonly size: number;
  readonly timeWait: number;
  readonly number: string;
}

function portUse({ sysctl, sockets }: SystemFacts): PortUse | undefined {
  const range = sysctl[localPorts.name];
  if (range === undefined || sockets === undefined) return undefined;
  const [low = 0, high = 0] = range.split(' ').map(Number);
  const size = high - low + 1;
  const { timeWait } = sockets;
  return { range, size, timeWait, number: `${timeWait} of ${size} local ports wait after a connection (TIME_WAIT)` };
}

const noPorts = 'the range of local ports, or /proc/net/sockstat, cannot be read';

function reuse(facts: SystemFacts): Judgement {
  const value = facts.sysctl[reuseOfPorts.name];
  const use = portUse(facts);
  if (value === undefined || use === undefined) return unknown(noPorts);
  if (use.timeWait <= use.size * crowded || value === '1') return ok(value, use.number);
  return {
    state: 'advise',
    value,
    wanted: '1',
    reason: `${use.number}: a proxy would soon find none for a node`,
    set: [reuseOfPorts],
  };
}

function range(facts: SystemFacts): Judgement {
  const use = portUse(facts);
  if (use === undefined) return unknown(noPorts);
  const [low = 0, high = 0] = use.range.split(' ').map(Number);
  const wide = localPorts.value.split(' ').map(Number);
  const isWide = low <= wide[0]! && high >= wide[1]!;
  if (use.timeWait <= use.size * crowded || isWide) return ok(use.range, use.number);
  return {
    state: 'advise',
    value: use.range,
    wanted: localPorts.value,
    reason: `${use.number}; a range from 1024 would take ports of our own servers`,
    set: [localPorts, ...reservedFor(localPorts.value, facts)],
  };
}

function reserved(facts: SystemFacts): Judgement {
  const value = facts.sysctl[reservedPorts.name];
  const range = facts.sysctl[localPorts.name];
  if (value === undefined || range === undefined) return unknown('the ports of this kernel cannot be read');
  const taken = portsWithin(range, facts.host.ports).filter((port) => !isIn(value, port));
  const shown = value === '' ? 'none' : value;
  const ports = facts.host.ports.join(', ') || 'none';
  if (taken.length === 0) return ok(shown, `ports of our own servers: ${ports}; outgoing connections take ${range}`);
  const set = reservedFor(range, facts);
  return {
    state: 'advise',
    value: shown,
    wanted: set[0]!.value,
    reason: `outgoing connections take ${range}, and our own server needs ${taken.join(', ')}: it could not start while one sits there`,
    set,
  };
}

function reservedFor(range: string, { sysctl, host }: SystemFacts) {
  const before = sysctl[reservedPorts.name] ?? '';
  const more = portsWithin(range, host.ports).filter((port) => !isIn(before, port));
  if (more.length === 0) return [];
  return [{ ...reservedPorts, value: [...before.split(',').filter(Boolean), ...more].join(',') }];
}

/** "8080,9000-9010". */
function isIn(list: string, port: number): boolean {
  return list
    .split(',')
    .filter(Boolean)
    .map((part) => part.split('-').map(Number))
    .some(([low = 0, high = low]) => port >= low && port <= high);
}

/** Few orphans do no harm, so many are the only reason. Of the kernel's limit. */
const manyOrphans = 0.25;

function finTimeout({ sysctl, sockets }: SystemFacts): Judgement {
  const value = sysctl['net.ipv4.tcp_fin_timeout'];
  const most = Number(sysctl['net.ipv4.tcp_max_orphans']);
  if (value === undefined || sockets === undefined || !(most > 0))
    return unknown('the number of orphans cannot be read');
  const number = `${sockets.orphans} of at most ${most} connections without a program; TIME_WAIT always lasts 60 s, whatever this is`;
  if (sockets.orphans <= most * manyOrphans || Number(value) <= 30) return ok(value, number);
  const why = 'Seconds. Connections that the other side does not close are given up earlier.';
  return {
    state: 'advise',
    value,
    wanted: '30',
    reason: `${sockets.orphans} connections without a program, ${percent(sockets.orphans / most)} of the limit`,
    set: [{ name: 'net.ipv4.tcp_fin_timeout', value: '30', why }],
  };
}

function keepalive({ sysctl, host }: SystemFacts): Judgement | undefined {
  // Hosts of a cluster get the values of `cluster render`.
  if (host.name !== undefined) return undefined;
  const value = sysctl['net.ipv4.tcp_keepalive_time'];
  if (value === undefined) return unknown('/proc/sys/net/ipv4/tcp_keepalive_time cannot be read');
  return ok(value, 'only for programs that name no time themselves: connections of Reperio to the database name 10 s');
}

const group = 'Network';
export const networkRules: readonly Rule<SystemFacts>[] = [
  { name: 'net.core.somaxconn', group, reads: 'TcpExt.ListenOverflows', judge: backlog },
  {
    name: 'net.ipv4.tcp_max_syn_backlog',
    group,
    reads: 'TcpExt.TCPReqQFullDoCookies, TCPReqQFullDrop',
    judge: halfOpen,
  },
  { name: 'net.ipv4.tcp_tw_recycle', group, reads: '/proc/sys', judge: recycle },
  { name: 'net.ipv4.tcp_tw_reuse', group, reads: 'tw of /proc/net/sockstat, the port range', judge: reuse },
  { name: 'net.ipv4.ip_local_port_range', group, reads: 'tw of /proc/net/sockstat', judge: range },
  { name: 'net.ipv4.ip_local_reserved_ports', group, reads: 'our own ports, the port range', judge: reserved },
  { name: 'net.ipv4.tcp_fin_timeout', group, reads: 'orphan of /proc/net/sockstat', judge: finTimeout },
  { name: 'net.ipv4.tcp_keepalive_time', group, reads: '/proc/sys', judge: keepalive },
];
