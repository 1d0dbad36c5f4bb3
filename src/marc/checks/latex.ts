/** Marks of TeX, and the characters that Unicode has for them behind a letter. */
const marks: Readonly<Record<string, string>> = {
  '"': '\u0308',
  "'": '\u0301',
  '`': '\u0300',
  '^': '\u0302',
  '~': '\u0303',
  '=': '\u0304',
  '.': '\u0307',
  c: '\u0327',
  v: '\u030c',
  u: '\u0306',
  H: '\u030b',
  k: '\u0328',
  r: '\u030a',
};

const letters: Readonly<Record<string, string>> = {
  ss: 'ß',
  ae: 'æ',
  AE: 'Æ',
  oe: 'œ',
  OE: 'Œ',
  aa: 'å',
  AA: 'Å',
  o: 'ø',
  O: 'Ø',
  l: 'ł',
  L: 'Ł',
  i: 'ı',
};

const accent = /\{?\\(?:["'`^~=.]|[cvuHkr](?=[\s{]))\s{0,2}(?:\{\\?[A-Za-z]\}|\\?[A-Za-z])\}?/g;
const accented = /\\(["'`^~=.cvuHkr])[^A-Za-z]*([A-Za-z])/;
const letter = /\{\\(ss|ae|AE|oe|OE|aa|AA|o|O|l|L)\}|\\(ss|ae|AE|oe|OE|aa|AA|o|O|l|L)(?:\{\}|\b ?)/g;

/** Letters with marks as characters: M\"uller is Müller. Formulas between $ signs stay. */
export function withoutLatex(text: string): string {
  return text
    .split(/(\$[^$]*\$)/)
    .map((part, place) => (place % 2 === 1 ? part : plain(part)))
    .join('');
}

function plain(text: string): string {
  return text
    .replace(accent, (whole) => {
      const [, sign = '', base = ''] = accented.exec(whole) ?? [];
      const made = `${base}${marks[sign] ?? ''}`.normalize('NFC');
      // Where there is no such letter, TeX means something else.
      return made.length !== 1 ? whole : balanced(whole) ? made : kept(whole, made);
    })
    .replace(letter, (_, one?: string, two?: string) => letters[one ?? two ?? ''] ?? '');
}

function balanced(text: string): boolean {
  return [...text].filter((one) => one === '{').length === [...text].filter((one) => one === '}').length;
}

/** A brace that opened or closed something else stays. */
function kept(whole: string, made: string): string {
  return `${whole.startsWith('{') ? '{' : ''}${made}${whole.endsWith('}') && !whole.startsWith('{') ? '}' : ''}`;
}
