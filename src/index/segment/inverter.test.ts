import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { keyColumns } from '../document.ts';
import type { Segment, TermEntry } from '../segment.ts';
import { finish } from '../work.ts';
import { createInverter } from './inverter.ts';
import {
  compareCodePoints,
  invert,
  naiveTerms,
  noColumns,
  plainBrief,
  type ToldRecord,
  toldRecords,
} from './naive-segment.ts';
import { memorySegment, openSegmentFile, segmentFileName } from './open.ts';
import { createUnion } from './record-union.ts';
import { compareSortKeys } from './sort-keys.ts';
import { emptyBrief } from './stored-segment.ts';
import { termKey } from './term-key.ts';

test('a segment in memory answers as the naive model does', () => {
  assertProperty(
    fc.property(toldRecords(60), (records) => checkAgainstModel(memorySegment(invert(records)), records)),
    { numRuns: 60 },
  );
});

test('a segment file answers as the naive model does', () => {
  const folder = mkdtempSync(join(tmpdir(), 'reperio-segment-'));
  try {
    assertProperty(
      fc.property(toldRecords(150), (records) => {
        const data = invert(records);
        const path = join(folder, segmentFileName(data.id));
        writeFileSync(path, data.bytes);
        const segment = openSegmentFile(path);
        assert.equal(segment.id, data.id);
        checkAgainstModel(segment, records);
        segment.close();
      }),
      { numRuns: 15 },
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('two inverters give the same bytes, in whatever order spaces and terms are told', () => {
  assertProperty(
    fc.property(toldRecords(30), (records) => {
      const backwards = records.map((told) => ({
        record: told.record,
        words: [...told.words].reverse(),
        values: [...told.values].reverse(),
      }));
      const first = invert(records);
      const second = invert(backwards);
      assert.equal(first.id, second.id);
      assert.ok(first.bytes.equals(second.bytes));
    }),
    { numRuns: 50 },
  );
});

test('frequencies and positions of a record with 3,000 positions are exact', () => {
  const words = Array.from({ length: 3000 }, (_, i) => ['w:any', i % 3 === 0 ? 'higgs' : `w${i % 50}`, i * 7] as const);
  const records = [1, 2, 3].map((id) => ({ ...plain(id), words }));
  checkAgainstModel(memorySegment(invert(records)), records);
});

test('lists on both sides of the step from varints to bitmaps are exact', () => {
  for (const count of [1, 2, 63, 64, 65, 5000, 70_000]) {
    const inverter = createInverter();
    const space = inverter.space('v:x');
    for (let id = 1; id <= count * 2; id++) {
      inverter.begin(plain(id).record);
      if (id % 2 === 0) inverter.value(space, 'even');
    }
    const segment = memorySegment(inverter.finish());
    const entry = segment.term('v:x', 'even')!;
    assert.equal(entry.records, count);
    const expected = Array.from({ length: count }, (_, i) => i * 2 + 1);
    assert.deepEqual(segment.ordinals(entry).toArray(), expected);
    assert.deepEqual([...segment.postings(entry).ordinals], expected);
  }
});

test('an inverter refuses what would make a wrong segment', () => {
  const inverter = createInverter();
  const words = inverter.space('w:title');
  const values = inverter.space('v:author');
  const early = inverter.term('early');
  assert.equal(inverter.space('w:title'), words);
  assert.throws(() => inverter.word(words, early, 0), /before its record/);
  inverter.begin(plain(5).record);
  assert.throws(() => inverter.value(words, 'x'), /not a space of values/);
  assert.throws(() => inverter.word(values, early, 0), /not a space of words/);
  assert.throws(() => inverter.begin(plain(5).record), /record 5 comes after 5/);
  inverter.begin({ ...plain(6).record, deleted: true });
  assert.throws(() => inverter.word(words, early, 0), /record 6 is deleted/);
});

test('an empty segment can be made, opened and asked', () => checkAgainstModel(memorySegment(invert([])), []));

function plain(id: number): ToldRecord {
  return {
    record: { id, revision: 1, deleted: false, columns: noColumns, brief: plainBrief },
    words: [],
    values: [],
  };
}

function checkAgainstModel(segment: Segment, records: readonly ToldRecord[]): void {
  assert.equal(segment.count, records.length);
  assert.deepEqual(
    [...segment.ids],
    records.map(({ record }) => record.id),
  );
  assert.deepEqual(
    [...segment.revisions],
    records.map(({ record }) => record.revision),
  );
  const deleted = records.flatMap(({ record }, ordinal) => (record.deleted ? [ordinal] : []));
  assert.deepEqual(segment.deleted.toArray(), deleted);
  records.forEach(({ record }, ordinal) => {
    assert.equal(segment.ordinalOf(record.id), ordinal);
    assert.deepEqual(segment.brief(ordinal), record.deleted ? emptyBrief : record.brief);
    for (const column of ['created', 'modified', 'year'] as const) {
      assert.equal(segment.columns[column][ordinal], record.deleted ? 0 : record.columns[column]);
    }
  });
  assert.equal(segment.ordinalOf(0), -1);
  checkTerms(segment, records);
  checkSorts(segment, records);
  checkFacets(segment, records);
  checkKeys(segment, records);
}

function checkKeys(segment: Segment, records: readonly ToldRecord[]): void {
  for (const name of keyColumns) {
    const expected = records.map(({ record }) => (record.deleted ? [] : record.columns.keys[name]));
    for (const [ordinal, keys] of expected.entries()) assert.deepEqual(segment.columns.keysOf(name, ordinal), keys);
    const column = segment.columns.keys(name);
    const all = expected.flat();
    if (all.length === 0) {
      assert.equal(column, undefined);
      continue;
    }
    assert.ok(column);
    assert.deepEqual(
      expected.map((keys) => keys.length / 2),
      expected.map((_, ordinal) => column.starts[ordinal + 1]! - column.starts[ordinal]!),
    );
    assert.deepEqual(Array.from(column.high, (high, i) => [high, column.low[i]]).flat(), all);
  }
}

/** Pages have the terms that a walk has, and the records that each of them has. */
function checkPages(segment: Segment, space: string, from: string, below: string | undefined): void {
  const entries = [...segment.terms(space, from, below)];
  const found: TermEntry[] = [];
  const union = createUnion(segment.count);
  for (const page of segment.pages(space, from, below)) {
    const indexes = Array.from({ length: page.end - page.first }, (_, at) => page.first + at);
    for (const index of indexes) {
      found.push(page.entry(index));
      assert.equal(page.text.slice(page.starts[index], page.starts[index + 1]), found.at(-1)!.term);
    }
    // Once alone, and again as one that is asked twice: its lists are read in another way then.
    finish(page.addRecords(indexes.slice(0, 1), union));
    finish(page.addRecords(indexes, union));
  }
  assert.deepEqual(found, entries);
  assert.deepEqual(union.toBitmap().toArray(), segment.union(entries).toArray());
}

function checkTerms(segment: Segment, records: readonly ToldRecord[]): void {
  const model = naiveTerms(records);
  assert.deepEqual(segment.spaces, [...model.keys()].sort(compareCodePoints));
  for (const [space, terms] of model) {
    const keys = [...terms.keys()].map(termKey).sort(compareCodePoints);
    assert.deepEqual(
      Array.from(segment.terms(space, ''), (entry) => entry.term),
      keys,
    );
    const from = keys[keys.length >> 2]!;
    const below = keys[keys.length >> 1]!;
    const span = keys.filter((key) => compareCodePoints(key, from) >= 0 && compareCodePoints(key, below) < 0);
    assert.deepEqual(
      Array.from(segment.terms(space, from, below), (entry) => entry.term),
      span,
    );
    checkPages(segment, space, '', undefined);
    checkPages(segment, space, from, below);
    for (const end of ['', keys[0]!, below, `${below}\u0000`, keys.at(-1)!, '\u{10ffff}']) {
      const before = keys.filter((key) => compareCodePoints(key, end) < 0).reverse();
      assert.deepEqual(
        Array.from(segment.termsBefore(space, end), (entry) => entry.term),
        before,
      );
      for (const entry of segment.termsBefore(space, end)) {
        assert.deepEqual(entry, segment.term(space, entry.term) ?? 'no such term');
        break;
      }
    }
    const lengths = new Array<number>(records.length).fill(0);
    for (const [term, list] of terms) {
      const entry = segment.term(space, term);
      assert.ok(entry, `${space} ${JSON.stringify(term)}`);
      assert.equal(entry.records, list.size);
      assert.deepEqual(segment.ordinals(entry).toArray(), [...list.keys()]);
      const { ordinals, frequencies, positions, starts } = segment.postings(entry);
      assert.deepEqual([...ordinals], [...list.keys()]);
      const words = space.startsWith('w:');
      [...list].forEach(([ordinal, expected], i) => {
        assert.equal(frequencies[i], words ? expected.length : 1);
        assert.deepEqual([...positions.subarray(starts[i], starts[i + 1])], expected);
        lengths[ordinal]! += expected.length;
      });
      assert.equal(starts.length, list.size + 1);
    }
    assert.equal(segment.term(space, 'no such term'), undefined);
    if (!space.startsWith('w:')) continue;
    assert.deepEqual([...segment.columns.lengths(space)!], lengths);
    assert.equal(
      segment.columns.totalLength(space),
      lengths.reduce((sum, length) => sum + length, 0),
    );
  }
  assert.equal(segment.term('w:nowhere', 'x'), undefined);
  assert.deepEqual([...segment.terms('w:nowhere', '')], []);
  assert.deepEqual([...segment.termsBefore('w:nowhere', 'x')], []);
  assert.equal(segment.columns.lengths('w:nowhere'), undefined);
}

function checkSorts(segment: Segment, records: readonly ToldRecord[]): void {
  for (const code of ['title', 'author']) {
    const keys = records.map(({ record }) => (record.deleted ? '' : (record.columns.sorts[code] ?? '')));
    const column = segment.columns.sort(code);
    if (keys.every((key) => key === '')) {
      assert.equal(column, undefined);
      continue;
    }
    assert.ok(column);
    const distinct = [...new Set(keys.filter((key) => key !== ''))].sort(compareSortKeys);
    assert.deepEqual(
      [...column.ranks],
      keys.map((key) => distinct.indexOf(key) + 1),
    );
    assert.deepEqual(
      [...column.ranks].map((rank) => column.key(rank)),
      keys,
    );
  }
}

function checkFacets(segment: Segment, records: readonly ToldRecord[]): void {
  for (const code of ['subject', 'type']) {
    const values = records.map(({ record }) => (record.deleted ? [] : (record.columns.facets[code] ?? [])));
    const column = segment.columns.facet(code);
    const distinct = [...new Set(values.flat())].sort(compareCodePoints);
    assert.equal(column?.distinct ?? 0, distinct.length);
    if (!column) continue;
    values.forEach((expected, ordinal) => {
      const found = [...column.values.subarray(column.starts[ordinal], column.starts[ordinal + 1])];
      assert.deepEqual(
        found.map((value) => column.text(value)),
        [...expected].sort(compareCodePoints),
      );
      assert.deepEqual(
        found.map((value) => distinct[value]),
        found.map((value) => column.text(value)),
      );
    });
  }
}
