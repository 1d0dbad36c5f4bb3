/** One part of a text message in the alphabet of GSM 03.38, in which each of these signs is one. */
const longest = 160;
/** Of ASCII, what that alphabet does not have, or has only as two signs. */
const replaced: Readonly<Record<string, string>> = {
  '[': '(',
  ']': ')',
  '{': '(',
  '}': ')',
  '\\': '/',
  '^': '*',
  '|': '/',
  '~': '-',
  '`': "'",
  ß: 'ss',
  æ: 'ae',
  Æ: 'AE',
  ø: 'o',
  Ø: 'O',
  œ: 'oe',
  ł: 'l',
  Ł: 'L',
  '–': '-',
  '—': '-',
  '’': "'",
  '‘': "'",
  '“': '"',
  '”': '"',
  '„': '"',
  '…': '...',
  '€': 'EUR',
};

/**
 * A text as one part of a text message: letters without their accents, what has no letter of ASCII
 * as a question mark, at most 160 signs.
 */
export function smsText(text: string): string {
  const plain = [...text.replace(/\s+/g, ' ').trim()]
    .map((sign) => replaced[sign] ?? sign)
    .join('')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x20-\x7e]/gu, '?')
    .replace(/[[\]{}\\^|~`]/g, (sign) => replaced[sign] ?? '?');
  return plain.length <= longest ? plain : `${plain.slice(0, longest - 2)}..`;
}
