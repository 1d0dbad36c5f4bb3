/**
 * What a storm of one failure costs: the same page fails again and again and is logged, as `serve`
 * does, counted and told (a row of the database each second, letters by SMTP), and in the same run
 * not counted, by short turns: what else the machine does is shared by both. A second one that is
 * not counted shows how far two equal ones differ, and the time inside of counting is measured by
 * itself, as less than that difference.
 * `node bench/storm.ts [--failures 10000] [--turns 80]`. Prints the part of requests a second that
 * counting takes away, of all turns and as the median of turns, and how many letters came.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { openMailer } from '../src/mail/mailer.ts';
import { startSmtp } from '../src/mail/test-smtp.ts';
import type { FailureBook } from '../src/monitor/failures/failure-book.ts';
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
const inside: number[] = [];
const { book } = watched;
const measured: FailureBook = {
  take: () => book.take(),
  note: (seen) => {
    const began = process.hrtime.bigint();
    book.note(seen);
    inside.push(Number(process.hrtime.bigint() - began) / 1000);
  },
};
const apps = {
  plain: createApp(failing, { logger }),
  again: createApp(failing, { logger }),
  told: createApp(failing, { logger, failures: measured }),
};
const names = ['plain', 'again', 'told'] as const;

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
  for (const which of names) await run(which, 2_000);
  inside.length = 0;
  const took: Record<keyof typeof apps, readonly [number, number]>[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const one: Partial<(typeof took)[number]> = {};
    // Who is first has a colder machine: by turns.
    for (let at = 0; at < names.length; at++) {
      const which = names[(turn + at) % names.length]!;
      one[which] = await run(which, each);
    }
    took.push(one as (typeof took)[number]);
  }
  const row = (what: string, which: keyof typeof apps, at: 0 | 1): readonly string[] => {
    const sum = (name: keyof typeof apps): number => took.reduce((all, turn) => all + turn[name][at], 0);
    const lost = took.map((turn) => 100 * (1 - turn.plain[at] / turn[which][at]));
    const perSecond = (name: keyof typeof apps): string => ((each * turns) / sum(name)).toFixed(0);
    return [
      ...[what, `${(100 * (1 - sum('plain') / sum(which))).toFixed(1)} %`, `${median(lost).toFixed(1)} %`],
      ...[perSecond('plain'), perSecond(which)],
    ];
  };
  const rows = [
    row('wall time, counted and told', 'told', 0),
    row('processor time, counted and told', 'told', 1),
    row('wall time, not counted either', 'again', 0),
    row('processor time, not counted either', 'again', 1),
  ];
  const used = took.reduce((all, { told }) => all + told[1], 0);
  await watched.close();
  await mailer.settled();
  console.log(`${each * turns + 2_000} equal failures, ${turns} turns of each. ${machineLine()}`);
  console.log(
    table(
      [
        { title: 'requests/s by', align: 'left' },
        { title: 'lost' },
        { title: 'median' },
        { title: 'not counted' },
        { title: 'this' },
      ],
      rows,
    ),
  );
  const failures = each * turns;
  // The median: what waits for a processor meanwhile is not of the counting.
  const [counting, request] = [median(inside), (used * 1e6) / failures];
  const part = ((100 * counting) / request).toFixed(2);
  console.log(`counting itself: ${counting.toFixed(1)} µs of ${request.toFixed(0)} µs of a request, ${part} %`);
  console.log(`${smtp.received.length} letters`);
} finally {
  await Promise.all(Object.values(apps).map((app) => app.close()));
  await mailer.close();
  await smtp.stop();
  await store.release();
  rmSync(folder, { recursive: true, force: true });
}
