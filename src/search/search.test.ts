import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { citationView } from '../citations/view.ts';
import type { HitSet, IndexSnapshot } from '../index/snapshot.ts';
import { parseQuery } from './query/parse.ts';
import { printLeaf, printQuery } from './query/print.ts';
import {
  chain,
  type Join,
  type Leaf,
  leaf,
  type Query,
  secondOrder,
  secondOrderOperators,
  step,
} from './query/tree.ts';
import { fieldNamesOf } from './question.ts';
import { emptyRequest, type SearchRequest } from './request.ts';
import { count, search } from './search.ts';
import {
  history,
  keywords,
  liveVersions,
  names,
  snapshotOf,
  testAnalyzer,
  titleWords,
  years,
} from './testing/library.ts';
import { holds, type NaiveRecord, naiveRecord, refers, timesCited } from './testing/oracle.ts';

const fieldNames = fieldNamesOf(testAnalyzer);
const wordFields = ['', 'title', 'author', 'keyword', 'year'];
const valueFields = ['author', 'exactauthor', 'keyword', 'subject', '245__a', '65', '100__a', '24%', '595__a'];
const words = [...titleWords, 'ellis', 'dark', '1999', 'nothing', 'hig*', '*son', 'b*n', '*'];
const values = [...names, ...keywords, ...years, 'Ellis', 'dark*', '*matter', 'higgs', 'hush'];
const phrases = ['higgs boson', 'boson mass', 'U(1)', 'hep-ph/0204 mass', 'hig* bos*', 'größe', 'theory'];

const leaves: fc.Arbitrary<Leaf> = fc.oneof(
  fc
    .record({ field: fc.constantFrom(...wordFields), text: fc.constantFrom(...words) })
    .map(({ field, text }) => leaf({ kind: 'word', field, text })),
  fc
    .record({
      kind: fc.constantFrom('exact', 'partial'),
      field: fc.constantFrom('', 'title'),
      text: fc.constantFrom(...phrases),
    })
    .map((node) => leaf(node as { kind: 'exact'; field: string; text: string })),
  fc
    .record({
      kind: fc.constantFrom('exact', 'partial'),
      field: fc.constantFrom(...valueFields),
      text: fc.constantFrom(...values),
    })
    .map((node) => leaf(node as { kind: 'exact'; field: string; text: string })),
  fc
    .record({
      field: fc.constantFrom('245__a', 'title', 'author'),
      text: fc.constantFrom('^h', 's$', 'b.s', 'R', '[a-e]l+'),
    })
    .map(({ field, text }) => leaf({ kind: 'pattern', field, text })),
  fc
    .record({
      from: fc.constantFrom(...years),
      to: fc.constantFrom(...years),
      field: fc.constantFrom('year', '260__c'),
    })
    .map((ends) => leaf({ kind: 'span', quoted: false, ...ends })),
  fc
    .record({
      from: fc.constantFrom(...names),
      to: fc.constantFrom(...names),
      field: fc.constantFrom('author', '100__a'),
    })
    .map((ends) => leaf({ kind: 'span', quoted: true, ...ends })),
  fc
    .record({ from: fc.nat(2), to: fc.nat(3), field: fc.constantFrom('cited', 'citedexcludingselfcites') })
    .map(({ field, from, to }) => leaf({ kind: 'span', quoted: false, field, from: `${from}`, to: `${to}` })),
  fc.nat(12).map((id) => leaf({ kind: 'word', field: 'cocitedwith', text: `${id}` })),
  fc
    .record({ from: fc.nat(3), to: fc.nat(12), field: fc.constantFrom('recid', 'authorcount') })
    .map(({ field, from, to }) => leaf({ kind: 'span', quoted: false, field, from: `${from}`, to: `${to}` })),
);

