import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { account, openStandIn, type StandIn } from '../../test/support/datacite.ts';
import { isWhole } from '../../test/support/scale.ts';
import { waitFor } from '../../test/support/wait.ts';
import { loadSettings, type Settings } from '../config/settings.ts';
import { dataCiteClient } from '../exchange/doi/client.ts';
import { runDoiPass } from '../exchange/doi/pass.ts';
import { reserveDoi } from '../exchange/doi/reserve.ts';
import { type DoiRow, listDois, sendAgain } from '../exchange/doi/store.ts';
import { field } from '../formats/test-records.ts';
import { compileAnalyzer } from '../index/analysis/analyzer.ts';
import type { RunningJob } from '../jobs/queue/job.ts';
import { controlField, type Field, type MarcRecord } from '../marc/record.ts';
import { editRecord } from '../records/edit.ts';
import { readRecord } from '../records/history.ts';
import { mergeRecordsIn, undoMergeIn } from '../records/merge-records.ts';
import { rulesOf } from '../records/next-version.ts';
import { deleteRecord, inTransaction, writeRecords } from '../records/write.ts';
import { reservedDois } from '../site/doi-pattern.ts';
import { parseSite } from '../site/parse.ts';
import type { Site } from '../site/site.ts';
import { currentSite } from '../site/versions.ts';
import { createApp } from '../web/app.ts';
import { deletedRecord, memoryLibrary } from '../web/test-library.ts';
import { applySite } from './apply-site.ts';
import { lookAfterDois, runDois } from './doi-job.ts';
import { type Library, openLibrary } from './open.ts';

const siteText = (dois: string): string => `
extends: default
site: {name: Library, languages: [en], admin: a@b.example, hidden-paths: ["595"]}
collections:
  - {name: Home, query: '-980__a:"VAULT"'}
  - {name: Vault, query: '980__a:"VAULT"', restricted: true}
dois: {prefix: "10.5072", ${dois}}
`;
const siteOf = (text: string): Site => {
  const { site, problems } = parseSite(text);
  assert.deepEqual(problems, []);
  return site!;
};
const site = siteOf(siteText('when: asked'));
const analyzer = compileAnalyzer(site);
const rules = { ...rulesOf(site), hidden: 'keep', always: false } as const;
const year = new Date().getUTCFullYear();

let store: TestDatabase;
let agency: StandIn;
let settings: Settings;
let library: Library;
const folder = mkdtempSync(join(tmpdir(), 'reperio-dois-'));
before(async () => {
  store = await openTestDatabase();
  agency = await openStandIn('10.5072');
  settings = loadSettings(environment());
  await applySite(store.database, siteText('when: asked'));
  library = await openLibrary(settings);
});
after(async () => {
  await library.close();
  await agency.close();
  await store.release();
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  agency.intercept = undefined;
  agency.afterPut = undefined;
  agency.sent.length = 0;
  agency.dois.clear();
  await store.database.query(sql`TRUNCATE doi, doi_number`);
  await applySite(store.database, siteText('when: asked'));
});

function environment(): NodeJS.ProcessEnv {
  return {
    ...{ REPERIO_DATA: folder, DATABASE_URL: store.url, REPERIO_BASE_URL: 'https://library.example' },
    ...{ REPERIO_DATACITE_URL: agency.url, REPERIO_DATACITE_USER: account.user },
    REPERIO_DATACITE_PASSWORD: account.password,
  };
}

const record = (title: string, kind = 'ARTICLE', id?: number): MarcRecord => ({
  leader: '',
  fields: [
    ...(id === undefined ? [] : [controlField('001', String(id))]),
    ...[field('245__', `$a${title}`), field('595__', '$asecret remark'), field('980__', `$a${kind}`)],
  ],
});

async function write(one: MarcRecord): Promise<number> {
  const mode = one.fields.some(({ tag }) => tag === '001') ? 'correct' : 'insert';
  const [written] = await writeRecords(store.database, analyzer, [{ record: one, mode, reason: 'test' }]);
  return written!.id;
}

function reserve(id: number): Promise<string> {
  return inTransaction(store.database, async (transaction) => {
    const { doi } = await reserveDoi(transaction, analyzer, { site, id, person: 'ada' });
    return doi;
  });
}

