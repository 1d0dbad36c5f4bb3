import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { nothingTold } from '../../exchange/oai/changes.ts';
import { createHarvesterBook, readHarvesters } from '../../exchange/oai/harvesters.ts';
import { oaiSource } from '../../exchange/oai/source.ts';
import { Stamper } from '../../exchange/oai/stamper.ts';
import { askToTouch, giveDates, listPage, readSets, readTold, takeClock } from '../../exchange/oai/store.ts';
import { field } from '../../formats/test-records.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { parseSite } from '../../site/parse.ts';
import type { Site } from '../../site/site.ts';
import { createApp } from '../app.ts';
import type { WebLibrary } from '../exchange/environment.ts';
import { noLimits } from '../limits/limits.ts';
import { deletedRecord, memoryLibrary } from '../test-library.ts';
import { readSync, type SyncDocument } from './test-resource-sync.ts';

function siteOf(sets: string): Site {
  const { site, problems } = parseSite(`
extends: default
site: {name: Harvested & Sons, languages: [en], admin: a@b.example, hidden-paths: ["595"]}
collections:
  - name: Home
    query: '980__a:"ARTICLE"'
  - {name: Vault, query: '980__a:"VAULT"', restricted: true}
oai:
  repository: library.example
  page: 3
  sets: [${sets}]
`);
  assert.deepEqual(problems, []);
  return site!;
}
const withSets = siteOf(
  `{spec: "p:even", name: Even, query: "title:even"}, {spec: odd, name: Odd, query: "title:odd"}`,
);

const record = (title: string, kind = 'ARTICLE'): MarcRecord => ({
  leader: '',
  fields: [field('245__', `$a${title}`), field('595__', '$asecret note'), field('980__', `$a${kind}`)],
});
const many = (count: number): MarcRecord[] =>
  Array.from({ length: count }, (_, i) => record(`Title ${i + 1} ${i % 2 === 0 ? 'odd' : 'even'} & more`));

let store: TestDatabase;
let held: number;
const apps: FastifyInstance[] = [];
before(async () => {
  store = await openTestDatabase();
  held = 4711;
});
after(async () => {
  for (const app of apps) await app.close();
  await store.release();
});

/** A library that has changed, and what harvesters were told of it until now. */
async function begin(): Promise<{
  readonly told: (library: WebLibrary) => Promise<boolean>;
  readonly stamper: Stamper;
}> {
  await store.database.query(sql`TRUNCATE oai_entry, oai_harvester`);
  await store.database.query(sql`UPDATE oai_set SET records = 0, entries = 0, touching = NULL`);
  await store.database.query(sql`DELETE FROM oai_set WHERE id <> 0`);
  await store.database.query(sql`UPDATE oai_clock SET timeline = NULL`);
  await takeClock(store.database, ++held);
  const stamper = new Stamper(store.database, held, nothingTold());
  return { stamper, told: (library) => stamper.stamp(library.snapshot()) };
}

function appOf(library: WebLibrary, limits = noLimits): FastifyInstance {
  const app = createApp(library, {
    limits,
    baseUrl: 'https://library.example',
    oai: { source: oaiSource(store.database), harvesters: createHarvesterBook(store.database) },
  });
  apps.push(app);
  return app;
}

async function ask(app: FastifyInstance, args: Readonly<Record<string, string>>): Promise<string> {
  const { statusCode, body } = await app.inject(`/oai2d?${new URLSearchParams(args)}`);
  assert.equal(statusCode, 200, body);
  return body;
}

const between = (text: string, tag: string): string[] =>
  [...text.matchAll(new RegExp(`<${tag}(?: [^>]*)?>([^<]*)</${tag}>`, 'g'))].map(([, value]) => value!);

/** "1" or, deleted, "-1", in order. */
async function harvest(app: FastifyInstance, args: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const found: string[] = [];
  let next: Readonly<Record<string, string>> = { metadataPrefix: 'oai_dc', ...args };
  for (;;) {
    const body = await ask(app, { verb: 'ListRecords', ...next });
    for (const [, status, id] of body.matchAll(/<header( status="deleted")?><identifier>oai:library\.example:(\d+)</g))
      found.push(status === undefined ? id! : `-${id}`);
    const [token = ''] = between(body, 'resumptionToken');
    if (token === '') return found;
    next = { resumptionToken: token };
  }
}

