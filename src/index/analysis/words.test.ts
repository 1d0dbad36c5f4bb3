import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { addSpelling, type Collect, createWordBuffer, splitWords, wordAt } from './words.ts';

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

test('an apostrophe may be left out, and ends no group', () => {
  assert.deepEqual(placed("qur'an majid"), ["qur'an@0", 'quran@0', 'qur@0', 'an@0', 'majid@1']);
  assert.deepEqual(placed("wa-al-qur'an x"), [
    "wa-al-qur'an@0",
    'wa-al-quran@0',
    'wa@0',
    'al@1',
    "qur'an@2",
    'quran@2',
    'qur@2',
    'an@2',
    'x@3',
  ]);
  assert.deepEqual(placed("'abd `x'"), ["'abd@0", 'abd@0', "`x'@1", 'x@1']);
  assert.deepEqual(words("o'brien-hill", 'groups'), ['obrien', 'hill']);
});

test('letters, punctuation and blanks of all scripts are those that Unicode says', () => {
  assert.deepEqual(words('الكيمياء، تعلم؟'), ['الكيمياء', 'تعلم']);
  assert.deepEqual(words('परीक्षा। ‹x› 10°c'), ['परीक्षा', 'x', '10°c', '10', 'c']);
  assert.deepEqual(words('x\u2028y བོད་ཡིག'), ['x', 'y', 'བོད', 'ཡིག']);
  assert.deepEqual(words('𐌰𐌱 a😀b', 'groups'), ['𐌰𐌱', 'a', 'b']);
});

test('words of Thai, Lao and Khmer are found within their texts', () => {
  assert.deepEqual(placed('ประวัติศาสตร์ไทยสมัยใหม่ x').slice(1), ['ประวัติศาสตร์@0', 'ไทย@1', 'สมัย@2', 'ใหม่@3', 'x@4']);
  assert.ok(words('ປະຫວັດສາດລາວສະໄໝໃໝ່').includes('ລາວ'));
  assert.ok(words('ប្រវត្តិសាស្ត្រខ្មែរ').includes('ខ្មែរ'));
});

test('another spelling of a text adds the words that differ, where the others stand', () => {
  const buffer = createWordBuffer();
  splitWords("muller-o'ho x", buffer);
  addSpelling("mueller-o'hoe x", buffer, createWordBuffer());
  const all = Array.from({ length: buffer.count }, (_, at) => `${wordAt(buffer, at)}@${buffer.positions[at]}`);
  assert.deepEqual(all.slice(8), ["mueller-o'hoe@0", 'mueller-ohoe@0', 'mueller@0', "o'hoe@1", 'ohoe@1', 'hoe@1']);
});

/** The rules once more, as regular expressions say them. */
function naive(text: string): Set<string> {
  const found = new Set<string>();
  const withBare = (word: string): void => {
    if (word !== '') found.add(word);
    const bare = word.replaceAll("'", '').replace(/^[.,:;?!"]+|[.,:;?!"]+$/g, '');
    if (/[a-z0-9é]/.test(bare)) found.add(bare);
  };
  for (const raw of text.split(/ +/)) {
    const block = raw.replace(/^[.,:;?!"]+|[.,:;?!"]+$/g, '');
    withBare(block);
    for (const part of block.split(/[.,:;?!"]/)) withBare(part);
    for (const group of block.match(/[a-z0-9é]+(?:'+[a-z0-9é]+)*/g) ?? []) {
      withBare(group);
      for (const piece of group.split(/'+/)) found.add(piece);
    }
  }
  return found;
}

test('splits as the rules say, whatever the text', () => {
  const text = fc.string({ unit: fc.constantFrom(...'ab1é  .,:(-*"\'$+'), maxLength: 30 });
  assertProperty(
    fc.property(text, (value) => {
      assert.deepEqual(new Set(words(value)), naive(value));
      const groups = value.match(/[a-z0-9é]+(?:'+[a-z0-9é]+)*/g) ?? [];
      assert.deepEqual(
        words(value, 'groups'),
        groups.map((group) => group.replaceAll("'", '')),
      );
      assert.equal(words(value).length, placed(value).length);
      const spoken = placed(value).filter((word) => /^[a-z0-9é]+@/.test(word));
      assert.equal(new Set(spoken).size, spoken.length, 'no word stands twice at one position');
    }),
    { numRuns: 3000 },
  );
});

test('half a letter, wherever it stands, ends', () => {
  const out = createWordBuffer();
  for (const text of [
    ' \udc00',
    '\udc00',
    'a \ud800 b',
    '.\udc00.',
    '\udc00\ud800',
    '\u2028\udc00 x',
    '\ud83d\ude00 a',
  ]) {
    splitWords(text, out);
    assert.ok(out.count <= text.length, JSON.stringify(text));
  }
});
