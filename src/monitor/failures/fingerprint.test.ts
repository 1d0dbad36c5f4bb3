import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { CountedFailure } from './failure.ts';
import { createFailureBook } from './failure-book.ts';
import { ownFrames } from './fingerprint.ts';
import { commonMessage, withoutSecretValues } from './redact.ts';
import { compareReleases, type KnownFailure, weigh } from './weigh.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-fingerprint-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A release whose code stands so many lines further down; what its functions throw. */
async function release(name: string, lines: number): Promise<(what: string) => Promise<unknown>> {
  const source = join(folder, name, 'src', 'shelf');
  mkdirSync(source, { recursive: true });
  writeFileSync(join(folder, name, 'package.json'), '{"type": "module"}');
  const code = `class Shelf { read(what: string): never { throw new TypeError(\`nothing at \${what}\`); } }
async function lookUp(what: string): Promise<void> { await null; new Shelf().read(what); }
export const open = async (what: string): Promise<void> => lookUp(what);
export async function other(what: string): Promise<void> { return open(what); }`;
  writeFileSync(join(source, 'shelf.ts'), `${'// moved\n'.repeat(lines)}${code}`);
  const { open } = (await import(join(source, 'shelf.ts'))) as { open: (what: string) => Promise<void> };
  return (what) => open(what).catch((error: unknown) => error);
}

function counted(...errors: readonly unknown[]): readonly CountedFailure[] {
  const book = createFailureBook('web1');
  for (const error of errors) book.note({ kind: 'request', error, place: 'GET /record/:id' });
  return book.take();
}

test('a failure is the same in a release whose lines have moved, and with another number in its message', async () => {
  const [before, later] = [await release('0.1.0', 0), await release('0.2.0', 120)];
  const [a] = counted(await before('shelf 12'));
  const [b] = counted(await later('shelf 3456'));
  assert.equal(a!.fingerprint, b!.fingerprint);
  assert.deepEqual(a!.frames.slice(0, 2), ['shelf/shelf.ts:Shelf.read', 'shelf/shelf.ts:lookUp']);
  assert.equal(a!.message, 'nothing at shelf #');
  assert.notDeepEqual(a!.samples[0]!.stack, b!.samples[0]!.stack, 'the lines did move');
});

test('another class, code, function or route is another failure; without code of our own the message counts', () => {
  const at = (stack: string, error: Error): Error => Object.assign(error, { stack: `${error.message}\n${stack}` });
  const frame = (name: string): string => `    at ${name} (file:///opt/reperio/src/web/app.ts:1:1)`;
  const different = [
    at(frame('a'), new TypeError('x')),
    at(frame('a'), new RangeError('x')),
    at(frame('b'), new TypeError('x')),
    at(frame('a'), Object.assign(new TypeError('x'), { code: 'E1' })),
    at('    at node:internal/x:1:1', new Error('one thing')),
    at('    at node:internal/x:1:1', new Error('another thing')),
  ];
  assert.equal(new Set(counted(...different).map(({ fingerprint }) => fingerprint)).size, different.length);
  const same = [12, 345].map((n) => at('    at node:internal/x:1:1', new Error(`page ${n} of "${n}"`)));
  assert.equal(counted(...same).length, 1);
  const book = createFailureBook('web1');
  for (const place of ['GET /a', 'GET /b']) book.note({ kind: 'request', error: different[0], place });
  assert.equal(book.take().length, 2);
});

test('frames of Node and of packages are none of ours', () => {
  const stack = `Error: x
    at Object.query (file:///srv/reperio/releases/0.1/src/store/database.ts:10:2)
    at async file:///srv/reperio/releases/0.1/src/web/app.ts:3:4
    at new Site (/home/me/src/reperio/src/site/site.ts:1:2)
    at Client.x (file:///srv/reperio/node_modules/pg/src/client.ts:1:2)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)`;
  assert.deepEqual(ownFrames(stack), ['store/database.ts:query', 'web/app.ts:<anonymous>', 'site/site.ts:Site']);
});

test('values of secrets are not kept, however they are written', () => {
  for (const text of [
    'password=hunter2',
    'GET /x?reset_token=hunter2&p=higgs',
    '{"apiToken": "hunter2", "name": 1}',
    "{ client_secret: 'hunter2' }",
    'Key (session_cookie)=(hunter2) already exists.',
    'Cookie: a=hunter2; b=hunter2',
    'Authorization: Bearer hunter2hunter2',
    'authorization: Basic hunter2 x',
    'sent Bearer hunter2hunter2',
    'postgresql://reperio:hunter2@db1:5432/reperio is away',
    'back=%2Fx%3Ftoken%3Dhunter2',
    'PGPASSWORD=hunter2 psql',
  ])
    assert.doesNotMatch(withoutSecretValues(text), /hunter2/, text);
  assert.equal(withoutSecretValues('GET /search?p=higgs&f=title'), 'GET /search?p=higgs&f=title');
  assert.equal(commonMessage('record 12 has "a\\"b" in 3fa9c0de55aa'), 'record # has "..." in #');
  assert.equal(withoutSecretValues('a\0b\ud800'), 'ab\ufffd');
});

const more = (count: number, at = 0, release = '0.2.0'): CountedFailure => ({
  ...counted(new Error('x'))[0]!,
  ...{ count, release, first: at, last: at },
});

/** E-mails about a failure that is counted so, one after the other. */
function told(counts: readonly number[], begin?: KnownFailure, step = 1_000): readonly string[] {
  let known = begin;
  const all: string[] = [];
  let at = begin?.last ?? 0;
  for (const count of counts) {
    at += step;
    const { why, ...weighed } = weigh(known, more(count, at));
    known = { ...weighed, count: (known?.count ?? 0) + count, last: at };
    if (why !== undefined) all.push(`${why} ${weighed.streak}`);
  }
  return all;
}

test('e-mails come at 1, 2, 4, 8, and from the beginning after four hours of silence', () => {
  assert.deepEqual(told(Array(9).fill(1)), ['new 1', 'count 2', 'count 4', 'count 8']);
  assert.equal(told(Array(10_000).fill(1)).length, 14);
  assert.deepEqual(told([1, 1, 9_998]), ['new 1', 'count 2', 'count 10000']);
  assert.deepEqual(told([1, 1], undefined, 4 * 3_600_000 + 1), ['new 1', 'new 1']);
  assert.deepEqual(told([1, 1, 1], undefined, 4 * 3_600_000), ['new 1', 'count 2']);
});

test('what was resolved and comes back is told at once; an older release changes nothing; muted is counted', () => {
  const known = { resolvedIn: '0.2.0', count: 100, last: 0, regressions: 0, streak: 100, told: 64 };
  const back = weigh({ ...known, state: 'resolved' }, more(1, 1_000, '0.2.1'));
  assert.deepEqual([back.why, back.state, back.regressions, back.streak], ['regression', 'open', 1, 1]);
  const old = weigh({ ...known, state: 'resolved' }, more(200, 1_000, '0.1.9'));
  assert.deepEqual([old.why, old.state], [undefined, 'resolved']);
  assert.equal(weigh({ ...known, state: 'resolved', resolvedIn: null }, more(1, 1, '0.1.0')).why, 'regression');
  const muted = weigh({ ...known, state: 'muted' }, more(1_000, 1));
  assert.deepEqual([muted.why, muted.state, muted.streak], [undefined, 'muted', 1_100]);
  assert.ok(compareReleases('0.10.0', '0.9.9') > 0);
  assert.equal(compareReleases('v1.0', '1.0.0-rc1'), 0);
});
