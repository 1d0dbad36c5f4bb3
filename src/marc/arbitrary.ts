import fc from 'fast-check';
import { controlField, dataField, type Field, type MarcRecord } from './record.ts';

/** Records for property tests: valid, short, and fond of characters that formats find difficult. */

const difficult = [
  '&',
  '<',
  '>',
  '"',
  "'",
  ']]>',
  '\n',
  '\t',
  '\r',
  '\r\n',
  '$',
  '$$',
  '{',
  '\\',
  'é',
  'ő',
  '界',
  '𝔐',
  'e\u0301',
  '\u00a0',
];

/** Text for values; `extra` are strings that only some formats can hold. */
export function valueText(extra: readonly string[] = []): fc.Arbitrary<string> {
  const piece = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom(...difficult, ...extra));
  return fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
}

const letter = fc.constantFrom(...'0123456789abcxyzAZ');
const numericTag = fc.integer({ min: 10, max: 999 }).map((tag) => String(tag).padStart(3, '0'));
const letteredTag = fc.tuple(fc.constantFrom(...'ABCxyz'), letter, letter).map((chars) => chars.join(''));
const indicator = fc.oneof(fc.constantFrom(' ', '0', '1', 'C'), fc.constantFrom(..."#_-%'&<"));
const code = fc.oneof(fc.constantFrom(...'abcdxyz0129'), fc.constantFrom(..."%-'&<@$"));

function control(value: fc.Arbitrary<string>): fc.Arbitrary<Field> {
  return fc.tuple(fc.integer({ min: 1, max: 9 }), value).map(([tag, text]) => controlField(`00${tag}`, text));
}

function data(tag: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<Field> {
  const subfields = fc.array(fc.record({ code, value }, { noNullPrototype: true }), { maxLength: 4 });
  return fc.tuple(tag, indicator, indicator, subfields).map((parts) => dataField(...parts));
}

const leader = fc.oneof(fc.constant(''), fc.constantFrom('00000nam a2200000 a 4500', '     cas a22     uu 4500'));

export function marcRecord(value: fc.Arbitrary<string> = valueText()): fc.Arbitrary<MarcRecord> {
  const field = fc.oneof(control(value), data(numericTag, value), data(fc.oneof(numericTag, letteredTag), value));
  return fc.record({ leader, fields: fc.array(field, { minLength: 1, maxLength: 6 }) }, { noNullPrototype: true });
}

/** The bytes in pieces of any size, as they may come over a network. */
export function inChunks(bytes: Uint8Array): fc.Arbitrary<Uint8Array[]> {
  return fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 12 }).map((sizes) => {
    const chunks: Uint8Array[] = [];
    for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
      const size = sizes[turn % sizes.length]!;
      chunks.push(bytes.subarray(at, at + size));
      at += size;
    }
    return chunks;
  });
}
