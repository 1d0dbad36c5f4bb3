/**
 * What readers notice of restarts of a node under load: failed requests, and the longest one. With
 * sockets that outlive it, as systemd keeps them, and with a node that listens itself; a stop and a
 * start as systemd does them, and the end of the supervisor by kill -9.
 * `node bench/restart.ts --records 20000 --passes 5`
 */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { installationFolder } from '../src/config/settings.ts';
import { type KeptSocket, keepSocket } from '../test/support/keep-socket.ts';
import { Readers } from '../test/support/readers.ts';
import { waitFor } from '../test/support/wait.ts';
import { openLoaded } from './lib/loaded.ts';
import { benchOptions, runBench } from './lib/options.ts';
import { machineLine, median, table } from './lib/report.ts';

const options = { ...benchOptions({ records: 20_000, passes: 5 }), peer: false };
const load = { fresh: 4, kept: 4, pause: 20 } as const;
/** Milliseconds with readers before and after. */
const around = 3_000;

interface Outcome {
  readonly requests: number;
  readonly failed: number;
  /** Milliseconds. */
  readonly longest: number;
}

await runBench(options, async () => {
  await (await openLoaded(options)).close();
  const rows: string[][] = [];
  for (const [how, signal] of [
    ['restart', 'SIGTERM'],
    ['kill -9 of the supervisor', 'SIGKILL'],
  ] as const)
    for (const activated of [true, false]) {
      const outcomes = await withNode(activated, (kept, port) => restarts(kept, port, signal));
      const sum = (key: 'requests' | 'failed'): string =>
        outcomes.reduce((total, each) => total + each[key], 0).toLocaleString('en');
      const longest = outcomes.map((each) => each.longest);
      rows.push([
        ...[how, activated ? 'the socket stays' : 'it listens itself', sum('failed'), sum('requests')],
        ...[median(longest), Math.max(...longest)].map((time) => (time / 1000).toFixed(2)),
      ]);
    }
  console.log(`${options.passes} times each, ${options.records.toLocaleString('en')} records. ${machineLine()}`);
  const left = ['what', 'socket'].map((title) => ({ title, align: 'left' as const }));
  const right = ['failed', 'requests', 'longest, s', 'longest of all, s'].map((title) => ({ title }));
  console.log(table([...left, ...right], rows));
});

async function withNode<T>(activated: boolean, work: (kept: KeptSocket, port: number) => Promise<T>): Promise<T> {
  const port = await freePort();
  const sockets = activated ? [`web=127.0.0.1:${port}`] : [];
  const kept = await keepSocket(sockets, [join(installationFolder, 'bin/reperio'), 'serve'], {
    ...process.env,
    ...{ REPERIO_DATA: options.data, REPERIO_PORT: String(port), REPERIO_WEB_WORKERS: '2' },
    ...{ REPERIO_EXEMPT_NETWORKS: '127.0.0.0/8', REPERIO_LOG_LEVEL: 'warn' },
  });
  try {
    await answers(port);
    return await work(kept, port);
  } finally {
    await kept.stop();
  }
}

async function restarts(kept: KeptSocket, port: number, signal: NodeJS.Signals): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let pass = 0; pass < options.passes; pass++) {
    const readers = new Readers(`http://127.0.0.1:${port}/search?p=the`, load);
    await sleep(around);
    readers.forget();
    const count = kept.started.length;
    process.kill(kept.started.at(-1)!, signal);
    await waitFor('the next process', () => kept.started.length > count);
    await answers(port);
    await sleep(around);
    await readers.stop();
    const failed = readers.failures.length;
    outcomes.push({ requests: readers.answered + failed, failed, longest: readers.longest });
  }
  return outcomes;
}

async function answers(port: number): Promise<void> {
  await waitFor('an answer', async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
