import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { assertProperty } from '../../../test/support/property.ts';
import { audit, operator } from '../../people/audit.ts';
import { ageText, days, parseAge, years } from './age.ts';
import { collectGarbage, kindsNamed } from './collect.ts';
import { logLimit } from './database-log.ts';
import type { Found, GcContext } from './kind.ts';
import { gcKinds } from './kinds.ts';
import { contextOf, localContents } from './test-contents.ts';

let library: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), 'reperio-gc-kinds-'));
const { store } = localContents(folder);
before(async () => {
  library = await openTestDatabase();
});
after(async () => {
  await library.release();
  rmSync(folder, { recursive: true, force: true });
});

const query = <Row extends object = Record<string, unknown>>(statement: ReturnType<typeof sql>) =>
  library.database.query<Row>(statement);

/** Looks and then removes: both must say the same, and afterwards nothing is left. */
async function gc(name: string, olderThan?: number, changes: Partial<GcContext> = {}): Promise<Found> {
  const run = async (dryRun: boolean): Promise<Found> => {
    const context = contextOf(library.database, store, folder, changes);
    const options = { kinds: kindsNamed([name], olderThan), olderThan, dryRun, anyway: false };
    const [found] = await collectGarbage(context, options);
    const { kind: _, asked: __, ...numbers } = found!;
    return numbers;
  };
  const told = await run(true);
  const removed = await run(false);
  assert.deepEqual([removed.count, removed.oldest], [told.count, told.oldest], 'a dry run says what is done');
  if (name !== 'audit') assert.equal(removed.bytes, told.bytes);
  if (removed.problem === undefined) assert.equal((await run(true)).count, 0, 'all of it is gone');
  return removed;
}

function fileOf(path: string, age: number, bytes: string | Buffer = 'x'): string {
  const whole = join(folder, path);
  mkdirSync(join(whole, '..'), { recursive: true });
  writeFileSync(whole, bytes);
  const when = (Date.now() - age) / 1000;
  utimesSync(whole, when, when);
  return whole;
}

test('each kind has a name, a rule and a reason of its own, and no daily one has to be asked for', () => {
  assert.equal(new Set(gcKinds.map(({ name }) => name)).size, gcKinds.length);
  for (const { name, what, rule, why, age, daily } of gcKinds) {
    assert.match(name, /^[a-z-]+$/);
    assert.ok(what !== '' && rule !== '' && why !== '', name);
    assert.ok(!daily || age !== 'asked', name);
    assert.equal(rule.includes('{age}'), age !== 'size', name);
  }
});

test('ages are said as they are typed', () => {
  for (const [given, text] of [
    ['90min', '90 minutes'],
    ['12h', '12 hours'],
    ['24H', '1 day'],
    ['8w', '56 days'],
    ['1y', '1 year'],
    ['2 y', '2 years'],
    ['1.5d', '36 hours'],
    ['0d', '0 minutes'],
  ] as const)
    assert.equal(ageText(parseAge(given)), text);
  for (const given of ['', '30', 'd', '-3d', '1e9d', 'soon', '3 months', '9999999d', '0x10h', '1d2h'])
    assert.throws(() => parseAge(given), { code: 'REPERIO_GC_AGE' }, given);
  // Before which the database has no dates.
  for (const given of ['1001y', '999999w'])
    assert.throws(() => parseAge(given), { code: 'REPERIO_GC_AGE_LONG' }, given);
});

test('an age needs a kind that goes by age, and is not below what is safe', async () => {
  assert.throws(() => kindsNamed([], days(1)), { code: 'REPERIO_GC_AGE_FOR_ALL' });
  await assert.rejects(gc('revisions'), { code: 'REPERIO_GC_AGE_MISSING' });
  await assert.rejects(gc('revisions', days(29)), { code: 'REPERIO_GC_AGE_SHORT' });
  await assert.rejects(gc('database-log', days(1)), { code: 'REPERIO_GC_NO_AGE' });
  assert.ok(!kindsNamed([], undefined).some(({ name }) => name === 'revisions'));
});

