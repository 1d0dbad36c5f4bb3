import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { marcRecord } from '../arbitrary.ts';
import { readEditedText } from '../readers/text-edited.ts';
import type { MarcRecord } from '../record.ts';
import { lineOf } from '../writers/text.ts';
import { compileCheck } from './compile.ts';
import { patched } from './patch.ts';
import { type Check, checkKinds, fixingKinds } from './rule.ts';
import { checkSet } from './run.ts';

const record = (...lines: readonly string[]): MarcRecord => readEditedText(lines.join('\n')).record;
const world = {
  base: (name: string) => (name === 'kinds' ? new Set(['BOOK', 'ARTICLE']) : undefined),
  isThere: (id: number) => id === 7,
  today: new Date('2026-06-15'),
};
const find = (check: Check, of: MarcRecord) => checkSet([compileCheck(check, world)])(of);
const told = (check: Check, of: MarcRecord): readonly string[] =>
  find(check, of).map(({ fault, path, text }) => [fault, path, text].filter((part) => part !== '').join(' '));
const fixed = (check: Check, of: MarcRecord): readonly string[] => patched(of, find(check, of)).fields.map(lineOf);
const matches = (text: string) => ({ kind: 'matches', text, ignoreCase: false }) as const;

test('what has to be there: all of it, or one of it', () => {
  const one = record('100__ $$aDoe', '245__ $$a ');
  const paths = ['100__a', '245__a', '260__c'];
  assert.deepEqual(told({ kind: 'mandatory', paths, any: false }, one), ['missing 245__a', 'missing 260__c']);
  assert.deepEqual(told({ kind: 'mandatory', paths, any: true }, one), []);
  assert.deepEqual(told({ kind: 'mandatory', paths: ['110__a', '710%%a'], any: true }, one), ['missing 110__a']);
});

test('dates are days that there are; others are read when they can mean one day only', () => {
  const dates = [
    '2020',
    '2020-02-29',
    '2021-02-29',
    '2020-13',
    '05/12/2003',
    '2003/5/1',
    '17 Dec 2001',
    '0000',
    '2027',
  ];
  const one = record(...dates.map((date) => `260__ $$c${date}`));
  const check = { kind: 'date', paths: ['260__c'], past: true } as const;
  assert.deepEqual(
    find(check, one).map(({ fault, text, to }) => [fault, text, to]),
    [
      ['date', '2021-02-29', ''],
      ['date', '2020-13', ''],
      ['date', '05/12/2003', ''],
      ['date', '2003/5/1', '2003-05-01'],
      ['date', '17 Dec 2001', '2001-12-17'],
      ['date', '0000', ''],
      ['future', '2027', ''],
    ],
  );
});

test('a DOI is bare, and in 024 only one that says that it is one', () => {
  const one = record(
    '0247_ $$2DOI$$ahttps://doi.org/10.1234/abc',
    '0247_ $$2DOI$$a10.1234/abc',
    '0247_ $$2DOI$$anothing',
    '0247_ $$2HDL$$a2128/1',
  );
  const check = { kind: 'doi', paths: ['0247_a'] } as const;
  assert.deepEqual(told(check, one), ['doi 0247_a https://doi.org/10.1234/abc', 'doi 0247_a nothing']);
  assert.equal(fixed(check, one)[0], '0247_ $$2DOI$$a10.1234/abc');
});

test('values of a base, of a list, of an expression; and an expression that another engine never ends with', () => {
  const one = record('980__ $$aBOOK', '980__ $$aBook', `500__ $$a${'a'.repeat(50_000)}!`);
  const paths = ['980__a'];
  assert.deepEqual(told({ kind: 'enum', paths, base: 'kinds', values: [] }, one), ['unknown 980__a Book']);
  assert.deepEqual(told({ kind: 'enum', paths, base: undefined, values: ['Book'] }, one), ['unknown 980__a BOOK']);
  assert.deepEqual(told({ kind: 'regexp', paths, pattern: matches('^[A-Z]+$') }, one), ['pattern 980__a Book']);
  assert.equal(told({ kind: 'regexp', paths: ['500__a'], pattern: matches('^(a+)+$') }, one).length, 1);
  const replace = { kind: 'regexp-replace', paths, pattern: matches('^B(ook)$'), with: 'b$1' } as const;
  assert.deepEqual(fixed(replace, one).slice(0, 2), ['980__ $$aBOOK', '980__ $$abook']);
});

test('what is told of a value is short, and text that a database takes', () => {
  const one = record(`500__ $$a${'x'.repeat(199)}\u{1f600} `);
  const [found] = find({ kind: 'trailing-space', paths: ['500__a'] }, one);
  assert.equal(found!.text, `${'x'.repeat(199)}\ufffd…`);
  assert.deepEqual(found!.patch, { kind: 'value', value: `${'x'.repeat(199)}\u{1f600}` });
  assert.deepEqual(fixed({ kind: 'latex', paths: ['500'] }, record(`500__ $$a\\"${' '.repeat(100_000)}`)).length, 1);
});

