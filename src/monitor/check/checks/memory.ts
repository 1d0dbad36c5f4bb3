import { readFile } from 'node:fs/promises';
import type { Check } from '../definition.ts';

export const memory: Check = {
  name: 'memory',
  question: 'Is there memory to spare?',
  summary: 'Per cent of the memory of the machine, or of its cgroup, that can be had without swapping.',
  warning: '10:',
  critical: '4:',
  page: 'A slow page',
  every: 10_000,
  run: async () => {
    const text = await readFile('/proc/meminfo', 'utf8');
    const bytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) * 1024;
    const machine = { total: bytes('MemTotal'), free: bytes('MemAvailable'), where: 'the machine' };
    const group = await limitOfGroup();
    const least = group !== undefined && group.free / group.total < machine.free / machine.total ? group : machine;
    const percent = (100 * least.free) / least.total;
    return {
      sentence: `${percent.toFixed(0)} % (${(least.free / 1e9).toFixed(1)} GB) of the memory of ${least.where} is available.`,
      measures: [
        { label: 'available', value: percent, unit: '%', minimum: 0, maximum: 100 },
        { label: 'bytes', value: least.free, unit: 'B', minimum: 0, maximum: least.total },
      ],
      fix: 'reperio status',
    };
  },
};

/**
 * Of version 2; undefined: there is no limit. Pages of files are given back when they are needed.
 */
async function limitOfGroup(): Promise<{ total: number; free: number; where: string } | undefined> {
  try {
    const [, path] = /^0::(.*)$/m.exec(await readFile('/proc/self/cgroup', 'utf8')) ?? [];
    const of = async (name: string): Promise<string> => readFile(`/sys/fs/cgroup${path ?? ''}/${name}`, 'utf8');
    const total = Number(await of('memory.max'));
    if (!Number.isFinite(total)) return undefined;
    const [, pages] = /^inactive_file (\d+)$/m.exec(await of('memory.stat')) ?? [];
    return { total, free: total - Number(await of('memory.current')) + Number(pages ?? 0), where: 'the control group' };
  } catch {
    return undefined;
  }
}
