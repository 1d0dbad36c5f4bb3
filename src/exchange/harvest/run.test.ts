import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { UserError } from '../../errors/errors.ts';
import { controlField, dataField } from '../../marc/record.ts';
import { listHeld } from '../../records/held.ts';
import { readRecord } from '../../records/history.ts';
import { oaiClient } from './client.ts';
import { listHarvested, readHarvested } from './harvested-records.ts';
import { reachable } from './networks.ts';
import { harvest } from './run.ts';
import { beginRun, endRun, type HarvestRun, type RunAsked, readRun } from './runs.ts';
import { addSource, type NewSource, readSource, removeSourceIn, type Source, usualSteps } from './source.ts';
import { insertRecord } from './test-insert.ts';
import { marc, served, startTestServer, type TestServer } from './test-server.ts';
import { toTextMarc } from './test-text.ts';

let store: TestDatabase;
let server: TestServer;
let count = 0;
let said: string[] = [];

before(async () => {
  store = await openTestDatabase();
  server = await startTestServer();
});
after(async () => {
  await server.close();
  await store.release();
});
beforeEach(() => {
  Object.assign(server, { fault: undefined, change: undefined, page: 10, seconds: true, now: '2026-01-01T00:00:00Z' });
  server.asked.length = 0;
  said = [];
});

async function source(more: Partial<NewSource> = {}): Promise<Source> {
  const name = `s${++count}`;
  const usual = {
    base: server.base,
    prefix: 'marcxml',
    sets: [],
    mode: 'insert-or-replace',
    steps: usualSteps,
  } as const;
  const id = await addSource(store.database, {
    name,
    ...usual,
    onError: 'go-on',
    deleted: 'delete',
    person: 'ada',
    ...more,
  });
  // Other tests have records of the same identifiers.
  server.records = served(25).map((one) => ({ ...one, id: count * 1000 + one.id, title: `${name} title ${one.id}` }));
  return readSource(store.database, { id });
}

async function run(one: Source, asked: RunAsked = {}, signal = new AbortController().signal): Promise<HarvestRun> {
  const { database } = store;
  const begun = await beginRun(database, { source: one.id, job: undefined, person: 'ada', asked });
  await resume(one, begun, signal);
  return readRun(database, begun.id);
}

async function resume(one: Source, begun: HarvestRun, signal = new AbortController().signal): Promise<void> {
  const client = oaiClient({
    base: one.base,
    mayReach: reachable('127.0.0.0/8'),
    signal,
    sleep: async () => undefined,
    silence: 5_000,
  });
  const { database } = store;
  const problem = await harvest({
    ...{ database, client, source: one, run: begun, indexFolder: undefined, signal, tell: () => undefined },
    snapshot: snapshotNow,
    log: (_, sentence) => void said.push(sentence),
  }).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (problem !== undefined && !(problem instanceof UserError)) throw problem;
  await endRun(database, begun.id, problem?.code);
}

async function snapshotNow() {
  const { openTestSnapshot } = await import('./test-snapshot.ts');
  return await openTestSnapshot(store);
}

const versions = async (): Promise<number> => {
  const [row] = await store.database.query<{ count: number }>(
    sql`SELECT (SELECT count(*) FROM record)::integer + (SELECT count(*) FROM revision)::integer AS count`,
  );
  return row!.count;
};
const recordOf = async (one: Source, id: number) => {
  const found = await readHarvested(store.database, one.id, `oai:test:${count * 1000 + id}`);
  return { ...found, text: found?.record ? toTextMarc((await readRecord(store.database, found.record)).record) : [] };
};
const change = (id: number, more: Partial<TestServer['records'][number]>): void => {
  server.records = server.records.map((one) =>
    one.id === count * 1000 + id ? { ...one, at: '2026-01-02T00:00:00Z', ...more } : one,
  );
};

