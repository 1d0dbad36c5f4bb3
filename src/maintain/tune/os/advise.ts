import { kernelSettings } from '../../../cluster/render/kernel-settings.ts';
import { kernelHost } from '../../../cluster/render/sysctl.ts';
import { hostNamed } from '../../../cluster/topology/read.ts';
import type { Topology } from '../../../cluster/topology/topology.ts';
import type { Settings } from '../../../config/settings.ts';
import { layoutOf } from '../../../store/embedded/layout.ts';
import { storeUrl } from '../../../store/open.ts';
import { type Advice, adviceOf, type Rule, type TuneReport } from '../advice.ts';
import { isLocalServer } from '../local.ts';
import type { HostPart, SystemFacts } from './facts.ts';
import { type ReadOptions, readSystem } from './read.ts';
import { machineRules, roleAdvice } from './rules-machine.ts';
import { memoryRules } from './rules-memory.ts';
import { networkRules } from './rules-network.ts';

export const systemRules: readonly Rule<SystemFacts>[] = [...networkRules, ...memoryRules, ...machineRules];

/** The host of a cluster that this machine is. */
export interface InCluster {
  readonly topology: Topology;
  readonly name: string;
}

export interface SystemOptions {
  readonly cluster?: InCluster;
  /** Where etc/sysctl.d is; default /. */
  readonly root?: string;
}

/** Pure: what the facts of a machine call for. */
export function judgeSystem(facts: SystemFacts): readonly Advice[] {
  const byRole = roleAdvice(facts);
  const told = new Set(byRole.filter(({ state }) => state === 'advise').map(({ name }) => name));
  // What a role wants is said once.
  const judged = adviceOf(systemRules, facts).filter(({ name }) => !told.has(name));
  return [...judged, ...byRole].map((one) => (facts.settable === 'read-only' ? notOurs(one) : one));
}

/** In a container the host's operator sets the kernel. */
function notOurs(advice: Advice): Advice {
  if (advice.state !== 'advise' || advice.set === undefined) return advice;
  const { set: _, ...rest } = advice;
  return { ...rest, state: 'note', reason: `not ours to set, the kernel is read-only here: ${advice.reason}` };
}

export async function readSystemOf(settings: Settings, options: SystemOptions = {}): Promise<SystemFacts> {
  return readSystem(readOptions(settings, options));
}

/** For `doctor`: advice about this machine, for a library with these settings. */
export async function adviceOnSystem(settings: Settings, options: SystemOptions = {}): Promise<readonly Advice[]> {
  return judgeSystem(await readSystemOf(settings, options));
}

export function systemReport(facts: SystemFacts, at: number): TuneReport {
  const { kernel, container, host, net, vm } = facts;
  const where = container === undefined ? '' : `, in a ${container} container`;
  const who = host.name === undefined ? 'a machine of its own' : `host ${host.name} (${host.roles.join(', ')})`;
  const counters = Object.fromEntries(
    [...Object.entries(net), ...Object.entries(vm)].filter(([name]) => counted.test(name)),
  );
  return {
    about: 'os',
    at,
    subject: `Linux ${kernel}${where}; ${who}`,
    advice: judgeSystem(facts),
    counters,
  };
}

/** Counters that some rule judges. */
const counted = /ListenOverflows|ListenDrops|TCPReqQFull|TCPAbortOnMemory|^(?:pswpin|pswpout|oom_kill|compact_stall)$/;

const alwaysRead = [
  'net.core.somaxconn',
  'net.ipv4.tcp_max_syn_backlog',
  'net.ipv4.tcp_tw_recycle',
  'net.ipv4.tcp_tw_reuse',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_max_orphans',
  'net.ipv4.tcp_keepalive_time',
  'vm.swappiness',
  'vm.overcommit_memory',
  'vm.max_map_count',
];

function readOptions(settings: Settings, { cluster, root }: SystemOptions): ReadOptions {
  const { dataFolder, databaseUrl, webWorkers, workerMemory, files, port, statusPort } = settings;
  const database = isLocalServer(storeUrl(settings));
  const alone: HostPart = {
    name: undefined,
    roles: [],
    etcd: false,
    ports: [port, statusPort].filter((one) => one !== 0),
    database,
  };
  const host = cluster === undefined ? alone : hostPart(cluster);
  const shared = files === undefined || files.startsWith('s3:') ? [] : [{ what: 'files' as const, path: files }];
  const own = databaseUrl === undefined ? [{ what: 'database' as const, path: layoutOf(dataFolder).data }] : [];
  return {
    host,
    settings: { webWorkers, workerMemory },
    dataFolder,
    folders: [{ what: 'data', path: dataFolder }, ...own, ...shared],
    names: [...alwaysRead, ...(host.name === undefined ? [] : kernelSettings(host).map(({ name }) => name))],
    ...(root === undefined ? {} : { root }),
  };
}

function hostPart({ topology, name }: InCluster): HostPart {
  const host = hostNamed(topology, name);
  return { ...kernelHost(topology, host), name, database: host.roles.includes('database') };
}
