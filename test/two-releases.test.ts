import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { exportDemo } from '../src/demo/export.ts';
import { createDemoLibrary, defaultSeed } from '../src/demo/library.ts';
import { openTestDatabase, type TestDatabase } from './support/database.ts';
import { makeNextRelease, nextWord } from './support/next-release.ts';
import { command, hits, type ReleaseNode, serveNode } from './support/release-node.ts';
import { waitFor } from './support/wait.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-releases-'));
const thisMain = join(import.meta.dirname, '../src/cli/main.ts');
let store: TestDatabase;
let nextMain: string;

before(async () => {
  store = await openTestDatabase({ migrated: false });
  nextMain = makeNextRelease(join(folder, 'next'));
});
after(async () => {
  await store.release();
  rmSync(folder, { recursive: true, force: true });
});

function nodeOf(name: string, main: string): ReleaseNode {
  return { name, main, folder: join(folder, name), databaseUrl: store.url };
}

function recordsFile(from: number, count: number): string {
  const path = join(folder, `records-${from}.xml`);
  const options = { library: createDemoLibrary(defaultSeed), format: 'marcxml', from, count } as const;
  writeFileSync(path, [...exportDemo({ ...options, onShortened: () => undefined })].join(''));
  return path;
}

async function manifest(): Promise<{ version: number; analysis: number }> {
  const [row] = await store.database.query<{ version: number; analysis: number }>(
    sql`SELECT version, analysis FROM manifest`,
  );
  return row!;
}

test('two releases of different analysis serve one library: one waits, an operator says so, the other stays; and back', async () => {
  const old = nodeOf('old', thisMain);
  const next = nodeOf('next', nextMain);
  assert.equal((await command(old, 'load', recordsFile(1, 300), '--mode', 'insert')).status, 0);
  const serving = [await serveNode(old), await serveNode(next)] as const;
  const [oldNode, nextNode] = serving;
  try {
    const { analysis: first } = await manifest();
    // The newer one says for whom it waits, makes nothing, and both answer alike, also of what
    // either writes.
    await waitFor('the word for whom the newer one waits', () =>
      nextNode.lines.some((line) => /when all nodes know it.*old \(release/.test(line)),
    );
    assert.equal((await command(next, 'load', recordsFile(301, 20), '--mode', 'insert')).status, 0);
    assert.equal((await command(old, 'load', recordsFile(321, 20), '--mode', 'insert')).status, 0);
    for (const node of serving)
      await waitFor(`all records on ${node.node.name}`, async () => (await hits(node, '')) === 340);
    for (const node of serving) assert.equal(await hits(node, `title:${nextWord}`), 0);
    assert.equal((await manifest()).analysis, first);

    const refused = await command(next, 'index', 'upgrade');
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, /do not know analysis .*old \(release/);
    const before = await manifest();
    const upgraded = await command(next, 'index', 'upgrade', '--anyway');
    assert.equal(upgraded.status, 0, upgraded.stderr);
    await waitFor('the next analysis', async () => (await hits(nextNode, `title:${nextWord}`)) === 340);

    // The older one stays at its last view and says so; it writes nothing into an index that it
    // does not know.
    await waitFor('the word that the older one leaves the index alone', () =>
      oldNode.lines.some((line) => line.includes('leaves the index alone')),
    );
    assert.equal(await hits(oldNode, `title:${nextWord}`), 0);
    assert.equal(await hits(oldNode, ''), 340);
    // The background process has said so; the worker finds out by itself, and reports once a
    // second.
    await waitFor('the same on the page of the status', async () =>
      (await (await fetch(`${oldNode.address}/server-status?format=json`)).text()).includes('does not know'),
    );
    const load = await command(old, 'load', recordsFile(341, 20), '--mode', 'insert');
    assert.notEqual(load.status, 0);
    assert.match(load.stderr, /does not know/);
    assert.equal((await command(next, 'load', recordsFile(341, 20), '--mode', 'insert')).status, 0);
    await waitFor(
      'the records that the older one may not load',
      async () => (await hits(nextNode, `title:${nextWord}`)) === 360,
    );
    assert.equal(await hits(oldNode, ''), 340);

    // Who may see a record is what the old view says, so it shows the record as it was then.
    const changed = join(folder, 'changed.xml');
    const title =
      '<datafield tag="245" ind1=" " ind2=" "><subfield code="a">Withdrawn zirconium</subfield></datafield>';
    writeFileSync(changed, `<record><controlfield tag="001">1</controlfield>${title}</record>`);
    assert.equal((await command(next, 'load', changed, '--mode', 'replace')).status, 0);
    await waitFor('the changed title', async () => (await hits(nextNode, 'title:zirconium')) === 1);
    for (const path of ['/record/1', '/record/1/export/marcxml', '/api/records/1']) {
      const answer = await fetch(oldNode.address + path);
      assert.equal(answer.status, 200, path);
      assert.doesNotMatch(await answer.text(), /zirconium/, path);
    }

    const back = await command(next, 'index', 'downgrade');
    assert.equal(back.status, 0, back.stderr);
    for (const node of serving) {
      await waitFor(`all records on ${node.node.name}`, async () => (await hits(node, '')) === 360);
      await waitFor(
        `the first analysis on ${node.node.name}`,
        async () => (await hits(node, `title:${nextWord}`)) === 0,
      );
    }
    const after = await manifest();
    assert.equal(after.analysis, first);
    // Two rebuilds, and no more than the loads and merges beside them.
    assert.ok(after.version - before.version < 10, `${after.version - before.version} publications`);
    const rebuilds = serving.flatMap(({ lines }) =>
      lines.filter((line) => /making the index anew|rebuilding the index/i.test(line)),
    );
    assert.deepEqual(rebuilds, []);
    assert.match((await command(next, 'index', 'status')).stdout, /until "reperio index upgrade"/);
    assert.equal((await command(next, 'index', 'verify')).status, 0);
  } finally {
    for (const node of serving) await node.stop();
  }
});