test('all comes, then only what is new; what is as before writes nothing; what is deleted goes', async () => {
  const one = await source();
  const first = await run(one);
  assert.deepEqual([first.pages, first.problem, first.counts['upload']], [3, undefined, { inserted: 25 }]);
  const before = await versions();
  server.now = '2026-01-03T00:00:00Z';
  server.asked.length = 0;
  const again = await run(one, { again: true });
  assert.deepEqual([again.counts['upload'], await versions()], [{ unchanged: 25 }, before]);
  change(3, { title: 'Other' });
  change(4, { gone: true });
  change(5, {});
  server.asked.length = 0;
  const next = await run(one);
  assert.match(server.asked[1]!, /from=2025-12-31T23%3A58%3A00Z/);
  assert.deepEqual(next.counts['upload'], { replaced: 1, deleted: 1, unchanged: 1 });
  assert.ok((await recordOf(one, 3)).text.includes('245__ $aOther'));
  assert.ok((await recordOf(one, 4)).text.some((line) => line.endsWith('$cDELETED')));
  const last = await run(one);
  assert.deepEqual([last.counts, last.problem], [{}, undefined]);
});

test('a run that ends in the middle goes on at its page, and leaves whole pages', async () => {
  const one = await source();
  const stop = new AbortController();
  const begun = await beginRun(store.database, { source: one.id, job: 77, person: undefined, asked: {} });
  server.fault = (words) => {
    if (words.has('resumptionToken')) stop.abort();
    return false;
  };
  await assert.rejects(resume(one, begun, stop.signal), /abort/i);
  server.fault = undefined;
  const kept = await listHarvested(store.database, { run: begun.id, limit: 100 });
  assert.ok([0, 10].includes(kept.length), `${kept.length} records of whole pages`);
  server.asked.length = 0;
  const taken = await beginRun(store.database, { source: one.id, job: 77, person: undefined, asked: {} });
  assert.equal(taken.id, begun.id);
  await resume(one, taken);
  const done = await readRun(store.database, taken.id);
  assert.deepEqual([done.counts['upload'], done.pages], [{ inserted: 25 }, 3]);
  if (kept.length > 0) assert.match(server.asked[1]!, /resumptionToken/);
});

test('a list with fewer records than the server says is told of', async () => {
  const one = await source();
  server.change = (xml) =>
    xml
      .replace('<resumptionToken>', '<resumptionToken completeListSize="28">')
      .replace('<resumptionToken/>', '<resumptionToken completeListSize="27"/>');
  assert.equal((await run(one)).problem, undefined);
  assert.match(said.join('\n'), /list has 27 records, and 2 of them did not come/);
  said = [];
  server.change = undefined;
  await run(one, { again: true });
  assert.deepEqual(said, []);
});

test('a forgotten token: once from the last date seen, then it is told', async () => {
  const one = await source();
  let forgets = 1;
  const error = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="badResumptionToken"/></OAI-PMH>';
  server.fault = (words, response) => {
    if (!words.has('resumptionToken') || forgets-- <= 0) return false;
    response.end(error);
    return true;
  };
  const done = await run(one);
  assert.deepEqual([done.problem, done.counts['upload']?.['inserted'], said.length], [undefined, 25, 1]);
  assert.match(said[0]!, /from 2025-01-01T00:09:00Z/);
  const other = await source();
  forgets = 9;
  assert.equal((await run(other)).problem, 'REPERIO_HARVEST_TOKEN');
  // Dates out of order: what is still to come may be older.
  const third = await source();
  server.records.reverse();
  forgets = 1;
  assert.equal((await run(third)).counts['upload']?.['inserted'], 25);
  assert.doesNotMatch(said.at(-1)!, /from/);
});