test('a list has every record that guests may open once, by pages that can be asked for again', async () => {
  const library = memoryLibrary(withSets, [...many(7), record('In the vault', 'VAULT')], 'a1');
  const { told } = await begin();
  assert.equal(await told(library), true);
  assert.equal(await told(library), false);
  const app = appOf(library);
  assert.deepEqual(await harvest(app), ['1', '2', '3', '4', '5', '6', '7']);
  assert.deepEqual(await harvest(app, { set: 'p:even' }), ['2', '4', '6']);
  assert.deepEqual(await harvest(app, { set: 'p' }), ['2', '4', '6']);
  const first = await ask(app, { verb: 'ListRecords', metadataPrefix: 'marcxml' });
  assert.match(first, /completeListSize="7" cursor="0"/);
  assert.doesNotMatch(first, /secret note|"595"|vault/i);
  const [token = ''] = between(first, 'resumptionToken');
  const second = await ask(app, { verb: 'ListRecords', resumptionToken: token });
  const items = (text: string): string => text.slice(text.indexOf('<ListRecords>'));
  assert.equal(items(await ask(app, { verb: 'ListRecords', resumptionToken: token })), items(second));
  assert.match(
    await ask(app, { verb: 'GetRecord', identifier: 'oai:library.example:8', metadataPrefix: 'oai_dc' }),
    /idDoesNotExist/,
  );
  assert.match(await ask(app, { verb: 'Identify' }), /<repositoryName>Harvested &amp; Sons</);
  assert.deepEqual(between(await ask(app, { verb: 'ListSets' }), 'setSpec'), ['p', 'p:even', 'odd']);
});

test('what is deleted, closed or leaves a set is told for ever, and what was never open is not', async () => {
  const { told } = await begin();
  const records = [...many(4), record('In the vault', 'VAULT')];
  await told(memoryLibrary(withSets, records, 'b1'));
  const past = records.map((one) => [one]);
  const changed = [
    record('Title 1 even'),
    deletedRecord,
    record('Title 3 odd', 'VAULT'),
    record('Title 4 even'),
    records[4]!,
  ];
  const library = memoryLibrary(withSets, changed, 'b2', past);
  await told(library);
  const app = appOf(library);
  // Every record has a new version; what can no longer be seen comes first.
  assert.deepEqual(await harvest(app), ['-2', '-3', '1', '4']);
  assert.deepEqual(await harvest(app, { set: 'odd' }), ['-3', '-1']);
  assert.deepEqual(await harvest(app, { set: 'p:even' }), ['-2', '1', '4']);
  const gone = await ask(app, { verb: 'GetRecord', identifier: 'oai:library.example:3', metadataPrefix: 'oai_dc' });
  assert.match(gone, /status="deleted"/);
  assert.doesNotMatch(gone, /<metadata>|Title/);
  const [all] = await readSets(store.database);
  assert.deepEqual([all?.records, all?.entries], [2, 4]);
});

test('a set that the site file has no longer has lost its records, and is offered no more', async () => {
  const { told } = await begin();
  await told(memoryLibrary(withSets, many(2), 'c1'));
  const fewer = siteOf(`{spec: odd, name: Odd, query: "title:odd"}`);
  const plain = memoryLibrary(fewer, many(2), 'c2');
  const library = { ...plain, snapshot: () => ({ ...plain.snapshot(), siteVersion: 2 }) };
  await told(library);
  const app = appOf(library);
  assert.deepEqual(await harvest(app, { set: 'p:even' }), ['-2']);
  assert.deepEqual(between(await ask(app, { verb: 'ListSets' }), 'setSpec'), ['odd']);
  assert.doesNotMatch(await ask(app, { verb: 'ListIdentifiers', metadataPrefix: 'oai_dc', set: 'odd' }), /p:even/);
});

test('a record that was closed a moment ago is told as deleted before anybody has dated that', async () => {
  const { told } = await begin();
  const records = many(2);
  await told(memoryLibrary(withSets, records, 'd1'));
  const app = appOf(memoryLibrary(withSets, [records[0]!, record('Title 2', 'VAULT')], 'd2', [[], [records[1]!]]));
  assert.deepEqual(await harvest(app), ['1', '-2']);
});

test('a process whose view of the index is old renews it, or asks the harvester to wait', async () => {
  const { told } = await begin();
  const old = memoryLibrary(withSets, many(2), 'e1');
  const fresh = memoryLibrary(withSets, many(3), 'e2');
  await told(fresh);
  let view = old;
  const refresh = async (): Promise<void> => {
    view = fresh;
  };
  const following = { ...fresh, snapshot: () => view.snapshot(), refresh };
  assert.deepEqual(await harvest(appOf(following)), ['1', '2', '3']);
  const state = { ...fresh.state(), stays: true };
  const stuck = appOf({ ...fresh, snapshot: () => old.snapshot(), refresh: async () => undefined, state: () => state });
  const { statusCode, headers } = await stuck.inject('/oai2d?verb=ListRecords&metadataPrefix=oai_dc');
  assert.equal(statusCode, 503);
  assert.ok(Number(headers['retry-after']) > 0);
});

