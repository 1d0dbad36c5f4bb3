import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { dataField } from '../../marc/record.ts';
import { parseQuery } from '../query/parse.ts';
import { fieldNamesOf } from '../question.ts';
import { history, liveVersions, snapshotOf, testAnalyzer, visibleBut } from '../testing/library.ts';
import { holds, naiveRecord } from '../testing/oracle.ts';
import { suggest } from './suggest.ts';

const fieldNames = fieldNamesOf(testAnalyzer);
const spaces = { title: /^m:245__a$/, author: /^m:[17]00__a$/, subject: /^m:(65017a|6531_a)$/ } as const;

test('suggestions are the values of visible records that begin so, as they are written, with their exact counts', () => {
  let suggested = 0;
  assertProperty(
    fc.property(
      history,
      fc.array(fc.integer({ min: 1, max: 12 })),
      fc.constantFrom('title', 'author', 'subject'),
      fc.constantFrom('da', 'DARK m', 'ell', 'Élli', 'higgs', 'de la', 'q', 'x', '"el', 'mu'),
      (versions, hidden, kind, typed) => {
        const snapshot = snapshotOf(versions);
        const records = liveVersions(versions)
          .filter(({ id }) => !hidden.includes(id))
          .map(({ id, created, record }) => naiveRecord(id, created, record));
        const prefix = testAnalyzer.queryValue('subject', typed.replace('"', ''));
        const counts = new Map<string, number>();
        for (const { values } of records) {
          const own = [...values].filter(([space]) => spaces[kind].test(space)).flatMap(([, all]) => all);
          for (const value of new Set(own)) {
            if (prefix.length > 1 && value.startsWith(prefix)) counts.set(value, (counts.get(value) ?? 0) + 1);
          }
        }
        const found = suggest(snapshot, typed, visibleBut(snapshot, hidden), { kind, limit: 50 });
        const folded = (text: string) => testAnalyzer.queryValue('subject', text);
        // Titles that have the words inside come after those that begin so.
        const begun = found.filter(({ text }) => kind !== 'title' || folded(text).startsWith(prefix));
        assert.deepEqual(new Map(begun.map(({ text, count }) => [folded(text), count])), counts);
        const inside = found.slice(begun.length).map(({ text }) => ` ${folded(text)}`);
        for (const title of inside)
          for (const word of prefix.split(' ')) assert.ok(title.includes(` ${word.slice(0, 3)}`), title);
        for (const [at, { count, text, query }] of found.entries()) {
          if (at !== begun.length) assert.ok(count <= (found[at - 1]?.count ?? Number.POSITIVE_INFINITY));
          if (kind === 'author') assert.notEqual(text, folded(text), 'names have capitals');
          // Whoever takes it finds at least these records.
          const asked = parseQuery(query, { fieldNames }).query;
          assert.ok(records.filter((record) => holds(asked, record, records)).length >= count, query);
          suggested++;
        }
      },
    ),
    { numRuns: 300 },
  );
  assert.ok(suggested > 0);
});

test('a field name before the text chooses the kind, and every kind gets its share', () => {
  const subfields = (value: string) => [{ code: 'a', value }];
  const field = (tag: string, ind1: string, ind2: string, value: string) => ({
    tag,
    ind1,
    ind2,
    value: undefined,
    subfields: subfields(value),
  });
  const records = ['Darwin, A', 'Darwin, B', 'Darwin, C'].map((name, index) => ({
    id: index + 1,
    revision: 1,
    deleted: false,
    created: 1,
    segment: index % 2,
    record: {
      leader: '',
      fields: [field('245', ' ', ' ', `Dark ${name}`), field('100', ' ', ' ', name), field('650', '1', '7', 'Dark')],
    },
  }));
  const snapshot = snapshotOf(records);
  const texts = (typed: string, limit: number) =>
    suggest(snapshot, typed, visibleBut(snapshot, []), { limit }).map(({ kind, text }) => `${kind} ${text}`);
  assert.deepEqual(texts('author:dar', 2), ['author Darwin, A', 'author Darwin, B']);
  assert.deepEqual(texts('dar', 4), [
    'title Dark Darwin, A',
    'title Dark Darwin, B',
    'author Darwin, A',
    'subject Dark',
  ]);
  assert.deepEqual(texts('journal:dar', 4), []);
  assert.deepEqual(texts('d', 4), []);
});

