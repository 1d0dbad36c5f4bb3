import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../errors/errors.ts';
import { recordErrors } from '../errors.ts';
import { Tally } from './tally.ts';

test('refusals and warnings of a kind are counted together, whatever their record', () => {
  const tally = new Tally();
  for (const id of [1, 2, 3])
    tally.refused(new UserError(recordErrors.held, { record: `Record ${id} (001 a)`, id, by: `DOI 10.1/${id}` }));
  tally.refused(new UserError(recordErrors.unknown, { record: 'Record 4' }));
  assert.deepEqual(
    tally.kinds.map(({ code, what, count }) => [code, what, count]),
    [
      ['REPERIO_RECORD_HELD', 'is already in the library as record … (same …)', 3],
      ['REPERIO_RECORD_UNKNOWN', 'matches no record of this library, so there is nothing to change', 1],
    ],
  );
  const warned = new Tally();
  const counts = [
    'Record 1 (001 x) says in its leader that it has "00001" bytes, it has 70.',
    'Record 2 says in its leader that it has "00002" bytes, it has 75.',
    'Record 17 (record 24 here): its 005 "a1990" is not a date and was ignored.',
    'Record 18 (record 25 here): its 005 "b1990" is not a date and was ignored.',
    'Record 3 (001 (y)) has in 880$a EACC character 0x213021 that cannot be decoded.',
    'Record 4 (001 z) has in 245$b EACC character 0x213022 that cannot be decoded.',
  ].map((sentence) => warned.warned(sentence));
  assert.deepEqual(counts, [1, 2, 1, 2, 1, 2]);
});

test('kinds beyond what anybody reads are counted together', () => {
  const tally = new Tally();
  const word = (place: number) => String.fromCharCode(97 + (place % 26), 97 + Math.floor(place / 26));
  for (let place = 0; place < 80; place += 1) tally.warned(`Record 1 is ${word(place)}.`);
  assert.ok(tally.kinds.length <= 51);
  assert.equal(
    tally.kinds.reduce((sum, { count }) => sum + count, 0),
    80,
  );
});
