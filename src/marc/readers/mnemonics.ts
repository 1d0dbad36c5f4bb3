import { ansel } from '../marc8/tables.ts';
import { orderable } from '../orderable.ts';

/**
 * The mnemonics of MARCMaker and MarcEdit ("M{uml}uller"), in the order of the MARC-8 characters
 * they stand for. A mark stands before its letter, as in MARC-8.
 */
const anselNames: readonly (readonly [from: number, names: string])[] = [
  [0x21, 'Lstrok Ostrok Dstrok THORN AElig OElig softsign middot flat reg plusmn Ohorn Uhorn mlrhring'],
  [0x30, 'mllhring lstrok ostrok dstrok thorn aelig oelig hardsign inodot pound eth'],
  [0x3c, 'ohorn uhorn'],
  [0x40, 'deg scriptl phono copy sharp iquest iexcl szlig euro'],
  [0x60, 'hooka grave acute circ tilde macr breve dot uml caron ring llig rlig rcommaa dblac candra cedil ogon dotb'],
  [0x73, 'dbldotb ringb dblunder under commab rcedil breveb ldbltil rdbltil'],
  [0x7e, 'commaa'],
];

const asciiNames =
  "dollar $ lcub { rcub } bsol \\ num # percnt % amp & apos ' ast * plus + comma , hyphen - period . sol / colon : " +
  'semi ; lt < equals = gt > quest ? commat @ lsqb [ rsqb ] excl ! quot " lpar ( rpar ) verbar | lowbar _ spundscr _ ' +
  'spcirc ^ spgrave ` sptilde ~ squf |';

/** Others write these for what MARC-8 has, or for what it has not. */
const otherNames =
  'diaer \u0308 alif \u02bc ayn \u02bb esszett ß trade ™ laquo « raquo » ldquo “ rdquo ” lsquo ‘ rsquo ’ ndash – ' +
  'mdash — cent ¢ yen ¥ sect § para ¶ frac12 ½ frac14 ¼ frac34 ¾ times × divide ÷ sup1 ¹ sup2 ² sup3 ³ micro µ';

const characters = new Map<string, string>([
  ['space', ' '],
  ['joiner', '\u200d'],
  ['nonjoin', '\u200c'],
  // Ours: what a line cannot hold.
  ['lfchar', '\n'],
  ['crchar', '\r'],
]);
const marks = new Map<string, string>();

for (const [from, names] of anselNames) {
  names.split(' ').forEach((name, place) => {
    const code = from - 0x21 + place;
    (ansel.combining[code] ? marks : characters).set(name, ansel.characters[code]!);
  });
}
for (const list of [asciiNames, otherNames]) {
  const parts = list.split(' ');
  for (let at = 0; at < parts.length; at += 2) {
    const isMark = /\p{M}/u.test(parts[at + 1]!);
    (isMark ? marks : characters).set(parts[at]!, parts[at + 1]!);
  }
}
const secondHalves: Readonly<Record<string, string>> = { rlig: 'llig', rdbltil: 'ldbltil' };

/**
 * The text with its mnemonics as characters; those with marks are composed. `unknown` is told of
 * those that nobody knows; they stay as they are.
 */
export function withoutMnemonics(text: string, unknown: (mnemonic: string) => void): string {
  if (!text.includes('{')) return text;
  let made = '';
  let waiting = '';
  let changed = false;
  let marked = false;
  const open = new Set<string>();
  const emit = (part: string): void => {
    if (part === '') return;
    const [first = ''] = part;
    made += first + waiting + part.slice(first.length);
    waiting = '';
  };
  for (const part of text.split(/(\{[A-Za-z0-9]{2,9}\})/)) {
    const name = part.slice(1, -1);
    if (!part.startsWith('{') || !part.endsWith('}') || name === '') {
      emit(part);
      continue;
    }
    const mark = marks.get(name);
    const plain = characters.get(name);
    const letter = plain ?? letterWithMark(name);
    if (plain === undefined && (mark ?? letter) !== undefined) marked = true;
    if (mark !== undefined) {
      // The marks over two letters are one character in Unicode, after the first letter.
      if (!open.delete(secondHalves[name] ?? '')) waiting += mark;
      open.add(name);
    } else if (letter !== undefined) emit(letter);
    else {
      unknown(part);
      emit(part);
      continue;
    }
    changed = true;
  }
  if (!changed) return text;
  return marked ? orderable(made + waiting).normalize('NFC') : made;
}

/** "eacute", "Auml": a letter and the name of its mark. */
function letterWithMark(name: string): string | undefined {
  const mark = marks.get(name.slice(1));
  return mark !== undefined && /^[A-Za-z]/.test(name) ? name[0] + mark : undefined;
}