/** What is put off is due, as if time had passed. */
async function pass({ later = false, signal = new AbortController().signal } = {}) {
  if (later) await store.database.query(sql`UPDATE doi SET due = now(), compared = now() - interval '2 days'`);
  const { dois } = (await currentSite(store.database)).site;
  return await runDoiPass({
    ...{ database: store.database, dois: dois!, signal, log: () => undefined, baseUrl: 'https://library.example' },
    client: dataCiteClient({ url: agency.url, ...account, agent: 'test', signal, patience: 500 }),
    view: async () => {
      await library.refresh();
      return library.snapshot();
    },
  });
}

async function row(doi: string): Promise<DoiRow> {
  const found = (await listDois(store.database)).find((one) => one.doi === doi);
  assert.ok(found !== undefined, doi);
  return found;
}

test('a DOI is reserved, published with its record, sent again when that changes, and hidden with it', async () => {
  const id = await write(record('First title', 'VAULT'));
  const doi = await reserve(id);
  assert.equal(doi, `10.5072/${year}.1`);
  assert.equal(await reserve(id), doi, 'a record has one');
  const { fields } = (await readRecord(store.database, id)).record;
  assert.ok(fields.some(({ tag, subfields }) => tag === '024' && subfields.some(({ value }) => value === doi)));
  await pass();
  assert.equal(agency.sent.length, 0, 'nothing of a restricted record is told');
  assert.equal((await row(doi)).state, 'reserved');

  await write(record('Second title', 'ARTICLE', id));
  await pass();
  assert.equal(agency.sent.length, 1);
  const { attributes } = agency.sent.at(-1)!;
  assert.equal(attributes['url'], `https://library.example/record/${id}`);
  const { xml, state } = agency.dois.get(doi)!;
  assert.match(xml!, /<identifier identifierType="DOI">10\.5072\/\d+\.1<\/identifier>[\s\S]*Second title/);
  assert.doesNotMatch(xml!, /secret remark|First title/);
  assert.equal(state, 'findable');
  assert.deepEqual([(await row(doi)).state, (await row(doi)).problem], ['findable', null]);
  await pass();
  assert.equal(agency.sent.length, 1, 'what is known is not told again');
  await write(record('Third title', 'ARTICLE', id));
  await pass();
  assert.match(agency.dois.get(doi)!.xml!, /Third title/);

  await write(record('Fourth title', 'VAULT', id));
  await pass();
  assert.deepEqual(
    agency.sent.at(-1)!.attributes,
    { doi, event: 'hide' },
    'it is hidden without a word of what it says',
  );
  assert.doesNotMatch(JSON.stringify(agency.sent.at(-1)), /Fourth|record/);
  assert.equal(agency.dois.get(doi)!.state, 'registered');
  await write(record('Fifth title', 'ARTICLE', id));
  await pass();
  assert.equal(agency.dois.get(doi)!.state, 'findable');
  await deleteRecord(store.database, analyzer, id, 'test');
  await pass();
  assert.equal(agency.dois.get(doi)!.state, 'registered');
  assert.equal((await row(doi)).wanted, 'registered');
  assert.match((await lookAfterDois(store.database, settings)).did, /Nothing is due|job/);
});

test('the page of a deleted record says which DOI led to it', async () => {
  const before = record('A lost work');
  const doi = field('0247_', `$a10.5072/2026.7$2doi`);
  const deleted = (...more: readonly Field[]): MarcRecord => ({
    ...before,
    fields: [...before.fields.filter(({ tag }) => tag !== '980'), ...more, ...deletedRecord.fields],
  });
  const library = memoryLibrary(site, [deleted(doi), deleted()], 'tombs');
  const app = createApp(library);
  const [withDoi, without] = [await app.inject('/record/1'), await app.inject('/record/2')];
  await app.close();
  assert.deepEqual([withDoi.statusCode, without.statusCode], [410, 410]);
  assert.match(withDoi.body, /10\.5072\/2026\.7[\s\S]*A lost work/);
  assert.doesNotMatch(without.body, /A lost work|DOI/);
});

