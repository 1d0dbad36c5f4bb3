import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { compareCodePoints } from '../../index/segment/naive-segment.ts';
import { dataField } from '../../marc/record.ts';
import { foldValue } from '../../tokenizers/fold.ts';
import { parseQuery } from '../query/parse.ts';
import { fieldNamesOf } from '../question.ts';
import { emptyRequest } from '../request.ts';
import { history, liveVersions, snapshotOf, testAnalyzer, type Version, visibleBut } from '../testing/library.ts';
import { holds, type NaiveRecord, naiveRecord } from '../testing/oracle.ts';
import { browse } from './browse.ts';
import { valueQuestion, wordQuestion } from './term-question.ts';

/** Field -> the spaces of its terms, and whether they are words. */
const shelves: readonly (readonly [field: string, spaces: RegExp, isWords: boolean])[] = [
  ['', /^w:anyfield$/, true],
  ['title', /^m:245/, false],
  ['exactauthor', /^v:exactauthor$/, false],
  ['subject', /^m:65017a$/, false],
  ['245__a', /^m:245__a$/, false],
];

interface Line {
  readonly label: string;
  readonly count: number;
}

function naiveLines(records: readonly NaiveRecord[], field: string, spaces: RegExp, isWords: boolean): readonly Line[] {
  const terms = new Set(
    records.flatMap((record) => [
      ...[...record.words]
        .filter(([space]) => isWords && spaces.test(space))
        .flatMap(([, words]) => words.map(([w]) => w)),
      ...[...record.values].filter(([space]) => !isWords && spaces.test(space)).flatMap(([, values]) => values),
    ]),
  );
  const fieldNames = fieldNamesOf(testAnalyzer);
  return [...terms].sort(compareCodePoints).flatMap((term) => {
    const question = isWords ? wordQuestion(testAnalyzer, field, term) : valueQuestion(field, term);
    if (question === undefined) return [];
    const { query } = parseQuery(question.text, { fieldNames });
    return [
      {
        label: isWords ? term : question.label,
        count: records.filter((record) => holds(query, record, records)).length,
      },
    ];
  });
}

const visibleOf = (versions: readonly Version[], hidden: readonly number[]) =>
  liveVersions(versions)
    .filter(({ id }) => !hidden.includes(id))
    .map(({ id, created, record }) => naiveRecord(id, created, record));

/** Of a word, the stem counts: words and values are shown as some visible record has them. */
const lines = (terms: readonly Line[], stem = false, field = ''): readonly Line[] =>
  terms.map(({ label, count }) => ({ label: stem ? stemOf(label) : valueAs(label, field), count }));
const stemOf = (label: string): string => testAnalyzer.queryWords('anyfield', label).flat().join(' ');
const valueAs = (label: string, field: string): string =>
  testAnalyzer.field(field) === undefined ? foldValue(label) : testAnalyzer.queryValue(field, label);

test('pages of browsing, forwards and backwards, are all terms of visible records with what a search for each finds', () => {
  assertProperty(
    fc.property(
      history,
      fc.array(fc.integer({ min: 1, max: 12 })),
      fc.constantFrom(...shelves),
      fc.integer({ min: 1, max: 5 }),
      (versions, hidden, [field, spaces, isWords], size) => {
        const snapshot = snapshotOf(versions);
        const visible = visibleBut(snapshot, hidden);
        const expected = naiveLines(visibleOf(versions, hidden), field, spaces, isWords);
        const forwards: Line[] = [];
        for (let from: string | undefined = ''; from !== undefined; ) {
          const found = browse(snapshot, { ...emptyRequest, field, size, text: from }, 'after', visible);
          forwards.push(...lines(found.terms, isWords, field));
          from = found.after;
        }
        assert.deepEqual(forwards, expected);
        const backwards: Line[] = [];
        for (let from: string | undefined = '\u{10ffff}'; from !== undefined; ) {
          const found = browse(snapshot, { ...emptyRequest, field, size, text: from }, 'before', visible);
          backwards.unshift(...lines(found.terms, isWords, field));
          from = found.before;
        }
        assert.deepEqual(backwards, expected);
      },
    ),
    { numRuns: 150 },
  );
});

