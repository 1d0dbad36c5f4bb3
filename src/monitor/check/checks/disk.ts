import type { Check } from '../definition.ts';
import { type Space, spaces } from './folders.ts';

export const disk: Check = {
  name: 'disk',
  question: 'Is there room on the disks?',
  summary: 'Per cent that are free of the fullest disk; `full` is when it is full, should it fill as in the last hour.',
  warning: '10:',
  critical: '5:',
  page: 'A disk that fills',
  every: 10_000,
  run: async ({ settings, memory, now }) => {
    const found = await spaces(settings, memory);
    const fullest = found.toSorted((a, b) => a.free / a.size - b.free / b.size)[0];
    if (fullest === undefined)
      return { atLeast: 'unknown', sentence: `The folder ${settings.dataFolder} is not there.` };
    const { folder, free, size } = fullest;
    const seconds = untilFull(fullest, memory, now());
    const percent = (100 * free) / size;
    const soon =
      seconds === undefined
        ? ''
        : `, full in ${seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`} if it fills as in the last hour`;
    return {
      sentence: `${percent.toFixed(1)} % (${gigabytes(free)}) of the disk of ${folder} is free${soon}.`,
      measures: [
        { label: 'free', value: percent, unit: '%', minimum: 0, maximum: 100 },
        // Half empty, a disk that fills fast is a load that goes on.
        {
          label: 'full',
          value: percent < 50 ? seconds : undefined,
          unit: 's',
          warning: '86400:',
          critical: '14400:',
          minimum: 0,
        },
        { label: 'bytes', value: free, unit: 'B', minimum: 0, maximum: size },
      ],
      fix: `du -xhd1 ${settings.dataFolder}`,
    };
  },
};

function gigabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

type Point = readonly [when: number, free: number];
const window = 3_600_000;
/** Shorter than this says nothing. Milliseconds. */
const shortest = 120_000;
/** A week ahead nobody is woken. Seconds. */
const farthest = 7 * 86_400;

/** Seconds until nothing is free, by the line through the last hour; undefined: not soon. */
export function untilFull(
  { folder, free }: Pick<Space, 'folder' | 'free'>,
  memory: Map<string, unknown>,
  now: number,
): number | undefined {
  const key = `points of ${folder}`;
  const before = ((memory.get(key) ?? []) as readonly Point[]).filter(([when]) => now - when <= window && when <= now);
  // One in half a minute will do.
  const last = before.at(-1);
  const points: readonly Point[] = last !== undefined && now - last[0] < 30_000 ? before : [...before, [now, free]];
  memory.set(key, points);
  const all: readonly Point[] = points.at(-1)?.[0] === now ? points : [...points, [now, free]];
  if (now - all[0]![0] < shortest) return undefined;
  const rate = slope(all);
  if (rate >= 0) return undefined;
  const seconds = -free / (rate * 1000);
  return seconds > farthest ? undefined : seconds;
}

/** Of the line of least squares: bytes a millisecond. */
function slope(points: readonly Point[]): number {
  const middle = (at: 0 | 1): number => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [middle(0), middle(1)];
  const over = points.reduce((sum, [when, free]) => sum + (when - x) * (free - y), 0);
  return over / points.reduce((sum, [when]) => sum + (when - x) ** 2, 0);
}
