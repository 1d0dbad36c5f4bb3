import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask } from '../access/ask.ts';
import { collectionCounts } from '../access/visible.ts';
import { field } from '../formats/test-records.ts';
import type { MarcRecord } from '../marc/record.ts';
import { guest } from '../people/person.ts';
import { parseSite } from '../site/parse.ts';
import { memoryLibrary } from '../web/test-library.ts';
import { checkQuery } from './check-query.ts';
import { emptyRequest } from './request.ts';

const { site, problems } = parseSite('extends: unimarc\nsite: {name: Médiathèque, languages: [fr]}\n', {
  query: checkQuery,
});

const unimarc = (leader: string, ...fields: readonly (readonly [string, string])[]): MarcRecord => ({
  leader,
  fields: fields.map(([place, subfields]) => field(place, subfields)),
});
const book = '00000nam0 2200000   450 ';
const records = [
  unimarc(
    book,
    ['010__', '$a978-2-07-036002-4$d9 EUR'],
    ['101_0', '$afre'],
    ['2001_', '$aL’étranger des collines$eroman$fAlbert Noirmont'],
    ['210__', '$aParis$cPresses du Val$d1957'],
    ['2252_', '$aFolios$v2'],
    ['330__', '$aUn homme marche.'],
    ['606__', '$aSolitude$3123'],
    ['700_1', '$aNoirmont$bAlbert'],
  ),
  unimarc(book, ['2001_', '$aDe la houille'], ['214_0', '$aLille$d2015'], ['328_0', '$bThèse$cGéologie$eLille$d2015']),
  unimarc('00000nas0 2200000   450 ', ['011__', '$a0317-8471'], ['2001_', '$aCahiers du nord']),
];

test('a library of UNIMARC is searched by its own fields', () => {
  assert.deepEqual(problems, []);
  const library = memoryLibrary(site!, records, 'unimarc').snapshot();
  const finds = (text: string): readonly number[] =>
    ask(library, guest, { ...emptyRequest, text, size: 50 }).ids.toSorted((a, b) => a - b);
  for (const question of [
    'title:collines',
    'author:noirmont',
    'publisher:presses',
    'isbn:2070360024',
    'subject:solitude',
  ])
    assert.deepEqual(finds(question), [1], question);
  assert.deepEqual(finds('language:fre series:folios year:1957 abstract:marche'), [1]);
  assert.deepEqual(finds('year:2015'), [2]);
  assert.deepEqual(finds('issn:03178471'), [3]);
  const counts = collectionCounts(guest, library);
  assert.deepEqual(
    ['Médiathèque', 'Books', 'Theses', 'Journals', 'Other documents'].map((name) => counts.get(name)),
    [3, 1, 1, 1, 0],
  );
});
