import assert from 'node:assert/strict';
import { test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase } from '../../test/support/database.ts';
import { account, openStandIn } from '../../test/support/datacite.ts';
import { dataCiteClient } from '../exchange/doi/client.ts';
import { runDoiPass } from '../exchange/doi/pass.ts';
import { reserveDoi, reserveLost } from '../exchange/doi/reserve.ts';
import { listDois } from '../exchange/doi/store.ts';
import { field } from '../formats/test-records.ts';
import { compileAnalyzer } from '../index/analysis/analyzer.ts';
import { openRestoreLibrary } from '../maintain/restore/test-restore.ts';
import { readRecord } from '../records/history.ts';
import { inTransaction, writeRecords } from '../records/write.ts';
import { parseSite } from '../site/parse.ts';
import { applySite } from './apply-site.ts';
import { openLibrary } from './open.ts';

const siteText = `
extends: default
site: {name: Library, languages: [en], admin: a@b.example}
dois: {prefix: "10.5072", when: asked, pattern: "{prefix}/x.{n}"}
`;
const site = parseSite(siteText).site!;
const analyzer = compileAnalyzer(site);
const baseUrl = 'https://library.example';

test('a DOI made after the backup that is restored comes back, or is told of, and is made for no other record', async () => {
  const opened = await openRestoreLibrary();
  const other = await openTestDatabase({ migrated: false });
  const agency = await openStandIn('10.5072');
  const { signal } = new AbortController();
  const client = dataCiteClient({ url: agency.url, ...account, agent: 'test', signal, patience: 5_000 });
  const at = (library: Awaited<ReturnType<typeof openLibrary>>) => {
    const { database } = library;
    return {
      database,
      pass: () =>
        runDoiPass({
          ...{ database, dois: site.dois!, client, baseUrl, signal, log: () => undefined },
          view: async () => {
            await library.refresh();
            return library.snapshot();
          },
        }),
      reserve: async (id: number) =>
        (
          await inTransaction(database, (transaction) =>
            reserveDoi(transaction, analyzer, { site, id, person: undefined }),
          )
        ).doi,
      add: async (title: string) => {
        const record = { leader: '', fields: [field('245__', `$a${title}`), field('980__', '$aARTICLE')] };
        const [written] = await writeRecords(database, analyzer, [{ record, mode: 'insert', reason: 'test' }]);
        return written!.id;
      },
      close: () => library.close(),
    };
  };
  const { store, settings } = opened.library;
  const before = at(await openLibrary({ ...settings, databaseUrl: store.url }));
  try {
    // Earlier versions of the fixture, whose records are others here.
    await store.database.query(sql`DELETE FROM revision`);
    await applySite(store.database, siteText);
    await before.reserve(1);
    await before.pass();
    const { manifest } = await opened.library.dump();
    const lost = await before.add('Written after the backup');
    for (const id of [2, 3, lost]) await before.reserve(id);
    await before.pass();
    // Nobody outside knows this one.
    assert.equal(await before.reserve(4), '10.5072/x.5');
    assert.equal(agency.dois.get('10.5072/x.4')?.url, `${baseUrl}/record/${lost}`);

    const into = opened.folderSettings('restored', { DATABASE_URL: other.url });
    await opened.restore(into, { of: manifest });
    const after = at(await openLibrary(into));
    try {
      const fresh = await after.add('Written after the restore');
      assert.equal(fresh, lost, 'the number of a record that is gone is given again');
      const given = await after.reserve(fresh);
      assert.ok(!['x.2', 'x.3', 'x.4', 'x.5'].includes(given.split('/')[1]!), given);
      await after.pass();
      const dois = await listDois(after.database);
      const recordOf = (doi: string): number | undefined => dois.find((one) => one.doi === `10.5072/${doi}`)?.record;
      assert.deepEqual(['x.1', 'x.2', 'x.3', 'x.4', 'x.5'].map(recordOf), [1, 2, 3, 0, undefined]);
      const { fields } = (await readRecord(after.database, 2)).record;
      assert.ok(fields.some(({ tag, subfields }) => tag === '024' && subfields[0]?.value === '10.5072/x.2'));
      assert.match(dois.find(({ record }) => record === 0)?.problem ?? '', /record\/301.*doi reserve RECORD --doi/);
      assert.equal(agency.dois.get('10.5072/x.4')?.state, 'findable', 'what is lost is left as it is');
      const take = (id: number, doi: string) =>
        inTransaction(after.database, (transaction) =>
          reserveLost(transaction, analyzer, { site, id, person: undefined, doi }),
        );
      await assert.rejects(take(7, '10.5072/x.2'), { code: 'REPERIO_DOI_TAKEN' });
      await assert.rejects(take(7, '10.5072/x.5'), { code: 'REPERIO_DOI_UNKNOWN' });
      await take(7, '10.5072/X.4');
      assert.deepEqual((await after.pass()).stopped, undefined);
      assert.equal(agency.dois.get('10.5072/x.4')?.url, `${baseUrl}/record/7`);
    } finally {
      await after.close();
    }
  } finally {
    await before.close();
    await agency.close();
    await other.release();
    await opened.close();
  }
});
