import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { inReadOnly } from '../../../test/support/read-only-folder.ts';
import { type StoppableDatabase, stoppableDatabase } from '../../../test/support/stoppable-database.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { loadSettings } from '../../config/settings.ts';
import { openMailer } from '../../mail/mailer.ts';
import { startSmtp, type TestSmtp } from '../../mail/test-smtp.ts';
import { connect, type Database } from '../../store/database.ts';
import type { CheckAnswer, CheckState } from '../check/check.ts';
import { judge } from '../check/judge.ts';
import { runCheck } from '../check/run-check.ts';
import { checks } from '../check/table.ts';
import { testView } from '../status/test-status.ts';
import { alertTimes, type Evaluate } from './alert.ts';
import { alertFile } from './alert-file.ts';
import { readAlerts } from './alert-rows.ts';
import { allChecks } from './all-checks.ts';
import { askOfAlerts, knownAlerts } from './ask-alerts.ts';
import { handToGateway } from './gateway.ts';
import { createHeartbeat } from './heartbeat.ts';
import { openOutbox } from './outbox.ts';
import { ownChecks } from './own-checks.ts';
import { recipientOf } from './recipients.ts';
import { createSender } from './send.ts';
import { type AlertSettings, watchAlerts } from './watch-alerts.ts';

const scratch = mkdtempSync(join(tmpdir(), 'reperio-alerts-'));
let store: TestDatabase;
let smtp: TestSmtp;
/** A gateway as companies have it: what it was asked, and what it answers. */
let gateway: Server;
let base = '';
let status = 200;
const asked: string[] = [];