test('words inside titles are found as they stand in the title that is shown; one record is named', () => {
  const titled = (id: number, ...titles: readonly string[]) => ({
    id,
    revision: 1,
    deleted: false,
    created: id,
    segment: id % 2,
    record: {
      leader: '',
      fields: titles.map((value) => dataField('245', ' ', ' ', [{ code: 'a', value }])),
    },
  });
  const snapshot = snapshotOf([
    titled(1, 'The search for the Higgs boson'),
    titled(2, 'Bosons of today'),
    titled(3, 'Muon decays', 'Higgs decays'),
    titled(4, 'On higgs bosons'),
    titled(5, 'On higgs bosons'),
  ]);
  const found = (typed: string, hidden: readonly number[] = []) =>
    suggest(snapshot, typed, visibleBut(snapshot, hidden), { limit: 8 }).map(({ text, count, record }) => [
      ...[text, count, record],
    ]);
  assert.deepEqual(found('higgs bos'), [
    ['On higgs bosons', 2, undefined],
    ['The search for the Higgs boson', 1, 1],
  ]);
  assert.deepEqual(
    found('boson').map(([text]) => text),
    ['Bosons of today', 'On higgs bosons', 'The search for the Higgs boson'],
  );
  assert.deepEqual(
    found('higgs bosons', [4]),
    [
      ['On higgs bosons', 1, 5],
      ['The search for the Higgs boson', 1, 1],
    ].sort(),
  );
  assert.deepEqual(found('search', [1]), []);
  assert.deepEqual(found('of'), []);
});

test('words in what follows the title proper are found too, and the title is shown whole', () => {
  const titled = (id: number, a: string, b: string) => ({
    id,
    revision: 1,
    deleted: false,
    created: id,
    segment: id % 2,
    record: {
      leader: '',
      fields: [
        dataField('245', ' ', ' ', [
          { code: 'a', value: `${a} :` },
          { code: 'b', value: b },
        ]),
      ],
    },
  });
  const snapshot = snapshotOf([
    titled(1, 'Interludes', 'quiet life across the borders'),
    titled(2, 'Interludes', 'essays on bees'),
    titled(3, 'Bees', 'their quiet winter'),
    titled(4, 'Same', 'a lamp at night'),
    titled(5, 'Same', 'a lamp at night'),
  ]);
  const found = (typed: string, hidden: readonly number[] = []) =>
    suggest(snapshot, typed, visibleBut(snapshot, hidden), { limit: 8 }).map(({ text, count, record }) => [
      ...[text, count, record],
    ]);
  assert.deepEqual(found('quiet').sort(), [
    ['Bees: their quiet winter', 1, 3],
    ['Interludes: quiet life across the borders', 1, 1],
  ]);
  assert.deepEqual(found('interludes bord'), [['Interludes: quiet life across the borders', 1, 1]]);
  assert.deepEqual(found('bees wint'), [['Bees: their quiet winter', 1, 3]]);
  assert.deepEqual(found('lamp'), [['Same: a lamp at night', 2, undefined]]);
  assert.deepEqual(found('lamp', [4]), [['Same: a lamp at night', 1, 5]]);
  assert.deepEqual(found('quiet', [1, 3]), []);
  assert.match(suggest(snapshot, 'quiet bord', visibleBut(snapshot, []), { limit: 1 })[0]!.query, /interludes/);
});

test('an apostrophe may be left out of what is typed, and stands in what is suggested', () => {
  const field = (tag: string, value: string) => ({
    tag,
    ind1: ' ',
    ind2: ' ',
    value: undefined,
    subfields: [{ code: 'a', value }],
  });
  const fields = [field('245', 'Qurʼān al-karīm'), field('100', "O'Branigan, Fiona")];
  const snapshot = snapshotOf([
    { id: 1, revision: 1, deleted: false, created: 1, segment: 0, record: { leader: '', fields } },
  ]);
  const texts = (typed: string) =>
    suggest(snapshot, typed, visibleBut(snapshot, []), { limit: 5 }).map(({ text }) => text);
  for (const typed of ['quran', "qur'an", 'Qurʼā']) assert.deepEqual(texts(typed), ['Qurʼān al-karīm'], typed);
  for (const typed of ['obr', "o'br", 'O’Br']) assert.deepEqual(texts(typed), ["O'Branigan, Fiona"], typed);
});