test('parts of uploads go after two days, e-mails after thirty, and nothing else in their folders', async () => {
  await store.incoming();
  const part = fileOf('files/incoming/a.part', days(3), 'four');
  const { mtime } = statSync(part);
  const young = fileOf('files/incoming/b.part', days(1));
  const other = fileOf('files/incoming/notes.txt', days(300));
  assert.deepEqual(await gc('uploads'), { count: 1, bytes: 4, oldest: mtime });
  assert.deepEqual([part, young, other].map(existsSync), [false, true, true]);

  const letter = fileOf('outbox/a.eml', days(31));
  const newer = fileOf('outbox/b.eml', days(29));
  const outside = fileOf('outside.eml', days(99));
  symlinkSync(outside, join(folder, 'outbox/link.eml'));
  assert.equal((await gc('outbox')).count, 1);
  assert.deepEqual([letter, newer, outside].map(existsSync), [false, true, true]);
  assert.equal((await gc('outbox', days(7))).count, 1);
});

test('what Node has compiled goes when nobody has read it for a month', async () => {
  const old = fileOf('compile-cache/v22-x64/aa', days(40));
  const read = fileOf('compile-cache/v22-x64/bb', days(40));
  utimesSync(read, Date.now() / 1000, (Date.now() - days(40)) / 1000);
  const ofRelease = fileOf('release/node_modules/.reperio/compile-cache/v24-x64/yaml/cc', days(40));
  assert.equal((await gc('compile-cache')).count, 2);
  assert.deepEqual([old, ofRelease, read].map(existsSync), [false, false, true]);
});

test('what a backup was sending to S3 goes like an upload', async () => {
  const part = fileOf('incoming/a.part', days(3), 'four');
  const young = fileOf('incoming/b.part', days(1));
  assert.equal((await gc('uploads')).count, 1);
  assert.deepEqual([part, young].map(existsSync), [false, true]);
});

test('thumbnails of bytes that no file names go, and those of another release', async () => {
  const digest = (of: string): string => createHash('sha256').update(of).digest('hex');
  const thumbnail = (of: string, age: number, manner = '1', name = `${digest(of)}-small.webp`): string =>
    fileOf(join('thumbnails', manner, digest(of).slice(0, 2), digest(of).slice(2, 4), name), age);
  await query(sql`
    INSERT INTO record (id, created, modified, marc) VALUES (77, now(), now(), '{}') ON CONFLICT DO NOTHING`);
  await query(sql`
    WITH made AS (INSERT INTO document (record_id, name) VALUES (77, 'kept') RETURNING id)
    INSERT INTO file (document_id, version, format, digest, bytes)
    SELECT id, 1, 'pdf', decode(${digest('kept')}, 'hex'), 1 FROM made`);
  const kept = thumbnail('kept', days(400));
  const gone = thumbnail('gone', days(8));
  const none = thumbnail('gone', days(8), '1', `${digest('gone')}-small.pdf.none`);
  const young = thumbnail('young', days(6));
  const other = thumbnail('kept', days(8), '0');
  const asked = fileOf(`thumbnails/wanted/${digest('wanted')}.small.pdf`, days(8));
  assert.equal((await gc('thumbnails')).count, 3);
  assert.deepEqual([kept, gone, none, young, other, asked].map(existsSync), [true, false, false, true, false, true]);
  await query(sql`DELETE FROM document WHERE record_id = 77`);
  await query(sql`DELETE FROM record WHERE id = 77`);
});

test('a library that a restore moved aside goes only when an age is asked for', async () => {
  const stamp = (age: number): string => new Date(Date.now() - age).toISOString().slice(0, 19).replaceAll(':', '');
  const old = fileOf(`postgres.before-${stamp(days(40))}/data/base/1`, 0, 'twelve bytes');
  const young = fileOf(`postgres.before-${stamp(days(5))}/data/PG_VERSION`, 0);
  const strange = fileOf('postgres.before-the-move/data/PG_VERSION', days(400));
  assert.ok(!kindsNamed([], undefined).some(({ name }) => name === 'replaced'));
  const { count, bytes } = await gc('replaced', days(30));
  assert.deepEqual([count, bytes], [1, 12]);
  assert.deepEqual([dirname(dirname(dirname(old))), young, strange].map(existsSync), [false, true, true]);
});

