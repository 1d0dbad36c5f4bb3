import assert from 'node:assert/strict';
import { scryptSync } from 'node:crypto';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { UserError } from '../errors/errors.ts';
import { checkQuery } from '../search/check-query.ts';
import { defaultSite, defaultSiteText } from '../site/default.ts';
import { indexDigest } from '../site/digest.ts';
import { firstVersions, newestVersions } from '../site/index-versions.ts';
import type { SiteFiles } from '../site/parse-appearance.ts';
import { currentOrNone, currentSite, currentSource, siteAt } from '../site/versions.ts';
import { applySite } from './apply-site.ts';

let store: TestDatabase;
before(async () => {
  store = await openTestDatabase();
});
after(() => store.release());

function siteWith(users: string, from = 'site:', to = 'site:'): string {
  return `${defaultSiteText().replace(from, to)}\nusers: [${users}]\n`;
}
const ada = '{name: ada, email: ada@example.org, password: first}';
const bob = '{name: bob, email: bob@example.org}';

async function people(): Promise<readonly { name: string; password_hash: string | null; origin: string }[]> {
  return store.database.query(sql`SELECT name, password_hash, origin FROM person ORDER BY name`);
}

test('site files are versions; people are made once and then left alone', async () => {
  const { database } = store;
  assert.equal((await currentSite(database)).number, 0);
  assert.equal((await currentSource(database)).source, defaultSiteText(firstVersions));

  const planned = await applySite(database, siteWith(ada), { dryRun: true });
  assert.deepEqual([planned.changed, planned.created], [true, ['ada']]);
  assert.equal((await currentSite(database)).number, 0, 'a dry run changes nothing');
  assert.deepEqual(await people(), []);

  const first = await applySite(database, siteWith(ada));
  assert.deepEqual([first.version.number, first.needsReindexing, first.created], [1, false, ['ada']]);
  const [row] = await people();
  const [kind, n, r, p, salt = '', hash] = row?.password_hash?.split('$') ?? [];
  assert.equal(kind, 'scrypt');
  const options = { N: Number(n), r: Number(r), p: Number(p), maxmem: 2 ** 28 };
  assert.equal(scryptSync('first', Buffer.from(salt, 'base64'), 32, options).toString('base64'), hash);

  assert.equal((await applySite(database, siteWith(ada))).changed, false);

  const empty = await applySite(database, siteWith(ada, '"520%%b"', '"520%%d"'), { dryRun: true });
  assert.equal(empty.needsReindexing, false, 'there is nothing to index again');
  await database.query(sql`INSERT INTO record (id, created, modified, marc) VALUES (1, now(), now(), '[""]')`);

  // A person changes the password, another version names a new one: the first keeps what it chose.
  await database.query(sql`UPDATE person SET password_hash = 'chosen' WHERE name = 'ada'`);
  const second = await applySite(database, siteWith(`${ada}, ${bob}`, '"520%%b"', '"520%%c"'));
  assert.deepEqual([second.version.number, second.needsReindexing, second.created], [2, true, ['bob']]);
  assert.deepEqual(
    (await people()).map(({ name, password_hash }) => [name, password_hash]),
    [
      ['ada', 'chosen'],
      ['bob', null],
    ],
  );

  // Somebody removes a person in the pages: the file, applied again with another change, does not
  // bring it back.
  await database.query(sql`DELETE FROM person WHERE name = 'bob'`);
  const third = await applySite(database, siteWith(`${ada}, ${bob}`));
  assert.deepEqual([third.version.number, third.created], [3, []]);
  assert.deepEqual(
    (await people()).map(({ name }) => name),
    ['ada'],
  );

  const current = await currentSite(database);
  assert.deepEqual([current.number, current.site.users.length, current.digest], [3, 2, third.version.digest]);
  assert.equal(await currentSite(database), current, 'the file is parsed once');
});

test('a new library is of the newest analysis before it is given a file that extends the default', async () => {
  const empty = await openTestDatabase();
  try {
    const text = 'extends: default\nsite: {name: New}\ncollections: [{name: Books, query: "material:book"}]\n';
    const checks = { query: checkQuery };
    const planned = await applySite(empty.database, text, { checks, dryRun: true });
    assert.equal(planned.changed, true);
    assert.notEqual((await currentSite(empty.database)).inForce.analysis, newestVersions.analysis);
    await applySite(empty.database, text, { checks });
    const { site, inForce } = await currentSite(empty.database);
    assert.deepEqual([site.name, inForce], ['New', newestVersions]);
  } finally {
    await empty.release();
  }
});