const queries: fc.Arbitrary<Query> = fc.letrec<{ query: Query; chain: Query; second: Query }>((tie) => ({
  query: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaves, tie('chain'), tie('second')),
  second: fc
    .record({ operator: fc.constantFrom(...secondOrderOperators), inner: tie('query') })
    .map(({ operator, inner }) => secondOrder(operator, inner)),
  chain: fc
    .array(fc.record({ join: fc.constantFrom('and', 'or', 'not'), query: tie('query') }), {
      minLength: 1,
      maxLength: 4,
    })
    .map((steps) => chain(steps.map(({ join, query }) => step(join as 'and', query)))),
})).query;

function live(snapshot: IndexSnapshot): HitSet {
  return snapshot.segments.map((each) => each.live);
}

/** Alone it has an order of its own. */
function isCitedWith(query: Query): boolean {
  return 'field' in query && query.field === 'cocitedwith';
}

function ask(text: string, changes: Partial<SearchRequest> = {}): SearchRequest {
  return { ...emptyRequest, text, size: Number.POSITIVE_INFINITY, ...changes };
}

test('a printed question is read back as the same tree', () => {
  assertProperty(
    fc.property(queries, (query) => {
      const printed = printQuery(query);
      assert.equal(printQuery(parseQuery(printed, { fieldNames }).query), printed);
    }),
    { numRuns: 500 },
  );
});

test('random questions over random histories find what the naive evaluator finds, newest first', () => {
  assertProperty(
    fc.property(history, fc.array(queries, { minLength: 1, maxLength: 8 }), (versions, asked) => {
      const snapshot = snapshotOf(versions);
      const records = liveVersions(versions).map(({ id, created, record }) => naiveRecord(id, created, record));
      records.sort((a, b) => b.created - a.created || b.id - a.id);
      for (const query of asked) {
        const request = ask(printQuery(query));
        const expected = records.filter((record) => holds(query, record, records)).map(({ id }) => id);
        const citations = () => citationView(snapshot, live(snapshot));
        const found = search(snapshot, request, live(snapshot), { citations });
        const ids = isCitedWith(query)
          ? [...found.ids].sort((a, b) => expected.indexOf(a) - expected.indexOf(b))
          : found.ids;
        assert.deepEqual({ query: request.text, ids }, { query: request.text, ids: expected });
        assert.equal(found.total, expected.length);
        assert.equal(count(snapshot, request, live(snapshot), { citations }), expected.length);
      }
    }),
    { numRuns: 300 },
  );
});

/** A condition as typed, and which records it finds. */
interface Typed {
  readonly text: string;
  readonly finds: (record: NaiveRecord, library: readonly NaiveRecord[]) => boolean;
}

const conditions: fc.Arbitrary<Typed> = leaves.chain((leaf): fc.Arbitrary<Typed> => {
  const text = printLeaf(leaf);
  const value = leaf.field === '' ? text : text.slice(leaf.field.length + 1);
  const finds: Typed['finds'] = (record, library) => holds(leaf, record, library);
  const excludes: Typed['finds'] = (record, library) => !finds(record, library);
  const plain = [
    { text, finds },
    { text: `(${text} )`, finds },
    { text: `( -${text})`, finds: excludes },
  ];
  const inField = [
    { text: `${leaf.field}:-${value}`, finds: excludes },
    { text: `${leaf.field}:(-${value})`, finds: excludes },
    { text: `${leaf.field}:(not ${value})`, finds: excludes },
  ];
  return fc.constantFrom(...(leaf.field === '' ? plain : [...plain, ...inField]));
});

/** Operators as typed, how they join, and whether they join what the condition does not find. */
const operators: readonly (readonly [text: string, join: Join, negates: boolean])[] = [
  [' ', 'and', false],
  [' and ', 'and', false],
  [' +', 'and', false],
  [' or ', 'or', false],
  [' |', 'or', false],
  [' or or ', 'or', false],
  [' and or ', 'or', false],
  [' not ', 'not', false],
  [' -', 'not', false],
  [' and not ', 'not', false],
  [' and -', 'not', false],
  [' not not ', 'not', false],
  [' or not ', 'or', true],
  [' or -', 'or', true],
  [' - ', 'and', false],
  [' | ', 'or', false],
  [' – ', 'and', false],
  [' \u2212', 'not', false],
];

