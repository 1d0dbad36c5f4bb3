import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { inChunks, marcRecord, valueText } from '../arbitrary.ts';
import type { RawRecord, ReadResult } from '../raw.ts';
import { toMarcJson } from '../writers/json.ts';
import { parseMarcJsonRecord } from './json-parse.ts';
import { parsePlainJson } from './json-plain.ts';
import { splitMarcJson } from './json-split.ts';
import { parseRaw } from './parse-raw.ts';

function split(chunks: readonly Uint8Array[], limit = 1 << 20): RawRecord[] {
  const splitter = splitMarcJson(limit);
  const found = chunks.flatMap((chunk) => splitter.push(chunk));
  return [...found, ...splitter.end()];
}

function outcome(results: readonly ReadResult[]): string[] {
  return results.map((result) =>
    result.kind === 'record'
      ? `${result.position} ok ${result.record.fields[0]?.value}`
      : `${result.position} ${result.control001} ${result.reason.code.replace('REPERIO_MARC_', '')}`,
  );
}

function read(json: string, limit?: number): string[] {
  return outcome(split([Buffer.from(json)], limit).map((raw) => parseRaw('json', raw)));
}

const one = (id: string): string => `{"leader":"","fields":[{"001":"${id}"}]}`;
const anyRecord = marcRecord(valueText(['\u001f', '}', '{', '"}', '\\"']));

test('a record written as MARC-in-JSON comes back the same', () => {
  assertProperty(
    fc.property(anyRecord, (record) => {
      assert.deepEqual(parseMarcJsonRecord(Buffer.from(toMarcJson(record))), { record, warnings: [] });
    }),
  );
});

test('what is written as we write it is read without JSON.parse, and anything near it is read as JSON', () => {
  assertProperty(
    fc.property(
      anyRecord,
      fc.nat(),
      fc.constantFrom('', '"', '\\', ',', '{', '}', ' ', '\t', '\\u0041'),
      (record, place, put) => {
        const text = toMarcJson(record);
        assert.deepEqual(parsePlainJson(text), record);
        const at = place % text.length;
        for (const cut of [text.slice(0, at) + put + text.slice(at), text.slice(0, at) + put + text.slice(at + 1)]) {
          // Half of a character is no bytes of UTF-8.
          const damaged = cut.toWellFormed();
          const plain = parsePlainJson(damaged);
          if (plain === undefined) continue;
          // A blank before it is JSON too, and nothing that we write.
          assert.deepEqual(plain, parseMarcJsonRecord(Buffer.from(` ${damaged}`)).record, damaged);
        }
      },
    ),
  );
});

test('a record is written as JSON.stringify would write it', () => {
  assertProperty(
    fc.property(anyRecord, ({ leader, fields }) => {
      const objects = fields.map(({ tag, ind1, ind2, value, subfields }) => ({
        [tag]: value ?? { ind1, ind2, subfields: subfields.map((one) => ({ [one.code]: one.value })) },
      }));
      assert.equal(toMarcJson({ leader, fields }), JSON.stringify({ leader, fields: objects }));
    }),
  );
});

describe('a JSON file', () => {
  test('gives the same records as array, as lines and indented, however it is cut into chunks', () => {
    const file = fc.array(anyRecord, { maxLength: 4 }).chain((records) => {
      const lines = records.map(toMarcJson);
      const indented = lines.map((line) => JSON.stringify(JSON.parse(line), null, 2));
      const texts = [`[${lines.join(',\n')}]`, lines.join('\n'), `[\n${indented.join(',\n')}\n]`, indented.join('')];
      return fc.constantFrom(...texts).chain((text) => fc.tuple(fc.constant(records), inChunks(Buffer.from(text))));
    });
    assertProperty(
      fc.property(file, ([records, chunks]) => {
        const read = split(chunks).map((raw) => parseRaw('json', raw));
        assert.deepEqual(
          read,
          records.map((record, at) => ({ kind: 'record', position: at + 1, record, warnings: [] })),
        );
      }),
      { numRuns: 300 },
    );
  });

  const files: readonly [name: string, json: string, expected: readonly string[]][] = [
    [
      'a broken line among lines',
      `${one('1')}\n${one('2').slice(0, 25)}\n${one('3')}\n`,
      ['1 ok 1', '2 undefined JSON', '3 ok 3'],
    ],
    ['an end missing', `[${one('1')},\n${one('2').slice(0, -1)},\n${one('3')}]`, ['1 ok 1', '2 2 JSON', '3 ok 3']],
    [
      'a quotation mark missing',
      `[${one('1')},\n${one('2').replace('2"', '2')},\n${one('3')}]`,
      ['1 ok 1', '2 undefined JSON', '3 ok 3'],
    ],
    ['a comma too many', `[${one('1')},${one('2').replace(']', ',]')},${one('3')}]`, ['1 ok 1', '2 2 JSON', '3 ok 3']],
    ['the end inside a record', `[${one('1')},{"leader":"","fields":[{"001":"2"}`, ['1 ok 1', '2 2 CUT_OFF']],
    ['other objects', `[${one('1')},{"title":"x"},${one('3')}]`, ['1 ok 1', '2 undefined SHAPE', '3 ok 3']],
    ['a number as value', `[{"leader":"","fields":[{"001":7}]}]`, ['1 undefined SHAPE']],
    ['two tags in a field', `[{"leader":"","fields":[{"001":"7","002":"8"}]}]`, ['1 7 SHAPE']],
    ['subfields that are no list', `[{"leader":"","fields":[{"245":{"subfields":{"a":"b"}}}]}]`, ['1 undefined SHAPE']],
    [
      'something beside the subfields',
      `[{"leader":"","fields":[{"245":{"subfields":[],"x":1}}]}]`,
      ['1 undefined SHAPE'],
    ],
    [
      'two codes in a subfield',
      `[{"leader":"","fields":[{"245":{"subfields":[{"a":"1","b":"2"}]}}]}]`,
      ['1 undefined SHAPE'],
    ],
    ['fields that are no list', `[{"leader":"","fields":{}}]`, ['1 undefined SHAPE']],
    ['no records', '[]', []],
  ];
  for (const [name, json, expected] of files) {
    test(`with ${name}`, () => assert.deepEqual(read(json), expected));
  }

  test('with a record over the limit loses that record only', () => {
    const json = `[${one('1')},${one('x'.repeat(5_000))},${one('3')}]`;
    const pieces = (json.match(/.{1,100}/g) ?? []).map((piece) => Buffer.from(piece));
    for (const chunks of [[Buffer.from(json)], pieces]) {
      const results = outcome(split(chunks, 1_000).map((raw) => parseRaw('json', raw)));
      assert.deepEqual(
        results.map((result) => result.split(' ').at(-1)),
        ['1', 'TOO_LARGE', '3'],
      );
    }
  });
});