test('around a text stand its neighbours, and the text itself when there is one', () => {
  assertProperty(
    fc.property(history, fc.constantFrom('dark energy', 'Dark Matter', 'm', 'QCD', 'zzz', ''), (versions, text) => {
      const snapshot = snapshotOf(versions);
      const visible = visibleBut(snapshot, []);
      const all = naiveLines(visibleOf(versions, []), 'subject', /^m:65017a$/, false);
      const place = all.filter(({ label }) => compareCodePoints(label, text.toLowerCase()) < 0).length;
      const found = browse(snapshot, { ...emptyRequest, field: 'subject', size: 2, text }, 'around', visible);
      const from = Math.max(0, place - 1);
      assert.deepEqual(lines(found.terms, false, 'subject'), all.slice(from, from + 2));
      assert.equal(found.before !== undefined, from > 0);
      assert.equal(found.after !== undefined, from + 2 < all.length);
      assert.deepEqual(
        found.terms.filter(({ exact }) => exact).map(({ label }) => foldValue(label)),
        all
          .slice(from, from + 2)
          .map(({ label }) => label)
          .filter((label) => label === text.toLowerCase()),
      );
    }),
    { numRuns: 150 },
  );
});

test('a condition names the field itself, authors are browsed by their whole names, an unknown field is said', () => {
  const snapshot = snapshotOf([]);
  const asked = (text: string, field = '') => browse(snapshot, { ...emptyRequest, text, field }, 'around', []);
  assert.equal(asked('title:higgs').field, 'title');
  assert.equal(asked('ellis', 'author').field, 'exactauthor');
  assert.equal(asked('100__a:ellis').field, '100__a');
  assert.deepEqual(
    asked('x', 'nonsense').notices.map(({ kind }) => kind),
    ['any-field'],
  );
});

test('hidden paths are browsed by those who may search them only', () => {
  const field = { tag: '595', ind1: ' ', ind2: ' ', value: undefined, subfields: [{ code: 'a', value: 'hush' }] };
  const version = {
    id: 1,
    revision: 1,
    deleted: false,
    created: 1,
    segment: 0,
    record: { leader: '', fields: [field] },
  };
  const snapshot = snapshotOf([version]);
  const request = { ...emptyRequest, text: 'h', field: '595__a' };
  assert.deepEqual(browse(snapshot, request, 'around', visibleBut(snapshot, [])).terms, []);
  const seen = browse(snapshot, request, 'around', visibleBut(snapshot, []), { seesHiddenPaths: true });
  assert.deepEqual(lines(seen.terms), [{ label: 'hush', count: 1 }]);
});

test('names, titles, subjects and journals are shown as a visible record has them', () => {
  const authors = Array.from({ length: 300 }, (_, i) =>
    dataField('700', ' ', ' ', [{ code: 'a', value: `Abel, N${i}` }]),
  );
  const value = (tag: string, ind1: string, ind2: string, text: string) =>
    dataField(tag, ind1, ind2, [{ code: 'a', value: text }]);
  const fields = [
    value('245', ' ', ' ', 'Über Größe'),
    value('100', ' ', ' ', 'El-Taş, Ö'),
    ...authors,
    value('700', ' ', ' ', 'Rossi, G'),
    value('650', '1', '7', 'Dark Energy'),
  ];
  const version = { id: 1, revision: 1, deleted: false, created: 1, segment: 0, record: { leader: '', fields } };
  const snapshot = snapshotOf([version]);
  const first = (field: string, text: string) =>
    browse(snapshot, { ...emptyRequest, field, text, size: 1 }, 'around', visibleBut(snapshot, [])).terms[0]?.label;
  assert.equal(first('author', 'el tas, o'), 'El-Taş, Ö');
  assert.equal(first('author', 'rossi, g'), 'Rossi, G');
  assert.equal(first('subject', 'dark energy'), 'Dark Energy');
  assert.equal(first('245__a', 'uber grosse'), 'Über Größe');
});