test('lists without end are noticed', async () => {
  const one = await source();
  server.change = (xml, words) =>
    words.has('resumptionToken')
      ? xml.replace(/<resumptionToken>[^<]*/, `<resumptionToken>${words.get('resumptionToken')}`)
      : xml;
  assert.equal((await run(one)).problem, 'REPERIO_HARVEST_LOOP');
  const other = await source();
  let n = 0;
  const same = (xml: string): string =>
    xml.replace(
      /<resumptionToken[^>]*>(?:[^<]*<\/resumptionToken>)?/,
      `<resumptionToken>${Buffer.from(JSON.stringify({ n: n++ })).toString('base64url')}</resumptionToken>`,
    );
  const page = `<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords>${'<record><header status="deleted"><identifier>gone</identifier></header></record>'}<resumptionToken/></ListRecords></OAI-PMH>`;
  server.change = (xml, words) => (words.get('verb') === 'Identify' ? xml : same(page));
  assert.equal((await run(other)).problem, 'REPERIO_HARVEST_LOOP');
  // The same records for ever, each time with another token and another date.
  const third = await source();
  const dated = (xml: string): string => same(xml).replace('<header', `<!--${n}--><header`);
  server.change = (xml, words) => (words.get('verb') === 'Identify' ? xml : dated(page));
  assert.equal((await run(third)).problem, 'REPERIO_HARVEST_LOOP');
});

test('one bad record is refused and kept with its XML, and the page goes on; or the run stops there', async () => {
  const one = await source();
  const bad =
    '<record xmlns="http://www.loc.gov/MARC21/slim"><leader/><datafield tag="245" ind1="1" ind2="1"><a/></datafield></record>';
  change(2, { metadata: bad, at: '2025-01-01T00:01:00Z' });
  change(3, { metadata: marc('x').replace('MARC21/slim', 'other'), at: '2025-01-01T00:02:00Z' });
  change(4, {
    metadata: marc('two', '<controlfield tag="001">1</controlfield><controlfield tag="001">2</controlfield>'),
    at: '2025-01-01T00:03:00Z',
  });
  const done = await run(one);
  assert.deepEqual([done.problem, done.counts['upload']], [undefined, { inserted: 22, refused: 3 }]);
  const refused = await listHarvested(store.database, { run: done.id, outcome: 'refused', limit: 9, withXml: true });
  assert.deepEqual(
    refused.map(({ code }) => code),
    ['REPERIO_MARC_SHAPE', 'REPERIO_HARVEST_NAMESPACE', refused[2]!.code],
  );
  assert.ok(
    refused.every(
      ({ xml, message, identifier }) => xml?.includes('<record') && message?.startsWith(`Record ${identifier}`),
    ),
  );
  change(2, { metadata: marc('mended') });
  const single = await run(one, { identifier: `oai:test:${count * 1000 + 2}` });
  assert.deepEqual(single.counts['upload'], { inserted: 1 });
  assert.equal((await run(one, { identifier: 'oai:test:none' })).problem, 'REPERIO_HARVEST_REFUSED');
  const strict = await source({ onError: 'stop' });
  change(12, { metadata: bad, at: '2025-01-01T00:11:00Z' });
  const stopped = await run(strict);
  assert.deepEqual(
    [stopped.problem, stopped.counts['upload']],
    ['REPERIO_HARVEST_STOPPED', { inserted: 19, refused: 1 }],
  );
  change(12, { metadata: marc('mended') });
  const rest = await run(strict);
  assert.deepEqual([rest.problem, rest.counts['upload']], [undefined, { unchanged: 9, inserted: 6 }]);
});

test('sets, days and dates of a run', async () => {
  const one = await source({ sets: ['a', 'b'] });
  server.seconds = false;
  server.records = server.records.map((record, place) => ({
    ...record,
    set: place % 3 === 0 ? 'a' : place % 3 === 1 ? 'b' : 'c',
  }));
  assert.deepEqual((await run(one)).counts['upload'], { inserted: 17 });
  server.asked.length = 0;
  assert.deepEqual((await run(one)).counts, {});
  assert.match(server.asked[1]!, /set=a&from=2025-12-31/);
  server.asked.length = 0;
  const some = await run(one, { from: '2025-01-01T00:00:00Z', until: '2025-01-01' });
  assert.match(server.asked[1]!, /set=a&from=2025-01-01&until=2025-01-01/);
  assert.deepEqual(some.counts['upload'], { unchanged: 17 });
});

