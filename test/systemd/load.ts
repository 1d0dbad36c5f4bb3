import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { LoadPlan, LoadReport } from '../cluster/load/report.ts';
import type { Machine } from './machine.ts';

const client = fileURLToPath(new URL('../cluster/load/client.ts', import.meta.url));

/** What became of readers' requests while something was done to the machine. */
export async function readWhile<T>(
  { inNetwork }: Machine,
  work: () => Promise<T>,
  paths: readonly string[] = ['/', '/search?p=the', '/record/1', '/api/search?p=a&size=5'],
): Promise<{ readonly report: LoadReport; readonly result: T }> {
  const plan: LoadPlan = {
    url: 'http://127.0.0.1:8080',
    paths,
    ...{ keeping: 3, fresh: 3, pause: 100 },
  };
  const [program, ...words] = inNetwork;
  const reader = spawn(program, [...words, process.execPath, client, JSON.stringify(plan)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: reader.stdout })[Symbol.asyncIterator]();
  try {
    await lines.next();
    const result = await work();
    reader.stdin.write('\n');
    const { value } = await lines.next();
    return { report: JSON.parse(String(value)) as LoadReport, result };
  } finally {
    reader.kill('SIGKILL');
    if (reader.exitCode === null && reader.signalCode === null) await once(reader, 'exit');
  }
}