test('failures that were not seen for half a year go, but for what somebody has muted', async () => {
  for (const [name, state, age] of [
    ['resolved', 'resolved', 181],
    ['open', 'open', 181],
    ['muted', 'muted', 400],
    ['young', 'resolved', 179],
  ] as const)
    await query(sql`
      INSERT INTO failure (fingerprint, kind, type, code, place, message, frames, state, count, first_seen, last_seen,
        first_release, last_release, streak, samples)
      VALUES (${name}, 'error', 'Error', '', 'test', 'wrong', '[]', ${state}, 1, now() - interval '500 days',
        now() - make_interval(days => ${age}), '1', '1', 1, '[]')`);
  await query(sql`INSERT INTO failure_hour (fingerprint, hour, count) VALUES ('open', now(), 1)`);
  assert.equal((await gc('failures')).count, 2);
  const left = await query<{ name: string }>(sql`SELECT fingerprint AS name FROM failure ORDER BY 1`);
  assert.deepEqual(
    left.map(({ name }) => name),
    ['muted', 'young'],
  );
  assert.deepEqual(await query(sql`SELECT FROM failure_hour`), []);
});

test('a file that cannot be removed is told of, and the others go', async () => {
  // A folder in its place, since root may remove any file.
  const { signal } = new AbortController();
  const { removeFiles } = await import('./old-files.ts');
  mkdirSync(join(folder, 'stuck/inner'), { recursive: true });
  const good = fileOf('good.eml', 0);
  const files = [join(folder, 'stuck'), good].map((path) => ({ path, bytes: 1, at: new Date() }));
  const found = await removeFiles(files, contextOf(library.database, store, folder, { signal }));
  assert.equal(found.count, 1);
  assert.match(found.problem!, /^A file could not be removed: .*stuck/);
  assert.equal(existsSync(good), false);
});

test('a log that the server writes to keeps its last part, and goes on', async () => {
  const log = join(folder, 'postgres/postgres.log');
  mkdirSync(join(folder, 'postgres'));
  const line = `${'x'.repeat(99)}\n`;
  writeFileSync(log, `the first line\n${line.repeat(150_000)}the last line\n`);
  writeFileSync(`${log}.1`, 'an older part');
  const size = statSync(log).size;
  const server = openSync(log, 'a');
  const embedded = { settings: { dataFolder: folder, databaseUrl: undefined } };
  const found = await gc('database-log', undefined, embedded);
  assert.deepEqual([found.count, found.bytes], [1, size + 13 - logLimit]);
  writeSync(server, 'written after it\n');
  closeSync(server);
  assert.equal(readFileSync(log, 'utf8'), 'written after it\n');
  const kept = readFileSync(`${log}.1`, 'utf8');
  assert.ok(kept.length <= logLimit && kept.length > logLimit - 200);
  assert.ok(kept.startsWith(line) && kept.endsWith('the last line\n'));
  assert.equal(statSync(`${log}.1`).mode & 0o777, 0o600);
  appendFileSync(log, 'more\n');
  assert.equal((await gc('database-log', undefined, embedded)).count, 0);
  assert.equal((await gc('database-log')).count, 0, 'of another server it is not ours');
});

test('tasks that nobody has run for 90 days go, and those that are due or failing stay', async () => {
  await query(sql`
    INSERT INTO task (name, due, began, ended) VALUES
      ('gone', now() - interval '91 days', now() - interval '92 days', now() - interval '92 days'),
      ('failing', now() + interval '1 hour', now() - interval '92 days', NULL),
      ('young', now() - interval '89 days', NULL, NULL)`);
  assert.equal((await gc('tasks')).count, 1);
  assert.deepEqual(await query(sql`SELECT name FROM task ORDER BY name`), [{ name: 'failing' }, { name: 'young' }]);
});

