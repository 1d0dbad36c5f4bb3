import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutMnemonics } from './mnemonics.ts';
import { parseTextMarcRecord } from './text-parse.ts';

function read(text: string): { readonly text: string; readonly unknown: readonly string[] } {
  const unknown: string[] = [];
  return { text: withoutMnemonics(text, (mnemonic) => unknown.push(mnemonic)), unknown };
}

test('mnemonics are the characters they stand for, marks before their letter', () => {
  for (const [mnemonics, text] of [
    ['M{uml}uller, Jos{acute}e', 'Müller, José'],
    ['Caf{acute}e {copy}1999', 'Café ©1999'],
    ['{Lstrok}{acute}od{acute}z, {Ostrok}st, rech{softsign}', 'Łódź, Øst, rechʹ'],
    ['al-{mllhring}Arab, Qur{mlrhring}{macr}an', 'al-ʻArab, Qurʼān'],
    ['d{llig}i{rlig}ad{llig}i{rlig}a', 'di͡adi͡a'],
    ['{ldbltil}n{rdbltil}galan', 'n͠galan'],
    ['T{uhorn}{circ}{acute}a', 'Tưấ'],
    ['{eacute}t{eacute}, {Auml}, {ccedil}a, {Scaron}koda', 'été, Ä, ça, Škoda'],
    ['{dollar}5 {lcub}now{rcub} {bsol} {verbar}', '$5 {now} \\ |'],
    ['10{deg}, {pound}5, stra{szlig}e, {iquest}qu{acute}e?', '10°, £5, straße, ¿qué?'],
    ['end {acute}', 'end \u0301'],
    ['no mnemonics', 'no mnemonics'],
  ] as const)
    assert.deepEqual(read(mnemonics), { text: text.normalize('NFC'), unknown: [] });
});

test('what is no known mnemonic stays, and is told', () => {
  assert.deepEqual(read('a {zilch} {x} {} {acute}e {a b}'), { text: 'a {zilch} {x} {} é {a b}', unknown: ['{zilch}'] });
  const record = '=LDR  00000nam\\a2200000\\a\\4500\n=001  1\n=245  10$aA {zilch} b{uml}ar{zilch}';
  const { record: parsed, warnings } = parseTextMarcRecord(Buffer.from(record));
  assert.equal(parsed.fields[1]?.subfields[0]?.value, 'A {zilch} bär{zilch}'.normalize('NFC').replace('bär', 'bär'));
  assert.deepEqual(warnings, ['holds mnemonics that are not known and were kept as they are: {zilch}']);
});

test('braces of our own text MARC are braces', () => {
  const { record, warnings } = parseTextMarcRecord(Buffer.from('000000001 245__ $$a{uml}u'));
  assert.equal(record.fields[0]?.subfields[0]?.value, '{uml}u');
  assert.deepEqual(warnings, []);
});

test('text MARC may be in MARC-8, when that is said', () => {
  const { record } = parseTextMarcRecord(Buffer.from('=245  10$aM\xe8uller', 'latin1'), 'marc-8');
  assert.equal(record.fields[0]?.subfields[0]?.value, 'Müller');
});
