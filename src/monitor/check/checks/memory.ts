import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeStatus } from '../../node-status.ts';
import type { Check, CheckContext } from '../definition.ts';
import { groupMemory } from './control-group.ts';

const warning = 10;

export const memory: Check = {
  name: 'memory',
  question: 'Is there memory to spare?',
  summary: 'Per cent of the memory of the machine, or of its cgroup, that can be had without swapping.',
  warning: `${warning}:`,
  critical: '4:',
  page: 'A slow page',
  every: 10_000,
  run: async ({ status }) => {
    const text = await readFile('/proc/meminfo', 'utf8');
    const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024;
    const machine = { total: bytes('MemTotal'), free: bytes('MemAvailable'), where: 'the machine', folder: undefined };
    const group = await groupMemory();
    const least =
      group !== undefined && group.free / group.total < machine.free / machine.total
        ? { ...group, where: 'the control group' }
        : machine;
    const percent = (100 * least.free) / least.total;
    const largest = percent < warning ? await largestProcess(least.folder).catch(() => undefined) : undefined;
    const who = largest === undefined ? undefined : whose(largest, status);
    return {
      sentence: `${percent.toFixed(0)} % (${gigabytes(least.free)}) of the memory of ${least.where} is available${who === undefined ? '' : `; ${who.said}`}.`,
      measures: [
        { label: 'available', value: percent, unit: '%', minimum: 0, maximum: 100 },
        { label: 'bytes', value: least.free, unit: 'B', minimum: 0, maximum: least.total },
      ],
      fix: who?.fix ?? 'reperio status',
    };
  },
};

interface Large {
  readonly pid: number;
  readonly name: string;
  /** What it has for itself, or shares with nobody else much. Bytes. */
  readonly bytes: number;
}

/**
 * A worker that is told to end answers what has come, and another one starts: before that, and not
 * beside it, as in a reload, for which there may be no room. Of others somebody must decide.
 */
function whose({ pid, name, bytes }: Large, status: CheckContext['status']): { readonly said: string; fix: string } {
  let node: Pick<NodeStatus, 'workers' | 'background'> | undefined;
  try {
    node = status();
  } catch {
    // No server runs here.
  }
  const worker = node?.workers.find((each) => each.pid === pid);
  const isBackground = node?.background.pid === pid;
  const what = worker !== undefined ? `worker ${worker.place + 1}` : isBackground ? 'the background process' : name;
  return {
    said: `the largest process is ${what} (process ${pid}) with ${gigabytes(bytes)}`,
    fix: worker !== undefined || isBackground ? `kill ${pid}` : `ps -o pid,user,rss,etime,args -p ${pid}`,
  };
}

/** Of a control group, or of the machine. Undefined: the kernel names none. */
async function largestProcess(group: string | undefined): Promise<Large | undefined> {
  const names =
    group === undefined ? await readdir('/proc') : (await readFile(join(group, 'cgroup.procs'), 'utf8')).split('\n');
  const found = await Promise.all(
    names
      .filter((name) => /^[1-9]\d*$/.test(name))
      .map(async (pid): Promise<Large | undefined> => {
        const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
        const value = (name: string): string => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1] ?? '';
        // What files and shared memory take is given back, or counted with whoever made it.
        const bytes = 1024 * Number.parseInt(value('RssAnon'), 10);
        return bytes > 0 ? { pid: Number(pid), name: value('Name'), bytes } : undefined;
      }),
  );
  return found.filter((one) => one !== undefined).toSorted((a, b) => b.bytes - a.bytes)[0];
}

function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(0)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