test('of loads that have ended nothing is forgotten that nobody else knows', async () => {
  await query(
    sql`INSERT INTO loaded_input (digest, input, name, mode, records) VALUES (${Buffer.alloc(32, 1)}, 'known', 'a.xml', 'insert', 5)`,
  );
  for (const [input, prefix, accepted, finished, age] of [
    ['known', 1, 5, true, 91],
    ['refused', 2, 0, true, 91],
    ['unknown', 3, 5, true, 91],
    ['interrupted', 1, 5, false, 91],
    ['young', 1, 5, true, 89],
  ] as const)
    await query(sql`
      INSERT INTO load_progress (input, mode, position, accepted, refused, prefix, last_id_before, finished, updated)
      VALUES (${input}, 'insert', 5, ${accepted}, 0, ${Buffer.alloc(32, prefix)}, 0, ${finished}, now() - make_interval(days => ${age}))`);
  assert.equal((await gc('loads')).count, 2);
  assert.deepEqual(
    (await query<{ input: string }>(sql`SELECT input FROM load_progress ORDER BY input`)).map(({ input }) => input),
    ['interrupted', 'unknown', 'young'],
  );
});

test('of site files the last fifty, those of a year, and those of the index stay', async () => {
  await query(sql`
    INSERT INTO site_version (number, source, digest, index_digest, applied)
    SELECT number, 'site: {}', 'd' || number, 'i' || number, now() - make_interval(days => 1000 - number * 5) FROM generate_series(1, 150) AS number`);
  await query(sql`INSERT INTO segment (id, records, bytes, blocks, index_digest) VALUES ('s', 1, 1, 1, 'i17')`);
  // Number 100 is 500 days old; the last 50 are 101 to 150.
  assert.equal((await gc('site-versions')).count, 99);
  const numbers = await query<{ number: number }>(sql`SELECT number FROM site_version ORDER BY number`);
  assert.deepEqual(
    numbers.map(({ number }) => number),
    [17, ...Array.from({ length: 50 }, (_, at) => at + 101)],
  );
  // Of the last 50 none goes, however old; and those of a year stay, however many.
  assert.equal((await gc('site-versions', days(30))).count, 0);
  await query(sql`UPDATE site_version SET applied = now() - interval '3 days'`);
  await query(sql`
    INSERT INTO site_version (number, source, digest, index_digest, applied)
    SELECT number, 'site: {}', 'd' || number, 'i' || number, now() FROM generate_series(151, 300) AS number`);
  assert.equal((await gc('site-versions')).count, 0);
});

test('tokens go 90 days after they expired', async () => {
  await query(sql`INSERT INTO person (name, email, origin) VALUES ('ada', 'ada@home.example', 'operator')`);
  for (const [name, expires] of [
    ['old', '-91 days'],
    ['expired', '-89 days'],
    ['good', '1 day'],
  ] as const)
    await query(sql`
      INSERT INTO api_token (person_id, name, hash, scopes, expires)
      SELECT id, ${name}, ${Buffer.from(name)}, '{read}', now() + ${expires}::interval FROM person`);
  await query(
    sql`INSERT INTO api_token (person_id, name, hash, scopes) SELECT id, 'for ever', '\\x00', '{read}' FROM person`,
  );
  assert.equal((await gc('tokens')).count, 1);
  assert.deepEqual(
    (await query<{ name: string }>(sql`SELECT name FROM api_token ORDER BY name`)).map(({ name }) => name),
    ['expired', 'for ever', 'good'],
  );
});

test('entries of the audit log are in a file, for its owner alone, before they go', async () => {
  const detail = { token: 'line\nbreak', until: 'é' };
  for (let number = 0; number < 3; number++)
    await library.database.transaction((transaction) =>
      audit(transaction, operator, 'token made', `ada ${number}`, detail),
    );
  await query(sql`UPDATE audit SET at = now() - interval '4 years' WHERE subject <> 'ada 2'`);
  const before = await query<{ id: number; at: Date }>(sql`SELECT id, at FROM audit ORDER BY id LIMIT 2`);
  assert.equal((await gc('audit')).count, 2);
  const names = readdirSync(folder).filter((name) => name.startsWith('audit-'));
  assert.equal(names.length, 1);
  const path = join(folder, names[0]!);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  const lines = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.map(({ id, at, actor, action, subject }) => ({ id, at: new Date(at), actor, action, subject })),
    before.map(({ id, at }, number) => ({ id, at, actor: 'operator', action: 'token made', subject: `ada ${number}` })),
  );
  assert.deepEqual(lines[0].detail, detail);
  assert.equal((await query(sql`SELECT FROM audit`)).length, 1);
  assert.equal((await gc('audit')).count, 0);
  assert.equal(readdirSync(folder).filter((name) => name.startsWith('audit-')).length, 1, 'no empty file');
});

