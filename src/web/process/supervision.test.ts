import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import autocannon from 'autocannon';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { loadSettings, type Settings } from '../../config/settings.ts';
import { settingsTable } from '../../config/table.ts';
import { listFailures } from '../../monitor/failures/read-failures.ts';
import type { NodeStatus } from '../../monitor/node-status.ts';
import { statusSocket } from '../../monitor/status/socket.ts';
import { serve } from './serve.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-supervision-'));
let store: TestDatabase;
let settings: Settings;
const log: string[] = [];

before(async () => {
  store = await openTestDatabase();
  settings = loadSettings({ REPERIO_DATA: folder, DATABASE_URL: store.url, REPERIO_PORT: '0' });
});
after(async () => {
  await store.release();
  rmSync(folder, { recursive: true, force: true });
});

interface Running {
  readonly address: string;
  /** Reads settings again. */
  readonly reload: (settings: Partial<Settings>) => void;
  stop(): Promise<void>;
}

async function start(changes: Partial<Settings> = {}): Promise<Running> {
  const controller = new AbortController();
  let now: Settings = { ...settings, exemptNetworks: '127.0.0.0/8, ::1', ...changes };
  let reload = (): void => undefined;
  let ended: Promise<void> = Promise.resolve();
  log.splice(0);
  const address = await new Promise<string>((resolve, reject) => {
    ended = serve({
      settings: now,
      signal: controller.signal,
      log: { write: (line: string) => void log.push(line) },
      onListening: resolve,
      readSettings: () => now,
      onReload: (listener) => {
        reload = listener;
      },
    });
    ended.catch(reject);
  });
  return {
    address,
    reload: (wanted) => {
      now = { ...now, ...wanted };
      reload();
    },
    stop: async () => {
      controller.abort();
      await ended;
    },
  };
}

async function status(address: string): Promise<NodeStatus> {
  const answer = await fetch(`${address}/server-status?format=json`);
  assert.equal(answer.status, 200);
  return ((await answer.json()) as { status: NodeStatus }).status;
}

/** The supervisor itself, without any worker. */
async function statusOfSupervisor(path = '/server-status?format=json'): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ socketPath: statusSocket(folder), path }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text;
      });
      response.on('end', () => resolve(body));
    })
      .on('error', reject)
      .end();
  });
}

/**
 * Asks pages, 40 a second at most, while something is done; how many failed, and how many there
 * were.
 */
async function underLoad(address: string, work: () => Promise<void>): Promise<autocannon.Result> {
  const ended = Promise.withResolvers<autocannon.Result>();
  const load = autocannon(
    { url: `${address}/search?p=test`, connections: 6, overallRate: 40, duration: 300 },
    (error, result) => (error ? ended.reject(error) : ended.resolve(result)),
  );
  await sleep(500);
  try {
    await work();
    await sleep(500);
  } finally {
    load.stop();
  }
  return ended.promise;
}

function assertNoneFailed({ errors, timeouts, non2xx, requests }: autocannon.Result): void {
  assert.deepEqual({ errors, timeouts, non2xx }, { errors: 0, timeouts: 0, non2xx: 0 });
  assert.ok(requests.total > 20, `only ${requests.total} requests`);
}

test('workers that have answered their number of requests are replaced, and no request fails', async () => {
  const server = await start({ webWorkers: 2, workerRequests: 150 });
  try {
    const before = await waitFor('two workers', async () => {
      const pids = (await status(server.address)).workers.map(({ pid }) => pid);
      return pids.length === 2 ? pids : undefined;
    });
    const result = await underLoad(server.address, async () => {
      // One may be replaced twice before the other has answered as many.
      await waitFor(
        'the replacement of both workers',
        () => {
          const taken = log.map((line) => /Worker (\d): .* has replaced .* requests/.exec(line)?.[1]);
          return taken.includes('1') && taken.includes('2') ? true : undefined;
        },
        200_000,
      );
    });
    assertNoneFailed(result);
    const { workers, deathCount, totals } = await status(server.address);
    assert.ok(workers.every(({ pid, state }) => state === 'leaving' || !before.includes(pid)));
    assert.equal(deathCount, 0);
    assert.ok(totals.requests > 150);
    const least = result.requests.total;
    await waitFor('all requests in the totals', async () =>
      (await status(server.address)).totals.requests >= least ? true : undefined,
    );
  } finally {
    await server.stop();
  }
});

