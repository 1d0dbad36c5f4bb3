import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CountedFailure, sumOfFailures } from './failure.ts';

/**
 * Where failures wait for the database: one JSON object a line. A process that ends of one writes
 * it itself; the supervisor takes all over.
 */
const fileName = 'failures';
/** A larger file is summed up. Bytes. */
const largest = 1_000_000;

export interface FailureFile {
  append(failures: readonly CountedFailure[]): void;
  readonly isThere: () => boolean;
  /** What waits, as sums; `over` is called when it is safe elsewhere. */
  take(): { readonly failures: readonly CountedFailure[]; readonly over: () => void };
}

export function failureFile(dataFolder: string, name = fileName): FailureFile {
  const path = join(dataFolder, `${name}.jsonl`);
  // What is being taken over: after a crash it is taken over again.
  const taken = join(dataFolder, `${name}.taken.jsonl`);
  /** It is safe elsewhere, on a disk that deletes nothing at present: it is not taken again. */
  let isOver = false;
  const over = (): void => {
    isOver = true;
    try {
      rmSync(taken, { force: true });
      isOver = false;
    } catch {
      // With the next take.
    }
  };
  const take: FailureFile['take'] = () => {
    if (isOver) over();
    if (isOver) return { failures: [], over };
    // A crash left one: the newer one waits for the next time.
    if (!existsSync(taken) && existsSync(path)) renameSync(path, taken);
    return { failures: sumOfFailures(readLines(taken)), over };
  };
  return {
    append: (failures) => {
      if (failures.length === 0) return;
      if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > largest) sumUp(path);
      appendFileSync(path, linesOf(failures), { mode: 0o600 });
    },
    isThere: () => existsSync(path) || existsSync(taken),
    take,
  };
}

function sumUp(path: string): void {
  const sums = sumOfFailures(readLines(path));
  writeFileSync(`${path}.part`, linesOf(sums), { mode: 0o600 });
  renameSync(`${path}.part`, path);
}

function linesOf(failures: readonly CountedFailure[]): string {
  return failures.map((one) => `${JSON.stringify(one)}\n`).join('');
}

/** A line that a crash cut off is left out. */
function readLines(path: string): readonly CountedFailure[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        const read: unknown = JSON.parse(line);
        return typeof read === 'object' && read !== null && 'fingerprint' in read ? [read as CountedFailure] : [];
      } catch {
        return [];
      }
    });
}
