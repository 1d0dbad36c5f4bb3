import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { UserError } from '../errors/errors.ts';
import { marcRecord, valueText } from './arbitrary.ts';
import type { ReadResult } from './raw.ts';
import { readRecords } from './readers/read.ts';
import type { MarcRecord } from './record.ts';
import { isWellFormed } from './well-formed.ts';
import { toIso2709 } from './writers/iso2709.ts';
import { toMarcJson } from './writers/json.ts';
import { marcXmlFoot, marcXmlHead, toMarcXml } from './writers/marcxml.ts';
import { toTextMarc } from './writers/text.ts';

async function read(input: string | Uint8Array): Promise<ReadResult[]> {
  const results: ReadResult[] = [];
  const bytes = typeof input === 'string' ? Buffer.from(input) : input;
  for await (const batch of readRecords(
    (async function* () {
      yield bytes;
    })(),
  ))
    results.push(...batch);
  return results;
}

const json = (...values: readonly string[]): string =>
  JSON.stringify(
    values.map((a) => ({ leader: '', fields: [{ '035': { ind1: ' ', ind2: ' ', subfields: [{ a }] } }] })),
  );

test('text that is not well-formed is mended, and the warning names record and field', async () => {
  const results = await read(json('good', 'x\u0000y', 'half \ud800', 'good too'));
  const values = results.map((one) => (one.kind === 'record' ? one.record.fields[0]!.subfields[0]!.value : one.reason));
  assert.deepEqual(values, ['good', 'xy', 'half \ufffd', 'good too']);
  assert.deepEqual(
    results.map((one) => (one.kind === 'record' ? one.warnings : [])),
    [
      [],
      ['Record 2 has a NUL in 035__a, which was left out.'],
      ['Record 3 has half a character in 035__a, which became U+FFFD.'],
      [],
    ],
  );
});

const formats: readonly ((records: readonly MarcRecord[]) => Uint8Array)[] = [
  (records) => Buffer.from(marcXmlHead + records.map((one) => toMarcXml(one)).join('') + marcXmlFoot),
  (records) => Buffer.concat(records.map((one) => toIso2709(one))),
  (records) => Buffer.from(records.map(toMarcJson).join('\n')),
  (records) => Buffer.from(records.map((one, at) => toTextMarc(one, { id: at + 1 })).join('')),
];

/**
 * One byte changed, a stretch lost or doubled, zeros, or escapes that write what text must not
 * have.
 */
const damage = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 30 }),
  put: fc.constantFrom(
    '',
    '\u0000',
    '\u001e',
    '\u001d',
    '\u001f',
    '\\ud800',
    '\\u0000',
    '&#0;',
    '&#xD800;',
    '"',
    '{',
    '}',
    '<',
    '>',
    '\n',
    'ÿ',
    '[[',
  ),
});
const recordsInFile = 10;

test('of files damaged anywhere each record is read or refused, nothing throws, and no text is malformed', async () => {
  await assertProperty(
    fc.asyncProperty(
      fc.array(marcRecord(valueText(['\u0000', '\ud800'])), { minLength: recordsInFile, maxLength: recordsInFile }),
      fc.constantFrom(...formats),
      fc.array(damage, { maxLength: 4 }),
      async (records, write, damages) => {
        let bytes: Uint8Array = write(records);
        for (const { at, length, put } of damages) {
          const place = Math.floor(at * bytes.length);
          bytes = Buffer.concat([
            bytes.subarray(0, place),
            Buffer.from(put),
            bytes.subarray(place + (put === '' ? length : 0)),
          ]);
        }
        let results: readonly ReadResult[];
        try {
          results = await read(bytes);
        } catch (error) {
          // What is no format any more is a mistake of the user's.
          if (error instanceof UserError) return;
          throw error;
        }
        for (const one of results) {
          if (one.kind !== 'record') continue;
          for (const { value, subfields } of one.record.fields)
            for (const text of [value ?? '', ...subfields.map((each) => each.value)]) assert.ok(isWellFormed(text));
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('compressed data of which nothing can be read are damaged, and brackets without a record are no list', async () => {
  const packed = gzipSync(json('a'));
  packed[packed.length - 6]! ^= 1;
  await assert.rejects(
    read(packed),
    /Record 1 and all records after it are missing, because the compressed input is damaged/,
  );
  await assert.rejects(read(Buffer.concat([gzipSync(json('a')), Buffer.from([0x1f, 0x8b, 1, 2, 3])])), /damaged/);
  const [one, ...others] = await read('['.repeat(100_000));
  assert.equal(others.length, 0);
  assert.match(one?.kind === 'refused' ? one.reason.message : '', /^Record 1 is not JSON: there is no record in it/);
  assert.deepEqual(await read('[ ]'), []);
  assert.equal((await read(`[[${json('a').slice(1)}`)).length, 1);
});
