import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Machine } from '../hosts/machine.ts';
import type { LoadPlan, LoadReport, UploadPlan, UploadReport, WriterReport } from './report.ts';

export interface Running<Report> {
  /** Ends it; what became of all that it did. */
  stop(): Promise<Report>;
}

/** Milliseconds: a writer waits until the database is there again, to look everything up. */
const stopLimit = 120_000;
const startLimit = 20_000;
let started = 0;

/** Readers on a host of the cluster. */
export async function startLoad(host: Machine, plan: LoadPlan): Promise<Running<LoadReport>> {
  return start(host, 'client.ts', [JSON.stringify(plan)]);
}

/** Somebody who writes to the database at this address. */
export async function startWriter(host: Machine, url: string, loops = 4): Promise<Running<WriterReport>> {
  return start(host, 'writer.ts', [url, String(loops)]);
}

/** Somebody who adds files, each once. */
export async function startUploader(host: Machine, plan: UploadPlan): Promise<Running<UploadReport>> {
  return start(host, 'uploader.ts', [JSON.stringify(plan)]);
}

async function start<Report>(host: Machine, file: string, argv: readonly string[]): Promise<Running<Report>> {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const name = `${file}-${++started}`;
  const { entry } = await host.spawn(name, [process.execPath, path, ...argv], { stdio: 'pipe' });
  const lines = createInterface({ input: entry.stdout! });
  const next = async (limit: number): Promise<string> => {
    const line = await Promise.race([
      once(lines, 'line', { signal: AbortSignal.timeout(limit) }).catch(() => [`{}${file} said nothing in time`]),
      once(entry, 'exit').then(() => undefined),
    ]);
    if (line === undefined) throw new Error(`${file} on ${host.name} ended: ${host.log(name).slice(-1000)}`);
    return String(line[0]);
  };
  if ((await next(startLimit)) !== 'begun') throw new Error(`${file} on ${host.name} did not begin`);
  return {
    stop: async () => {
      const line = next(stopLimit);
      entry.stdin?.write('stop\n');
      return JSON.parse(await line) as Report;
    },
  };
}
