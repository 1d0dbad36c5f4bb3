import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { command, type ReleaseNode } from '../../../test/support/release-node.ts';
import { isWhole } from '../../../test/support/scale.ts';
import { openLibrary } from '../../library/open.ts';
import type { Manifest } from '../backup/manifest.ts';
import { main, openRestoreLibrary } from '../restore/test-restore.ts';

const S3rver = createRequire(import.meta.url)('s3rver') as new (
  options: object,
) => {
  run(): Promise<{ readonly port: number }>;
  close(): Promise<void>;
};

/** Its parts are tried elsewhere; here an operator types what the manual says. */
test('backups in S3 by commands alone: made, listed, verified, drilled, restored, and a damaged one refused', {
  skip: isWhole ? false : 'only in the whole matrix',
}, async () => {
  const opened = await openRestoreLibrary();
  const { folder, store } = opened.library;
  const directory = join(opened.root, 's3');
  const server = new S3rver({
    ...{ address: '127.0.0.1', port: 0, silent: true, directory },
    configureBuckets: [{ name: 'backups', configs: [] }],
  });
  try {
    const { port } = await server.run();
    const settings = {
      ...{ REPERIO_BACKUP: 's3://backups/of/library', REPERIO_S3_ENDPOINT: `http://127.0.0.1:${port}` },
      ...{ REPERIO_S3_KEY: 'S3RVER', REPERIO_S3_SECRET: 'S3RVER' },
    };
    const node: ReleaseNode = { name: 's3', main, folder, databaseUrl: store.url, settings };
    const said = async (...words: readonly string[]): Promise<string> => {
      const { status, stdout, stderr } = await command(node, ...words);
      assert.equal(status, 0, `${words.join(' ')}\n${stdout}${stderr}`);
      return stdout;
    };
    const sets = async (): Promise<readonly Manifest[]> =>
      (JSON.parse(await said('backup', 'list', '--json')) as { sets: readonly Manifest[] }).sets;
    await said('backup');
    const [first] = await sets();
    assert.match(await said('backup', 'verify'), /1 backup, \d+ files, 1 document, .*: all as they were written/);
    assert.match(
      await said('backup', 'drill'),
      /300 records, (\d+) of \1 witnesses, 20 of 20 questions, 1 of 1 documents/,
    );
    const digest = await opened.library.addDocument('letter.pdf', 'The bytes of a letter.');
    await said('backup');
    const [second] = (await sets()).filter(({ set }) => set !== first!.set);
    const into = join(opened.root, 'restored');
    assert.match(await said('restore', second!.set, '--into', into), /Restored 300 records/);
    const library = await openLibrary(opened.folderSettings('restored'));
    try {
      assert.equal(library.snapshot().records, 300);
    } finally {
      await library.close();
    }
    const documents = readdirSync(into, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith(digest));
    assert.equal(documents.length, 1);
    assert.equal(readFileSync(join(into, documents[0]!), 'utf8'), 'The bytes of a letter.');

    const table = `of/library/sets/${second!.set}/tables/record.copy.zst`;
    const object = readdirSync(join(directory, 'backups'), { recursive: true, encoding: 'utf8' }).find(
      (path) => path.startsWith(table) && path.endsWith('object'),
    );
    const bytes = readFileSync(join(directory, 'backups', object!));
    bytes[100]! ^= 1;
    writeFileSync(join(directory, 'backups', object!), bytes);
    const verified = await command(node, 'backup', 'verify');
    assert.notEqual(verified.status, 0);
    assert.match(`${verified.stdout}${verified.stderr}`, /record\.copy\.zst/);
    const refused = await command(node, 'restore', second!.set, '--into', join(opened.root, 'never'));
    assert.notEqual(refused.status, 0);
    assert.match(refused.stderr, /record\.copy\.zst/);
    assert.match(await said('restore', first!.set, '--into', join(opened.root, 'earlier')), /Restored 300 records/);
  } finally {
    await server.close();
    await opened.close();
  }
});