before(async () => {
  [store, smtp] = await Promise.all([openTestDatabase(), startSmtp()]);
  gateway = createServer((request, response) => {
    void text(request).then((body) => {
      asked.push(`${request.method} ${request.url} ${body}`.trim());
      response.writeHead(status).end('no credit left');
    });
  });
  gateway.listen(0, '127.0.0.1');
  await once(gateway, 'listening');
  base = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`;
});
after(async () => {
  gateway.close();
  await smtp.stop();
  await store.release();
  rmSync(scratch, { recursive: true, force: true });
});

const folderOf = (name: string): string => mkdtempSync(join(scratch, `${name}-`));
/** As the supervisor has them, but for a test that does not wait. Milliseconds. */
const times = { ...alertTimes, hold: 60, group: 100, quiet: 100, agree: 0 };
const impatience = { poolSize: 2, connectTimeout: 1_500, statementTimeout: 5_000, lockTimeout: 5_000 };

function settingsOf(name: string, more: Partial<AlertSettings> = {}): AlertSettings {
  return {
    dataFolder: folderOf(name),
    nodeName: name,
    emergency: '* = sms:+41761111111, ada@library.example',
    timeZone: 'UTC',
    smsGateway: undefined,
    smtpUrl: smtp.url,
    heartbeatUrl: undefined,
    ...more,
  };
}

interface Node {
  readonly said: string[];
  close(): Promise<void>;
}

function watch(settings: AlertSettings, database: Database, evaluate: Evaluate): Node {
  const said: string[] = [];
  const outbox = join(settings.dataFolder, 'outbox');
  const mailer = openMailer({ smtpUrl: settings.smtpUrl, outbox, tell: () => undefined });
  const watching = watchAlerts({
    ...{ database, evaluate, times, every: 20, settings: () => settings, mailer: () => mailer },
    operators: async () => ({ admin: 'admin@library.example', from: 'library@library.example', library: 'lib' }),
    say: (_, sentence) => void said.push(sentence),
  });
  return {
    said,
    close: async () => {
      await watching.close();
      await mailer.close();
    },
  };
}

const finds = (state: () => CheckState): Evaluate => {
  return async () => {
    const answer: CheckAnswer = { state: state(), sentence: `It is ${state()}.`, measures: [] };
    return new Map([['backup', answer]]);
  };
};

test('of two nodes one tells: a text message in the spool of smstools, e-mails by SMTP, and the end of it', async () => {
  const spool = folderOf('spool');
  const smsGateway = `spool:${spool}`;
  let state: CheckState = 'critical';
  const database = connect(store.url, impatience);
  const nodes = ['web1', 'web2'].map((name) =>
    watch(
      settingsOf(name, { smsGateway }),
      database,
      finds(() => state),
    ),
  );
  try {
    await waitFor('the messages', () => smtp.received.length >= 2 && readdirSync(spool).length >= 1);
    const [file] = readdirSync(spool).filter((name) => !name.startsWith('.'));
    assert.equal(readFileSync(join(spool, file!), 'utf8'), 'To: 41761111111\n\nALERT lib: backup: It is critical.\n');
    state = 'ok';
    await waitFor('its end', () => smtp.received.length >= 4 && readdirSync(spool).length >= 2);
    // Whatever else is to come has come when both nodes have looked again.
    const resolved = (await readAlerts(store.database)).get('backup');
    assert.equal(resolved?.state, 'resolved');
    assert.equal(readdirSync(spool).length, 2);
    const letters = smtp.received.splice(0);
    assert.deepEqual(letters.map(({ to }) => to.join()).sort(), [
      ...['ada@library.example', 'ada@library.example', 'admin@library.example', 'admin@library.example'],
    ]);
    assert.match(letters[0]!.text, /^Subject: \[ALERT\] backup: It is critical\., lib/m);
  } finally {
    for (const node of nodes) await node.close();
    await database.close();
  }
});

test('with the database really stopped, the alert is sent, acknowledged and remembered; then it is told for all', async () => {
  const own: StoppableDatabase = await stoppableDatabase();
  const settings = settingsOf('alone', {
    smsGateway: `${base}/sms {"to": "{to}", "text": "{text}", "key": "hunter2"}`,
  });
  const database = connect(own.url, impatience);
  const node = (): Node =>
    watch(
      settings,
      database,
      ownChecks({
        ...{ database, dataFolder: settings.dataFolder },
        status: () => ({ name: 'alone', workers: [], deaths: [], state: 'starting', now: Date.now() }),
      }),
    );
  let running = node();
  asked.splice(0);
  try {
    const file = alertFile(settings.dataFolder);
    await own.stop();
    const sms = await waitFor('the text message', () => asked.find((one) => one.includes('database')));
    assert.match(
      sms,
      /^POST \/sms \{"to": "\+41761111111", "text": "ALERT lib: database: The database does not answer/,
    );
    await waitFor('the e-mails', () => smtp.received.length === 2);
    // A crash: what was told is not told again.
    await running.close();
    running = node();
    const acknowledge = { name: 'database', at: Date.now(), acknowledge: 'ada' };
    assert.equal(await askOfAlerts(database, file, acknowledge), 'data folder');
    await waitFor('the acknowledgement', async () => {
      const known = await knownAlerts(database, file);
      return known.from === 'data folder' && known.alerts.get('database')?.acknowledged?.by === 'ada';
    });
    await own.start();
    const end = await waitFor('its end', () => asked.find((one) => one.includes('RESOLVED')));
    assert.match(end, /RESOLVED lib: database: The database answers\./);
    assert.equal(asked.length, 2);
    assert.equal((await readAlerts(own.database)).get('database')?.acknowledged?.by, 'ada');
    assert.doesNotMatch(running.said.join('\n'), /hunter2/);
  } finally {
    await running.close();
    await database.close();
    await own.close();
    smtp.received.splice(0);
  }
});

test('what cannot be sent waits in the data folder and is sent later, and says so; other ways are not held up', async () => {
  const { dataFolder } = settingsOf('late');
  const said: string[] = [];
  const outbox = openOutbox(dataFolder, (_, sentence) => void said.push(sentence));
  const settings = { smtpUrl: smtp.url, smsGateway: `${base}/late?to={to}&text={text}&key=hunter2` };
  const sender = createSender(settings, { post: () => undefined });
  const at = 1_000_000_000_000;
  const letter = { at, subject: '[ALERT] disk, lib', short: 'ALERT lib: disk', text: 'The disk.' };
  const recipients = ['sms:+41761111111', 'ada@library.example'].map((one) => recipientOf(one, '*'));
  outbox.keep(letter, recipients, { from: 'library@library.example' });
  status = 402;
  asked.splice(0);
  await outbox.flush(sender, at);
  assert.equal(smtp.received.splice(0).length, 1);
  assert.equal(asked.length, 1);
  assert.equal(outbox.oldest(), at);
  await outbox.flush(sender, at + 10_000);
  assert.equal(asked.length, 1, 'not again at once');
  await outbox.flush(sender, at - 86_400_000);
  assert.equal(asked.splice(1).length, 1, 'at once, since the clock was set back');
  // Another process of the node, after a crash.
  status = 200;
  await openOutbox(dataFolder, () => undefined).flush(sender, at + 20 * 60_000);
  assert.match(asked[1] ?? '', /^GET \/late\?to=%2B41761111111&text=ALERT%20\(late%20by%2020%20min\)%20lib%3A%20disk/);
  assert.equal(outbox.oldest(), undefined);
  assert.match(said.join('\n'), /did not take the message to \+41761111111: it answered 402 no credit left/);
  assert.doesNotMatch(said.join('\n'), /hunter2/);
  sender.close();
});

test('what was sent and cannot be deleted is not sent again; it is deleted later', async () => {
  const { dataFolder } = settingsOf('kept');
  const outbox = openOutbox(dataFolder, () => undefined);
  const folder = join(dataFolder, 'alerts', 'outbox');
  const letter = { at: 1_000, subject: 's', short: 's', text: 't' };
  outbox.keep(letter, [recipientOf('sms:+41761111111', '*')], { from: 'l@library.example' });
  let sent = 0;
  const sender = {
    ...createSender({ smtpUrl: undefined, smsGateway: undefined }, { post: () => undefined }),
    send: async () => void sent++,
  };
  const [name] = readdirSync(folder);
  const asItIs = readFileSync(join(folder, name!));
  await inReadOnly(scratch, folder, async () => {
    await outbox.flush(sender, 2_000);
    await outbox.flush(sender, 3_000);
  });
  assert.deepEqual(readFileSync(join(folder, name!)), asItIs);
  assert.deepEqual([sent, outbox.oldest()], [1, undefined]);
  await outbox.flush(sender, 4_000);
  assert.deepEqual([sent, readdirSync(folder).length], [1, 0]);
});

test('who may not read the data folder is told so, and not that there are no alerts', async () => {
  const dataFolder = folderOf('denied');
  const file = alertFile(dataFolder);
  file.write(new Map());
  const database = connect('postgresql://nobody@127.0.0.1:1/none', impatience);
  const folder = join(dataFolder, 'alerts');
  try {
    await inReadOnly(scratch, folder, async () => {
      chmodSync(folder, 0o000);
      await assert.rejects(knownAlerts(database, file), { code: 'REPERIO_ALERTS_DENIED' });
      const ack = askOfAlerts(database, file, { name: 'disk', at: 1, acknowledge: 'ada' });
      await assert.rejects(ack, { code: 'REPERIO_ALERTS_DENIED' });
    });
  } finally {
    await database.close();
  }
});

test('what root asks for while the database is away is read by the user of the service', (t) => {
  if (process.getuid?.() !== 0) return t.skip('for root alone');
  const dataFolder = folderOf('rooted');
  chownSync(dataFolder, 65_534, 65_534);
  alertFile(dataFolder).ask({ name: 'disk', at: 1, acknowledge: 'ada' });
  openOutbox(dataFolder, () => undefined);
  for (const path of ['alerts', 'alerts/outbox', 'alerts/asked.jsonl'])
    assert.equal(statSync(join(dataFolder, path)).uid, 65_534, path);
  assert.equal(statSync(join(dataFolder, 'alerts')).mode & 0o777, 0o700);
});

test('gateways: a form, a program without a shell, e-mail; each says why it refused', async () => {
  const sms = { to: '+41761111111', text: 'ALERT $(touch x) "a" & b' };
  asked.splice(0);
  await handToGateway({ kind: 'http', url: `${base}/form`, body: 'to={to}&text={text}' }, sms);
  const form = new URLSearchParams((asked[0] ?? '').split(' ').slice(2).join(' '));
  assert.deepEqual([form.get('to'), form.get('text')], [sms.to, sms.text]);
  const folder = folderOf('program');
  const program = join(folder, 'inject');
  writeFileSync(program, `#!/bin/sh\nprintf '%s|' "$@" > ${folder}/got\ntest "$1" = TEXT\n`);
  chmodSync(program, 0o755);
  await handToGateway({ kind: 'command', words: [program, 'TEXT', '{to}', '-text', '{text}'] }, sms);
  assert.equal(readFileSync(join(folder, 'got'), 'utf8'), `TEXT|${sms.to}|-text|${sms.text}|`);
  for (const [kind, reason] of [
    [{ kind: 'command', words: [program, 'X'] }, /it ended with status 1/],
    [{ kind: 'command', words: [join(folder, 'nothing')] }, /ENOENT/],
    [{ kind: 'spool', folder: join(folder, 'nothing') }, /ENOENT/],
    [{ kind: 'http', url: 'http://127.0.0.1:1/?key=hunter2', body: undefined }, /: (?!.*hunter2).+\.$/],
  ] as const)
    await assert.rejects(handToGateway(kind, sms), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'REPERIO_SMS_REFUSED');
      assert.match(error.message, reason);
      return true;
    });
  const mail = createSender(
    { smtpUrl: smtp.url, smsGateway: 'mail:{to}@email2sms.example' },
    { post: () => undefined },
  );
  const letter = { subject: 's', short: 'ALERT short', text: 'long' };
  await mail.send(recipientOf('sms:+41761111111', '*'), letter, { from: 'l@library.example' });
  await mail.send(recipientOf('0041@email2sms.example', '*'), letter, { from: 'l@library.example' });
  for (const { to, text: said } of smtp.received.splice(0)) {
    assert.match(to.join(), /^0041(?:761111111)?@email2sms\.example$/);
    assert.match(said, /^Subject: ALERT\r?$[\s\S]*ALERT short/m);
    assert.doesNotMatch(said, /long/);
  }
  mail.close();
  const none = createSender({ smtpUrl: undefined, smsGateway: undefined }, { post: () => undefined });
  await assert.rejects(none.send(recipientOf('sms:+41761111111', '*'), letter, { from: 'x' }), {
    code: 'REPERIO_NO_SMS_GATEWAY',
  });
});

