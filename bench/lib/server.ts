import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { descendants } from './memory.ts';
import { startReperio } from './reperio.ts';

export interface BenchServer {
  readonly address: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts `reperio serve` on a free port and waits until it answers. */
export async function startServer(
  data: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<BenchServer> {
  const child = startReperio(data, ['serve', '--port', '0'], environment);
  const lines = createInterface({ input: child.stdout! });
  for await (const line of lines) {
    const address = /http:\S+/.exec(line)?.[0];
    if (address === undefined) continue;
    return {
      address,
      pid: child.pid!,
      stop: async () => {
        child.kill('SIGTERM');
        await once(child, 'exit');
      },
    };
  }
  throw new Error('the server did not start');
}

export function isWebWorker(pid: number): boolean {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('web/worker.ts');
}

/** The process that answers, below the one that looks after it. */
export function webWorker(server: number): number {
  const worker = descendants(server).find(isWebWorker);
  if (worker === undefined) throw new Error('the server has no worker');
  return worker;
}
