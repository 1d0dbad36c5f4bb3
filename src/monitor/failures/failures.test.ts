import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { inReadOnly } from '../../../test/support/read-only-folder.ts';
import { type StoppableDatabase, stoppableDatabase } from '../../../test/support/stoppable-database.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { openMailer } from '../../mail/mailer.ts';
import { startSmtp, type TestSmtp } from '../../mail/test-smtp.ts';
import { connect } from '../../store/database.ts';
import type { CountedFailure } from './failure.ts';
import { createFailureBook } from './failure-book.ts';
import { failureFile } from './failure-file.ts';
import { createFailureKeeper } from './failure-keeper.ts';
import { watchFailures } from './node-failures.ts';
import { judgeFailure, listFailures, readFailure } from './read-failures.ts';
import { writeFailures } from './write-failures.ts';

const scratch = mkdtempSync(join(tmpdir(), 'reperio-failures-'));
let store: TestDatabase;
let smtp: TestSmtp;
before(async () => {
  [store, smtp] = await Promise.all([openTestDatabase(), startSmtp()]);
});
after(async () => {
  await smtp.stop();
  await store.release();
  rmSync(scratch, { recursive: true, force: true });
});

const folderOf = (name: string): string => mkdtempSync(join(scratch, `${name}-`));
const noted = (error: Error, count = 1, place = 'GET /x'): readonly CountedFailure[] => {
  const book = createFailureBook('web1');
  for (let i = 0; i < count; i++) book.note({ kind: 'request', error, place });
  return book.take();
};

test('ten thousand equal exceptions, counted by two nodes, are one row and at most fourteen e-mails', async () => {
  const nodes = ['web1', 'web2'].map((node) => {
    const mailer = openMailer({ smtpUrl: smtp.url, outbox: folderOf('outbox'), tell: () => undefined });
    const watched = watchFailures({
      ...{
        database: store.database,
        node,
        file: failureFile(folderOf(node)),
        mailer: () => mailer,
        say: () => undefined,
      },
      operators: async () => ({ admin: 'ada@library.example', from: 'library@library.example', library: 'lib' }),
    });
    return { mailer, watched };
  });
  const error = new RangeError('the shelf 12 is full: password=hunter2');
  for (let i = 0; i < 10_000; i++) {
    nodes[i % 2]!.watched.book.note({ kind: 'request', error, place: 'GET /storm', request: 'abc' });
    if (i % 500 === 0) await new Promise(setImmediate);
  }
  for (const { watched, mailer } of nodes) {
    await watched.close();
    await new Promise(setImmediate);
    await mailer.close();
  }
  const { rows } = await listFailures(store.database);
  const [row] = rows.filter(({ place }) => place === 'GET /storm');
  assert.equal(row!.count, 10_000);
  assert.equal(row!.lastDay, 10_000);
  const letters = smtp.received.splice(0);
  assert.ok(letters.length >= 1 && letters.length <= 14, `${letters.length} e-mails`);
  assert.match(letters[0]!.text, /^Subject: \[failure, new\] RangeError GET \/storm lib/m);
  assert.doesNotMatch(JSON.stringify(letters), /hunter2/);
});

test('what is kept: five samples, hours, releases; nothing secret', async () => {
  const book = createFailureBook('web1', { release: '0.1.0' });
  for (let i = 0; i < 9; i++)
    book.note({
      kind: 'request',
      error: new Error(`cannot connect to postgresql://reperio:hunter2@db1/x with {"token": "hunter2"} and \0 ${i}`),
      place: 'POST /kept',
      request: `r${i}`,
      address: () => 'POST /kept?reset-token=hunter2&p=higgs',
    });
  await writeFailures(store.database, book.take());
  const { fingerprint } = (await listFailures(store.database)).rows.find(({ place }) => place === 'POST /kept')!;
  const found = await readFailure(store.database, fingerprint.slice(0, 8));
  assert.deepEqual([found.samples.length, found.count, found.firstRelease], [5, 9, '0.1.0']);
  assert.equal(found.samples[0]!.address, 'POST /kept?reset-token=***&p=higgs');
  assert.equal(
    found.hours.reduce((sum, { count }) => sum + count, 0),
    9,
  );
  const rows = await store.database.query(sql`SELECT failure::text AS a FROM failure`);
  assert.doesNotMatch(JSON.stringify(rows), /hunter2/);
});

test('a failure that was resolved for a release and comes back is open again', async () => {
  const error = new Error('again and again');
  const [one] = noted(error, 1, 'GET /back');
  assert.equal((await writeFailures(store.database, [one!])).length, 1);
  await judgeFailure(store.database, one!.fingerprint, 'resolved', '9.9.9');
  assert.deepEqual(await writeFailures(store.database, noted(error, 3, 'GET /back')), []);
  assert.equal((await readFailure(store.database, one!.fingerprint)).state, 'resolved');
  const later = noted(error, 1, 'GET /back').map((each) => ({ ...each, release: '9.10.0' }));
  const [told] = await writeFailures(store.database, later);
  assert.deepEqual([told?.why, told?.resolvedIn, told?.count], ['regression', '9.9.9', 5]);
  assert.equal((await readFailure(store.database, one!.fingerprint)).regressions, 1);
  await assert.rejects(judgeFailure(store.database, one!.fingerprint, 'resolved', 'next'), {
    code: 'REPERIO_RELEASE_WRONG',
  });
  await assert.rejects(readFailure(store.database, 'ffffffffffffffff'), { code: 'REPERIO_NO_FAILURE' });
  await assert.rejects(readFailure(store.database, '%'), { code: 'REPERIO_NO_FAILURE' });
});