test('the heartbeat beats once a minute, and is silent while no alert can be sent', async () => {
  let now = 1_000_000_000_000;
  let waiting: number | undefined;
  const said: string[] = [];
  let smtpUrl = smtp.url;
  const heartbeat = createHeartbeat({
    url: () => `${base}/beat`,
    probe: async () => {
      const sender = createSender({ smtpUrl, smsGateway: undefined }, { post: () => undefined });
      await sender.probe().finally(() => sender.close());
    },
    waiting: () => waiting,
    say: (_, sentence) => void said.push(sentence),
    now: () => now,
  });
  asked.splice(0);
  status = 200;
  const beats = async (minutes: number): Promise<number> => {
    const before = asked.length;
    for (const end = now + minutes * 60_000; now < end; now += 10_000) await heartbeat.tick();
    return asked.length - before;
  };
  assert.equal(await beats(3), 3);
  now -= 86_400_000;
  assert.equal(await beats(3), 3, 'the clock was set back');
  waiting = now - 180_000;
  assert.equal(await beats(5), 0);
  waiting = undefined;
  assert.equal(await beats(2), 2);
  smtpUrl = 'smtp://127.0.0.1:1';
  assert.ok((await beats(20)) <= 10, 'noticed when it is probed');
  assert.equal(await beats(5), 0);
  smtpUrl = smtp.url;
  assert.equal(await beats(2), 2);
  assert.equal(now - heartbeat.state()!.heard <= 60_000, true);
  assert.equal(heartbeat.state()!.problem, undefined);
  assert.equal(said.filter((one) => one.includes('alerts cannot be sent')).length, 2);
});

