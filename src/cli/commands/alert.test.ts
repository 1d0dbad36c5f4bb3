import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { startSmtp, type TestSmtp } from '../../mail/test-smtp.ts';
import { changeAlerts } from '../../monitor/alerts/alert-rows.ts';
import { stepAlerts } from '../../monitor/alerts/step.ts';
import { createFailureBook } from '../../monitor/failures/failure-book.ts';
import { writeFailures } from '../../monitor/failures/write-failures.ts';
import { runCommandLine } from '../run.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-alert-command-'));
const spool = join(folder, 'spool');
let store: TestDatabase;
let smtp: TestSmtp;
before(async () => {
  mkdirSync(spool);
  [store, smtp] = await Promise.all([openTestDatabase(), startSmtp()]);
});
after(async () => {
  await smtp.stop();
  await store.release();
  rmSync(folder, { recursive: true, force: true });
});

async function type(line: string, more: Readonly<Record<string, string>> = {}) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const status = await runCommandLine(
    line.split(' ').map((word) => word.replaceAll('_', ' ')),
    {
      environment: {
        DATABASE_URL: store.url,
        REPERIO_DATA: folder,
        REPERIO_NODE_NAME: 'web1',
        REPERIO_TIME_ZONE: 'Europe/Zurich',
        REPERIO_EMERGENCY: 'Sunday 22:00-06:00 = sms:+41761111111; Mon-Fri 06:00-18:00 = ada@library.example',
        REPERIO_SMS_GATEWAY: `spool:${spool}`,
        REPERIO_SMTP_URL: smtp.url,
        ...more,
      },
      stdin: Readable.from([]),
      ...{ stdout, stderr, colour: false, signal: new AbortController().signal, onHangup: () => undefined },
    },
  );
  stdout.end();
  stderr.end();
  return { status, stdout: await text(stdout), stderr: await text(stderr) };
}

test('a test says who would get what at a time, and sends it to one', async () => {
  const dry = await type('alert test --at Mon_03:00 --dry-run');
  assert.deepEqual([dry.status, dry.stderr], [0, '']);
  assert.match(dry.stdout, /^Sunday 22:00-06:00 {3}sms:\+41761111111 \(spool\) +ALERT the library: test from web1\n$/);
  assert.deepEqual([readdirSync(spool), smtp.received], [[], []]);
  assert.equal((await type('alert test --recipient sms:+41761111111')).status, 0);
  const [file] = readdirSync(spool);
  assert.equal(readFileSync(join(spool, file!), 'utf8'), 'To: 41761111111\n\nALERT the library: test from web1\n');
  assert.equal((await type('alert test --recipient ada@library.example')).status, 0);
  assert.match(smtp.received.splice(0)[0]!.text, /^Subject: \[ALERT\] test from web1, the library/m);
  const kept = await type('alert test --recipient ada@library.example', { REPERIO_SMTP_URL: '' });
  assert.deepEqual([kept.status, /\(outbox\) +not sent: smtp-url is not set/.test(kept.stdout)], [1, true]);
  const refused = await type('alert test --recipient sms:+41761111111', { REPERIO_SMS_GATEWAY: `spool:${folder}/no` });
  assert.equal(refused.status, 1);
  assert.match(refused.stdout, /not sent: The gateway for text messages did not take the message to \+41761111111/);
  for (const [line, code] of [
    ['alert test --at Sonday_03:00', /"Sonday 03:00" is not a time/],
    ['alert test --recipient bob', /"bob" is not a recipient/],
    ['alert silence disk --for long', /"long" is not a length of time/],
    ['alert ack nothing', /There is no alert "nothing"/],
    ['alert silence dsik --for 2h', /There is no check "dsik"/],
    ['alert silence disk --for 31d', /A silence of 31d is too long/],
  ] as const) {
    const wrong = await type(line);
    assert.equal(wrong.status, 1, line);
    assert.match(wrong.stderr, code);
  }
});

