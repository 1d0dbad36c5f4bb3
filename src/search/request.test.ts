import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { emptyRequest, type SearchRequest } from './request.ts';
import { type KnownNames, requestOf } from './request-url.ts';
import { toArguments, toUrl } from './url-of-request.ts';

const known: KnownNames = {
  isField: (code) => ['author', 'title', 'year'].includes(code),
  isFacet: (code) => ['author', 'year', '__proto__'].includes(code),
};
const read = (query: string) => requestOf(new URLSearchParams(query), known);

test('a request survives its own URL', () => {
  const text = fc.constantFrom('', 'higgs', 'a & b = "c"', 'ü*');
  const date = fc.constantFrom('', '2012', '2012-05', '2012-05-03');
  assertProperty(
    fc.property(
      fc.record({
        text,
        field: fc.constantFrom('', 'title', '245__a'),
        collection: text,
        collections: fc.array(fc.constantFrom('Books', 'Drafts & Co')),
        order: fc.constantFrom('site', 'newest'),
        sort: text,
        ascending: fc.boolean(),
        rank: fc.constantFrom('', 'wrd'),
        first: fc.integer({ min: 1, max: 1000 }),
        size: fc.constantFrom(1, 10, 25, Number.POSITIVE_INFINITY),
        format: fc.constantFrom('hb', 'id', 'xm'),
        split: fc.boolean(),
        limits: fc.array(
          fc.record({ field: fc.constantFrom('author', 'year'), text: fc.constantFrom('Ellis, J', '1999') }),
        ),
        dates: fc.record({ column: fc.constantFrom('created', 'modified'), from: date, until: date }),
        records: fc.option(fc.record({ from: fc.constant(5), below: fc.integer({ min: 6, max: 99 }) }), {
          nil: undefined,
        }),
        excluded: fc.dictionary(fc.constantFrom('year', 'author'), fc.constant(['Ellis, J'])),
        facets: fc.dictionary(fc.constantFrom('year', 'author', '__proto__'), fc.constant(['1999->2003', 'Ellis, J'])),
        embed: fc.constantFrom([], ['B'], ['S', 'B']),
        wildcardLimit: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
      }),
      (parts) => {
        const html = parts.format === 'hb';
        // An order that is asked for is kept; one that is not is in force where nothing else is
        // said.
        const { sort, rank, ascending, format, split } = parts;
        const says = sort !== '' || rank !== '' || ascending || format !== 'hb' || split;
        const order = says ? 'newest' : parts.order;
        const request = { ...emptyRequest, ...parts, order, alternatives: html } as SearchRequest;
        const read = requestOf(new URLSearchParams([...toArguments(request)]), known);
        // fast-check makes objects without a prototype.
        assert.deepEqual(structuredClone(read), structuredClone(request));
      },
    ),
  );
});

test('what is not a number becomes the default', () => {
  const normalised = read('p=x&jrec=-3&rg=abc&so=x&wl=-1&recid=0&d1=2012-13-40&dt=z&ap=q');
  const notices = [{ kind: 'left-out-date', text: '2012-13-40' }];
  assert.deepEqual(normalised, { ...emptyRequest, order: 'newest', text: 'x', alternatives: false, notices });
});

test('lists of ids are whole unless a number is asked for; pages have at most 200 hits', () => {
  assert.equal(read('of=id').size, Number.POSITIVE_INFINITY);
  assert.equal(read('of=id&rg=500').size, 500);
  assert.equal(read('rg=500').size, 200);
  assert.equal(read('rg=-9999').size, Number.POSITIVE_INFINITY);
});

test('parts of dates, field names and the advanced form are read', () => {
  assert.equal(read('d1y=2012&d1m=5&d1d=0').dates.from, '2012-05');
  assert.deepEqual(read('p=x&author=Ellis&nonsense=1').limits, [{ field: 'author', text: 'Ellis' }]);
  assert.deepEqual(
    read('p1=a&op1=n&p2=b&f2=Title&m2=e').parts.map(({ join, field, match }) => [join, field, match]),
    [
      ['and', '', ''],
      ['not', 'title', 'e'],
    ],
  );
  assert.deepEqual(read('recid=5&recidb=9').records, { from: 5, below: 9 });
});

