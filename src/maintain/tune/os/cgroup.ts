import { totalmem } from 'node:os';
import { join } from 'node:path';
import type { CgroupFacts } from './facts.ts';
import { parsePairs } from './parse.ts';
import { textOf } from './text.ts';

const root = '/sys/fs/cgroup';

/** Limits of the group of this process and of all groups above it: the smallest counts. */
export async function readCgroup(): Promise<CgroupFacts> {
  const groups = (await textOf('/proc/self/cgroup')) ?? '';
  const unified = /^0::(.*)$/m.exec(groups)?.[1];
  const isSecond = (await textOf(join(root, 'cgroup.controllers'))) !== undefined;
  if (isSecond && unified !== undefined) return secondVersion(unified);
  return firstVersion(groups);
}

async function secondVersion(path: string): Promise<CgroupFacts> {
  const folders = upwards(path).map((each) => join(root, each));
  const limits = await numbersOf(folders.map((folder) => join(folder, 'memory.max')));
  const quotas = (await Promise.all(folders.map((folder) => textOf(join(folder, 'cpu.max'))))).flatMap((text) => {
    const [quota, period] = (text ?? '').trim().split(' ').map(Number);
    return quota === undefined || period === undefined || Number.isNaN(quota) ? [] : [quota / period];
  });
  const own = folders[0]!;
  const [cpu, events] = await Promise.all([textOf(join(own, 'cpu.stat')), textOf(join(own, 'memory.events'))]);
  return {
    memoryLimit: smallest(limits),
    cpuQuota: quotas.length === 0 ? undefined : Math.min(...quotas),
    throttled: cpu === undefined ? undefined : parsePairs(cpu)['nr_throttled'],
    oomKills: events === undefined ? undefined : parsePairs(events)['oom_kill'],
  };
}

async function firstVersion(groups: string): Promise<CgroupFacts> {
  const pathOf = (controller: string): string =>
    new RegExp(`^\\d+:(?:[^:]*,)?${controller}(?:,[^:]*)?:(.*)$`, 'm').exec(groups)?.[1] ?? '/';
  const memory = upwards(pathOf('memory')).map((each) => join(root, 'memory', each));
  const limits = await numbersOf(memory.map((folder) => join(folder, 'memory.limit_in_bytes')));
  const cpu = join(root, 'cpu', pathOf('cpu'));
  const [quota, period, stat] = await Promise.all([
    textOf(join(cpu, 'cpu.cfs_quota_us')),
    textOf(join(cpu, 'cpu.cfs_period_us')),
    textOf(join(cpu, 'cpu.stat')),
  ]);
  const limited = quota !== undefined && Number(quota) > 0 && Number(period) > 0;
  const oom = await textOf(join(memory[0]!, 'memory.oom_control'));
  return {
    memoryLimit: smallest(limits),
    cpuQuota: limited ? Number(quota) / Number(period) : undefined,
    throttled: stat === undefined ? undefined : parsePairs(stat)['nr_throttled'],
    oomKills: oom === undefined ? undefined : parsePairs(oom)['oom_kill'],
  };
}

/** "/a/b": itself, /a, /. */
function upwards(path: string): readonly string[] {
  const parts = path.split('/').filter(Boolean);
  return [...parts.map((_, i) => `/${parts.slice(0, parts.length - i).join('/')}`), '/'];
}

async function numbersOf(paths: readonly string[]): Promise<readonly number[]> {
  const texts = await Promise.all(paths.map(textOf));
  return texts.flatMap((text) => {
    const value = Number((text ?? '').trim());
    return text === undefined || Number.isNaN(value) || value <= 0 ? [] : [value];
  });
}

/** The first version says that there is no limit by a number larger than any memory. */
function smallest(limits: readonly number[]): number | undefined {
  const least = Math.min(...limits);
  return least < totalmem() ? least : undefined;
}