test('a file that running nodes of older releases cannot read is not applied', async () => {
  const { database } = store;
  const summary = JSON.stringify({ name: 'old', version: '0.2.0', state: 'running', indexVersions: [firstVersions] });
  await database.query(sql`
    INSERT INTO node (id, seen, skew, summary) VALUES (md5('old')::uuid, now(), 0, ${summary}::jsonb)`);
  const text = 'extends: default\nsite: {name: Newer}\n';
  await assert.rejects(
    applySite(database, text),
    (error) => error instanceof UserError && /old \(release 0\.2\.0\)/.test(error.message),
  );
  await database.query(sql`UPDATE node SET seen = now() - interval '1 hour'`);
  assert.equal((await applySite(database, text)).changed, true);
  await database.query(sql`DELETE FROM node`);
});

test('a file with mistakes changes nothing', async () => {
  const { number } = await currentSource(store.database);
  const wrong = applySite(store.database, siteWith(ada).replace('tokenizer: doi', 'tokenizer: dio'), {
    file: 'my.yaml',
  });
  await assert.rejects(
    wrong,
    (error) => error instanceof UserError && /my\.yaml has a mistake:\n {2}line \d+: /.test(error.message),
  );
  assert.equal((await currentSource(store.database)).number, number);
});

test('a stored file that this release refuses is named, and can be replaced', async () => {
  await store.database.query(
    sql`INSERT INTO site_version (number, source, digest, index_digest) VALUES (90, 'site: {nam: x}', 'd', 'i')`,
  );
  await assert.rejects(
    currentSite(store.database),
    (error) => error instanceof UserError && error.code === 'REPERIO_SITE_STORED_WRONG',
  );
  const applied = await applySite(store.database, siteWith(ada));
  assert.deepEqual([applied.version.number, applied.needsReindexing], [91, true]);
});

test('two that apply at once both come to an end, one after the other', async () => {
  const texts = [siteWith(bob, 'Reperio library', 'One'), siteWith(bob, 'Reperio library', 'Two')];
  const applied = await Promise.all(texts.map((text) => applySite(store.database, text)));
  assert.deepEqual(applied.map(({ version }) => version.number).toSorted(), [92, 93]);
  assert.deepEqual(
    applied.flatMap(({ created }) => created),
    ['bob'],
  );
});

test('a file that extends the default stays short, and is read by the analysis in force', async () => {
  const { database } = store;
  const text = 'extends: default\nsite: {name: Short}\n';
  await applySite(database, text);
  assert.equal((await currentSource(database)).source, text);
  await database.query(sql`UPDATE manifest SET analysis = ${firstVersions.analysis}, format = ${firstVersions.format}`);
  await assert.rejects(
    applySite(database, `${text}collections: [{name: Books, query: "material:book"}]`, {
      checks: { query: checkQuery },
    }),
    (error) => error instanceof UserError && error.code === 'REPERIO_SITE_WRONG_BEFORE',
  );
  const before = await currentSite(database);
  assert.equal(before.site.name, 'Short');
  assert.deepEqual(before.site.fields, defaultSite(firstVersions).fields);
  const { site } = await currentOrNone(database);
  assert.deepEqual(site?.fields, before.site.fields);
  assert.deepEqual((await siteAt(database, before.number, newestVersions)).fields, defaultSite().fields);
  await database.query(
    sql`UPDATE manifest SET analysis = ${newestVersions.analysis}, format = ${newestVersions.format}`,
  );
  const now = await currentSite(database);
  assert.deepEqual(now.site.fields, defaultSite().fields);
  assert.equal(now.indexDigest, indexDigest(defaultSite()));
});

test('files that the site file names are stored with it, and another file is another version', async () => {
  const { database } = store;
  const text = 'extends: default\nsite: {name: Pictured, logo: logo.svg, pages: {about: about.en.md}}\n';
  const files =
    (colour: string): SiteFiles =>
    (path) =>
      Buffer.from(path.endsWith('.svg') ? `<svg><path fill="${colour}"/></svg>` : '# About\nus');
  const first = await applySite(database, text, { checks: { files: files('red') } });
  const { site, number } = await currentSite(database);
  assert.equal(number, first.version.number);
  assert.equal(Buffer.from(site.logo!.data, 'base64').toString(), '<svg><path fill="red"/></svg>');
  assert.deepEqual([site.pages[0]?.title.text, site.pages[0]?.text.text], ['About', 'us']);
  assert.equal((await applySite(database, text, { checks: { files: files('red') } })).changed, false);
  const second = await applySite(database, text, { checks: { files: files('blue') } });
  assert.equal(second.version.number, number + 1);
  assert.notEqual((await currentSite(database)).site.logo?.digest, site.logo?.digest);
  await assert.rejects(applySite(database, text), /logo\.svg cannot be read beside the site file/);
});

test('what would be indexed again says why, and how long it would take', async () => {
  const text = 'extends: default\nsite: {name: Again}\nfields: {shelf: {paths: ["900"]}}\n';
  const { needsReindexing, reasons, time } = await applySite(store.database, text, { dryRun: true });
  assert.deepEqual([needsReindexing, reasons], [true, ['the field shelf comes']]);
  assert.equal(time?.records, 1);
  assert.ok(time.seconds >= 0 && Number.isFinite(time.seconds));
});
