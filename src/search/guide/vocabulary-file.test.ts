import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { waitFor } from '../../../test/support/wait.ts';
import { createInverter } from '../../index/segment/inverter.ts';
import { openSegmentFile } from '../../index/segment/open.ts';
import { writeSegmentFile } from '../../index/segment-store.ts';
import { dataField } from '../../marc/record.ts';
import { testAnalyzer } from '../testing/library.ts';
import { readVocabulary } from './read-vocabulary.ts';
import { keptVocabulary } from './vocabulary-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-words-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const spaces = ['m:245__a'];

function segmentFile(titles: readonly string[]): string {
  const inverter = createInverter();
  for (const [at, title] of titles.entries()) {
    const record = { leader: '', fields: [dataField('245', ' ', ' ', [{ code: 'a', value: title }])] };
    const columns = testAnalyzer.columns(record, 1, 1);
    inverter.begin({ id: at + 1, revision: 1, deleted: false, columns, brief: testAnalyzer.brief(record) });
    testAnalyzer.terms(record, inverter);
  }
  return writeSegmentFile(folder, inverter.finish());
}

/** Asks until the thread has made it. */
function asked(file: string): Promise<ReturnType<typeof keptVocabulary>> {
  return waitFor('the vocabulary', () => keptVocabulary(file, spaces, () => undefined));
}

const wordFiles = () => readdirSync(folder).filter((name) => name.includes('.words'));

describe('the vocabulary beside a segment', () => {
  const file = segmentFile(['Higgs boson mass', 'Higgs boson', 'Neutrino oscillations']);
  const opened = openSegmentFile(file);
  const expected = readVocabulary(opened, spaces);
  after(() => opened.close());

  test('is made by a thread, once, and is what reading the segment gives', async () => {
    let told = 0;
    assert.equal(
      keptVocabulary(file, spaces, () => told++),
      undefined,
    );
    assert.deepEqual(await asked(file), expected);
    assert.equal(wordFiles().length, 1);
    // The thread ends after its file is in its place.
    await waitFor('the end of the thread', () => told > 0);
    assert.equal(told, 1);
  });

  test('is made again when its file is damaged', async () => {
    const path = join(folder, wordFiles()[0]!);
    for (const damage of [
      () => appendFileSync(path, 'x'),
      () => truncateSync(path, 9),
      () => writeFileSync(path, ''),
    ]) {
      damage();
      assert.equal(
        keptVocabulary(file, spaces, () => undefined),
        undefined,
      );
      assert.deepEqual(await asked(file), expected);
    }
  });

  test('is left to the process that makes it, until that is long gone', async () => {
    const path = join(folder, wordFiles()[0]!);
    rmSync(path);
    writeFileSync(`${path}.part`, '');
    for (let times = 0; times < 5; times++) {
      assert.equal(
        keptVocabulary(file, spaces, () => undefined),
        undefined,
      );
      await setTimeout(50);
    }
    assert.deepEqual(wordFiles(), [`${path}.part`.slice(folder.length + 1)]);
    const hourAgo = Date.now() / 1000 - 3600;
    utimesSync(`${path}.part`, hourAgo, hourAgo);
    assert.deepEqual(await asked(file), expected);
  });

  test('of a segment that is gone leaves nothing behind', async () => {
    const gone = segmentFile(['Gone with the wind']);
    rmSync(gone);
    const before = wordFiles();
    const isBegun = () => wordFiles().length > before.length;
    // The thread of another test may be about to end.
    await waitFor('the beginning of the thread', () => {
      assert.equal(
        keptVocabulary(gone, spaces, () => undefined),
        undefined,
      );
      return isBegun();
    });
    await waitFor('the end of the thread', () => !isBegun());
    assert.deepEqual(wordFiles(), before);
  });
});
