/**
 * What a storm of one failure costs: the same page fails again and again, counted and told as
 * `serve` does (a row of the database each second, letters by SMTP), and in the same run not
 * counted, by turns.
 * `node bench/storm.ts [--failures 10000] [--passes 7]`. Prints the part of requests a second that
 * counting takes away, and how many letters came.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openMailer } from '../src/mail/mailer.ts';
import { startSmtp } from '../src/mail/test-smtp.ts';
import { failureFile } from '../src/monitor/failures/failure-file.ts';
import { watchFailures } from '../src/monitor/failures/node-failures.ts';
import { createApp } from '../src/web/app.ts';
import { articleLibrary } from '../src/web/test-articles.ts';
import { openTestDatabase } from '../test/support/database.ts';
import { machineLine, median, table } from './lib/report.ts';

const { values } = parseArgs({
  options: { failures: { type: 'string', default: '10000' }, passes: { type: 'string', default: '7' } },
});
const passes = Number(values.passes);
const each = Math.ceil(Number(values.failures) / passes);

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
const apps = { told: createApp(failing, { failures: watched.book }), plain: createApp(failing) };

/** Requests a second of wall time, and of processor time of this process. */
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
  return [(1000 * count) / (performance.now() - began), (1e6 * count) / (user + system)];
}

try {
  for (const which of ['plain', 'told'] as const) await run(which, 2_000);
  const rounds: { readonly plain: readonly [number, number]; readonly told: readonly [number, number] }[] = [];
  for (let pass = 0; pass < passes; pass++) {
    // Who is first has a colder machine: by turns.
    const first = pass % 2 === 0 ? ('plain' as const) : ('told' as const);
    const one = { [first]: await run(first, each) };
    const second = first === 'plain' ? 'told' : 'plain';
    rounds.push({ ...one, [second]: await run(second, each) } as (typeof rounds)[number]);
  }
  const row = (what: string, at: 0 | 1): readonly string[] => {
    const lost = rounds.map(({ plain, told }) => 100 * (1 - told[at] / plain[at]));
    return [
      ...[what, `${median(lost).toFixed(1)} %`, `${Math.min(...lost).toFixed(1)} to ${Math.max(...lost).toFixed(1)} %`],
      ...[
        median(rounds.map(({ plain }) => plain[at])).toFixed(0),
        median(rounds.map(({ told }) => told[at])).toFixed(0),
      ],
    ];
  };
  const rows = [row('of wall time', 0), row('of processor time', 1)];
  await watched.close();
  await mailer.settled();
  console.log(`${each * passes + 2_000} equal failures, ${passes} rounds by turns. ${machineLine()}`);
  console.log(
    table(
      [
        { title: 'requests/s', align: 'left' },
        { title: 'lost' },
        { title: 'from to' },
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
