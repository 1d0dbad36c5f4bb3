import assert from 'node:assert/strict';
import { createReadStream, readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { marcRecord } from '../arbitrary.ts';
import { parseRaw } from '../readers/parse-raw.ts';
import { readRecords } from '../readers/read.ts';
import { splitTextMarc } from '../readers/text-split.ts';
import { controlField, dataField, type MarcRecord } from '../record.ts';
import { toCompleteTextMarc } from './text-complete.ts';

function readBack(text: string): readonly MarcRecord[] {
  const splitter = splitTextMarc(1 << 20);
  const raws = [...splitter.push(Buffer.from(text)), ...splitter.end()];
  return raws.map((raw) => {
    const result = parseRaw('text', raw);
    assert.ok(result.kind === 'record', result.kind === 'refused' ? result.reason.message : '');
    return result.record;
  });
}

describe('complete text MARC', () => {
  test('has the leader and keeps the order of fields and subfields', () => {
    const record = {
      leader: '00000nam a2200000 a 4500',
      fields: [
        controlField('008', '931122s1993    xxu '),
        dataField('700', '1', ' ', [{ code: 'a', value: 'Roe, J' }]),
        dataField('245', '1', '0', [
          { code: 'a', value: 'Title' },
          { code: 'h', value: '[map]' },
          { code: 'c', value: 'Somebody.' },
        ]),
        dataField('500', ' ', ' ', [{ code: 'a', value: 'costs $$5 {now}\nand more' }]),
      ],
    };
    const text = toCompleteTextMarc(record);
    assert.equal(
      text,
      [
        '=LDR  00000nam\\a2200000\\a\\4500',
        '008__ 931122s1993    xxu ',
        '7001_ $$aRoe, J',
        '24510 $$aTitle$$h[map]$$cSomebody.',
        '=500  \\\\$acosts {dollar}{dollar}5 {lcub}now{rcub}{lfchar}and more',
        '',
      ].join('\n'),
    );
    assert.deepEqual(readBack(text), [record]);
  });

  test('comes back the same', () => {
    assertProperty(
      fc.property(marcRecord(), (record) => {
        assert.deepEqual(readBack(toCompleteTextMarc(record)), [record]);
      }),
      { numRuns: 1_000 },
    );
  });

  test('comes back the same from every sample', async () => {
    const samples = new URL('../readers/samples/', import.meta.url);
    let compared = 0;
    for (const file of readdirSync(samples).filter((name) => /^(?:articles|books|marc8|records)\./.test(name))) {
      for await (const results of readRecords(createReadStream(new URL(file, samples))))
        for (const result of results) {
          if (result.kind !== 'record') continue;
          assert.deepEqual(readBack(toCompleteTextMarc(result.record)), [result.record]);
          compared++;
        }
    }
    assert.ok(compared > 5);
  });
});
