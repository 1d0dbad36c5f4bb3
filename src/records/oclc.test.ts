import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import sql, { raw } from 'sql-template-tag';
import { openTestDatabase } from '../../test/support/database.ts';

const migration = readFileSync(new URL('../store/migrations/0012-oclc.sql', import.meta.url), 'utf8');

test('records of a library from before are known by their numbers of OCLC, unless two have one', async () => {
  const { database, release } = await openTestDatabase();
  try {
    const rows: readonly (readonly [string, string, number])[] = [
      ['control', '(OCoLC)ocm00000017', 1],
      ['control', '(OCoLC)17', 1],
      ['control', '(ocolc) on0000000018', 2],
      ['control', '(OCoLC)19', 3],
      ['control', '(OCoLC)ocm19', 4],
      ['control', '(OCoLC)000', 5],
      ['control', '(DLC)20', 6],
      ['system', '(OCoLC)21', 7],
      ['control', '(OCoLC)123456789012345', 8],
    ];
    for (const [kind, value, id] of rows)
      await database.query(sql`INSERT INTO identifier (kind, value, record_id) VALUES (${kind}, ${value}, ${id})`);
    // A second time as well, as after a release that did not know them.
    for (let times = 0; times < 2; times += 1) {
      await database.query(sql`${raw(migration)}`);
      assert.deepEqual(
        await database.query(sql`SELECT value, record_id AS id FROM identifier WHERE kind = 'oclc' ORDER BY value`),
        [
          { value: '17', id: 1 },
          { value: '18', id: 2 },
        ],
      );
    }
  } finally {
    await release();
  }
});