test('subfields and tags get other names, and fields stay in the order of their tags', () => {
  const one = record('245__ $$aTitle', '260__ $$cx$$d2020$$d2021', '300__ $$a5 p.', '500__ $$anote');
  assert.deepEqual(
    fixed({ kind: 'rename-subfield', paths: ['260'], subfield: 'd', to: 'c' }, one)[1],
    '260__ $$cx$$c2020$$c2021',
  );
  assert.deepEqual(fixed({ kind: 'rename-tag', paths: ['260'], to: '400' }, one), [
    '245__ $$aTitle',
    '300__ $$a5 p.',
    '400__ $$cx$$d2020$$d2021',
    '500__ $$anote',
  ]);
});

test('blanks, addresses, encodings, marks and TeX in texts', () => {
  const one = record(
    '245__ $$a Title $$bof it',
    '500__ $$aFranÃ§ois and cafe\u0301',
    "520__ $$aM\\\"uller, \\'{e}t\\'e and {\\o}re, not $\\alpha$ or \\alpha",
    '8564_ $$uhttp://a.example/x y',
    '8564_ $$uwww.example.org',
    '8564_ $$uhttps://a.example/ok?x=%20',
  );
  assert.equal(fixed({ kind: 'trailing-space', paths: ['%%%'] }, one)[0], '245__ $$aTitle$$bof it');
  assert.equal(told({ kind: 'utf8', paths: ['%%%'] }, one).length, 1);
  assert.deepEqual(told({ kind: 'utf8', paths: ['%%%'] }, record('500__ $$aLe «CAFÉ» et »Ä«')), []);
  assert.match(fixed({ kind: 'utf8', paths: ['%%%'] }, record('500__ $$aFranÃ§ois'))[0]!, /François$/);
  assert.match(fixed({ kind: 'nfc', paths: ['%%%'] }, one)[1]!, /caf\u00e9$/);
  assert.equal(
    fixed({ kind: 'latex', paths: ['520'] }, one)[2],
    '520__ $$aMüller, été and øre, not $\\alpha$ or \\alpha',
  );
  const url = { kind: 'url', paths: ['8564_u'] } as const;
  assert.deepEqual(told(url, one), ['url 8564_u http://a.example/x y', 'url 8564_u www.example.org']);
  assert.equal(fixed(url, one)[3], '8564_ $$uhttp://a.example/x%20y');
});

test('repeated fields, order, fixed fields and links', () => {
  const one = record(
    '008__ short',
    '500__ $$ax',
    '245__ $$aA',
    '500__ $$ax',
    '245__ $$aB',
    '700__ $$aDoe$$0nothing',
    '700__ $$aRoe$$0(GND)118',
    '700__ $$aPoe$$08',
  );
  assert.deepEqual(
    told({ kind: 'repeated', paths: ['%%%'], once: false }, one),
    ['identical 500__ '].map((text) => text.trim()),
  );
  assert.deepEqual(told({ kind: 'repeated', paths: ['245'], once: true }, one), ['repeated 245__']);
  assert.equal(
    fixed({ kind: 'repeated', paths: ['500'], once: false }, one).filter((line) => line.startsWith('500')).length,
    1,
  );
  assert.deepEqual(told({ kind: 'order' }, one), ['order 245__']);
  assert.deepEqual(
    fixed({ kind: 'order' }, one).map((line) => line.slice(0, 3)),
    ['008', '245', '245', '500', '500', '700', '700', '700'],
  );
  const positions = [{ at: 0, length: 2, pattern: matches('^(?:[0-9]{2})$') }];
  assert.deepEqual(told({ kind: 'fixed-field', paths: ['008'], length: 40, positions }, one), [
    'length 008 short',
    'position 008 sh',
  ]);
  assert.deepEqual(told({ kind: 'link', paths: ['700'], required: true }, one), [
    'link-form 700__0 nothing',
    'link-dead 700__0 8',
  ]);
  assert.deepEqual(told({ kind: 'link', paths: ['245'], required: true }, one), [
    'link-missing 245__',
    'link-missing 245__',
  ]);
});

test('no kind fails on any record, and what is fixed once is not found again', () => {
  const checks = checkKinds.map((kind): Check => {
    const paths = ['%%%'];
    if (kind === 'enum') return { kind, paths, base: 'kinds', values: [] };
    if (kind === 'regexp') return { kind, paths, pattern: matches('a') };
    if (kind === 'regexp-replace') return { kind, paths, pattern: matches('a'), with: 'b' };
    if (kind === 'rename-subfield') return { kind, paths, subfield: 'a', to: 'b' };
    if (kind === 'rename-tag') return { kind, paths: ['7%'], to: '900' };
    if (kind === 'fixed-field') return { kind, paths: ['LDR', '008'], length: 40, positions: [] };
    return { kind, paths, any: false, past: false, once: false, required: true } as Check;
  });
  assertProperty(
    fc.property(marcRecord(), (one) => {
      for (const check of checks) {
        const run = checkSet([compileCheck(check, world)], Number.POSITIVE_INFINITY);
        const found = run(one);
        if (!fixingKinds.has(check.kind))
          assert.ok(
            found.every(({ patch }) => patch === undefined),
            check.kind,
          );
        const again = run(patched(one, found));
        // Fields that have become the same are another thing.
        if (check.kind !== 'repeated')
          assert.ok(
            again.every(({ patch }) => patch === undefined),
            check.kind,
          );
      }
    }),
  );
});
