import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { scoreboardPath } from '../../monitor/scoreboard.ts';

/** A worker whose supervisor is gone has this long to answer what it has. Milliseconds. */
const patience = 40_000;
/** In the command line of a worker, whatever its release. */
const workerProgram = 'src/web/worker.ts';

/**
 * Workers whose supervisor was killed: they answer what they have, and end. One that hangs would
 * stay for ever, so it is ended; their boards are removed at once. We hold the lock of the data
 * folder, so nobody else looks after them.
 */
export function endLeftovers(dataFolder: string, say: (sentence: string) => void, wait = patience): { close(): void } {
  const folder = dirname(scoreboardPath(dataFolder, 0));
  const boards = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.board')) : [];
  for (const name of boards) rmSync(join(folder, name), { force: true });
  const left = boards.map((name) => Number(/-(\d+)\./.exec(name)?.[1])).filter(isWorker);
  if (left.length === 0) return { close: () => undefined };
  const timer = setTimeout(() => {
    for (const pid of left.filter(isWorker)) {
      say(`Worker process ${pid}, whose supervisor was killed, has not ended in ${wait / 1000} s and is killed.`);
      process.kill(pid, 'SIGKILL');
    }
  }, wait).unref();
  return { close: () => clearTimeout(timer) };
}

function isWorker(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(workerProgram);
  } catch {
    return false;
  }
}