test('a 001 without 003 is a number of the server, not of the library', async () => {
  const own = await insertRecord(store.database, [dataField('245', '1', '0', [{ code: 'a', value: 'Ours' }])]);
  const one = await source();
  server.records = server.records.slice(0, 1);
  change(1, { metadata: marc('Theirs', `<controlfield tag="001">${own}</controlfield>`) });
  assert.deepEqual((await run(one)).counts['upload'], { inserted: 1 });
  const found = await recordOf(one, 1);
  assert.notEqual(found.record, own);
  assert.ok(found.text.includes(`035__ $a(${one.name})${own}`));
});

test('steps: converted, filtered, matched by title and authors, held', async () => {
  const title = 'Sailing boats of the northern harbours';
  const ours = await insertRecord(store.database, [
    controlField('005', '20200101000000.0'),
    dataField('100', ' ', ' ', [{ code: 'a', value: 'Doe, J.' }]),
    dataField('245', ' ', ' ', [{ code: 'a', value: title }]),
    dataField('260', ' ', ' ', [{ code: 'c', value: '2020' }]),
  ]);
  const match = { ...usualSteps.match, profile: 'normal' } as const;
  const filter = { drop: 'secret', hold: 'doubtful' };
  const one = await source({ prefix: 'oai_dc', steps: { convert: { add: { '980__a': 'PREPRINT' } }, filter, match } });
  server.records = server.records.slice(0, 5);
  change(1, { title: 'Sailing boats of the Northern harbors' });
  change(2, { title: 'Secret' });
  change(3, { title: 'Doubtful things' });
  change(5, { title: 'Quantum fog over mountains' });
  change(4, {
    title,
    metadata: `<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>${title}</dc:title></oai_dc:dc>`,
  });
  const done = await run(one);
  assert.deepEqual(done.counts, {
    read: { records: 5 },
    filter: { kept: 3, dropped: 1, held: 1 },
    match: { matched: 1, new: 2, ambiguous: 1 },
    upload: { replaced: 1, dropped: 1, held: 2, inserted: 1 },
  });
  assert.equal((await recordOf(one, 1)).record, ours);
  assert.ok((await recordOf(one, 1)).text.includes('980__ $aPREPRINT'));
  const waiting = await listHeld(store.database, { all: false, limit: 9, text: one.name });
  assert.deepEqual(
    waiting.map(({ source: by, reason }) => [by, reason]),
    [
      [`harvest ${one.name}`, 'ASKED'],
      [`harvest ${one.name}`, 'ASKED'],
    ],
  );
  const before = await versions();
  assert.deepEqual((await run(one, { from: '2025-01-01' })).counts['upload'], { unchanged: 5 });
  assert.equal((await listHeld(store.database, { all: false, limit: 9, text: one.name })).length, 2);
  // The library had it before: that this server has it no more is for a person to decide.
  change(1, { gone: true });
  assert.deepEqual((await run(one, { from: '2025-01-01' })).counts['upload'], { held: 1, unchanged: 4 });
  assert.equal(await versions(), before);
});

