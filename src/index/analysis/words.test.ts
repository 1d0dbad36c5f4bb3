import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { type Collect, createWordBuffer, splitWords, wordAt } from './words.ts';

function words(text: string, collect?: Collect): string[] {
  const buffer = createWordBuffer();
  splitWords(text, buffer, collect);
  return Array.from({ length: buffer.count }, (_, at) => wordAt(buffer, at));
}

function placed(text: string): string[] {
  const buffer = createWordBuffer();
  splitWords(text, buffer);
  return Array.from({ length: buffer.count }, (_, at) => `${wordAt(buffer, at)}@${buffer.positions[at]}`);
}

test('a block is a word, and so are its parts and groups', () => {
  assert.deepEqual(words('hep-ph/9912345'), ['hep-ph/9912345', 'hep', 'ph', '9912345']);
  assert.deepEqual(new Set(words('so(3,1),')), new Set(['so(3,1)', 'so(3', 'so', '3', '1)', '1']));
  assert.deepEqual(words('c++ & (nice) -> "quoted."'), ['c++', 'c', '&', '(nice)', 'nice', '->', 'quoted']);
  assert.deepEqual(
    new Set(words('arxiv:0901.4321')),
    new Set(['arxiv:0901.4321', '0901.4321', 'arxiv', '0901', '4321']),
  );
});

test('positions count groups; a compound stands at its first one', () => {
  assert.deepEqual(placed('the u(1) case'), ['the@0', 'u(1)@1', 'u@1', '1@2', 'case@3']);
  assert.deepEqual(placed('mu -> e'), ['mu@0', '->@1', 'e@1']);
});

test('scripts without blanks are indexed by character, and whole', () => {
  assert.deepEqual(words('水と光 x'), ['水と光', '水', 'と', '光', 'x']);
  assert.deepEqual(words('𠮷田', 'groups'), ['𠮷', '田']);
});

test('punctuation alone is no word', () => assert.deepEqual(words(' . ,; ?! '), []));

test('long words are cut', () => assert.equal(words('x'.repeat(80))[0]?.length, 50));

/** The rules once more, as regular expressions say them. */
function naive(text: string): Set<string> {
  const found = new Set<string>();
  for (const raw of text.split(/ +/)) {
    const block = raw.replace(/^[.,:;?!"]+|[.,:;?!"]+$/g, '');
    if (block === '') continue;
    found.add(block);
    for (const part of block.split(/[.,:;?!"]/)) if (part !== '') found.add(part);
    for (const group of block.match(/[a-z0-9é]+/g) ?? []) found.add(group);
  }
  return found;
}

test('splits as the rules say, whatever the text', () => {
  const text = fc.string({ unit: fc.constantFrom(...'ab1é  .,:(-*"\'$+'), maxLength: 30 });
  assertProperty(
    fc.property(text, (value) => {
      assert.deepEqual(new Set(words(value)), naive(value));
      assert.deepEqual(words(value, 'groups'), value.match(/[a-z0-9é]+/g) ?? []);
      assert.equal(words(value).length, placed(value).length);
      const spoken = placed(value).filter((word) => /[a-z0-9é].*@/.test(word));
      assert.equal(new Set(spoken).size, spoken.length, 'no word stands twice at one position');
    }),
    { numRuns: 3000 },
  );
});