test('while the database is stopped they wait in the data folder, and are taken over when it is back', async () => {
  const own: StoppableDatabase = await stoppableDatabase();
  try {
    const dataFolder = folderOf('stopped');
    const said: string[] = [];
    const keeper = createFailureKeeper({
      ...{
        database: own.database,
        file: failureFile(dataFolder),
        tell: () => undefined,
        say: (_, sentence) => void said.push(sentence),
      },
    });
    await own.stop();
    keeper.add(noted(new Error('first'), 3));
    await keeper.write();
    keeper.add(noted(new Error('first'), 4));
    await keeper.write();
    const path = join(dataFolder, 'failures.jsonl');
    assert.equal(readFileSync(path, 'utf8').trim().split('\n').length, 2);
    assert.equal(said.length, 1, 'it is told once');
    // Another process of the node ends of something, and the disk has cut a line off.
    failureFile(dataFolder).append(noted(new Error('first'), 2));
    failureFile(dataFolder).append(noted(new Error('last words'), 1, 'worker'));
    await own.start();
    await waitFor('the failures in the database', async () => {
      await keeper.write();
      return (await listFailures(own.database)).total === 2;
    });
    const counts = (await listFailures(own.database)).rows.map(({ count }) => count);
    assert.deepEqual(counts.toSorted(), [1, 9]);
    assert.ok(!existsSync(path) && !failureFile(dataFolder).isThere());
  } finally {
    await own.close();
  }
});

test('a data folder that takes nothing loses none: they wait in memory, and it is told once', async () => {
  const dataFolder = join(folderOf('full'), 'not-there');
  const said: string[] = [];
  const database = connect('postgresql://nobody@127.0.0.1:1/none', {
    ...{ poolSize: 1, connectTimeout: 500, statementTimeout: 500, lockTimeout: 500 },
  });
  const file = failureFile(dataFolder);
  const keeper = createFailureKeeper({
    ...{ database, file, tell: () => undefined, say: (_, sentence) => void said.push(sentence) },
  });
  for (const count of [3, 4]) {
    keeper.add(noted(new Error('first'), count));
    await keeper.write();
  }
  assert.equal(said.filter((one) => one.includes('wait in memory')).length, 1);
  mkdirSync(dataFolder);
  await keeper.write();
  assert.deepEqual(
    file.take().failures.map(({ count }) => count),
    [7],
  );
  await database.close();
});

test('what is in the database and cannot be deleted here is not counted again', async () => {
  const dataFolder = folderOf('kept');
  const file = failureFile(dataFolder);
  file.append(noted(new Error('once'), 2));
  const first = file.take();
  assert.equal(first.failures.length, 1);
  await inReadOnly(scratch, dataFolder, async () => {
    first.over();
    assert.deepEqual(file.take().failures, []);
  });
  assert.deepEqual(file.take().failures, []);
  assert.equal(file.isThere(), false);
});

test('a line that was cut off is left out, the others are not', () => {
  const dataFolder = folderOf('cut');
  const file = failureFile(dataFolder);
  file.append(noted(new Error('whole'), 2));
  const path = join(dataFolder, 'failures.jsonl');
  const line = readFileSync(path, 'utf8');
  writeFileSync(path, line + line.slice(0, 40));
  const { failures, over } = file.take();
  assert.deepEqual(
    failures.map(({ count }) => count),
    [2],
  );
  over();
  assert.equal(file.isThere(), false);
});

test('a process that ends of an exception or a rejection has written down why', () => {
  const dataFolder = folderOf('last-words');
  const program = join(dataFolder, 'program.mts');
  for (const [how, kind] of [
    ["Promise.reject(new RangeError('nobody waits; token=hunter2'))", 'rejection'],
    ["setTimeout(() => { throw new TypeError('nobody catches') }, 1)", 'worker'],
  ] as const) {
    writeFileSync(
      program,
      `import { noteEnd } from '${new URL('note-end.ts', import.meta.url)}';
import { createFailureBook } from '${new URL('failure-book.ts', import.meta.url)}';
import { failureFile } from '${new URL('failure-file.ts', import.meta.url)}';
noteEnd('worker', createFailureBook('web1'), failureFile('${dataFolder}'));
${how};`,
    );
    const { status, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8', timeout: 60_000 });
    assert.equal(status, 1, stderr);
    const { failures, over } = failureFile(dataFolder).take();
    over();
    assert.deepEqual(
      failures.map((one) => [one.kind, one.place, one.count]),
      [[kind, 'worker', 1]],
    );
    assert.doesNotMatch(JSON.stringify(failures), /hunter2/);
  }
});