test('a node whose checks cannot be done sends no heartbeat, and the check says since when', async () => {
  let fails = true;
  const evaluate: Evaluate = async () => {
    if (fails) throw new Error('no answer');
    return new Map();
  };
  const settings = settingsOf('beats', { heartbeatUrl: `${base}/lives`, emergency: '' });
  const database = connect(store.url, impatience);
  asked.splice(0);
  status = 200;
  const said: string[] = [];
  const mailer = openMailer({ smtpUrl: settings.smtpUrl, outbox: folderOf('none'), tell: () => undefined });
  let looks = 0;
  const watching = watchAlerts({
    ...{ database, times, every: 20, settings: () => settings, mailer: () => mailer },
    evaluate: () => {
      looks++;
      return evaluate();
    },
    operators: async () => ({ admin: '', from: 'library@library.example', library: 'lib' }),
    say: (_, sentence) => void said.push(sentence),
  });
  const lives = (): number => asked.filter((one) => one === 'GET /lives').length;
  const check = checks.find(({ name }) => name === 'heartbeat')!;
  const found = async (later: number): Promise<CheckAnswer> =>
    judge(
      await runCheck(check, {
        settings: loadSettings({ REPERIO_DATA: settings.dataFolder, REPERIO_HEARTBEAT_URL: `${base}/lives` }),
        status: () => ({ ...testView().status, heartbeat: watching.heartbeat() }),
        database: () => database,
        memory: new Map(),
        now: () => Date.now() + later,
      }),
    );
  try {
    await waitFor('some looks', () => looks > 5);
    assert.equal(lives(), 0);
    assert.equal((await found(200_000)).state, 'warning');
    assert.equal((await found(1_000_000)).state, 'critical');
    fails = false;
    await waitFor('the heartbeat', () => lives() === 1);
    assert.equal((await found(0)).state, 'ok');
  } finally {
    await watching.close();
    await mailer.close();
    await database.close();
  }
});

