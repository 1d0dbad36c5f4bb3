import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { packDelta, replayDelta } from './delta.ts';
import type { IndexedRecord } from './document.ts';
import { emptyBrief } from './segment/stored-segment.ts';

const record: IndexedRecord = {
  id: 7,
  revision: 3,
  deleted: false,
  columns: {
    created: 1,
    modified: 2,
    year: 1999,
    sorts: { title: 'é' },
    facets: { type: ['A', 'B'] },
    keys: { own: [1, 2], references: [0, 7, 0xffffffff, 3], authors: [] },
  },
  brief: { ...emptyBrief, t: 'Über 𝔤' },
};

type Call = readonly ['word' | 'value', space: string, term: string, position: number];

const text = fc.string({ unit: 'binary', maxLength: 40 }).map((one) => one.toWellFormed());
const calls = fc.array(
  fc.tuple(
    fc.constantFrom('word' as const, 'value' as const),
    fc.constantFrom('w:title', 'v:author', 'm:245__a'),
    text,
    fc.nat(),
  ),
);

function pack(list: readonly Call[]): Buffer {
  return packDelta(record, (sink) => {
    for (const [kind, space, term, position] of list) {
      if (kind === 'word') sink.word(sink.space(space), sink.term(term), position);
      else sink.value(sink.space(space), term);
    }
  });
}

function replay(packed: Buffer): { readonly begun: readonly IndexedRecord[]; readonly calls: readonly Call[] } {
  const names: string[] = [];
  const words: string[] = [];
  const begun: IndexedRecord[] = [];
  const list: Call[] = [];
  replayDelta(packed, {
    begin: (one) => void begun.push(one),
    // Numbers of its own, as a segment in the making that knows other spaces has.
    space: (name) => 10 + (names.includes(name) ? names.indexOf(name) : names.push(name) - 1),
    term: (text) => 20 + (words.includes(text) ? words.indexOf(text) : words.push(text) - 1),
    word: (space, term, position) => void list.push(['word', names[space - 10]!, words[term - 20]!, position]),
    value: (space, term) => void list.push(['value', names[space - 10]!, term, 0]),
  });
  return { begun, calls: list };
}

test('a delta says again exactly what the analysis said', () => {
  assertProperty(
    fc.property(calls, (list) => {
      const expected = list.map(([kind, space, term, position]) => [kind, space, term, kind === 'word' ? position : 0]);
      assert.deepEqual(replay(pack(list)), { begun: [record], calls: expected });
    }),
  );
});

test('a flipped bit in a delta is found, never read as something else', () => {
  const packed = pack([
    ['word', 'w:title', 'higgs', 3],
    ['value', 'm:245__a', 'x', 0],
  ]);
  for (let bit = 0; bit < packed.length * 8; bit++) {
    const damaged = Buffer.from(packed);
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    assert.throws(() => replay(damaged), /checksum/);
  }
});
