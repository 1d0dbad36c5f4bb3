import { openFiles, swappiness } from '../../../cluster/render/kernel-settings.ts';
import { type Judgement, note, ok, type Rule, unknown } from '../advice.ts';
import { bytesText, durationText, percent, weakNote } from '../units.ts';
import type { SystemFacts } from './facts.ts';

const page = 4096;
/** Swapped in a day; below this nobody waits for it. */
const muchSwapped = 256 * 2 ** 20;
const day = 86_400;

function swap({ sysctl, memory, vm, uptime, host }: SystemFacts): Judgement | undefined {
  if (host.name !== undefined) return undefined;
  const value = sysctl['vm.swappiness'];
  const [total, pages] = [memory['SwapTotal'], vm['pswpin']];
  if (value === undefined || total === undefined || pages === undefined || uptime === undefined)
    return unknown('swap, or its counters in /proc/vmstat, cannot be read');
  if (total === 0) return ok(value, 'this machine has no swap');
  const bytes = pages * page;
  const number = `${bytesText(bytes)} read back from swap in ${durationText(uptime)}`;
  const perDay = bytes / Math.max(1, uptime / day);
  if (perDay < muchSwapped || Number(value) <= Number(swappiness.value)) return ok(value, number);
  return {
    state: 'advise',
    value,
    wanted: swappiness.value,
    reason: `${number}${weakNote(uptime, 'boot')}: readers wait for it`,
    set: [swappiness],
  };
}

function overcommit({ sysctl, memory, host }: SystemFacts): Judgement | undefined {
  if (host.name !== undefined) return undefined;
  const value = sysctl['vm.overcommit_memory'];
  const [committed, limit] = [memory['Committed_AS'], memory['CommitLimit']];
  if (value === undefined || committed === undefined || limit === undefined)
    return unknown('/proc/meminfo does not say what is committed');
  const number = `${bytesText(committed)} committed of ${bytesText(limit)}`;
  if (value !== '2') return ok(value, 'Node.js reserves more than it uses; 2 is for hosts with nothing but a database');
  if (committed < limit * 0.9) return note(value, `${number}; beyond that Node.js cannot start, though memory is free`);
  return {
    state: 'advise',
    value,
    wanted: '0',
    reason: `${number}: Node.js will not start, though ${bytesText(memory['MemAvailable'] ?? 0)} are free`,
    set: [{ name: 'vm.overcommit_memory', value: '0', why: 'Node.js reserves more memory than it uses.' }],
  };
}

/** Stalls a minute that somebody notices. */
const manyStalls = 1;

function hugePages({ hugePages: found, vm, uptime, host }: SystemFacts): Judgement | undefined {
  if (!host.database) return undefined;
  if (found === undefined) return ok('none', 'this kernel has no transparent huge pages');
  const stalls = vm['compact_stall'];
  if (stalls === undefined || uptime === undefined) return unknown('/proc/vmstat does not count compact_stall');
  const number = `processes waited ${stalls} times in ${durationText(uptime)} while memory was put together (compact_stall)`;
  if (found.enabled !== 'always') return ok(found.enabled, number);
  if (stalls < (uptime / 60) * manyStalls) return note(found.enabled, `${number}: too rarely to matter`);
  return {
    state: 'advise',
    value: found.enabled,
    wanted: 'madvise',
    reason: `${number}${weakNote(uptime, 'boot')}: a backend of PostgreSQL waits as long`,
    command:
      'echo madvise > /sys/kernel/mm/transparent_hugepage/enabled   # for good: transparent_hugepage=madvise on the command line of the kernel',
  };
}

function killed({ vm, cgroup }: SystemFacts): Judgement {
  const here = cgroup.oomKills ?? vm['oom_kill'];
  const where = cgroup.oomKills === undefined ? 'on this machine since boot' : 'in this control group';
  if (here === undefined) return unknown('neither the control group nor /proc/vmstat counts oom_kill');
  const number = `${here} processes were killed for want of memory ${where} (oom_kill)`;
  if (here === 0) return ok(undefined, number);
  return {
    state: 'advise',
    value: String(here),
    reason: `${number}: fewer workers, or more memory`,
    command: 'journalctl -k -g "Out of memory|oom-kill"   # says which; then lower web-workers in reperio.yaml',
  };
}

/** Percent of the last five minutes. */
const pressed = 5;

function pressure({ pressure: { memory } }: SystemFacts): Judgement {
  if (memory === undefined) return unknown('this kernel has no /proc/pressure');
  const number = `all processes waited for memory ${memory.full} % of the last five minutes`;
  if (memory.full < pressed) return ok(`${memory.full} %`, number);
  return {
    state: 'advise',
    value: `${memory.full} %`,
    wanted: `below ${pressed} %`,
    reason: `${number}: fewer workers, or more memory`,
    command: 'reperio config get web-workers   # a smaller number goes into reperio.yaml',
  };
}

/**
 * Workers, together, of what the group may use; the rest is for the supervisor and the database.
 */