test('nothing is dated that is not committed, and no date comes before one that was told', async () => {
  const { told } = await begin();
  const library = memoryLibrary(withSets, many(1), 'f1');
  await told(library);
  const asked = { spec: '', from: undefined, until: undefined, after: { stamp: 0, seq: 0 }, limit: 10 };
  const change = { id: 2, revision: 1, gone: false, sets: [], left: [] };
  const before = await listPage(store.database, asked);
  await store.database.transaction(async (transaction) => {
    await giveDates(transaction, held, [change], nothingTold());
    const during = await listPage(store.database, asked);
    assert.equal(during.until, before.until);
    assert.equal(during.entries.length, 1);
  });
  const { entries, until } = await listPage(store.database, asked);
  assert.equal(entries.length, 2);
  assert.ok(entries[1]!.place.stamp >= before.until && until >= entries[1]!.place.stamp);
  // The clock of the database was set back.
  await store.database.query(sql`UPDATE oai_clock SET stamped_until = '2100-01-01'`);
  await store.database.transaction((transaction) =>
    giveDates(transaction, held, [{ ...change, revision: 2 }], nothingTold()),
  );
  assert.equal((await listPage(store.database, asked)).entries[1]!.place.stamp, Date.UTC(2100, 0, 1) / 1000);
  await store.database.query(sql`UPDATE oai_clock SET stamped_until = now()`);
});

test('of two processes that give dates the later one goes on, with what the first has told', async () => {
  const { told, stamper } = await begin();
  const library = memoryLibrary(withSets, many(3), 'g1');
  await told(library);
  await takeClock(store.database, held + 1);
  const known = await readTold(store.database, new AbortController().signal);
  const second = new Stamper(store.database, ++held, known);
  assert.equal(await second.stamp(library.snapshot()), false);
  assert.equal(await stamper.move(), false);
  const more = memoryLibrary(withSets, many(4), 'g2');
  await assert.rejects(stamper.stamp(more.snapshot()), /another process/);
  assert.equal(await second.stamp(more.snapshot()), true);
  assert.equal(await second.move(), true);
});

test('a touched set comes again as a whole; after a restore everything does, and old tokens are refused', async () => {
  const { told, stamper } = await begin();
  const library = memoryLibrary(withSets, many(7), 'h1');
  await told(library);
  await stamper.move();
  const app = appOf(library);
  const [token = ''] = between(await ask(app, { verb: 'ListRecords', metadataPrefix: 'oai_dc' }), 'resumptionToken');
  await askToTouch(store.database, 'p:even');
  await stamper.move();
  assert.deepEqual(await harvest(app), ['1', '3', '5', '7', '2', '4', '6']);
  assert.deepEqual(await harvest(app, { set: 'p:even' }), ['2', '4', '6']);
  assert.match(await ask(app, { verb: 'ListRecords', resumptionToken: token }), /<record>/);
  const seqOf = async (): Promise<number> =>
    Number((await store.database.query<{ seq: number }>(sql`SELECT max(seq) AS seq FROM oai_entry`))[0]!.seq);
  const last = await seqOf();
  await store.database.query(sql`UPDATE library SET timeline = timeline + 1`);
  await stamper.move();
  assert.ok((await seqOf()) > last);
  assert.deepEqual(await harvest(app), ['1', '2', '3', '4', '5', '6', '7']);
  assert.match(await ask(app, { verb: 'ListRecords', resumptionToken: token }), /badResumptionToken/);
});

test('harvesters ask by GET and POST, compressed, under both addresses, and are counted', async () => {
  const { told } = await begin();
  const library = memoryLibrary(withSets, many(2), 'i1');
  await told(library);
  const app = appOf(library);
  const post = await app.inject({
    ...{ url: '/oai', method: 'POST', payload: 'verb=Identify' },
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'accept-encoding': 'gzip' },
  });
  assert.equal(post.headers['content-encoding'], 'gzip');
  assert.match(gunzipSync(post.rawPayload).toString(), /<baseURL>https:\/\/library\.example\/oai</);
  await app.inject({
    url: '/oai2d?verb=ListRecords&metadataPrefix=oai_dc&set=odd',
    headers: { 'user-agent': 'Sickle' },
  });
  await app.close();
  const [one] = await readHarvesters(store.database, 5);
  assert.deepEqual(
    [one?.agent, one?.asked, Number(one?.records), one?.done],
    ['Sickle', 'ListRecords oai_dc odd', 1, 1],
  );
});

test('who asks too often is told by 503 when to come again', async () => {
  await begin();
  const app = appOf(memoryLibrary(withSets, many(1), 'j1'), { ...noLimits, exportRate: 60 });
  let refused: { statusCode: number; headers: Record<string, unknown> } | undefined;
  for (let i = 0; i < 70 && refused === undefined; i++) {
    const answer = await app.inject({ url: '/oai2d?verb=ListSets', remoteAddress: '192.0.2.1' });
    if (answer.statusCode !== 200) refused = answer;
  }
  assert.equal(refused?.statusCode, 503);
  assert.ok(Number(refused?.headers['retry-after']) > 0);
});