test('a condition is added to a search as a person would have typed it', () => {
  const added = (query: string) => read(`${query}&aas=2`).text;
  assert.equal(added('p=ellis&p1=muon&op1=a'), 'ellis muon');
  assert.equal(added('p=ellis&p1=muon&f1=title&op1=n'), 'ellis -title:muon');
  assert.equal(added('p=ellis&p1=dark+matter&f1=title&m1=e&op1=o'), 'ellis |title:"dark matter"');
  assert.equal(added('p=ellis&p1=a+b&f1=title&m1=o&op1=a'), 'ellis (title:a |title:b)');
  assert.equal(added('p=ellis&p1=a+b&m1=a'), 'ellis (a b)');
  assert.equal(added('p=&p1=a+b&m1=p&f1=245__a'), "245__a:'a b'");
  assert.equal(added('p=&p1=x&op1=n'), '-x');
  assert.equal(added('p=ellis'), 'ellis');
  assert.deepEqual(read('p=ellis&p1=x&aas=2').parts, []);
});

test('50 values of facets are taken, each once; more and unknown facets are named', () => {
  const values = (from: number, below: number, code = 'author') =>
    Array.from({ length: below - from }, (_, i) => `facet.${code}=v${from + i}`).join('&');
  const taken = read(`${values(0, 40)}&${values(0, 40)}&${values(0, 10, 'year')}`);
  assert.equal(taken.facets.author?.length, 40);
  assert.equal(taken.facets.year?.length, 10);
  assert.equal(taken.notices, undefined);
  const many = read(`${values(0, 40)}&${values(0, 15, 'year')}`);
  assert.deepEqual(many.facets.year, ['v0', 'v1', 'v2', 'v3', 'v4', 'v5', 'v6', 'v7', 'v8', 'v9']);
  assert.deepEqual(many.notices, [{ kind: 'many-choices', text: '55', limit: 50 }]);
  const unknown = read(`facet.nonsense=a&facet.nonsense=b&facet.author=c&facet.=d&${values(0, 100, 'constructor')}`);
  assert.deepEqual(unknown.facets, { author: ['c'] });
  assert.deepEqual(
    unknown.notices?.map(({ kind, text }) => `${kind} ${text}`),
    ['unknown-facet nonsense', 'unknown-facet ', 'unknown-facet constructor'],
  );
  assert.equal(toUrl(unknown), '/search?facet.author=c');
  const not = read('facet.not.author=a&facet.not.author=b&facet.author=c&facet.not.nonsense=a');
  assert.deepEqual(not.excluded, { author: ['a', 'b'] });
  assert.deepEqual(not.facets, { author: ['c'] });
  assert.deepEqual(not.notices, [{ kind: 'unknown-facet', text: 'nonsense' }]);
  assert.equal(toUrl(not), '/search?facet.author=c&facet.not.author=a&facet.not.author=b');
});

test('any change but of page and format goes back to the first hit', () => {
  const request = { ...emptyRequest, text: 'x', first: 21 };
  assert.equal(toUrl(request, { format: 'xm' }), '/search?p=x&jrec=21&of=xm');
  assert.equal(toUrl(request, { sort: 'title' }), '/search?p=x&sf=title');
  assert.equal(toUrl(emptyRequest), '/search');
  // Choices in facets alone are written in another way.
  const choices: readonly Partial<SearchRequest>[] = [
    { facets: { author: ['Ellis, J.'] } },
    { facets: {} },
    { excluded: { author: ['a', 'b'] } },
  ];
  for (const from of [request, { ...request, sort: 'title', collection: 'A&B', facets: { year: ['1990->1999'] } }]) {
    for (const changes of choices)
      assert.equal(toUrl(from, changes), toUrl({ ...from, ...changes, first: 1 }), JSON.stringify(changes));
  }
  assert.equal(toUrl(emptyRequest, { facets: {} }), '/search');
});