test('records that everybody may open get one by themselves when the site file says so', async () => {
  await applySite(
    store.database,
    siteText('when: public, query: "title:zebra", pattern: "{prefix}/z.{n}", drafts: true'),
  );
  const open = await write(record('Zebra one'));
  const closed = await write(record('Zebra two', 'VAULT'));
  const other = await write(record('Horse'));
  const published = record('Zebra three');
  const foreign = await write({ ...published, fields: [...published.fields, field('0247_', '$a10.1234/x$2doi')] });
  await pass();
  await pass();
  assert.deepEqual(
    (await listDois(store.database)).map(({ doi, record: of, state }) => [doi, of, state]),
    [['10.5072/z.1', open, 'findable']],
  );
  assert.ok(closed > 0 && other > 0 && foreign > 0);
  // A draft has nothing of its record.
  const reserved = await reserve(closed);
  await pass();
  assert.deepEqual(agency.sent.at(-1), { doi: reserved, attributes: { doi: reserved } });
  assert.equal((await row(reserved)).state, 'draft');
});

interface BadAnswer {
  readonly what: string;
  readonly says: RegExp;
  readonly answer: (response: ServerResponse) => void;
  /** Seconds until it is tried again, at least. */
  readonly waits: number;
}

const json =
  (status: number, body: string, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void => {
    response.writeHead(status, headers).end(body);
  };
const badAnswers: readonly BadAnswer[] = [
  {
    what: '401',
    says: /account or password: 401 \(Bad\)/,
    answer: json(401, '{"errors":[{"title":"Bad"}]}'),
    waits: 800,
  },
  { what: '403', says: /403/, answer: json(403, ''), waits: 80_000 },
  { what: '404', says: /404/, answer: json(404, '{}'), waits: 80_000 },
  {
    what: '422',
    says: /refuses the metadata: 422 \(Xml bad\)/,
    answer: json(422, '{"errors":[{"title":"Xml\\n bad"}]}'),
    waits: 80_000,
  },
  { what: '429', says: /asks to wait/, answer: json(429, '', { 'retry-after': '1200' }), waits: 1_100 },
  { what: '500', says: /answers 500/, answer: json(500, '<h1>oops'), waits: 50 },
  { what: 'HTML', says: /not its JSON/, answer: json(200, '<html>Sign in</html>'), waits: 50 },
  { what: 'JSON of something else', says: /not its JSON/, answer: json(200, '{"data":[]}'), waits: 50 },
  { what: 'a redirect', says: /answers 302/, answer: json(302, '', { location: 'http://127.0.0.1:1/' }), waits: 50 },
  { what: 'a closed connection', says: /does not answer/, answer: (response) => void response.destroy(), waits: 50 },
  { what: 'nothing at all', says: /nothing came within/, answer: () => undefined, waits: 50 },
  {
    what: 'a draft that stays one',
    says: /has it as draft, not as findable/,
    answer: json(200, '{"data":{"attributes":{"state":"draft"}}}'),
    waits: 50,
  },
];

test('after any bad answer a DOI waits, says why, and ends right', async () => {
  const id = await write(record('Bad answers'));
  const doi = await reserve(id);
  for (const { what, says, answer, waits } of badAnswers) {
    await sendAgain(store.database, doi);
    agency.intercept = (_, response) => {
      answer(response);
      return true;
    };
    await pass();
    const wrong = await row(doi);
    assert.match(wrong.problem ?? '', says, what);
    assert.ok(wrong.due.getTime() - Date.now() > waits * 1000, `${what}: it waits`);
    agency.intercept = undefined;
    agency.sent.length = 0;
    await pass();
    assert.equal(agency.sent.length, 0, `${what}: it is not tried before its time`);
    await pass({ later: true });
    await pass({ later: true });
    const right = await row(doi);
    assert.deepEqual([right.state, right.problem, agency.dois.get(doi)?.state], ['findable', null, 'findable'], what);
  }
});

test('the job opens the library, and says what it did and what is missing', async () => {
  const doi = await reserve(await write(record('By the job')));
  const job = { id: 1, name: '', arguments: {}, person: undefined, checkpoint: undefined } as const;
  const running = { ...job, log: () => undefined, tell: () => undefined, signal: new AbortController().signal };
  const run = (given: Settings) => runDois(running as unknown as RunningJob, store.database, given);
  const { did, problem } = await run(loadSettings({ ...environment(), REPERIO_DATACITE_USER: undefined }));
  assert.match(did, /^0 made, 0 sent/);
  assert.match(problem ?? '', /set `datacite-user`/);
  assert.equal(agency.sent.length, 0);
  assert.deepEqual(await run(settings), { did: '0 made, 1 sent, 0 failed, 0 compared.' });
  assert.equal(agency.dois.get(doi)?.state, 'findable');
});

test('what was refused for its metadata is sent when the record changes', async () => {
  const id = await write(record('Refused'));
  const doi = await reserve(id);
  agency.intercept = (_, response) => {
    json(422, '')(response);
    return true;
  };
  await pass();
  agency.intercept = undefined;
  await pass();
  assert.equal(agency.sent.length, 0);
  await write(record('Mended', 'ARTICLE', id));
  await pass();
  assert.equal(agency.dois.get(doi)?.state, 'findable');
});

test('a record that is closed before its DOI was told takes the problem with it', async () => {
  const id = await write(record('Closed in time'));
  const doi = await reserve(id);
  agency.intercept = (_, response) => {
    json(500, '')(response);
    return true;
  };
  await pass();
  assert.notEqual((await row(doi)).problem, null);
  await write(record('Closed in time', 'VAULT', id));
  agency.intercept = undefined;
  await pass({ later: true });
  assert.deepEqual([(await row(doi)).problem, (await row(doi)).wanted, agency.sent.length], [null, 'reserved', 0]);
});

test('an agency that fails stops the pass, and stuck DOIs are told of', async () => {
  const ids = [
    await write(record('A')),
    await write(record('B')),
    await write(record('C')),
    await write(record('D')),
    await write(record('E')),
  ];
  for (const id of ids) await reserve(id);
  let asked = 0;
  agency.intercept = (_, response) => {
    asked += 1;
    json(503, '')(response);
    return true;
  };
  const { stopped } = await pass();
  assert.equal(asked, 3, 'three failures in a row are enough');
  assert.match(stopped ?? '', /503/);
  await store.database.query(sql`UPDATE doi SET since = now() - interval '1 day'`);
  assert.match((await lookAfterDois(store.database, settings)).problem ?? '', /5 DOIs are not as wanted/);
  agency.intercept = undefined;
  await pass({ later: true });
  assert.equal((await lookAfterDois(store.database, settings)).problem, undefined);
  const noAccount = loadSettings({ ...environment(), REPERIO_DATACITE_PASSWORD: undefined });
  assert.match((await lookAfterDois(store.database, noAccount)).problem ?? '', /`datacite-password`/);
});

test('once a day the agency is asked what it has, and told again what is otherwise', async () => {
  const id = await write(record('Compared'));
  const doi = await reserve(id);
  await pass();
  const changes: readonly (() => void)[] = [
    () => agency.dois.delete(doi),
    () => Object.assign(agency.dois.get(doi)!, { state: 'draft' }),
    () => Object.assign(agency.dois.get(doi)!, { state: 'registered' }),
    () => Object.assign(agency.dois.get(doi)!, { url: 'https://elsewhere.example/' }),
  ];
  for (const change of changes) {
    change();
    await pass({ later: true });
    const { state, url } = agency.dois.get(doi)!;
    assert.deepEqual([state, url], ['findable', `https://library.example/record/${id}`]);
    assert.equal((await row(doi)).state, 'findable');
  }
});

test('what was told and not written down is told again', async () => {
  const id = await write(record('Killed'));
  const doi = await reserve(id);
  const stop = new AbortController();
  agency.afterPut = () => {
    stop.abort();
    return true;
  };
  await assert.rejects(pass({ signal: stop.signal }));
  assert.deepEqual([(await row(doi)).state, agency.dois.get(doi)?.state], ['reserved', 'findable']);
  agency.afterPut = undefined;
  await pass();
  assert.deepEqual([(await row(doi)).state, (await row(doi)).problem, agency.dois.size], ['findable', null, 1]);
});

test('each DOI ends right when processes are killed between sending and writing', { skip: !isWhole }, async () => {
  const ids: number[] = [];
  for (let i = 0; i < 20; i++) ids.push(await write(record(`Killed ${i}`)));
  for (const id of ids) await reserve(id);
  const main = fileURLToPath(new URL('../cli/main.ts', import.meta.url));
  const start = () =>
    spawn(process.execPath, [main, 'tasks', 'work'], {
      env: { ...process.env, ...environment(), NODE_TEST_CONTEXT: undefined },
      stdio: 'ignore',
    });
  await store.database.transaction((transaction) => transaction.query(sql`DELETE FROM job`));
  for (let round = 0; round < 4; round++) {
    const child = start();
    const end = once(child, 'exit');
    let puts = 0;
    agency.afterPut = () => {
      puts += 1;
      if (puts < 3) return false;
      child.kill('SIGKILL');
      return true;
    };
    await end;
  }
  agency.afterPut = undefined;
  const last = start();
  try {
    await waitFor('all are findable', async () =>
      (await listDois(store.database)).every(({ state }) => state === 'findable'),
    );
  } finally {
    last.kill('SIGTERM');
    await once(last, 'exit');
  }
  const rows = await listDois(store.database);
  assert.equal(agency.dois.size, 20);
  for (const { doi, record: id, problem } of rows) {
    assert.equal(problem, null);
    assert.equal(agency.dois.get(doi)?.url, `https://library.example/record/${id}`);
  }
});

test('nobody gives a record a DOI of the library, or takes it', async () => {
  const [id, other] = [await write(record('Protected')), await write(record('Other'))];
  const doi = await reserve(id);
  const edit = async (number: number, mode: 'replace' | 'append', content: MarcRecord) => {
    const { revision } = await readRecord(store.database, number);
    return await inTransaction(store.database, (transaction) =>
      editRecord(transaction, analyzer, {
        ...{ id: number, base: revision, record: content, mode, merge: false, person: 'eve', reason: 'test', rules },
      }),
    );
  };
  const with024 = (value: string): MarcRecord => ({ leader: '', fields: [field('0247_', `$a${value}$2doi`)] });
  const reserved = { code: 'REPERIO_RECORD_DOI_RESERVED' };
  await assert.rejects(edit(other, 'append', with024(`10.5072/${year}.99`)), reserved);
  await assert.rejects(edit(other, 'append', with024(`https://doi.org/10.5072/${year}.99`)), reserved);
  await assert.rejects(edit(id, 'append', with024(`10.5072/${year}.99`)), reserved);
  await assert.rejects(edit(id, 'replace', record('Protected no more')), { code: 'REPERIO_RECORD_DOI_KEPT' });
  const insert = [{ record: { ...with024(`10.5072/${year}.98`) }, mode: 'insert', reason: 'test', rules }] as const;
  await assert.rejects(writeRecords(store.database, analyzer, insert), reserved);
  const free = await edit(other, 'append', with024('10.5072/other'));
  assert.equal(free.kind, 'written', 'what is not of the pattern is free');
  const whole = await readRecord(store.database, id);
  const same = { ...whole.record, fields: [...whole.record.fields, field('500__', '$aNote')] };
  assert.equal((await edit(id, 'replace', same)).kind, 'written');
  assert.match(doi, reservedDois(site.dois!));

  // A merge leads on, and back again when it is undone.
  const [kept, gone] = [await readRecord(store.database, other), await readRecord(store.database, id)];
  const by = { person: 'ada', rules };
  await inTransaction(store.database, (transaction) =>
    mergeRecordsIn(transaction, analyzer, {
      ...by,
      survivor: { id: other, revision: kept.revision, record: kept.record },
      other: { id, revision: gone.revision },
    }),
  );
  await pass();
  assert.equal(agency.dois.get(doi)?.url, `https://library.example/record/${other}`);
  await inTransaction(store.database, (transaction) => undoMergeIn(transaction, analyzer, id, by));
  await pass();
  assert.equal(agency.dois.get(doi)?.url, `https://library.example/record/${id}`);
});

test('two who reserve at once get what is right', async () => {
  const ids = [await write(record('One')), await write(record('Two')), await write(record('Three'))];
  const dois = await Promise.all([...ids, ...ids, ...ids].map(reserve));
  assert.equal(new Set(dois).size, 3);
  assert.deepEqual(dois.slice(0, 3), dois.slice(3, 6));
  assert.equal((await listDois(store.database)).length, 3);
});

test('mistakes of the section dois are told with their line', () => {
  const wrong = (text: string) =>
    parseSite(siteText(text))
      .problems.map(({ line, message }) => `${line} ${message}`)
      .join('\n');
  assert.match(wrong('pattern: "x.{n}"'), /7 dois.pattern: 'x\.\{n\}' does not begin with \{prefix\}/);
  assert.match(wrong('pattern: "{prefix}/{year}"'), /needs \{n\} once/);
  assert.match(wrong('pattern: "{prefix}/A {n}"'), /small letters/);
  assert.match(wrong('collections: [Nowhere]'), /there is no collection 'Nowhere'/);
  assert.match(wrong('when: never'), /when/);
  const { problems } = parseSite(siteText('').replace('10.5072', 'x'));
  assert.match(problems[0]?.message ?? '', /not a prefix of DOIs/);
});