test('an alert is sent and its state is known though the disk takes nothing', async () => {
  const spool = folderOf('spool');
  const settings = settingsOf('full', { smsGateway: `spool:${spool}`, emergency: '* = sms:+41761111111' });
  const database = connect(store.url, impatience);
  let state: CheckState = 'ok';
  const evaluate: Evaluate = async () => new Map([['disk', { state, sentence: 'It is full.', measures: [] }]]);
  const node = watch(settings, database, evaluate);
  try {
    const folder = join(settings.dataFolder, 'alerts');
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'a file where the folder was: nothing can be written');
    state = 'critical';
    await waitFor('the message', () => readdirSync(spool).some((name) => !name.startsWith('.')));
    await waitFor('its state', async () => (await readAlerts(store.database)).get('disk@full')?.told !== null);
    assert.equal(readdirSync(spool).filter((name) => !name.startsWith('.')).length, 1);
  } finally {
    await node.close();
    await database.close();
    smtp.received.splice(0);
  }
});

test('a state or a message that a crash cut off ends nothing', async () => {
  const { dataFolder } = settingsOf('cut');
  mkdirSync(join(dataFolder, 'alerts', 'outbox'), { recursive: true });
  writeFileSync(join(dataFolder, 'alerts', 'state.json'), '[{"name": "dis');
  writeFileSync(join(dataFolder, 'alerts', 'outbox', '001-x.json'), '{"recip');
  assert.equal(alertFile(dataFolder).read().size, 0);
  const sender = createSender({ smtpUrl: undefined, smsGateway: undefined }, { post: () => undefined });
  await openOutbox(dataFolder, () => undefined).flush(sender, 1);
  assert.equal(existsSync(join(dataFolder, 'alerts', 'outbox', '001-x.json')), false);
});