test('typed operators, doubled, trailing and negated ones among them, join as the naive evaluator does', () => {
  const joined = fc.array(fc.record({ operator: fc.constantFrom(...operators), condition: conditions }), {
    maxLength: 3,
  });
  const end = fc.constantFrom('', ' ', ' or', ' and', ' not', ' -', ' |');
  assertProperty(
    fc.property(history, conditions, joined, end, (versions, first, rest, trailing) => {
      const snapshot = snapshotOf(versions);
      const library = liveVersions(versions).map(({ id, created, record }) => naiveRecord(id, created, record));
      const text = `${first.text}${rest.map(({ operator, condition }) => operator[0] + condition.text).join('')}${trailing}`;
      const expected = library.filter((record) =>
        rest.reduce(
          (found, { operator: [, join, negates], condition }) => {
            const here = condition.finds(record, library) !== negates;
            return join === 'or' ? found || here : join === 'and' ? found && here : found && !here;
          },
          first.finds(record, library),
        ),
      );
      const { ids } = search(snapshot, ask(text), live(snapshot), {
        citations: () => citationView(snapshot, live(snapshot)),
      });
      const ascending = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b);
      assert.deepEqual({ text, ids: ascending(ids) }, { text, ids: ascending(expected.map(({ id }) => id)) });
    }),
    { numRuns: 1000 },
  );
});

test('a page of an order is the slice of the whole order, for any order and any split into segments', () => {
  const orders: readonly Partial<SearchRequest>[] = [
    {},
    { ascending: true },
    { sort: 'title' },
    { sort: 'title', ascending: true },
    { sort: '260__c' },
    { sort: 'author,year', ascending: true },
    { sort: 'keyword', sortPreference: 'qcd', ascending: true },
    { sort: 'keyword', sortPreference: 'dark', ascending: false },
    { rank: 'wrd' },
  ];
  assertProperty(
    fc.property(
      history,
      fc.nat(5),
      fc.integer({ min: 1, max: 6 }),
      fc.constantFrom(...orders),
      (versions, skip, size, order) => {
        const snapshot = snapshotOf(versions);
        // The same newest versions, all in one segment.
        const single = snapshotOf(liveVersions(versions).map((version) => ({ ...version, segment: 0 })));
        const whole = search(single, ask('higgs or boson or year:1999', order), live(single)).ids;
        const request = ask('higgs or boson or year:1999', { ...order, first: skip + 1, size });
        assert.deepEqual(search(snapshot, request, live(snapshot)).ids, whole.slice(skip, skip + size));
      },
    ),
    { numRuns: 300 },
  );
});

test('sorted by year, the year of each record decides', () => {
  assertProperty(
    fc.property(history, fc.boolean(), (versions, ascending) => {
      const years = new Map(
        liveVersions(versions).map(({ id, record, created }) => [
          id,
          testAnalyzer.columns(record, created, created).year,
        ]),
      );
      const snapshot = snapshotOf(versions);
      const { ids } = search(snapshot, ask('', { sort: 'when', ascending }), live(snapshot));
      const sign = ascending ? 1 : -1;
      const byYear = (a: number, b: number) => sign * ((years.get(a) ?? 0) - (years.get(b) ?? 0) || a - b);
      assert.deepEqual(ids, [...years.keys()].sort(byYear));
    }),
    { numRuns: 100 },
  );
});

test('citations order records by how often they are cited, and records cited together by how often', () => {
  assertProperty(
    fc.property(history, fc.boolean(), (versions, ascending) => {
      const snapshot = snapshotOf(versions);
      const records = liveVersions(versions).map(({ id, created, record }) => naiveRecord(id, created, record));
      const options = { citations: () => citationView(snapshot, live(snapshot)) };
      const sign = ascending ? 1 : -1;
      const ordered = (number: (id: number) => number, ids = records.map(({ id }) => id)) =>
        ids.sort((a, b) => sign * (number(a) - number(b) || a - b));
      const byId = new Map(records.map((record) => [record.id, record]));
      const expected = ordered((id) => timesCited(byId.get(id)!, records));
      for (const order of [{ rank: 'citation' }, { sort: 'cited' }]) {
        assert.deepEqual(search(snapshot, ask('', { ...order, ascending }), live(snapshot), options).ids, expected);
      }
      for (const one of records) {
        const together = (id: number) =>
          records.filter((citing) => refers(citing, one) && refers(citing, byId.get(id)!)).length;
        const found = search(snapshot, ask(`cocitedwith:${one.id}`, { ascending }), live(snapshot), options);
        const others = records.map(({ id }) => id).filter((id) => id !== one.id && together(id) > 0);
        assert.deepEqual(found.ids, ordered(together, others));
      }
    }),
    { numRuns: 150 },
  );
});

