/**
 * The one-byte character sets of MARC-8, from the Library of Congress code tables
 * (loc.gov/marc/specifications/codetables.html, with the revisions of 2004 and 2005). A set maps
 * 0x21-0x7E; the same set in G1 has the eighth bit set.
 */
export interface CharacterSet {
  readonly name: string;
  /** Character by code - 0x21; undefined where the set has none. */
  readonly characters: readonly (string | undefined)[];
  /** By code - 0x21: does it combine with the character that follows it in MARC-8? */
  readonly combining: readonly boolean[];
}

/** Characters from a code on; a blank is a gap. */
interface Span {
  readonly from: number;
  readonly text: string;
  readonly combining?: true;
}

function set(name: string, spans: readonly Span[]): CharacterSet {
  const characters: (string | undefined)[] = new Array<undefined>(94).fill(undefined);
  const combining = new Array<boolean>(94).fill(false);
  for (const span of spans) {
    [...span.text].forEach((char, at) => {
      if (char === ' ') return;
      characters[span.from - 0x21 + at] = char;
      combining[span.from - 0x21 + at] = span.combining === true;
    });
  }
  return Object.freeze({ name, characters, combining });
}

function run(first: number, last: number): string {
  let text = '';
  for (let code = first; code <= last; code += 1) text += String.fromCharCode(code);
  return text;
}

const asciiPunctuation: Span = { from: 0x21, text: run(0x21, 0x3f) };
const brackets: Span = { from: 0x5b, text: '[ ]' };

export const ascii = set('ASCII', [{ from: 0x21, text: run(0x21, 0x7e) }]);

/** 0x6C and 0x7B are the second halves of the ligature and the double tilde, see decode.ts. */
export const ansel = set('ANSEL', [
  { from: 0x21, text: 'ŁØĐÞÆŒ\u02b9·♭®±ƠƯ\u02bc \u02bbłøđþæœ\u02baı£ð ơư' },
  { from: 0x40, text: '°ℓ℗©♯¿¡ß€' },
  { from: 0x60, text: '\u0309\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030c\u030a\u0361', combining: true },
  {
    from: 0x6c,
    text: '\ufe21\u0315\u030b\u0310\u0327\u0328\u0323\u0324\u0325\u0333\u0332\u0326\u031c',
    combining: true,
  },
  { from: 0x79, text: '\u032e\u0360\ufe23  \u0313', combining: true },
]);

const subscripts = set('subscripts', [
  { from: 0x28, text: '\u208d\u208e \u208a \u208b' },
  { from: 0x30, text: run(0x2080, 0x2089) },
]);

const superscripts = set('superscripts', [
  { from: 0x28, text: '\u207d\u207e \u207a \u207b' },
  { from: 0x30, text: '\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079' },
]);

const greekSymbols = set('Greek symbols', [{ from: 0x61, text: 'αβγ' }]);

const greek = set('Greek', [
  { from: 0x21, text: '\u0300\u0301\u0308\u0342\u0313\u0314\u0345', combining: true },
  { from: 0x30, text: '«»“”\u0374\u0375' },
  { from: 0x3b, text: '\u0387' },
  { from: 0x3f, text: '\u037e' },
  { from: 0x41, text: 'ΑΒ ΓΔΕϚϜΖΗΘΙΚΛΜΝΞΟΠϞΡΣ ΤΥΦΧΨΩϠ' },
  { from: 0x61, text: 'αβϐγδεϛϝζηθικλμνξοπϟρσςτυφχψωϡ' },
]);

const cyrillic = set('Cyrillic', [
  asciiPunctuation,
  { from: 0x40, text: 'юабцдефгхийклмнопярстужвьызшэщчъ' },
  { from: 0x60, text: 'ЮАБЦДЕФГХИЙКЛМНОПЯРСТУЖВЬЫЗШЭЩЧ' },
]);

const extendedCyrillic = set('extended Cyrillic', [
  { from: 0x40, text: 'ґђѓєёѕіїјљњћќўџ ѣѳѵѫ' },
  { from: 0x5b, text: '[ ] _' },
  { from: 0x60, text: 'ҐЂЃЄЁЅІЇЈЉЊЋЌЎЏЪѢѲѴѪ' },
]);

const hebrew = set('Hebrew', [
  asciiPunctuation,
  { from: 0x22, text: '\u05f4' },
  { from: 0x27, text: '\u05f3' },
  { from: 0x2d, text: '\u05be' },
  {
    from: 0x40,
    text: '\u05b7\u05b8\u05b6\u05b5\u05b4\u05b9\u05bb\u05b0\u05b2\u05b3\u05b1\u05bc\u05bf\u05c1\ufb1e',
    combining: true,
  },
  brackets,
  { from: 0x60, text: run(0x05d0, 0x05ea) },
  { from: 0x7b, text: run(0x05f0, 0x05f2) },
]);

const arabic = set('Arabic', [
  asciiPunctuation,
  { from: 0x25, text: '\u066a' },
  { from: 0x2a, text: '\u066d' },
  { from: 0x2c, text: '\u060c' },
  { from: 0x30, text: run(0x0660, 0x0669) },
  { from: 0x3b, text: '\u061b' },
  { from: 0x3f, text: '\u061f' },
  { from: 0x41, text: run(0x0621, 0x063a) },
  brackets,
  { from: 0x60, text: run(0x0640, 0x064a) },
  { from: 0x6b, text: run(0x064b, 0x0652), combining: true },
  { from: 0x73, text: '\u0671\u0670' },
  { from: 0x78, text: '\u066c\u201d\u201c' },
]);

const extendedArabic = set('extended Arabic', [
  { from: 0x21, text: `\u06fd\u0672\u0673${run(0x0679, 0x0686)}\u06bf${run(0x0687, 0x069c)}` },
  { from: 0x49, text: `\u06fa\u069d\u069e\u06fb\u069f\u06a0\u06fc${run(0x06a1, 0x06b8)}` },
  {
    from: 0x68,
    text: '\u06ba\u06bb\u06bc\u06bd\u06b9\u06be\u06c0\u06c4\u06c5\u06c6\u06ca\u06cb\u06cd\u06ce\u06d0\u06d2\u06d3',
  },
  { from: 0x7d, text: '\u0306\u030c', combining: true },
]);

/** By the last character of the escape sequence that designates the set. */
export const setsByFinal: Readonly<Record<string, CharacterSet | undefined>> = {
  B: ascii,
  E: ansel,
  N: cyrillic,
  Q: extendedCyrillic,
  S: greek,
  '2': hebrew,
  '3': arabic,
  '4': extendedArabic,
  g: greekSymbols,
  b: subscripts,
  p: superscripts,
};