test('a node that told nothing for half a minute is missed, one that was stopped is not; a crash loop is seen', async () => {
  const told = (name: string, age: number, state: string) =>
    store.database.query(sql`
      INSERT INTO node (id, seen, skew, summary)
      VALUES (gen_random_uuid(), clock_timestamp() - make_interval(secs => ${age}), 0,
        ${JSON.stringify({ name, state })}::jsonb)`);
  await told('web7', 45, 'serving');
  await told('web8', 45, 'draining');
  await told('web9', 1, 'serving');
  const now = Date.now();
  const death = { place: 0, pid: 1, how: 'SIGSEGV', age: 1, running: [], said: [] };
  const look = async (deaths: number, dataFolder = scratch) => {
    const status = {
      ...({ name: 'web9', workers: [], state: 'serving', now } as const),
      deaths: Array.from({ length: deaths }, (_, i) => ({ ...death, when: now - i * 1000 })),
    };
    return ownChecks({ database: store.database, status: () => status, dataFolder })();
  };
  const found = await look(5);
  assert.equal(found.get('nodes')?.state, 'critical');
  assert.match(found.get('nodes')?.sentence ?? '', /^Nothing was heard of web7 for 4\d s\.$/);
  assert.equal(found.get('workers')?.state, 'critical');
  assert.equal(found.get('database')?.state, 'ok');
  assert.match(found.get('disk')?.sentence ?? '', /% \(\d+\.\d GB\) free in /);
  const gone = await look(0, join(scratch, 'nothing'));
  assert.deepEqual([gone.get('disk')?.state, gone.get('nodes')?.state], ['unknown', 'critical']);
});

test('what a check finds critical is an alert, though what is looked at without patience is well', async () => {
  const own = new Map<string, CheckAnswer>([
    ['disk', { state: 'ok', sentence: 'The data folder has room.', measures: [] }],
    ['workers', { state: 'critical', sentence: '5 ended.', measures: [] }],
  ]);
  const found = (name: string, atLeast: CheckState) => ({ name, finding: { atLeast, sentence: 'Found.' }, when: 0 });
  const latest = () => [found('disk', 'critical'), found('workers', 'critical'), found('files', 'warning')];
  const all = await allChecks({ latest }, async () => own)();
  assert.deepEqual(
    ['disk', 'workers', 'files'].map((name) => all.get(name)?.sentence),
    ['Found.', '5 ended.', 'Found.'],
  );
  const well = await allChecks({ latest: () => [found('disk', 'warning')] }, async () => own)();
  assert.equal(well.get('disk')?.state, 'ok');
});

test('checks that cannot be done are what is wrong', async () => {
  const spool = folderOf('spool');
  const settings = settingsOf('broken', { smsGateway: `spool:${spool}`, emergency: '* = sms:+41761111111' });
  const database = connect(store.url, impatience);
  const node = watch(settings, database, () => Promise.reject(new Error('no memory')));
  try {
    const [file] = await waitFor('the message', () => {
      const names = readdirSync(spool).filter((name) => !name.startsWith('.'));
      return names.length > 0 && names;
    });
    assert.match(
      readFileSync(join(spool, file!), 'utf8'),
      /ALERT lib: checks@broken: The checks could not be done: no/,
    );
  } finally {
    await node.close();
    await database.close();
    smtp.received.splice(0);
  }
});