/** Who was replaced may answer once more, on a connection that this process keeps. */
async function answeredWith(address: string, age: string): Promise<void> {
  await waitFor(`an answer with ${age}`, async () => {
    const { headers } = await fetch(`${address}/search?p=test`);
    return headers.get('cache-control')?.includes(age) === true ? true : undefined;
  });
}

test('a reload under load replaces every worker with the settings of now, and fails no request; a wrong one changes nothing', async () => {
  const server = await start({ webWorkers: 1 });
  try {
    assert.equal(
      (await fetch(`${server.address}/search?p=test`)).headers.get('cache-control')?.includes('max-age=10'),
      true,
    );
    const result = await underLoad(server.address, async () => {
      server.reload({ sharedCache: 77_000, webWorkers: 2 });
      await waitFor(
        'the reload',
        () => log.find((line) => line.includes('Code and settings were reloaded')),
        // Two processes begin while others load the machine.
        200_000,
      );
    });
    assertNoneFailed(result);
    await answeredWith(server.address, 'max-age=77');
    const now = await waitFor('two ready workers', async () => {
      const found = await status(server.address);
      return found.workers.filter(({ state }) => state === 'ready').length === 2 ? found : undefined;
    });
    assert.deepEqual([now.reloads, now.failedReloads, now.lastReload?.succeeded], [1, 0, true]);
    assert.equal(now.deathCount, 0);

    const readAgain = async (changes: Partial<Settings>): Promise<string> => {
      log.splice(0);
      server.reload(changes);
      return waitFor('the reload', () => log.find((line) => line.includes('Code and settings were reloaded')), 200_000);
    };
    const needing = { nodeName: 'another', statusPort: 1, host: 'nowhere.invalid' } as const;
    const told = /need a restart: ([\w, -]+)/.exec(await readAgain({ ...needing, webWorkers: 1 }))?.[1]?.split(', ');
    const names = Object.keys(needing).map((key) => settingsTable[key as keyof typeof needing]);
    assert.deepEqual(told?.toSorted(), names.map(({ name }) => name).toSorted());
    for (const { change } of names) assert.equal(change, 'restart');
    assert.equal((await status(server.address)).name, now.name, 'what needs a restart stays');
    assert.equal(settingsTable.sharedCache.change, 'reload');
    await readAgain({ nodeName: now.name, statusPort: 0, host: '127.0.0.1', sharedCache: 88_000 });
    await answeredWith(server.address, 'max-age=88');
    // Those that were replaced may still be leaving.
    const staying = async (): Promise<readonly number[]> =>
      (await status(server.address)).workers.filter(({ state }) => state !== 'leaving').map(({ pid }) => pid);
    const kept = await staying();

    log.splice(0);
    server.reload({ exemptNetworks: 'nowhere' });
    await waitFor('the word that nothing was reloaded', () => log.find((line) => line.includes('Reload failed')));
    assert.ok(log.some((line) => line.includes('did not start')));
    assert.deepEqual(await staying(), kept);
    const then = await status(server.address);
    assert.deepEqual([then.reloads, then.failedReloads, then.lastReload?.succeeded], [3, 1, false]);
    assert.match(then.lastReload?.said ?? '', /^Reload failed/);
    assert.equal((await fetch(`${server.address}/search?p=test`)).status, 200);
  } finally {
    await server.stop();
  }
});

test('a worker that says nothing any more is killed and named with what it was answering; meanwhile the supervisor tells', async () => {
  const server = await start({ webWorkers: 1, workerSilence: 6_000 });
  try {
    const [worker] = (await status(server.address)).workers;
    process.kill(worker!.pid, 'SIGSTOP');
    // It has this request on its hands when it is let go for a moment.
    const asked = fetch(`${server.address}/search?p=silence`).catch((error: Error) => error);
    const seen = await waitFor('the silent worker', async () => {
      const { status: found } = JSON.parse(await statusOfSupervisor()) as { status: NodeStatus };
      return found.workers[0]?.state === 'silent' ? found : undefined;
    });
    assert.equal(seen.workers[0]?.pid, worker!.pid);
    const { deaths } = await waitFor('its death and its successor', async () => {
      const { status: found } = JSON.parse(await statusOfSupervisor()) as { status: NodeStatus };
      return found.deathCount === 1 && found.workers[0]?.state === 'ready' ? found : undefined;
    });
    assert.match(deaths[0]!.how, /^SIGKILL from the supervisor: it did not respond for \d s/);
    // A connection that it had not taken yet is answered by its successor.
    const answer = await asked;
    assert.ok(answer instanceof Response && answer.status === 200, String(answer));
    assert.match(await statusOfSupervisor('/metrics'), /^reperio_worker_deaths_total 1$/m);
  } finally {
    await server.stop();
  }
});

