import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { marcRecord } from '../arbitrary.ts';
import { fieldKey } from '../content.ts';
import { controlField, dataField, type Field, type MarcRecord } from '../record.ts';
import { lineOf, toTextMarc } from '../writers/text.ts';
import { type Action, changeKey, type Deed } from './action.ts';
import { compileActions } from './apply.ts';
import type { Condition } from './condition.ts';
import type { Pattern } from './pattern.ts';

const field = (head: string, ...parts: readonly string[]): Field =>
  dataField(
    head.slice(0, 3),
    head[3]!.replace('_', ' '),
    head[4]!.replace('_', ' '),
    parts.map((part) => ({ code: part[0]!, value: part.slice(1) })),
  );
const is = (text: string): Pattern => ({ kind: 'is', text, ignoreCase: false });
const contains = (text: string): Pattern => ({ kind: 'contains', text, ignoreCase: false });
const matches = (text: string): Pattern => ({ kind: 'matches', text, ignoreCase: false });
const value = (code: string, pattern: Pattern): Condition => ({ kind: 'value', code, pattern });
const action = (on: string, deed: Deed, where?: Condition): Action => ({ on, where, do: deed });

const sample: MarcRecord = {
  leader: '',
  fields: [
    controlField('001', '7'),
    controlField('008', 'abc'),
    field('700__', 'aEllis, J', 'uCERN'),
    field('245__', 'aTitle'),
    field('700__', 'aRoe, J', 'uCERN', 'uMIT'),
    field('700__', 'aEllis, J', 'uCERN'),
    field('690C_', 'aone; two;three'),
    field('980__', 'aARTICLE'),
  ],
};

function lines(...actions: readonly Action[]): readonly string[] {
  return compileActions(actions)(sample).record.fields.map(lineOf);
}
/** The lines of one tag. */
const of = (tag: string, ...actions: readonly Action[]): readonly string[] =>
  lines(...actions).filter((line) => line.startsWith(tag));

describe('actions', () => {
  test('each deed does what it says, in the place of the field, identical ones one by one', () => {
    assert.deepEqual(
      of('700', action('700', { kind: 'replace-text', code: 'u', find: is('CERN'), with: 'CERN, Geneva' })),
      ['700__ $$aEllis, J$$uCERN, Geneva', '700__ $$aRoe, J$$uCERN, Geneva$$uMIT', '700__ $$aEllis, J$$uCERN, Geneva'],
    );
    const swapped = {
      kind: 'replace-text',
      code: 'a',
      find: matches('^(\\w+), (?P<first>\\w)$'),
      with: '$<first>. $1',
    } as const;
    assert.deepEqual(of('700', action('700', swapped, value('u', is('MIT')))), [
      '700__ $$aEllis, J$$uCERN',
      '700__ $$aJ. Roe$$uCERN$$uMIT',
      '700__ $$aEllis, J$$uCERN',
    ]);
    assert.deepEqual(of('700', action('700', { kind: 'delete-field' }, value('a', contains('Ellis')))), [
      '700__ $$aRoe, J$$uCERN$$uMIT',
    ]);
    assert.deepEqual(of('690', action('690C', { kind: 'split-subfield', code: 'a', at: ';' })), [
      '690C_ $$aone$$atwo$$athree',
    ]);
    assert.deepEqual(
      of(
        '690',
        action('690', { kind: 'split-subfield', code: 'a', at: ';' }),
        action('690', { kind: 'split-field', code: 'a' }),
      ),
      ['690C_ $$aone', '690C_ $$atwo', '690C_ $$athree'],
    );
    assert.deepEqual(
      of('700', action('700', { kind: 'join-subfields', code: 'u', with: ' and ' }))[1],
      '700__ $$aRoe, J$$uCERN and MIT',
    );
    assert.deepEqual(of('245', action('245__', { kind: 'set-indicators', to: '1%' })), ['2451_ $$aTitle']);
    assert.deepEqual(
      of('980', action('980__', { kind: 'add-field', value: undefined, subfields: [{ code: 'a', value: 'X' }] })),
      ['980__ $$aARTICLE', '980__ $$aX'],
    );
    assert.deepEqual(
      of('008', action('008', { kind: 'replace-text', code: undefined, find: contains('b'), with: 'x' })),
      ['008__ axc'],
    );
    assert.deepEqual(of('245', action('245', { kind: 'add-subfield', code: 'b', value: 'rest', first: false })), [
      '245__ $$aTitle$$brest',
    ]);
    assert.deepEqual(of('245', action('245', { kind: 'rename-subfield', code: 'a', to: 'b', only: undefined })), [
      '245__ $$bTitle',
    ]);
    assert.deepEqual(
      of('700', action('700', { kind: 'delete-subfield', code: 'u', only: is('CERN') }))[1],
      '700__ $$aRoe, J$$uMIT',
    );
    assert.deepEqual(
      of('245', action('245', { kind: 'delete-subfield', code: 'a', only: undefined })),
      [],
      'nothing is left of it',
    );
    assert.deepEqual(of('245', action('245', { kind: 'replace-subfield', code: 'a', value: 'T', only: undefined })), [
      '245__ $$aT',
    ]);
    assert.deepEqual(of('246', action('245', { kind: 'copy-field', to: '2463_' })), ['2463_ $$aTitle']);
  });

  test('what is moved stands behind the others of its tag, and the rest stays in its order', () => {
    const moved = lines(action('700', { kind: 'move-field', to: '100' }, value('a', is('Roe, J'))));
    assert.deepEqual(moved, [
      '001__ 7',
      '008__ abc',
      '100__ $$aRoe, J$$uCERN$$uMIT',
      '700__ $$aEllis, J$$uCERN',
      '245__ $$aTitle',
      '700__ $$aEllis, J$$uCERN',
      '690C_ $$aone; two;three',
      '980__ $$aARTICLE',
    ]);
  });

  test('conditions are joined by and, or, not, and missing', () => {
    const removed = (where: Condition): number => 3 - of('700', action('700', { kind: 'delete-field' }, where)).length;
    const [ellis, mit] = [value('a', contains('Ellis')), value('u', is('MIT'))];
    assert.equal(removed({ kind: 'and', of: [ellis, mit] }), 0);
    assert.equal(removed({ kind: 'or', of: [ellis, mit] }), 3);
    assert.equal(removed({ kind: 'not', of: mit }), 2);
    assert.equal(removed({ kind: 'missing', code: 'v' }), 3);
    assert.equal(removed({ kind: 'value', code: undefined, pattern: matches('^MI') }), 1);
    assert.equal(removed(value('u', { kind: 'is', text: 'mit', ignoreCase: true })), 1);
  });

  test('001 and 005 are never touched, and a change that is left out is not made', () => {
    assert.deepEqual(of('001', action('0%', { kind: 'delete-field' })), ['001__ 7']);
    const run = compileActions([
      action('700', { kind: 'replace-text', code: 'u', find: contains('CERN'), with: 'X' }),
      action('700', { kind: 'replace-text', code: 'u', find: contains('MIT'), with: 'Y' }),
    ]);
    const all = run(sample);
    assert.deepEqual(
      all.changes.map(({ action: by, before, after }) => [by, before, after]),
      [
        [0, '$$uCERN', '$$uX'],
        [0, '$$uCERN', '$$uX'],
        [0, '$$uCERN', '$$uX'],
        [1, '$$uMIT', '$$uY'],
      ],
    );
    const some = run(sample, (change) => changeKey(change) === changeKey(all.changes[0]!));
    assert.deepEqual(some.changes, [all.changes[3]]);
    assert.match(toTextMarc(some.record), /\$\$uCERN\$\$uY/);
    assert.equal(run(sample, () => true).record, sample);
  });

  test('expressions take time as the length of the text', () => {
    const long = { leader: '', fields: [field('500__', `a${'a'.repeat(20_000)}!`)] };
    const run = compileActions([
      action('500', { kind: 'replace-text', code: 'a', find: matches('^(a+)+$'), with: '' }),
    ]);
    assert.equal(run(long).changes.length, 0);
  });
});

