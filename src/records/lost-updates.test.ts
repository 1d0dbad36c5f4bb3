import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { isWhole } from '../../test/support/scale.ts';
import { compileAnalyzer } from '../index/analysis/analyzer.ts';
import { controlField, dataField, type Field, type MarcRecord } from '../marc/record.ts';
import { marcXmlFoot, marcXmlHead, toMarcXml } from '../marc/writers/marcxml.ts';
import { defaultSite } from '../site/default.ts';
import { listHeld, readHeld } from './held.ts';
import { readRecord } from './history.ts';
import { writeRecords } from './write.ts';

/**
 * Many people change a few records at once, each from the version that they read: by single writes,
 * and by loads that are killed. Each brings a word of its own and takes nothing away, so each word
 * must be in its record at the end, or wait.
 */

let store: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), 'reperio-lost-'));
const main = fileURLToPath(new URL('../cli/main.ts', import.meta.url));
const analyzer = compileAnalyzer(defaultSite());
const edits = isWhole ? 10_000 : 300;
const ids = Array.from({ length: isWhole ? 20 : 6 }, (_, place) => place + 1);
const editors = 6;

before(async () => {
  store = await openTestDatabase();
  for (const id of ids)
    await writeRecords(store.database, analyzer, [
      { record: { leader: '', fields: [field('245', `Title ${id}`)] }, mode: 'insert', reason: 'test' },
    ]);
});

after(async () => {
  await store.release();
  rmSync(folder, { recursive: true });
});

function field(tag: string, a: string): Field {
  return dataField(tag, ' ', ' ', [{ code: 'a', value: a }]);
}

function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/** The record as it is, and with a word more; sometimes what does not repeat is changed too. */
async function edited(id: number, word: string, random: () => number): Promise<MarcRecord> {
  const { record } = await readRecord(store.database, id);
  const place = Math.floor(random() * record.fields.length);
  const title = random() < 0.2 ? [controlField('008', word)] : [];
  const rest = record.fields.filter(({ tag }) => title.length === 0 || tag !== '008');
  const words = rest.filter(({ tag }) => tag === '650');
  words.splice(place % (words.length + 1), 0, field('650', word));
  return { ...record, fields: [...rest.filter(({ tag }) => tag !== '650'), ...title, ...words] };
}

async function wordsOf(id: number): Promise<ReadonlySet<string>> {
  const { record } = await readRecord(store.database, id);
  return new Set(record.fields.filter(({ tag }) => tag === '650').map(({ subfields }) => subfields[0]!.value));
}

async function heldWords(): Promise<ReadonlySet<string>> {
  const entries = await listHeld(store.database, { record: undefined, all: true, limit: 100_000 });
  const words = new Set<string>();
  for (const { id } of entries)
    for (const { tag, subfields } of (await readHeld(store.database, id)).marc.fields)
      if (tag === '650') words.add(subfields[0]!.value);
  return words;
}

async function assertNothingIsLost(done: ReadonlyMap<string, number>): Promise<void> {
  const [there, held] = [
    new Map(await Promise.all(ids.map(async (id) => [id, await wordsOf(id)] as const))),
    await heldWords(),
  ];
  const lost = [...done].filter(([word, id]) => !there.get(id)!.has(word) && !held.has(word));
  assert.deepEqual(lost, []);
  assert.equal(done.size, edits);
}

test('of many changes at once none is lost: it is in the record, or it waits', async () => {
  const done = new Map<string, number>();
  const outcomes = new Map<string, number>();
  let next = 0;
  const work = async (editor: number): Promise<void> => {
    const random = numbers(editor + 1);
    while (next < edits) {
      const word = `w${next++}`;
      const id = ids[Math.floor(random() * ids.length)]!;
      const record = await edited(id, word, random);
      const [written] = await writeRecords(store.database, analyzer, [{ record, mode: 'replace', reason: 'test' }]);
      outcomes.set(written!.action, (outcomes.get(written!.action) ?? 0) + 1);
      done.set(word, id);
    }
  };
  await Promise.all(Array.from({ length: editors }, (_, editor) => work(editor)));
  await assertNothingIsLost(done);
  // The test tries what it says: many were made from what was no longer the newest version.
  for (const action of ['replaced', 'merged', 'held']) assert.ok((outcomes.get(action) ?? 0) > 0, action);
});

test('nor is one of a load that is killed and begun again, while others write', { skip: !isWhole }, async () => {
  const random = numbers(7);
  for (let round = 0; round < 12; round++) {
    const words = ids.map((id) => [id, `k${round}-${id}`] as const);
    const changed = await Promise.all(words.map(([id, word]) => edited(id, word, random)));
    const path = join(folder, `round${round}.xml`);
    writeFileSync(path, marcXmlHead + changed.map((record) => toMarcXml(record, { indent: 0 })).join('') + marcXmlFoot);
    const begin = () =>
      spawn(process.execPath, [main, 'load', path, '--mode', 'replace'], {
        env: { ...process.env, REPERIO_DATA: folder, DATABASE_URL: store.url, REPERIO_BATCH_SIZE: '2' },
        stdio: 'ignore',
      });
    const others = writeRecords(store.database, analyzer, [
      { record: await edited(1, `o${round}`, random), mode: 'replace', reason: 'test' },
    ]);
    const killed = begin();
    const exit = once(killed, 'exit');
    const timer = setTimeout(() => killed.kill('SIGKILL'), 300 + random() * 1_500);
    await Promise.all([exit, others]);
    clearTimeout(timer);
    const again = begin();
    await once(again, 'exit');
    const held = await heldWords();
    for (const [id, word] of [...words, [1, `o${round}`] as const])
      assert.ok((await wordsOf(id)).has(word) || held.has(word), `${word} of record ${id} is lost`);
  }
});