const shareOfWorkers = 0.75;

function workers({ memory, cgroup, settings }: SystemFacts): Judgement {
  const total = memory['MemTotal'];
  if (total === undefined) return unknown('/proc/meminfo cannot be read');
  const limit = cgroup.memoryLimit ?? total;
  const what = cgroup.memoryLimit === undefined ? 'memory of this machine' : 'limit of the control group';
  const { webWorkers, workerMemory } = settings;
  if (workerMemory === 0) return note('never', 'a worker is never replaced, however much memory it takes');
  const together = webWorkers * workerMemory;
  const number = `${webWorkers} workers of at most ${bytesText(workerMemory)}; ${what}: ${bytesText(limit)}`;
  if (together <= limit * shareOfWorkers) return ok(bytesText(workerMemory), number);
  const wanted = Math.floor((limit * 0.5) / webWorkers / 2 ** 20);
  return {
    state: 'advise',
    value: bytesText(workerMemory),
    wanted: `${wanted} MB`,
    reason: `${number}: the kernel would kill a worker before it is replaced in order`,
    command: `worker-memory: ${wanted}MB   # in reperio.yaml, then reload`,
  };
}

function cores({ cgroup, settings }: SystemFacts): Judgement | undefined {
  const { cpuQuota, throttled } = cgroup;
  if (cpuQuota === undefined) return undefined;
  const number = `a quota of ${Math.round(cpuQuota * 10) / 10} cores for ${settings.webWorkers} workers; they waited for it ${throttled ?? 'an unknown number of'} times`;
  const fitting = Math.max(1, Math.floor(cpuQuota));
  if (settings.webWorkers <= Math.ceil(cpuQuota) || (throttled ?? 0) === 0)
    return ok(String(settings.webWorkers), number);
  return {
    state: 'advise',
    value: String(settings.webWorkers),
    wanted: String(fitting),
    reason: number,
    command: `web-workers: ${fitting}   # in reperio.yaml, then reload`,
  };
}

const filesWanted = 65_536;
const used70 = 0.7;

function limits({ server }: SystemFacts): Judgement {
  if (server === undefined) return note(undefined, 'no server of this data folder runs whose limits could be read');
  const { filesLimit, filesMost } = server;
  const limit = filesLimit === Number.POSITIVE_INFINITY ? 'unlimited' : String(filesLimit);
  if (filesMost === undefined) return unknown(`the open files of process ${server.pid} may not be read by this user`);
  const number = `${filesMost} files are open in the process that has most`;
  if (filesMost <= filesLimit * used70) return ok(limit, number);
  return {
    state: 'advise',
    value: limit,
    wanted: String(filesWanted),
    reason: `${number}, ${percent(filesMost / filesLimit)} of the limit: every connection is one`,
    command: `systemctl edit reperio-web   # [Service] LimitNOFILE=${filesWanted}; the unit of \`reperio cluster render systemd\` has it`,
  };
}

function allFiles({ openFiles: found, host }: SystemFacts): Judgement | undefined {
  if (host.name !== undefined) return undefined;
  if (found === undefined) return unknown('/proc/sys/fs/file-nr cannot be read');
  const { used, most } = found;
  const number = `${used} files are open on this machine`;
  if (used <= most * used70) return ok(most > 1e15 ? 'unlimited' : String(most), number);
  return {
    state: 'advise',
    value: String(most),
    wanted: openFiles.value,
    reason: `${number}, ${percent(used / most)} of the limit`,
    set: [openFiles],
  };
}

function maps({ sysctl }: SystemFacts): Judgement {
  return ok(
    sysctl['vm.max_map_count'],
    'neither PostgreSQL nor Reperio needs more, as Elasticsearch does: a segment is one file that is read',
  );
}

const group = 'Memory';
export const memoryRules: readonly Rule<SystemFacts>[] = [
  { name: 'vm.swappiness', group, reads: 'pswpin of /proc/vmstat, SwapTotal', judge: swap },
  { name: 'vm.overcommit_memory', group, reads: 'Committed_AS, CommitLimit of /proc/meminfo', judge: overcommit },
  { name: 'transparent huge pages', group, reads: 'compact_stall of /proc/vmstat', judge: hugePages },
  { name: 'killed processes', group, reads: 'oom_kill', judge: killed },
  { name: 'memory pressure', group, reads: '/proc/pressure/memory', judge: pressure },
  { name: 'worker-memory', group, reads: 'the limit of the control group, MemTotal', judge: workers },
  { name: 'web-workers', group, reads: 'cpu.max, nr_throttled', judge: cores },
  { name: 'vm.max_map_count', group, reads: '/proc/sys', judge: maps },
  { name: 'open files of a process', group: 'Limits', reads: '/proc/PID/limits, /proc/PID/fd', judge: limits },
  { name: 'fs.file-max', group: 'Limits', reads: '/proc/sys/fs/file-nr', judge: allFiles },
];
