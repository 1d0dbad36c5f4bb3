import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
/** Milliseconds. */
const startLimit = 600_000;
const between = 100;

/**
 * Serves the library of a data folder by its real processes, on this machine only, until a page was
 * answered. Undefined: it was; else what went wrong.
 */
export async function servePage(dataFolder: string, signal?: AbortSignal): Promise<string | undefined> {
  const { PATH, HOME, TMPDIR, NODE_COMPILE_CACHE } = process.env;
  const server = spawn(process.execPath, [program, 'serve', '--host', '127.0.0.1', '--port', '0'], {
    // Nothing of the library's own settings: they may name what is in use.
    env: {
      ...{ PATH, HOME, TMPDIR, NODE_COMPILE_CACHE },
      ...{ REPERIO_DATA: dataFolder, REPERIO_ISOLATED: 'true', REPERIO_WEB_WORKERS: '1', REPERIO_LOG_LEVEL: 'error' },
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(server, 'exit');
  const said: string[] = [];
  const until = performance.now() + startLimit;
  try {
    const address = await Promise.race([addressOf(server.stdout, server.stderr, said), ended.then(() => undefined)]);
    if (address === undefined) return `the restored library could not be served: ${said.at(-1) ?? 'it says nothing'}`;
    for (;;) {
      const answer = await fetch(`${address}/search?p=`, { redirect: 'manual' }).catch(() => undefined);
      await answer?.arrayBuffer();
      // A closed library sends guests to sign in.
      if (answer !== undefined && answer.status < 500) return undefined;
      if (performance.now() > until) return `the restored library answered with status ${answer?.status ?? 'none'}`;
      await sleep(between, undefined, signal === undefined ? {} : { signal });
    }
  } finally {
    server.kill('SIGTERM');
    await ended;
  }
}

function addressOf(
  stdout: NodeJS.ReadableStream,
  stderr: NodeJS.ReadableStream,
  said: string[],
): Promise<string | undefined> {
  createInterface({ input: stderr }).on('line', (line) => said.push(line));
  return new Promise((resolve) => {
    createInterface({ input: stdout }).on('line', (line) => {
      const found = /^Reperio serves (\S+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
      said.push(line);
    });
  });
}