test('where the file of the audit log cannot be written, its entries stay', async () => {
  await query(sql`UPDATE audit SET at = now() - interval '4 years'`);
  const nowhere = { settings: { dataFolder: join(folder, 'not there'), databaseUrl: library.url } };
  const context = contextOf(library.database, store, folder, nowhere);
  const [found] = await collectGarbage(context, {
    ...{ kinds: kindsNamed(['audit'], undefined), olderThan: undefined, dryRun: false, anyway: false },
  });
  assert.match(found!.problem!, /ENOENT/);
  assert.equal((await query(sql`SELECT FROM audit`)).length, 1);
});

test('of replaced versions the first, the last five, young ones, and all of deleted records stay', async () => {
  const record = fc.record({ versions: fc.integer({ min: 0, max: 12 }), deleted: fc.integer({ min: 0, max: 20 }) });
  const ages = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 12, maxLength: 12 });
  await assertProperty(
    fc.asyncProperty(fc.array(fc.tuple(record, ages), { maxLength: 6 }), async (records) => {
      await query(sql`TRUNCATE record, revision`);
      const expected: string[] = [];
      for (const [at, [{ versions, deleted }, given]] of records.entries()) {
        const id = at + 1;
        // 0: not deleted; else so many years ago.
        await query(sql`
          INSERT INTO record (id, created, modified, deleted, marc)
          VALUES (${id}, now(), now() - make_interval(years => ${deleted}), ${deleted > 0}, '{}')`);
        const old = given.slice(0, versions).toSorted((a, b) => b - a);
        for (const [index, age] of old.entries()) {
          await query(sql`
            INSERT INTO revision (record_id, revision, modified, replaced, reason, marc)
            VALUES (${id}, ${index + 1}, now(), now() - make_interval(years => ${age}, days => 1), 'test', '{}')`);
          const isKept = age < 5 || index === 0 || index >= old.length - 5 || (deleted > 0 && deleted < 10);
          if (isKept) expected.push(`${id}.${index + 1}`);
        }
      }
      await gc('revisions', years(5));
      const left = await query<{ name: string }>(
        sql`SELECT record_id || '.' || revision AS name FROM revision ORDER BY record_id, revision`,
      );
      assert.deepEqual(
        left.map(({ name }) => name),
        expected,
      );
    }),
    { numRuns: 20 },
  );
});

test('old harvests go but the last of each source, and what webhooks were told', async () => {
  await query(sql`
    INSERT INTO harvest_source (name, base, prefix, mode, on_error, deleted) VALUES ('gc', 'http://x', 'oai_dc', 'insert', 'go-on', 'ignore')`);
  await query(sql`
    INSERT INTO harvest_run (source_id, began, ended) SELECT id, now() - interval '400 days', now() - interval '400 days'
    FROM harvest_source, generate_series(1, 3)`);
  await query(sql`
    INSERT INTO harvest_cursor (source_id, run_id, set_spec) SELECT source_id, min(id), '' FROM harvest_run GROUP BY source_id`);
  assert.equal((await gc('harvest-runs')).count, 1, 'the last stays, and the one that has a place in a list');
  assert.equal((await gc('harvest-cursors')).count, 1);
  assert.equal((await gc('harvest-runs')).count, 1);
  await query(
    sql`INSERT INTO webhook (name, url, events, secret, place) VALUES ('gc', 'http://x', '{record.*}', 'x', 2)`,
  );
  await query(sql`
    INSERT INTO event (kind, ids, place, at) SELECT 'record', '{1}', place, now() - interval '8 days'
    FROM unnest(ARRAY[1, 2, NULL]) AS place`);
  assert.equal((await gc('events')).count, 1, 'what is still to be told stays');
  await query(sql`
    INSERT INTO webhook_message (webhook_id, id, type, subject, happened, data, state, ended)
    SELECT id, state, 'record.created', 'record 1', now(), '{}', state, CASE WHEN state <> 'waiting' THEN now() - interval '31 days' END
    FROM webhook, unnest(ARRAY['sent', 'failed', 'waiting']) AS state`);
  assert.equal((await gc('webhook-sent')).count, 1);
  assert.equal((await gc('webhook-failed')).count, 1);
});