test('a record that is like several, and would change nothing in one of them, does not wait', async () => {
  const fields = [
    dataField('100', ' ', ' ', [{ code: 'a', value: 'Roe, R.' }]),
    dataField('245', ' ', ' ', [{ code: 'a', value: 'Lanterns along the eastern canal' }]),
    dataField('260', ' ', ' ', [{ code: 'c', value: '2021' }]),
  ];
  const ids: number[] = [];
  for (const note of ['red', 'blue'])
    ids.push(
      await insertRecord(store.database, [
        ...fields,
        dataField('500', ' ', ' ', [{ code: 'a', value: `copy in ${note}` }]),
      ]),
    );
  const one = await source({ steps: { ...usualSteps, match: { ...usualSteps.match, profile: 'normal' } } });
  server.records = server.records.slice(0, 2);
  const metadata = (note: string): string =>
    `<record xmlns="http://www.loc.gov/MARC21/slim"><leader>00000nam a2200000 a 4500</leader>${fields
      .map(({ tag, subfields: [part] }) => element(tag, part!.code, part!.value))
      .join('')}${element('500', 'a', note)}</record>`;
  change(1, { metadata: metadata('copy in blue') });
  change(2, { metadata: metadata('copy in green') });
  const done = await run(one);
  assert.deepEqual(done.counts['upload'], { unchanged: 1, held: 1 });
  assert.equal((await recordOf(one, 1)).record, ids[1]);
});

function element(tag: string, code: string, value: string): string {
  return `<datafield tag="${tag}" ind1=" " ind2=" "><subfield code="${code}">${value}</subfield></datafield>`;
}

test('huge records are matched by their titles too, and others of the page', async () => {
  const words = Array.from({ length: 30_000 }, (_, n) => `lighthouse${n}`).join(' ');
  const titles = ['w'.repeat(200_000), words, `${words} again`, '"\u0000* ?', 'or and not', ' '];
  for (const title of titles.slice(0, 2))
    await insertRecord(store.database, [dataField('245', ' ', ' ', [{ code: 'a', value: title }])]);
  const match = { ...usualSteps.match, profile: 'lazy' } as const;
  const one = await source({ steps: { ...usualSteps, match } });
  server.records = server.records.slice(0, titles.length);
  for (const [place, title] of titles.entries())
    server.records[place] = { ...server.records[place]!, metadata: marc(title.replaceAll('\u0000', '')) };
  const done = await run(one);
  assert.deepEqual([done.problem, done.counts['read']], [undefined, { records: 6 }]);
  // The first two would change nothing.
  assert.deepEqual(done.counts['match'], { matched: 2, ambiguous: 1, new: 3 });
});

test('deletions are not asked questions: what a filter kept goes when the source deletes it', async () => {
  const one = await source({ steps: { ...usualSteps, filter: { keep: 'title:title' } } });
  assert.deepEqual((await run(one)).counts['upload'], { inserted: 25 });
  change(4, { gone: true });
  assert.deepEqual((await run(one, { from: '2026-01-01' })).counts['upload'], { deleted: 1 });
});

test('deletions are held or ignored when the source says so, and a source goes without its records', async () => {
  for (const deleted of ['hold', 'ignore'] as const) {
    const one = await source({ deleted });
    await run(one);
    change(1, { gone: true });
    const done = await run(one);
    assert.deepEqual(done.counts['upload'], deleted === 'hold' ? { held: 1 } : { dropped: 1 });
    const before = await versions();
    await store.database.transaction((transaction) => removeSourceIn(transaction, one.name));
    assert.equal(await versions(), before);
    await assert.rejects(readRun(store.database, done.id), /no run/);
  }
});

test('a record that says of itself that it is deleted is a deletion: it takes nothing that others have made', async () => {
  const doi = dataField('024', '7', ' ', [
    { code: 'a', value: '10.1234/theirs' },
    { code: '2', value: 'doi' },
  ]);
  const title = dataField('245', ' ', ' ', [{ code: 'a', value: 'Made by others' }]);
  const id = await insertRecord(store.database, [title, doi]);
  const asDoi =
    '<datafield tag="024" ind1="7" ind2=" "><subfield code="a">10.1234/theirs</subfield><subfield code="2">doi</subfield></datafield>';
  const mark = '<datafield tag="980" ind1=" " ind2=" "><subfield code="c">DELETED</subfield></datafield>';
  for (const [deleted, metadata, outcome] of [
    ['delete', marc('x', asDoi).replace('00000nam', '00000dam'), 'held'],
    ['ignore', marc('y', asDoi + mark), 'dropped'],
  ] as const) {
    const one = await source({ deleted });
    server.records = [{ ...served(1)[0]!, metadata }];
    assert.deepEqual((await run(one)).counts['upload'], { [outcome]: 1 }, outcome);
    const { deleted: isDeleted } = await readRecord(store.database, id);
    assert.equal(isDeleted, false, outcome);
  }
});

