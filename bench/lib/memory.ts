import { readdirSync, readFileSync } from 'node:fs';

export interface MemoryWatch {
  /** Ends watching. Bytes, at the moment when all Node processes together had most. */
  stop(): { readonly node: number; readonly nodeProcesses: number };
}

/**
 * Samples the resident memory of a process and all its descendants that run Node (threads are
 * inside), from /proc.
 */
export function watchMemory(root: number, interval = 100): MemoryWatch {
  let peak = 0;
  let processes = 0;
  const sample = (): void => {
    const family = descendants(root).filter(isNode);
    const bytes = family.reduce((sum, pid) => sum + residentBytes(pid), 0);
    if (bytes <= peak) return;
    peak = bytes;
    processes = family.length;
  };
  const timer = setInterval(sample, interval);
  return {
    stop() {
      clearInterval(timer);
      return { node: peak, nodeProcesses: processes };
    },
  };
}

export interface ProcessMemory {
  /** All that is resident. */
  readonly resident: number;
  /** Without pages of files, which the page cache shares among processes. */
  readonly anonymous: number;
}

export function processMemory(pid: number): ProcessMemory {
  const status = read(`/proc/${pid}/status`);
  const kilobytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
  return { resident: kilobytes('VmRSS') * 1024, anonymous: kilobytes('RssAnon') * 1024 };
}

/** The process and everything below it. */
export function descendants(root: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    // "pid (name) state parent": the name may hold blanks and parentheses.
    const stat = read(`/proc/${name}/stat`);
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === root || (pid > 1 && isBelow(parents.get(pid))));
  return [...parents.keys()].filter(isBelow);
}

function isNode(pid: number): boolean {
  return (
    read(`/proc/${pid}/comm`)
      .trim()
      .match(/^(node|MainThread)/) !== null
  );
}

function residentBytes(pid: number): number {
  return processMemory(pid).resident;
}

/** A process may end between being listed and being read. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** USER_HZ of every Linux that Node runs on, as ms of a tick. */
const tick = 10;

/** User and system time of a process so far, in ms. */
export function processorTime(pid: number): number {
  const { user, system } = ticksOf(pid);
  return (user + system) * tick;
}

/** Of all processes that this one started and that have ended, in ms. */
export function childrenTime(): number {
  return ticksOf(process.pid).children * tick;
}

/** Of a process and everything below it, also of what has ended, in ms. */
export function familyTime(root: number): number {
  return descendants(root)
    .map(ticksOf)
    .reduce((sum, { user, system, children }) => sum + (user + system + children) * tick, 0);
}

function ticksOf(pid: number): { readonly user: number; readonly system: number; readonly children: number } {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = (at: number): number => Number(fields[at] ?? 0);
  return { user: ticks(11), system: ticks(12), children: ticks(13) + ticks(14) };
}
