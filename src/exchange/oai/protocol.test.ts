import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { field, item } from '../../formats/test-records.ts';
import { readBounds, stampText } from './dates.ts';
import { oaiFormats } from './formats.ts';
import { recordIn } from './identifier.ts';
import { readRequest } from './protocol.ts';
import { innermost, offeredSets } from './sets.ts';
import { type ListState, readToken, writeToken } from './token.ts';

const codeOf = (query: string): string | undefined => {
  const read = readRequest(new URLSearchParams(query));
  return 'code' in read ? read.code : undefined;
};

test('verbs and arguments are those of the protocol', () => {
  for (const query of [
    'verb=Identify',
    'verb=ListSets',
    'verb=ListMetadataFormats&identifier=x',
    'verb=GetRecord&identifier=x&metadataPrefix=y',
    'verb=ListRecords&metadataPrefix=oai_dc&set=a&from=2026-01-01&until=2026-01-01',
    'verb=ListIdentifiers&resumptionToken=x',
  ])
    assert.equal(codeOf(query), undefined, query);
  for (const query of ['', 'verb=', 'verb=identify', 'verb=Identify&verb=Identify', 'verb=toString'])
    assert.equal(codeOf(query), 'badVerb', query);
  for (const query of [
    'verb=Identify&x=1',
    'verb=ListRecords',
    'verb=GetRecord&identifier=x',
    'verb=GetRecord&metadataPrefix=x',
    'verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc',
    'verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=x',
    'verb=ListRecords&metadataPrefix=oai_dc&from=x',
    'verb=ListRecords&metadataPrefix=oai_dc&__proto__=x',
  ])
    assert.equal(codeOf(query), 'badArgument', query);
});

test('dates are UTC by day or by second, in one granularity and in order', () => {
  assert.deepEqual(readBounds('2026-01-01', '2026-01-01'), { from: 1767225600, until: 1767311999 });
  assert.deepEqual(readBounds('2026-01-01T00:00:01Z', undefined), { from: 1767225601, until: undefined });
  for (const [from, until] of [
    ['2026-02-30'],
    ['2026-13-01'],
    ['2026-01-01T00:00:00'],
    ['2026-01-01T00:00:00.5Z'],
    ['2026-01-01T00:00:00+01:00'],
    ['2026-01-01T24:00:00Z'],
    [''],
    ['2026-01-02', '2026-01-01'],
    ['2026-01-01', '2026-01-02T00:00:00Z'],
  ] as const)
    assert.equal(typeof readBounds(from, until), 'string', from);
  assert.equal(stampText(1767225601), '2026-01-01T00:00:01Z');
});

test('a token says again what it was made of, and any other text is none', () => {
  const second = fc.integer({ min: 0, max: 4_000_000_000 });
  const states = fc.record<ListState>({
    prefix: fc.constantFrom('oai_dc', 'marcxml'),
    set: fc.option(fc.constantFrom('a', 'a:b'), { nil: undefined }),
    from: fc.option(second, { nil: undefined }),
    until: fc.option(second, { nil: undefined }),
    after: fc.record({ stamp: second, seq: fc.maxSafeNat() }),
    cursor: fc.nat(),
    size: fc.option(fc.nat(), { nil: undefined }),
  });
  assertProperty(
    fc.property(states, fc.nat(), (state, timeline) => {
      const token = writeToken(state, timeline);
      assert.match(token, /^[\w-]+$/);
      assert.deepEqual(readToken(token), { state: { ...state, after: { ...state.after } }, timeline });
    }),
    { numRuns: 200 },
  );
  assertProperty(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json().map((text) => Buffer.from(text).toString('base64url')),
      ),
      (text) => {
        assert.equal(readToken(text), undefined);
      },
    ),
    { numRuns: 300 },
  );
  for (const set of ['a\0', '\ud800', 'a b', ''])
    assert.equal(
      readToken(Buffer.from(JSON.stringify([1, 1, 'oai_dc', set, null, null, 0, 0, 0, null])).toString('base64url')),
      undefined,
    );
});

test('an identifier names one number of this repository in one way', () => {
  assert.equal(recordIn('library.example', 'oai:library.example:12'), 12);
  for (const text of ['oai:other.example:12', 'oai:library.example:012', 'oai:library.example:x', '12', ''])
    assert.equal(recordIn('library.example', text), undefined, text);
});

test('parents of sets are made, and have what is in the sets inside them', () => {
  const set = (spec: string, query: string) => ({ spec, name: `The ${spec}`, names: {}, description: '', query });
  const settings = { repository: 'x', page: 10, sets: [set('a:b', 'one'), set('a', 'two'), set('c:d:e', 'three')] };
  assert.deepEqual(
    offeredSets(settings).map(({ spec, name, queries }) => [spec, name, queries]),
    [
      ['a', 'The a', ['one', 'two']],
      ['a:b', 'The a:b', ['one']],
      ['c', 'c', ['three']],
      ['c:d', 'c:d', ['three']],
      ['c:d:e', 'The c:d:e', ['three']],
    ],
  );
  assert.deepEqual(innermost(['a', 'a:b', 'ab', 'c']), ['a:b', 'ab', 'c']);
});

test('every format is one element of the namespace that is announced', () => {
  const one = item(7, [field('245__', '$aA < B'), field('100__', '$aEllis, Ann'), field('980__', '$aARTICLE')]);
  const context = {
    ...{ total: 1, baseUrl: 'https://l.example', library: 'L', page: '', single: false, only: [], paths: [] },
    repository: 'l.example',
  };
  for (const { prefix, namespace, schema, format, wrap } of oaiFormats) {
    const text = wrap(format.item(one, context), context);
    const begin = /^<(?:(\w+):)?\w+[^>]*>/.exec(text);
    assert.ok(begin !== null, prefix);
    const name = begin[1] === undefined ? 'xmlns' : `xmlns:${begin[1]}`;
    assert.ok(begin[0].includes(` ${name}="${namespace}"`), `${prefix}: ${begin[0]}`);
    assert.ok(begin[0].includes(schema), prefix);
  }
});