test('a name that is nearly a field is searched for as a word, and the field is named', () => {
  const snapshot = snapshotOf([]);
  const told = (text: string, field = '') =>
    search(snapshot, { ...ask(text), field }, live(snapshot)).notices.map(({ kind, text, at, detail }) => [
      ...[kind, text, at, detail],
    ]);
  assert.deepEqual(told('higgs autor:ellis'), [['mistyped-field', 'autor', 6, 'author']]);
  assert.deepEqual(told('Re:start'), [['no-field', 'Re', 0, undefined]]);
  for (const text of ['author:ellis', '"autor:ellis"', 'http://library.example', 'Re: start', '/autor:x/', '245__a:x'])
    assert.deepEqual(told(text), [], text);
  assert.deepEqual(told('autor:ellis', 'title'), []);
});

test('a range that ends before it begins is told with the range the right way round', () => {
  const snapshot = snapshotOf([]);
  const told = (text: string) =>
    search(snapshot, ask(text), live(snapshot)).notices.map(({ kind, text, detail }) => [kind, text, detail]);
  assert.deepEqual(told('year:2000->1990'), [['reversed-range', 'year:2000->1990', 'year:1990->2000']]);
  assert.deepEqual(told('recid:9->2'), [['reversed-range', 'recid:9->2', 'recid:2->9']]);
  for (const text of ['year:1990->2000', 'year:1990->1990', 'year:1990->', 'title:a->b', 'datecreated:2026->2026'])
    assert.deepEqual(told(text), [], text);
});

test('without a graph yet, questions about citations find nothing and say so', () => {
  const snapshot = snapshotOf([]);
  for (const text of ['refersto:higgs', 'cited:1', 'cocitedwith:3']) {
    const { ids, notices } = search(snapshot, ask(text), live(snapshot));
    assert.deepEqual(ids, []);
    assert.deepEqual(
      notices.map(({ kind }) => kind),
      ['no-citations'],
    );
  }
});

test('a condition that is left out joins nothing', () => {
  assertProperty(
    fc.property(history, (versions) => {
      const snapshot = snapshotOf(versions);
      const ids = (text: string) => search(snapshot, ask(text), live(snapshot)).ids;
      const alone = ids('title:higgs');
      for (const text of [
        '... or title:higgs',
        'title:higgs or ...',
        'title:higgs or title:...',
        'title:higgs or author:...',
        '(... or ,) or title:higgs',
        'title:higgs not ...',
        'title:higgs or (... not ,)',
      ]) {
        assert.deepEqual({ text, ids: ids(text) }, { text, ids: alone });
      }
    }),
    { numRuns: 30 },
  );
});

test('with a wildcard limit only the first terms of the library count, wherever they are', () => {
  const versions = ['alpha', 'beta', 'betta', 'gamma'].map((word, index) => ({
    id: index + 1,
    revision: 1,
    deleted: false,
    created: 1,
    segment: index % 3,
    record: {
      leader: '',
      fields: [{ tag: '245', ind1: ' ', ind2: ' ', value: undefined, subfields: [{ code: 'a', value: word }] }],
    },
  }));
  const snapshot = snapshotOf(versions);
  const found = search(snapshot, ask('title:*a', { wildcardLimit: 2 }), live(snapshot));
  assert.deepEqual(found.ids, [2, 1]);
  assert.deepEqual(
    found.notices.map(({ kind, limit }) => [kind, limit]),
    [['wildcard-limit', 2]],
  );
});
