import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { inChunks, marcRecord, valueText } from '../arbitrary.ts';
import type { RawRecord, ReadResult } from '../raw.ts';
import { controlField, dataField, type Field, type MarcRecord } from '../record.ts';
import { toTextMarc } from '../writers/text.ts';
import { parseRaw } from './parse-raw.ts';
import { parseTextMarcRecord } from './text-parse.ts';
import { splitTextMarc } from './text-split.ts';

function split(chunks: readonly Uint8Array[], limit = 1 << 20): RawRecord[] {
  const splitter = splitTextMarc(limit);
  const found = chunks.flatMap((chunk) => splitter.push(chunk));
  return [...found, ...splitter.end()];
}

function read(text: string, limit?: number): ReadResult[] {
  return split([Buffer.from(text)], limit).map((raw) => parseRaw('text', raw));
}

const article: MarcRecord = {
  leader: '00000nab a2200000 a 4500',
  fields: [
    dataField('909', 'C', '4', [
      { code: 'y', value: '2003' },
      { code: 'c', value: '1-9' },
    ]),
    controlField('001', '85'),
    dataField('700', ' ', ' ', [{ code: 'a', value: 'Roe, J' }]),
    dataField('245', ' ', ' ', [
      { code: 'b', value: 'a\nsubtitle' },
      { code: 'a', value: 'Title' },
    ]),
    dataField('700', ' ', ' ', [
      { code: 'u', value: 'Here' },
      { code: 'a', value: 'Doe, J' },
      { code: 'u', value: 'There' },
    ]),
  ],
};

describe('text MARC as it is written', () => {
  test('has fields by tag, subfields by code, each in record order', () => {
    assert.equal(
      toTextMarc(article, { id: 85 }),
      [
        '000000085 001__ 85',
        '000000085 245__ $$aTitle$$ba subtitle',
        '000000085 700__ $$aRoe, J',
        '000000085 700__ $$aDoe, J$$uHere$$uThere',
        '000000085 909C4 $$c1-9$$y2003',
        '',
      ].join('\n'),
    );
  });

  const selections: readonly [only: readonly string[], text: string][] = [
    [['700__a'], 'Roe, J\nDoe, J\n'],
    [['700__a', '909C4y'], 'Roe, J\nDoe, J\n2003\n'],
    [['245', '700'], '245__ $$aTitle$$ba subtitle\n700__ $$aRoe, J\n700__ $$aDoe, J$$uHere$$uThere\n'],
    [['909C4'], '909C4 $$c1-9$$y2003\n'],
    [['001'], '001__ 85\n'],
    [['595'], ''],
  ];
  for (const [only, text] of selections) {
    test(`has for ot=${only.join()} ${JSON.stringify(text.slice(0, 20))}`, () =>
      assert.equal(toTextMarc(article, { only }), text));
  }

  test('comes back sorted; leader, line breaks, empty data fields, "$$", and "_" as indicator it cannot hold', () => {
    const plain = valueText().map((text) => text.replace(/[\r\n$]/g, ''));
    const holdable = (field: Field): boolean =>
      field.value !== undefined ||
      (field.subfields.length > 0 &&
        field.subfields.every(({ code }) => code !== '$') &&
        field.ind1 !== '_' &&
        field.ind2 !== '_');
    const by = <T>(list: readonly T[], key: (item: T) => string): T[] =>
      [...list].sort((a, b) => Number(key(a) > key(b)) - Number(key(a) < key(b)));
    assertProperty(
      fc.property(marcRecord(plain), fc.constantFrom(undefined, 1, 123_456_789), (record, id) => {
        const fields = record.fields.filter(holdable);
        const { record: back } = parseTextMarcRecord(Buffer.from(toTextMarc({ leader: '', fields }, { id })));
        const sorted = fields.map((field) => ({ ...field, subfields: by(field.subfields, ({ code }) => code) }));
        assert.deepEqual(back, { leader: '', fields: by(sorted, ({ tag }) => tag) });
      }),
    );
  });
});

describe('a file of text MARC', () => {
  test('is cut where the record number changes, however it comes in chunks', () => {
    const plain = valueText().map((text) => text.replace(/[\r\n$]/g, ''));
    const file = fc.array(marcRecord(plain), { maxLength: 4 }).chain((records) => {
      const texts = records.map((record, at) => toTextMarc(record, { id: at + 1 }));
      return fc.tuple(fc.constant(texts), inChunks(Buffer.from(texts.join(''))));
    });
    assertProperty(
      fc.property(file, ([texts, chunks]) => {
        assert.deepEqual(
          split(chunks).map((raw) => String(raw.bytes)),
          texts,
        );
      }),
    );
  });

  test('may have empty lines between records instead of numbers', () => {
    const results = read('245__ $$aOne\r\n100__ $$aDoe\r\n\r\n\r\n245__ $$aTwo');
    assert.deepEqual(
      results.map((result) => result.kind === 'record' && result.record.fields.map((field) => field.tag)),
      [['245', '100'], ['245']],
    );
  });

  test('may be in the mnemonic form of MarcEdit', () => {
    const text = [
      '=LDR  00000nam\\a2200000\\a\\4500',
      '=001  17',
      '=008  931122s1993\\\\\\\\xxu',
      '=245  10$aCosts {dollar}5 {lcub}now{rcub} /$cA. Uthor.',
      '=500  \\\\$aNote',
      '',
      '=LDR  00000nam\\a2200000\\a\\4500',
      '=001  18',
      '=LDR  00000nam\\a2200000\\a\\4500',
      '=001  19',
    ].join('\n');
    const [first, ...rest] = read(text);
    assert.deepEqual(first?.kind === 'record' && first.record, {
      leader: '00000nam a2200000 a 4500',
      fields: [
        controlField('001', '17'),
        controlField('008', '931122s1993    xxu'),
        dataField('245', '1', '0', [
          { code: 'a', value: 'Costs $5 {now} /' },
          { code: 'c', value: 'A. Uthor.' },
        ]),
        dataField('500', ' ', ' ', [{ code: 'a', value: 'Note' }]),
      ],
    });
    assert.deepEqual(
      rest.map((result) => result.kind === 'record' && result.record.fields[0]?.value),
      ['18', '19'],
    );
  });

  test('with a bad line names the record and the line, and loads the others', () => {
    const results = read('000000001 001__ 1\n000000002 001__ two\n000000002 what is this\n000000003 001__ 3\n');
    assert.deepEqual(
      results.map((result) => result.kind),
      ['record', 'refused', 'record'],
    );
    const [, refused] = results;
    assert.ok(refused?.kind === 'refused');
    assert.match(
      refused.reason.message,
      /^Record 2 \(001 two\) has a line that is not text MARC: "000000002 what is this"\.$/,
    );
  });

  test('with a record over the limit loses that record only', () => {
    const text = `000000001 001__ 1\n000000002 245__ $$a${'x'.repeat(5000)}\n000000002 500__ $$ax\n000000003 001__ 3\n`;
    const pieces = (text.match(/.{1,100}/gs) ?? []).map((piece) => Buffer.from(piece));
    for (const chunks of [[Buffer.from(text)], pieces]) {
      const results = split(chunks, 1_000).map((raw) => parseRaw('text', raw));
      assert.deepEqual(
        results.map((result) => (result.kind === 'record' ? result.position : result.reason.code)),
        [1, 'REPERIO_MARC_TOO_LARGE', 3],
      );
    }
  });
});
