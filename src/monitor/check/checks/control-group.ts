import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface GroupMemory {
  /** Bytes. */
  readonly total: number;
  /** Bytes that can still be had: pages of files are given back when they are needed. */
  readonly free: number;
  /** The folder of the group, whose `cgroup.procs` names its processes. */
  readonly folder: string;
}

/** As the two versions of control groups call the same. */
const versions = [
  { line: /^0::(.*)$/m, below: '', limit: 'memory.max', used: 'memory.current', files: 'inactive_file' },
  {
    line: /^\d+:(?:[^:\n]*,)?memory(?:,[^:\n]*)?:(.*)$/m,
    below: 'memory',
    limit: 'memory.limit_in_bytes',
    used: 'memory.usage_in_bytes',
    files: 'total_inactive_file',
  },
] as const;
/** Version 1 writes a number of this size where there is no limit. Bytes. */
const noLimit = 2 ** 60;

/**
 * The group of this process, or of those around it, that has least to spare of what it may use;
 * undefined: there is no limit. `root` is for tests.
 */
export async function groupMemory(root = '/'): Promise<GroupMemory | undefined> {
  const own = await readFile(join(root, 'proc/self/cgroup'), 'utf8').catch(() => '');
  const found: GroupMemory[] = [];
  for (const { line, below, limit, used, files } of versions) {
    const path = line.exec(own)?.[1];
    if (path === undefined) continue;
    const top = join(root, 'sys/fs/cgroup', below);
    for (let folder = join(top, path); folder.startsWith(top); folder = dirname(folder)) {
      const number = async (name: string): Promise<number> =>
        Number(await readFile(join(folder, name), 'utf8').catch(() => 'NaN'));
      const [total, current] = [await number(limit), await number(used)];
      if (!(total < noLimit) || Number.isNaN(current)) continue;
      const stat = await readFile(join(folder, 'memory.stat'), 'utf8').catch(() => '');
      const pages = Number(new RegExp(`^${files} (\\d+)$`, 'm').exec(stat)?.[1] ?? 0);
      found.push({ total, free: Math.max(0, total - current + pages), folder });
    }
  }
  return found.toSorted((a, b) => a.free / a.total - b.free / b.total)[0];
}
