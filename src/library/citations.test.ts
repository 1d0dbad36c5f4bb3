import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { ask } from '../access/ask.ts';
import { loadSettings } from '../config/settings.ts';
import { field } from '../formats/test-records.ts';
import { compileAnalyzer } from '../index/analysis/analyzer.ts';
import { foldDeltas } from '../index/fold.ts';
import { rebuildIndex } from '../index/rebuild.ts';
import type { MarcRecord } from '../marc/record.ts';
import { guest } from '../people/person.ts';
import { deleteRecord, writeRecords } from '../records/write.ts';
import { emptyRequest } from '../search/request.ts';
import { defaultSite } from '../site/default.ts';
import { type Library, openLibrary } from './open.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-citations-'));
const analyzer = compileAnalyzer(defaultSite());
let store: TestDatabase;
let library: Library;

before(async () => {
  store = await openTestDatabase();
  library = await openLibrary(loadSettings({ REPERIO_DATA: folder, DATABASE_URL: store.url }));
});
after(async () => {
  await library.close();
  await store.release();
  rmSync(folder, { recursive: true, force: true });
});

function paper(title: string, ...fields: readonly (readonly [path: string, value: string])[]): MarcRecord {
  const more = fields.map(([path, value]) => field(path, value));
  return { leader: '', fields: [field('245__', `$a${title}`), field('980__', '$aARTICLE'), ...more] };
}

async function write(record: MarcRecord): Promise<number> {
  const [written] = await writeRecords(store.database, analyzer, [{ record, mode: 'insert', reason: 'test' }]);
  await library.refresh();
  return written!.id;
}

function found(text: string): readonly number[] {
  const answer = ask(library.snapshot(), guest, { ...emptyRequest, text, size: Number.POSITIVE_INFINITY });
  assert.deepEqual(answer.notices, []);
  return [...answer.ids].sort((a, b) => a - b);
}

test('references find their records by every identifier, whichever comes first, through folds and rebuilds', async () => {
  const byReport = await write(paper('By report', ['999C5', '$rarXiv:hep-th/9611127v2 [hep-th]']));
  const byDoi = await write(paper('By DOI', ['999C5', '$adoi:10.1103/PhysRevD.54.4234']));
  const byJournal = await write(paper('By journal', ['999C5', '$sPhys.Rev. D54 (1997) 4234-4243']));
  assert.deepEqual(found('cited:1+'), []);
  const cited = await write(
    paper(
      'Cited',
      ['037__', '$ahep-th/9611127'],
      ['0247_', '$2DOI$a10.1103/physrevd.54.4234'],
      ['909C4', '$pPhys. Rev., D$v54$c4234-43$y1996'],
    ),
  );
  const byNumber = await write(paper('By number', ['999C5', `$0${cited}`]));
  const citing = [byReport, byDoi, byJournal, byNumber];
  const check = (): void => {
    assert.deepEqual(found(`refersto:recid:${cited}`), citing);
    assert.deepEqual(found(`citedby:recid:${byNumber}`), [cited]);
    assert.deepEqual(found('cited:4'), [cited]);
  };
  check();
  const context = { database: store.database, url: store.url, folder: join(folder, 'index') };
  await foldDeltas(context);
  await library.refresh();
  check();
  await rebuildIndex(context);
  await library.refresh();
  check();
});

test('citations go away when a reference is replaced or a record is deleted', async () => {
  const cited = await write(paper('Cited again', ['088__', '$aRAL-TR-77-001']));
  const first = await write(paper('First', ['999C5', '$rRAL TR 77/001'], ['970__', '$aTEST-1']));
  const second = await write(paper('Second', ['999C5', '$rRAL-TR-77-001']));
  assert.deepEqual(found(`refersto:recid:${cited}`), [first, second]);
  const record = paper('First', ['999C5', '$rRAL-TR-77-002'], ['970__', '$aTEST-1']);
  await writeRecords(store.database, analyzer, [{ record, mode: 'replace', reason: 'test' }]);
  await library.refresh();
  assert.deepEqual(found(`refersto:recid:${cited}`), [second]);
  await deleteRecord(store.database, analyzer, second, 'test');
  await library.refresh();
  assert.deepEqual(found(`refersto:recid:${cited}`), []);
  const third = await write(paper('Third', ['999C5', '$rRAL-TR-77-001']));
  assert.deepEqual(found(`citedby:recid:${third}`), [cited]);
  await deleteRecord(store.database, analyzer, cited, 'test');
  await library.refresh();
  assert.deepEqual(found(`citedby:recid:${third}`), []);
});
