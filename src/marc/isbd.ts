/**
 * The punctuation that cataloguing rules (ISBD) put at the end of a part of a record: the mark that
 * announces what comes next ("Pride and prejudice /"), and the full stop that ends a heading
 * ("Naval weapons."). Values that differ in it only are one value: it is taken off what is shown,
 * and off what is found by.
 *
 * The full stop of an initial or an abbreviation stays: "Ellis, J.", "Acme Inc.", "2nd ed.".
 */
export function withoutIsbd(value: string): string {
  let end = value.length;
  for (;;) {
    while (end > 0 && isBlank(value.charCodeAt(end - 1))) end--;
    if (end === 0) return value.trim();
    const mark = value[end - 1]!;
    if (!marks.includes(mark) && !(mark === '.' && isFinalStop(value, end - 1))) break;
    end--;
  }
  return end === value.length && !isBlank(value.charCodeAt(0)) ? value : value.slice(0, end).trim();
}

/** Likewise, but its full stop stays: for what is an abbreviation itself, "Ann. Chim.". */
export function withoutMark(value: string): string {
  const text = value.trimEnd();
  return text !== '' && marks.includes(text.at(-1)!) ? text.slice(0, -1).trim() : value.trim();
}

const marks = '/:;,=';

function isBlank(code: number): boolean {
  return code <= 0x20 || code === 0xa0;
}

/** Of three letters or more, with a full stop of their own wherever they stand. */
const abbreviations = new Set(
  (
    'inc ltd corp bros dept univ etc esq hon rev gen col capt sgt maj mrs messrs prof phil hist soc assoc ' +
    'assn inst intl natl dist vol vols ser est approx cent bzw hrsg bearb aufl bde abt kap éd coll suppl ' +
    'kgl geb gest verb erw red przekł wyd izd ред изд сост'
  ).split(' '),
);

const longest = 12;

function isFinalStop(value: string, at: number): boolean {
  let from = at;
  while (from > 0 && at - from < longest && isWordPart(value.charCodeAt(from - 1))) from--;
  const length = at - from;
  if (length === 0) return ')]"\'”’»'.includes(value[at - 1] ?? ' ');
  const word = value.slice(from, at);
  if (/^\p{N}+$/u.test(word)) return true;
  return length >= 3 && !abbreviations.has(word.toLowerCase());
}

/** Letters, digits and the accents above them; what is beyond ASCII counts as one. */
function isWordPart(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x61 && code <= 0x7a) ||
    (code > 0xbf && code < 0x2000) ||
    code > 0x2e7f
  );
}
