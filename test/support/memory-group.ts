import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A control group of the test's own, in which memory has a limit once there is one. */
export interface LimitedGroup {
  readonly folder: string;
  /** From now on so much more than is used, in bytes; what there is then. */
  limit(spare: number): { readonly total: number; readonly free: number };
  /** When its processes have ended. */
  end(): void;
}

const names = {
  1: { used: 'memory.usage_in_bytes', limit: 'memory.limit_in_bytes', files: 'total_inactive_file' },
  2: { used: 'memory.current', limit: 'memory.max', files: 'inactive_file' },
} as const;

/** Where a group can be made, below our own; undefined: nowhere. */
function place(): { readonly version: 1 | 2; readonly folder: string } | undefined {
  const own = readFileSync('/proc/self/cgroup', 'utf8');
  const one = /^\d+:(?:[^:\n]*,)?memory(?:,[^:\n]*)?:(.*)$/m.exec(own)?.[1];
  if (one !== undefined) return { version: 1, folder: join('/sys/fs/cgroup/memory', one) };
  const two = /^0::(.*)$/m.exec(own)?.[1];
  const folder = join('/sys/fs/cgroup', two ?? '');
  const inside = join(folder, 'cgroup.subtree_control');
  return two !== undefined && existsSync(inside) && /\bmemory\b/.test(readFileSync(inside, 'utf8'))
    ? { version: 2, folder }
    : undefined;
}

/** Why the memory of some processes cannot be limited here, or false. */
export function cannotLimitMemory(): string | false {
  try {
    limitedGroup().end();
    return false;
  } catch {
    return 'no control group can be made here';
  }
}

export function limitedGroup(): LimitedGroup {
  const found = place();
  if (found === undefined) throw new Error('no control group has memory to give on');
  const folder = join(found.folder, `reperio-night-${process.pid}`);
  mkdirSync(folder);
  const { used, limit, files } = names[found.version];
  const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
  return {
    folder,
    limit: (spare) => {
      const pages = Number(new RegExp(`^${files} (\\d+)$`, 'm').exec(read('memory.stat'))?.[1] ?? 0);
      const needed = Number(read(used)) - pages;
      writeFileSync(join(folder, limit), String(needed + spare));
      return { total: needed + spare, free: spare };
    },
    end: () => rmdirSync(folder),
  };
}
