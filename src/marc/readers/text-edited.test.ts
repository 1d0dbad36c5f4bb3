import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { marcRecord } from '../arbitrary.ts';
import { toCompleteTextMarc } from '../writers/text-complete.ts';
import { readEditedText } from './text-edited.ts';

describe('text MARC that a person edits', () => {
  test('of a record that nobody touched is the same record and the same text, however lines end', () => {
    assertProperty(
      fc.property(marcRecord(), fc.constantFrom('\n', '\r\n'), (record, end) => {
        const text = toCompleteTextMarc(record);
        const { record: read, problems, lines } = readEditedText(text.replaceAll('\n', end));
        assert.deepEqual(
          problems.filter(({ refuses }) => refuses),
          [],
        );
        assert.deepEqual(read, record);
        assert.equal(toCompleteTextMarc(read), text);
        assert.equal(lines.length, record.fields.length);
      }),
      { numRuns: 500 },
    );
  });

  const faults: readonly (readonly [text: string, column: number, fault: string])[] = [
    ['what is this', 6, 'space'],
    ['24', 1, 'tag'],
    ['24510', 6, 'space'],
    ['24510$$aTitle', 6, 'space'],
    ['24510 Title', 7, 'subfield'],
    ['24510 $aTitle', 7, 'subfield'],
    ['24510 $$aTitle$$', 15, 'code'],
    ['24510 $$aTitle$$éx', 15, 'code'],
    ['245é0 $$aTitle', 4, 'indicators'],
    ['00110 $$aTitle', 0, ''],
    ['=24  10$aTitle', 2, 'tag'],
    ['=245 10$aTitle', 5, 'space'],
    ['=245  1$aTitle', 7, 'indicators'],
    ['=245  10Title$a', 9, 'subfield'],
    ['=245  10$aTitle$', 16, 'code'],
    ['000000001 24510 Title', 17, 'subfield'],
  ];
  for (const [text, column, fault] of faults)
    test(`has a column for ${JSON.stringify(text)}`, () => {
      const { record, problems } = readEditedText(`=LDR  00000nam\\a2200000\\a\\4500\n\n${text}\n500__ $$aNote\n`);
      assert.equal(record.leader.length, 24);
      if (fault === '') return assert.deepEqual(problems, []);
      assert.deepEqual(
        problems.map(({ line, column: at, fault: what, refuses }) => [line, at, what, refuses]),
        [[3, column, fault, true]],
      );
      assert.deepEqual(
        record.fields.map(({ tag }) => tag),
        ['500'],
      );
    });

  test('whatever is typed, each line is a field, is told, or is empty', () => {
    const piece = fc.constantFrom(
      '=',
      '2',
      '4',
      '5',
      'a',
      '_',
      ' ',
      '$',
      '$$',
      '{dollar}',
      'é',
      '𝒜',
      '\t',
      '\u0085',
      '00',
      '=LDR',
    );
    const line = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''));
    assertProperty(
      fc.property(fc.array(line, { maxLength: 6 }), (typed) => {
        const { record, problems, lines } = readEditedText(typed.join('\n'));
        const told = new Set([...lines, ...problems.filter(({ refuses }) => refuses).map((one) => one.line)]);
        typed.forEach((text, at) => {
          if (text.trim() === '' || text.startsWith('=LDR  ')) return;
          assert.ok(told.has(at + 1), JSON.stringify(text));
        });
        assert.equal(lines.length, record.fields.length);
        for (const { column, line: at } of problems) {
          assert.ok(
            column >= 1 && column <= typed[at - 1]!.length + 1,
            `${column} in ${JSON.stringify(typed[at - 1])}`,
          );
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('says of what is odd, and is no fault, that it is', () => {
    const { problems, record } = readEditedText(
      '=LDR  short\n=500  \\\\$aA {nobody} knows\nLDR__ 00000nam\n001__ 1\n001__ 2',
    );
    assert.deepEqual(
      problems.map(({ line, column, fault, refuses }) => [line, column, fault, refuses]),
      [
        [1, 7, 'leader', false],
        [2, 13, 'mnemonic', false],
        [3, 1, 'leader', false],
        [5, 1, 'twice', false],
      ],
    );
    assert.equal(record.fields.length, 4);
  });
});
