import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { command, type ReleaseNode, serveNode } from '../../../test/support/release-node.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { libraryTasks } from '../../library/jobs.ts';
import { startSmtp } from '../../mail/test-smtp.ts';
import { prometheusText } from '../../monitor/prometheus.ts';
import { testView } from '../../monitor/status/test-status.ts';
import { BlockHasher } from '../backup/blocks.ts';
import { writeManifest } from '../backup/manifest.ts';
import { backupState, noteSet } from '../backup/state.ts';
import { readWitnesses } from '../backup/witnesses.ts';
import { main, openRestoreLibrary, type RestoreLibrary } from '../restore/test-restore.ts';

let opened: RestoreLibrary;
let node: ReleaseNode;
before(async () => {
  opened = await openRestoreLibrary();
  const { folder, store } = opened.library;
  node = { name: 'drill', main, folder, databaseUrl: store.url };
  await noteSet(store.database, opened.library.place.name, opened.manifest, undefined);
});
after(() => opened.close());

test('a drill restores, serves and compares a backup, writes down how long it took, and leaves nothing', async () => {
  const { database } = opened.library.store;
  const { status, stdout, stderr } = await command(node, 'backup', 'drill');
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /restored in .* s, index made in .* s, a page after .* s/);
  assert.match(stdout, /300 records, (\d+) of \1 witnesses, 20 of 20 questions, 1 of 1 documents, \d+ indexes sound/);
  assert.match(stdout, /RTO \d+ (?:s|min \d+ s), RPO \d+/);
  assert.equal(existsSync(join(node.folder, 'drill')), false);
  const state = await backupState(database);
  assert.ok((state.rto ?? 0) > 0 && (state.rpo ?? 0) > 0);
  assert.equal(state.drillProblem, null);
  const metrics = prometheusText(testView().status, [], state);
  for (const name of ['backup_age', 'drill_age', 'rto', 'rpo'])
    assert.match(metrics, new RegExp(`^reperio_${name}_seconds \\d`, 'm'));
  // The copy was nobody's node, and did nothing that the library has to do.
  assert.deepEqual(await database.query(sql`SELECT FROM node`), []);
  assert.deepEqual(await database.query(sql`SELECT FROM task`), []);
});

test('what is not as it was is named, by exit status and state too', async () => {
  const { database } = opened.library.store;
  const folder = join(node.folder, 'backups', 'sets', opened.manifest.set);
  const path = join(folder, 'witnesses.json');
  const before = readFileSync(path, 'utf8');
  const digest = /"sha256":"(.)/;
  const { place } = opened.library;
  const changed = before.replace(digest, (_, first) => `"sha256":"${first === '0' ? '1' : '0'}`);
  writeFileSync(path, changed);
  await assert.rejects(readWitnesses(place, opened.manifest), { code: 'REPERIO_BACKUP_DAMAGED' });
  // As if they had been written so.
  const hasher = new BlockHasher();
  hasher.add(Buffer.from(changed));
  const hashed = hasher.end();
  const files = opened.manifest.files.map((file) => (file.path === 'witnesses.json' ? { ...file, ...hashed } : file));
  const { set } = opened.manifest;
  await writeManifest(place, `sets/${set}`, { ...opened.manifest, files });
  const wrong = await command(node, 'backup', 'drill', set);
  writeFileSync(path, before);
  await writeManifest(place, `sets/${set}`, opened.manifest);
  assert.equal(wrong.status, 1, wrong.stderr);
  assert.match(wrong.stdout, /wrong: 1 records are not as they were, first \d+\./);
  assert.match((await backupState(database)).drillProblem ?? '', /1 records are not as they were/);
  const table = join(folder, 'tables', 'record.copy.zst');
  const bytes = readFileSync(table);
  const flipped = Buffer.from(bytes);
  flipped[100]! ^= 1;
  writeFileSync(table, flipped);
  const damaged = await command(node, 'backup', 'drill');
  writeFileSync(table, bytes);
  assert.equal(damaged.status, 2);
  assert.match((await backupState(database)).drillProblem ?? '', /record\.copy\.zst, at byte 0/);
  assert.equal(existsSync(join(node.folder, 'drill')), false);
});

/** Asks for an account, as a browser does. */
async function register(address: string, name: string): Promise<void> {
  const page = await fetch(`${address}/account/register`);
  const cookie = page.headers.getSetCookie().map((line) => line.split(';')[0]);
  const [, form = ''] = /action="\/account\/register"[^>]*>([\s\S]*?)<\/form>/.exec(await page.text()) ?? [];
  const hidden = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
  const body = new URLSearchParams(hidden.map(([, key = '', value = '']): [string, string] => [key, value]));
  for (const [key, value] of Object.entries({ name, email: `${name}@home.example`, password: 'a long password 1' }))
    body.set(key, value);
  const headers = { cookie: cookie.join('; '), origin: address };
  await (await fetch(`${address}/account/register`, { method: 'POST', headers, body, redirect: 'manual' })).text();
}

test('an isolated library does no task, sends no e-mail and is nobody’s node; another does, sends and is', async () => {
  const { database } = opened.library.store;
  assert.deepEqual(libraryTasks(database, { ...opened.library.settings, isolated: true }), []);
  const smtp = await startSmtp();
  const rows = async () => {
    const [found] = await database.query<{ nodes: number; tasks: number }>(sql`
      SELECT (SELECT count(*) FROM node) AS nodes, (SELECT count(*) FROM task) AS tasks`);
    return [found!.nodes, found!.tasks > 0, smtp.received.length];
  };
  try {
    for (const [isolated, expected] of [
      ['true', [0, false, 0]],
      ['false', [1, true, 1]],
    ] as const) {
      const settings = {
        ...{ REPERIO_ISOLATED: isolated, REPERIO_SMTP_URL: smtp.url, REPERIO_MAIL_FROM: 'l@library.example' },
        ...{ REPERIO_BACKUP_AT: 'off', REPERIO_BASE_URL: 'http://library.example' },
      };
      const serving = await serveNode({ ...node, settings });
      await register(serving.address, `reader-${isolated}`);
      if (isolated === 'false')
        await waitFor('a task and a letter', async () => (await rows())[1] && smtp.received.length === 1);
      await serving.stop();
      assert.deepEqual(await rows(), expected);
    }
  } finally {
    await smtp.stop();
  }
});
