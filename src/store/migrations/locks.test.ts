import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lockedTables, locksOf, parseLocks } from './locks.ts';

test('what builds an index on a large table or rewrites it is found, and nothing else', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['CREATE INDEX a ON record (person);', ['record']],
    ['CREATE UNIQUE INDEX IF NOT EXISTS a\n  ON ONLY revision (person);', ['revision']],
    ['CREATE INDEX ON identifier (value);', ['identifier']],
    ['CREATE INDEX CONCURRENTLY a ON record (person);', []],
    ['CREATE INDEX a ON person (name);', []],
    ['ALTER TABLE record ADD COLUMN person text;', []],
    ['ALTER TABLE record ADD COLUMN n integer NOT NULL DEFAULT 0;', []],
    ['ALTER TABLE record ADD COLUMN at timestamptz DEFAULT clock_timestamp();', ['record']],
    ['ALTER TABLE record ALTER COLUMN id TYPE bigint;', ['record']],
    ["ALTER TABLE identifier\n  ADD CONSTRAINT x CHECK (value <> '');", ['identifier']],
    ['-- CREATE INDEX a ON record (x);\nUPDATE record SET x = 1; DELETE FROM revision;', ['record', 'revision']],
    ['CREATE TABLE record (id integer); CREATE INDEX a ON record (id);', []],
  ];
  for (const [text, tables] of cases) assert.deepEqual(lockedTables(text), tables, text);
});

test('a line names tables, what waits, and the time', () => {
  assert.deepEqual(parseLocks('record, writes, 1s/30000 rows'), {
    tables: ['record'],
    waits: 'writes',
    perRow: 1 / 30_000,
  });
  assert.deepEqual(parseLocks('record, revision, reads and writes, 2.5s/1000 rows')?.tables, ['record', 'revision']);
  for (const wrong of ['record', 'record, writes', 'record, writes, 1s', 'record, writes, 1s/0 rows'])
    assert.equal(parseLocks(wrong), undefined, wrong);
  assert.equal(locksOf('0099-a.sql', '-- locks: record, writes, 1s/1 rows\nCREATE'), 'record, writes, 1s/1 rows');
  assert.equal(locksOf('0099-a.sql', '-- About locks: none.\nCREATE'), undefined);
});