test('the week is drawn, and hours without anybody are an exit status', async () => {
  const week = await type('alert recipients --week');
  assert.equal(week.status, 1);
  assert.match(week.stdout, /^Monday {5}AAAAAAAAAAAAB{24}\.{12}$/m);
  assert.match(week.stdout, /^Nobody: Saturday 00:00-24:00$/m);
  assert.equal((await type('alert recipients', { REPERIO_EMERGENCY: '* = ada@library.example' })).status, 0);
  const wrong = await type('alert recipients', { REPERIO_EMERGENCY: '* = a@x; Sonday = b@x' });
  assert.match(wrong.stderr, /REPERIO_EMERGENCY is wrong in line 1, column 10: "Sonday" is not a day/);
});

test('alerts are listed, acknowledged and silenced; the exit status says whether somebody is needed', async () => {
  assert.deepEqual(await type('alert list'), { status: 0, stdout: 'No alerts.\n', stderr: '' });
  const critical = new Map([['disk', { state: 'critical' as const, sentence: 'It is full.', measures: [] }]]);
  const look = (later: number) =>
    changeAlerts(store.database, (before, now) => ({
      alerts: stepAlerts(before, critical, { node: 'web1', now: now + later }).alerts,
      result: undefined,
    }));
  await look(-60_000);
  await look(0);
  const firing = await type('alert list');
  assert.equal(firing.status, 1);
  assert.match(firing.stdout, /^disk@web1 {2}firing .*It is full\.$/m);
  assert.equal((await type('alert ack disk --by ada')).status, 0);
  const acknowledged = await type('alert list');
  assert.equal(acknowledged.status, 0);
  assert.match(acknowledged.stdout, /acknowledged by ada/);
  await type('alert silence all --for 2h');
  assert.match((await type('alert list --all')).stdout, /^all +silenced for/m);
  await type('alert silence all --end');
  await type('alert silence disk@web9 --for 2h');
  assert.match((await type('alert list --all')).stdout, /^disk@web9 +silenced for/m);
  await type('alert silence disk@web9 --end');
  assert.doesNotMatch((await type('alert list --all')).stdout, /silenced/);
  const away = await type('alert list', { DATABASE_URL: 'postgresql://127.0.0.1:1/x' });
  assert.deepEqual([away.status, away.stdout], [0, 'No alerts.\n']);
  assert.match(away.stderr, /The database is away/);
});

test('failures are listed, shown, resolved and muted', async () => {
  assert.deepEqual(await type('failures list'), { status: 0, stdout: 'No open failures.\n', stderr: '' });
  const book = createFailureBook('web1');
  book.note({ kind: 'task', error: new RangeError('no room: password=hunter2'), place: 'files' });
  const [one] = book.take();
  await writeFailures(store.database, [one!]);
  const beginning = one!.fingerprint.slice(0, 6);
  const listed = await type('failures list');
  assert.equal(listed.status, 1);
  assert.match(listed.stdout, /open +1 +1 .* files +RangeError: no room: password=\*\*\*/);
  const shown = await type(`failures show ${beginning}`);
  assert.match(shown.stdout, new RegExp(`^Failure ${one!.fingerprint}: open$`, 'm'));
  assert.match(shown.stdout, / on web1$/m);
  assert.doesNotMatch(shown.stdout, /hunter2/);
  assert.equal(
    (await type(`failures resolve ${beginning} --in 0.3.0`)).stdout,
    `Failure ${one!.fingerprint} is resolved in 0.3.0.\n`,
  );
  assert.equal((await type('failures list')).status, 0);
  await type(`failures mute ${beginning}`);
  assert.match((await type('failures list --all')).stdout, /muted/);
  await type(`failures reopen ${beginning}`);
  const [json] = JSON.parse((await type('failures list --json')).stdout);
  assert.deepEqual([json.state, json.count, json.fingerprint], ['open', 1, one!.fingerprint]);
  assert.match((await type('failures show zz')).stderr, /No failure begins with "zz"/);
});
