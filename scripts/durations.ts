/**
 * How long test files take, in ms by path: as they took last, in
 * node_modules/.reperio/durations.json, else as those that take long took when test/durations.json
 * was written (DURATIONS=write npm test).
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export type Durations = ReadonlyMap<string, number>;

const root = join(import.meta.dirname, '..');
const last = join(root, 'node_modules/.reperio/durations.json');
const typical = join(root, 'test/durations.json');
/** Milliseconds; who takes less takes none. */
const long = 1_000;

export function readDurations(): Durations {
  return new Map([typical, last].filter(existsSync).flatMap((path) => Object.entries(read(path))));
}

function read(path: string): Readonly<Record<string, number>> {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // Two runs at once may have written it.
    return {};
  }
}

export function writeDurations(durations: Durations): void {
  write(last, durations);
  if (process.env['DURATIONS'] === 'write')
    write(typical, new Map([...durations].filter(([path, time]) => time >= long && existsSync(join(root, path)))));
}

function write(path: string, durations: Durations): void {
  mkdirSync(dirname(path), { recursive: true });
  const rounded = [...durations].map(([file, time]) => [file, Math.round(time)] as const);
  writeFileSync(path, `${JSON.stringify(Object.fromEntries(rounded.toSorted(byTime)), undefined, 2)}\n`);
}

const byTime = ([, one]: readonly [string, number], [, other]: readonly [string, number]): number => other - one;

export function longestFirst(files: readonly string[], durations: Durations): readonly string[] {
  const time = (file: string): number => durations.get(file) ?? 0;
  return files.toSorted((one, other) => time(other) - time(one));
}

/** A table of those that took longest, in lines. */
export function slowest(durations: Durations, most = 15): string {
  const rows = [...durations].toSorted(byTime).slice(0, most);
  return rows.map(([file, time]) => `${(time / 1000).toFixed(1).padStart(7)} s  ${file}`).join('\n');
}