test('who dies while it answers is named with the request, the SQL statements and what it said', async () => {
  const server = await start({ webWorkers: 1 });
  try {
    const [worker] = (await status(server.address)).workers;
    // An export of nothing is over at once; a body that never comes is not.
    const open = request(`${server.address}/api/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': '1000' },
    });
    open.on('error', () => undefined);
    open.write('{');
    const running = await waitFor('the request at the worker', async () => {
      const found = (await status(server.address)).workers[0]!.running.find(({ url }) => url === '/api/login');
      return found;
    });
    assert.equal(running.method, 'POST');
    process.kill(worker!.pid, 'SIGKILL');
    const [death] = await waitFor('the death of the worker', async () => {
      const { deaths } = await status(server.address).catch(() => ({ deaths: [] }) as Pick<NodeStatus, 'deaths'>);
      return deaths.length === 1 ? deaths : undefined;
    });
    assert.equal(death!.how, 'SIGKILL');
    assert.ok(death!.running.some(({ url }) => url === '/api/login'));
    assert.ok(log.some((line) => line.includes('it was answering') && line.includes('POST /api/login')));
  } finally {
    await server.stop();
  }
});

test('the background process may die: it is named with what it said, another one starts, and readers notice nothing', async () => {
  const server = await start({ webWorkers: 1 });
  try {
    const first = await waitFor(
      'the background process',
      async () => (await status(server.address)).background.pid || undefined,
    );
    const result = await underLoad(server.address, async () => {
      process.kill(first, 'SIGKILL');
      const { background } = await waitFor('another background process', async () => {
        const found = await status(server.address);
        return found.background.pid !== first && found.background.pid > 0 ? found : undefined;
      });
      assert.equal(background.deaths, 1);
      assert.match(background.lastDeath ?? '', /^failed with SIGKILL/);
    });
    assertNoneFailed(result);
    assert.ok(log.some((line) => line.includes('The background process failed with SIGKILL')));
    assert.match(await statusOfSupervisor('/metrics'), /^reperio_background_deaths_total 1$/m);
  } finally {
    await server.stop();
  }
});

test('a crash loop is called one', async () => {
  const server = await start({ webWorkers: 1 });
  try {
    for (let death = 1; death <= 5; death++) {
      const pid = await waitFor(`death number ${death - 1}`, async () => {
        const found = JSON.parse(await statusOfSupervisor()) as { status: NodeStatus };
        return found.status.deathCount === death - 1 ? found.status.workers[0]?.pid : undefined;
      });
      process.kill(pid, 'SIGKILL');
    }
    await waitFor('the word crash loop', () =>
      log.find((line) => line.includes('Crash loop: worker 1 has failed 5 times soon after its start')),
    );
  } finally {
    await server.stop();
  }
});

test('the board of a worker is gone with it', async () => {
  const server = await start({ webWorkers: 2 });
  await server.stop();
  assert.deepEqual(
    readdirSync(join(folder, 'run')).filter((name) => name.endsWith('.board')),
    [],
  );
  assert.ok(readFileSync(join(folder, 'node-id'), 'utf8').length > 30);
});

test('a worker that ends by itself is a failure that is kept, by all nodes', async () => {
  const server = await start({ webWorkers: 1 });
  try {
    const { status: now } = JSON.parse(await statusOfSupervisor()) as { status: NodeStatus };
    process.kill(now.workers[0]!.pid, 'SIGSEGV');
    const found = await waitFor('the failure', async () => {
      const { rows } = await listFailures(store.database);
      return rows.find(({ code }) => code === 'SIGSEGV');
    });
    assert.deepEqual([found.kind, found.type, found.place, found.state], ['worker', 'ProcessEnded', 'worker', 'open']);
  } finally {
    await server.stop();
  }
});
