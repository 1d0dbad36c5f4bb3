import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { field } from '../../formats/test-records.ts';
import { createScoreboard } from '../../monitor/scoreboard.ts';
import { WorkerMeter } from '../../monitor/worker-report.ts';
import { defaultSite } from '../../site/default.ts';
import { createApp } from '../app.ts';
import { memoryLibrary } from '../test-library.ts';
import { noLimits } from './limits.ts';

const words = (at: number): string =>
  Array.from({ length: 40 }, (_, i) => `w${(at * 7919 + i * 104_729) % 60_000}x`).join(' ');
const library = memoryLibrary(
  defaultSite(),
  Array.from({ length: 3000 }, (_, at) => ({
    leader: '',
    fields: [field('245__', `$a${words(at)}`), field('980__', '$aARTICLE')],
  })),
  'long',
);
const wildcards = `/search?${new URLSearchParams({ p: [...'0123456789'].map((digit) => `*${digit}*`).join(' ') })}`;

test('while one question looks through dictionaries others are answered', async () => {
  const app = createApp(library);
  await app.inject('/search?p=w1x');
  let isDone = false;
  const long = app.inject(wildcards).then((answer) => {
    isDone = true;
    return answer;
  });
  let during = 0;
  while (!isDone) {
    // A round of the event loop, as with real connections.
    await new Promise((resolve) => setImmediate(resolve));
    await app.inject('/health/live');
    during++;
  }
  assert.equal((await long).statusCode, 200);
  assert.ok(during >= 5, `${during} answers meanwhile`);
  await app.close();
});

test('a process that is late refuses the network that made it so, and no other', async () => {
  let eventLoopLag = 0;
  const board = createScoreboard(join(mkdtempSync(join(tmpdir(), 'reperio-')), 'board'));
  const app = createApp(library, {
    // Its clock stands still, or a machine with other work would forgive while it looks.
    limits: { ...noLimits, pageRate: 100_000, now: () => 0 },
    watch: { meter: new WorkerMeter(), board, isLate: () => false, eventLoopLag: () => eventLoopLag },
  });
  const ask = (url: string, remoteAddress: string) => app.inject({ url, remoteAddress });
  while ((await ask(wildcards, '192.0.2.1')).statusCode === 200) {
    // What it has used counts as soon as others must wait.
    eventLoopLag = 60;
  }
  const refused = await ask('/search?p=w1x', '192.0.2.1');
  assert.equal(refused.statusCode, 429);
  assert.match(refused.body, /Recent requests from this network took most of the time of this server/);
  assert.ok(Number(refused.headers['retry-after']) > 0);
  assert.match((await ask('/search?p=w1x&ln=fr', '192.0.2.1')).body, /ont pris l’essentiel du temps de ce serveur/);
  assert.equal((await ask('/search?p=w1x', '198.51.100.1')).statusCode, 200);
  eventLoopLag = 0;
  assert.equal((await ask('/search?p=w1x', '192.0.2.1')).statusCode, 200);
  await app.close();
});