test('an identifier that no index of the database takes refuses its record alone', async () => {
  const one = await source();
  const long = Array.from({ length: 1_300 }, (_, place) =>
    String.fromCharCode(0x4e00 + ((place * 7_919) % 20_000)),
  ).join('');
  server.records = served(3).map((each, place) => ({ ...each, id: 910_000 + each.id, title: `Long ${place}` }));
  const xml = `<record><header><identifier>${long}</identifier><datestamp>2025-01-01T00:00:00Z</datestamp></header><metadata>${marc('Long')}</metadata></record>`;
  server.records[1] = { ...server.records[1]!, xml };
  assert.deepEqual((await run(one)).counts['upload'], { inserted: 2, refused: 1 });
});

test('a number of the server that is one of ours by chance, with its 005, is replaced all the same', async () => {
  const one = await source();
  const [{ last }] = (await store.database.query<{ last: number }>(
    sql`SELECT last_id AS last FROM record_counter`,
  )) as [{ last: number }];
  const numbered = (title: string, stamp: string): string =>
    marc(title, `<controlfield tag="001">${last + 1}</controlfield><controlfield tag="005">${stamp}.0</controlfield>`);
  server.records = [{ ...served(1)[0]!, id: 920_000, metadata: numbered('By chance', '20250101000000') }];
  assert.deepEqual((await run(one)).counts['upload'], { inserted: 1 });
  server.records = [{ ...server.records[0]!, metadata: numbered('Changed', '20250102000000') }];
  assert.deepEqual((await run(one, { from: '2025-01-01' })).counts['upload'], { replaced: 1 });
});

test('a record that was here before takes the number of the source into 035 once; harvested again it is unchanged', async () => {
  const title = 'Lighthouses of the western islands';
  const other = '<datafield tag="035" ind1=" " ind2=" "><subfield code="a">(Elsewhere)W7</subfield></datafield>';
  const ours = await insertRecord(store.database, [
    dataField('035', ' ', ' ', [{ code: 'a', value: '(Elsewhere)W7' }]),
    dataField('100', ' ', ' ', [{ code: 'a', value: 'Doe, Jane' }]),
    dataField('245', ' ', ' ', [{ code: 'a', value: title }]),
    dataField('260', ' ', ' ', [{ code: 'c', value: '2020' }]),
  ]);
  const rest =
    '<datafield tag="100" ind1=" " ind2=" "><subfield code="a">Doe, Jane</subfield></datafield><datafield tag="260" ind1=" " ind2=" "><subfield code="c">2020</subfield></datafield>';
  for (const own of ['', other]) {
    const match = { ...usualSteps.match, profile: 'normal' } as const;
    const one = await source({ steps: { ...usualSteps, match } });
    const id = `<controlfield tag="001">N${count}</controlfield>`;
    server.records = [{ ...served(1)[0]!, id: count * 1000, metadata: marc(title, `${id}${own}${rest}`) }];
    assert.deepEqual((await run(one)).counts['upload'], { replaced: 1 });
    const found = await recordOf(one, 0);
    assert.equal(found.record, ours);
    assert.ok(found.text.includes(`035__ $a(${one.name})N${count}`));
    const before = await versions();
    for (let again = 0; again < 3; again++)
      assert.deepEqual((await run(one, { again: true })).counts['upload'], { unchanged: 1 });
    assert.equal(await versions(), before);
  }
});
