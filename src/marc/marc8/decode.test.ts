import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeMarc8 } from './decode.ts';
import { ascii, setsByFinal } from './tables.ts';

const esc = '\x1b';

describe('MARC-8', () => {
  const cases: readonly [name: string, bytes: string, text: string][] = [
    ['ASCII', 'Plain [text] ~', 'Plain [text] ~'],
    ['marks before their letter, composed', 'Andr\xe2e M\xe8uller, fa\xf0cade', 'André Müller, façade'],
    ['two marks on one letter', 'Vi\xf2\xe3etnam', 'Việtnam'],
    ['ANSEL letters', '\xa1\xb1 \xa2\xb2 \xa5\xb5 \xa6\xb6 \xc7 \xc8\xb9', 'Łł Øø Ææ Œœ ß €£'],
    ['marks that have no composed letter', '\xe7q', 'q\u0307'],
    ['a ligature over two letters', '\xebt\xecs', 't\u0361s'],
    ['a double tilde over two letters', '\xfan\xfbg', 'n\u0360g'],
    ['half a ligature', '\xecs', 's\ufe21'],
    ['subscripts and superscripts', `H${esc}b2${esc}sO, 10${esc}p-3${esc}s`, 'H₂O, 10⁻³'],
    ['Greek symbols', `${esc}ga${esc}s-rays`, 'α-rays'],
    ['Greek', `${esc}(Sn"rdrw${esc}(B!`, 'λόγος!'],
    ['Cyrillic', `${esc}(NmOSKWA${esc}(B.`, 'Москва.'],
    ['extended Cyrillic in G1', `${esc})Q${esc}(NkI\xc7W${esc}(B`, 'Київ'],
    ['Hebrew', `${esc}(2yle\x6d${esc}(B`, 'שלום'],
    ['Hebrew in G1', `${esc})2\xf9\xec\xe5\xed`, 'שלום'],
    ['Arabic', `${esc}(3SdGe${esc}(B`, 'سلام'],
    ['extended Arabic', `${esc}(4)${esc}(B`, 'پ'],
    ['ANSEL again in G1', `${esc})2\xf9${esc})!E\xe2e`, 'שé'],
    ['controls for sorting and joining', '\x88The \x89Book\x8d\x8e', '\u0098The \u009cBook\u200d\u200c'],
  ];
  for (const [name, bytes, text] of cases) {
    test(`decodes ${name}`, () => assert.deepEqual(decodeMarc8(bytes), { text, problems: [] }));
  }

  test('replaces and names an EACC character, and goes on after it', () => {
    assert.deepEqual(decodeMarc8(`a${esc}$1!0!!0"${esc}(Bz`), {
      text: 'a〓〓z',
      problems: ['EACC character 0x213021', 'EACC character 0x213022'],
    });
    assert.deepEqual(decodeMarc8(`${esc}$)1\xa1\xb0\xa1`), { text: '〓', problems: ['EACC character 0x213021'] });
  });

  test('names an EACC character that is cut off', () => {
    assert.deepEqual(decodeMarc8(`${esc}$1!0${esc}(Bz`), { text: '〓z', problems: ['EACC character 0x2130'] });
  });

  test('replaces and names bytes no set has', () => {
    assert.deepEqual(decodeMarc8('a\xafb'), { text: 'a\ufffdb', problems: ['ANSEL character 0xAF'] });
    assert.deepEqual(decodeMarc8(`${esc}(Sab@${esc}(B`).problems, ['Greek character 0x40']);
  });

  test('names an escape sequence it does not know', () => {
    assert.deepEqual(decodeMarc8(`a${esc}(Zb`), { text: 'a\ufffd(Zb', problems: ['escape sequence 0x1B285A'] });
  });

  test('names a mark that has no letter', () => {
    assert.deepEqual(decodeMarc8('caf\xe2'), { text: 'caf\u0301', problems: ['combining mark without a letter'] });
  });

  test('every set names each of its characters once', () => {
    for (const set of [ascii, ...Object.values(setsByFinal)]) {
      assert.ok(set !== undefined);
      const characters = set.characters.filter((char) => char !== undefined);
      assert.equal(new Set(characters).size, characters.length, set.name);
      assert.equal(set.characters.length, 94);
    }
  });
});