const deed = fc.oneof(
  fc.constant<Deed>({ kind: 'replace-text', code: 'a', find: contains('a'), with: 'b' }),
  fc.constant<Deed>({ kind: 'rename-subfield', code: 'a', to: 'b', only: undefined }),
  fc.constant<Deed>({ kind: 'delete-subfield', code: 'b', only: undefined }),
  fc.constant<Deed>({ kind: 'set-indicators', to: '1_' }),
  fc.constant<Deed>({ kind: 'delete-field' }),
  fc.constant<Deed>({ kind: 'add-subfield', code: 'x', value: 'new', first: true }),
  fc.constant<Deed>({ kind: 'move-field', to: '999' }),
);
const on = fc.constantFrom('1%', '7%', 'A%', '%', '%%%1');

test('what no action is on keeps its order, and of identical fields none is lost', () => {
  assertProperty(
    fc.property(marcRecord(), on, deed, (one, path, what) => {
      const record = { leader: one.leader, fields: [...one.fields, ...one.fields] };
      const only: Condition = value('a', contains('a'));
      const { record: after, changes } = compileActions([action(path, what, only)])(record);
      const meant = (candidate: Field): boolean =>
        candidate.subfields.some(({ code, value: text }) => code === 'a' && text.includes('a'));
      const rest = (fields: readonly Field[]): readonly string[] => fields.map(fieldKey);
      const before = rest(record.fields.filter((candidate) => !meant(candidate)));
      const kept = rest(after.fields);
      // A subsequence: nothing of it went, and nothing changed its place against the others.
      let at = 0;
      for (const key of kept) if (key === before[at]) at++;
      assert.equal(at, before.length);
      if (changes.length === 0) assert.equal(after, record);
      if (what.kind !== 'delete-field' && what.kind !== 'delete-subfield')
        assert.equal(after.fields.length, record.fields.length);
    }),
  );
});

test('copies of copies, and texts that double, end before memory does', () => {
  const many = (one: Action, times: number) => () => lines(...Array.from({ length: times }, () => one));
  const grows = { code: 'REPERIO_RECORD_GROWS' };
  assert.throws(many(action('700', { kind: 'copy-field', to: '700' }), 60), grows);
  const replace = (find: Pattern, text: string): Action =>
    action('245', { kind: 'replace-text', code: undefined, find, with: text });
  assert.throws(many(replace(contains('e'), 'e'.repeat(1_000)), 60), grows);
  assert.throws(many(replace(matches('^(.*)$'), '$1'.repeat(90_000)), 3), grows);
});