test('a library that offers nothing has no such address', async () => {
  const { site } = parseSite('extends: default\nsite: {name: X, languages: [en]}\n');
  const app = appOf(memoryLibrary(site!, [], 'k1'));
  assert.equal((await app.inject('/oai2d?verb=Identify')).statusCode, 404);
});

test('who follows ResourceSync from its description on has every record, and then each change once', async () => {
  const { told } = await begin();
  const records = [...many(4), record('In the vault', 'VAULT')];
  const first = memoryLibrary(withSets, records, 'r1');
  await told(first);
  const read = async (app: FastifyInstance, url: string): Promise<SyncDocument> => {
    const { statusCode, body } = await app.inject(url.replace('https://library.example', ''));
    assert.equal(statusCode, 200, url);
    return readSync(body);
  };
  /** As a client finds them: address and change, by the lists of an index. */
  const changes = async (app: FastifyInstance): Promise<string[]> => {
    const index = await read(app, '/resourcesync/changes.xml');
    assert.deepEqual([index.root, index.capability], ['sitemapindex', 'changelist']);
    const found: string[] = [];
    for (const { address, metadata } of index.entries) {
      const list = await read(app, address);
      assert.equal(list.metadata['from'], metadata['from']);
      assert.deepEqual(
        list.links.map(({ rel }) => rel),
        ['index', 'up'],
      );
      const times = list.entries.map((one) => one.metadata['datetime']!);
      assert.deepEqual(times, times.toSorted());
      for (const one of list.entries) found.push(`${one.metadata['change']} ${one.address.split('/').at(-1)}`);
    }
    return found;
  };
  let app = appOf(first);
  const description = await read(app, '/.well-known/resourcesync');
  assert.deepEqual(
    [description.capability, description.entries[0]!.metadata['capability']],
    ['description', 'capabilitylist'],
  );
  const capabilities = await read(app, description.entries[0]!.address);
  assert.deepEqual(
    capabilities.entries.map(({ address, metadata }) => [metadata['capability'], new URL(address).pathname]),
    [
      ['resourcelist', '/sitemap.xml'],
      ['changelist', '/resourcesync/changes.xml'],
    ],
  );
  const resources = await read(app, capabilities.entries[0]!.address);
  const list = await read(app, resources.entries[0]!.address);
  assert.deepEqual(
    list.entries.map(({ address }) => address.split('/').at(-1)),
    ['1', '2', '3', '4'],
  );
  assert.equal(list.entries[0]!.links[0]!['rel'], 'describedby');
  // The second in which they were dated goes on until the clock has moved.
  assert.deepEqual(await changes(app), []);
  const moveOn = () =>
    store.database.query(sql`UPDATE oai_clock SET stamped_until = stamped_until + interval '2 seconds'`);
  await moveOn();
  assert.deepEqual(await changes(app), ['created 1', 'created 2', 'created 3', 'created 4']);
  const past = records.map((one) => [one]);
  const changed = [record('Title 1 odd'), deletedRecord, record('Title 3 odd', 'VAULT'), records[3]!, records[4]!];
  const second = memoryLibrary(withSets, changed, 'r2', past);
  await told(second);
  await moveOn();
  app = appOf(second);
  assert.deepEqual((await changes(app)).toSorted(), ['deleted 2', 'deleted 3', 'updated 1', 'updated 4']);
  const held = await app.inject('/resourcesync/changes/0.xml');
  const again = { url: '/resourcesync/changes/0.xml', headers: { 'if-none-match': String(held.headers['etag']) } };
  assert.equal((await app.inject(again)).statusCode, 304);
  // Numbers far apart: lists between them have nothing and are not named.
  await store.database.query(sql`UPDATE oai_clock SET seq = 10000000`);
  const third = memoryLibrary(withSets, [record('Title 1 odd new'), ...changed.slice(1)], 'r3', [
    ...past.map((one) => [...one, ...one]),
  ]);
  await told(third);
  await moveOn();
  app = appOf(third);
  const index = await read(app, '/resourcesync/changes.xml');
  assert.equal(index.entries.at(-1)!.address, 'https://library.example/resourcesync/changes/200.xml');
  assert.equal(index.entries.at(-1)!.metadata['until'], undefined);
  assert.equal((await app.inject('/resourcesync/changes/7.xml')).statusCode, 404);
  assert.equal((await app.inject(again)).statusCode, 200, 'two of its entries have moved');
  for (const path of ['/sitemaps/0.xml', '/resourcesync/changes/200.xml'])
    assert.doesNotMatch((await app.inject(path)).body, /record\/5\b/, path);
});
