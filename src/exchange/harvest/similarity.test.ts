import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judge, likeness, type MatchFacts, similarity } from '../../description/similarity.ts';
import { dataField, type MarcRecord } from '../../marc/record.ts';
import { defaultSite } from '../../site/default.ts';
import { filterRecords } from './filter.ts';

const facts = (title: string, more: Partial<MatchFacts> = {}): MatchFacts => ({
  ...{ title, authors: [], year: undefined, abstract: '', identifiers: [] },
  ...more,
});
const verdict = (one: MatchFacts, other: MatchFacts, profile: 'normal' | 'lazy' = 'normal') =>
  judge(similarity(one, other), profile);

test('likeness counts edits', () => {
  assert.equal(likeness('abc', 'abc'), 1);
  assert.equal(likeness('abcdefghij', 'abcdefghiX'), 0.9);
  assert.equal(likeness('', ''), 0);
  assert.equal(likeness('abc', 'abcdefghij'), 0);
});

test('of long values the beginning is compared, and their lengths', () => {
  assert.equal(likeness('a'.repeat(70_000), 'b'.repeat(70_000)), 0);
  assert.equal(likeness('a'.repeat(100_000), 'a'.repeat(100_000)), 1);
  assert.equal(likeness('a'.repeat(60_000), 'a'.repeat(100_000)), 0.6);
  const long = facts('The sea', { authors: [`${'o'.repeat(1_000_000)}, A`], year: '1999' });
  assert.equal(verdict(long, long), 'same');
});

test('a work is the same by title, authors and year; letter case, accents and initials do not matter', () => {
  const title = 'The Étude of Boats, and of the sea';
  const one = facts(title, { authors: ['Doe, Jane M.', 'Roe, Joe'], year: '1999' });
  assert.equal(
    verdict(one, facts('the etude of boats and of the sea', { authors: ['Jane Doe'], year: '1999' })),
    'same',
  );
  assert.equal(verdict(one, facts(title, { authors: ['Doe, J.'], year: '2001' })), 'other');
  assert.equal(verdict(one, facts(title, { authors: ['Doe, John'], year: '1999' })), 'other');
  assert.equal(verdict(one, facts(title)), 'perhaps');
  assert.equal(verdict(one, facts(title, { year: '1999' })), 'perhaps');
  assert.equal(verdict(one, facts(title, { year: '1999' }), 'lazy'), 'same');
  assert.equal(verdict(one, facts(title), 'lazy'), 'perhaps');
  assert.equal(verdict(one, facts('The Étude of Goats, and the shore', { year: '1999' }), 'lazy'), 'other');
});

test('identifiers decide before all else', () => {
  const one = facts('Some title of a work', { identifiers: ['doi 10.1/x'] });
  assert.equal(verdict(one, facts('Some title of a work', { identifiers: ['doi 10.1/x'] })), 'same');
  assert.equal(
    verdict(one, facts('Some title of a work', { identifiers: ['doi 10.1/y'], year: '1' }), 'lazy'),
    'other',
  );
});

test('a filter asks questions of records that are not in the library', () => {
  const record = (title: string, kind: string): MarcRecord => ({
    leader: '',
    fields: [
      dataField('245', ' ', ' ', [{ code: 'a', value: title }]),
      dataField('980', ' ', ' ', [{ code: 'a', value: kind }]),
    ],
  });
  const records = [
    record('Boats', 'ARTICLE'),
    record('Goats', 'THESIS'),
    record('Secret boats', 'ARTICLE'),
    record('Fog', 'X'),
  ];
  const site = defaultSite();
  const ask = (filter: Parameters<typeof filterRecords>[1]) =>
    filterRecords(site, filter, records).map(({ way, by }) => by ?? way);
  assert.deepEqual(ask({ keep: 'boats' }), ['kept', 'keep', 'kept', 'keep']);
  assert.deepEqual(ask({ drop: 'secret', hold: '980__a:THESIS', keep: 'boats or goats' }), [
    'kept',
    'hold',
    'drop',
    'keep',
  ]);
  assert.deepEqual(ask({}), ['kept', 'kept', 'kept', 'kept']);
});
