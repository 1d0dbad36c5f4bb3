/**
 * What a storm of one failure costs: the same page fails again and again and is logged, as `serve`
 * does, counted and told (a row of the database each second, letters by SMTP), and in the same run
 * not counted, by short turns: what else the machine does is shared by both.
 * `node bench/storm.ts [--failures 10000] [--turns 80]`. Prints the part of requests a second that
 * counting takes away, of all turns and as the median of pairs, and how many letters came.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { openMailer } from '../src/mail/mailer.ts';
import { startSmtp } from '../src/mail/test-smtp.ts';
import { failureFile } from '../src/monitor/failures/failure-file.ts';
import { watchFailures } from '../src/monitor/failures/node-failures.ts';
import { createLogger } from '../src/monitor/log.ts';
import { createApp } from '../src/web/app.ts';
import { articleLibrary } from '../src/web/test-articles.ts';
import { openTestDatabase } from '../test/support/database.ts';
import { machineLine, median, table } from './lib/report.ts';

const { values } = parseArgs({
  options: { failures: { type: 'string', default: '10000' }, turns: { type: 'string', default: '80' } },
});
const turns = Number(values.turns);
const each = 10 * Math.ceil(Number(values.failures) / turns / 10);

const folder = mkdtempSync(join(tmpdir(), 'reperio-storm-'));
const [store, smtp] = await Promise.all([openTestDatabase(), startSmtp()]);
const mailer = openMailer({ smtpUrl: smtp.url, outbox: join(folder, 'outbox'), tell: () => undefined });
const watched = watchFailures({
  ...{ database: store.database, node: 'storm', file: failureFile(folder), mailer: () => mailer, say: () => undefined },
  operators: async () => ({ admin: 'ada@library.example', from: 'library@library.example', library: 'storm' }),
});
const failing = {
  ...articleLibrary(),
  stored: () => Promise.reject(new RangeError(`the shelf ${Math.random()} is full`)),
};
// Into nothing, as fast as a log can be.
const logger = createLogger({ logLevel: 'info' }, pino.destination({ dest: '/dev/null', sync: true }));
const apps = { told: createApp(failing, { logger, failures: watched.book }), plain: createApp(failing, { logger }) };

/** Seconds of wall time, and of processor time of this process. */
async function run(which: keyof typeof apps, count: number): Promise<readonly [number, number]> {
  const began = performance.now();
  const used = process.cpuUsage();
  for (let done = 0; done < count; done += 10)
    await Promise.all(
      Array.from({ length: 10 }, async () => {
        const { statusCode } = await apps[which].inject('/record/1');
        if (statusCode !== 500) throw new Error(`it answers ${statusCode}`);
      }),
    );
  const { user, system } = process.cpuUsage(used);
  return [(performance.now() - began) / 1000, (user + system) / 1e6];
}

try {
  for (const which of ['plain', 'told'] as const) await run(which, 2_000);
  const pairs: Record<keyof typeof apps, readonly [number, number]>[] = [];
  for (let turn = 0; turn < turns; turn++) {
    // Who is first has a colder machine: by turns.
    const order = turn % 2 === 0 ? (['plain', 'told'] as const) : (['told', 'plain'] as const);
    const pair = { plain: [0, 0] as readonly [number, number], told: [0, 0] as readonly [number, number] };
    for (const which of order) pair[which] = await run(which, each);
    pairs.push(pair);
  }
  const row = (what: string, at: 0 | 1): readonly string[] => {
    const sum = (which: keyof typeof apps): number => pairs.reduce((all, pair) => all + pair[which][at], 0);
    const lost = pairs.map(({ plain, told }) => 100 * (1 - plain[at] / told[at]));
    const perSecond = (which: keyof typeof apps): string => ((each * turns) / sum(which)).toFixed(0);
    return [
      ...[what, `${(100 * (1 - sum('plain') / sum('told'))).toFixed(1)} %`, `${median(lost).toFixed(1)} %`],
      ...[perSecond('plain'), perSecond('told')],
    ];
  };
  const rows = [row('of wall time', 0), row('of processor time', 1)];
  await watched.close();
  await mailer.settled();
  console.log(`${each * turns + 2_000} equal failures, ${turns} turns of each. ${machineLine()}`);
  console.log(
    table(
      [
        { title: 'requests/s', align: 'left' },
        { title: 'lost' },
        { title: 'median' },
        { title: 'not counted' },
        { title: 'counted and told' },
      ],
      rows,
    ),
  );
  console.log(`${smtp.received.length} letters`);
} finally {
  await Promise.all(Object.values(apps).map((app) => app.close()));
  await mailer.close();
  await smtp.stop();
  await store.release();
  rmSync(folder, { recursive: true, force: true });
}
