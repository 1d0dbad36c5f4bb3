/** East Asian signs and pictures, which a terminal draws two columns wide (UAX #11, W and F). */
const wide = new RegExp(
  `[${[
    '\\u1100-\\u115f\\u2e80-\\u303e\\u3041-\\ua4cf\\ua960-\\ua97c\\uac00-\\ud7a3\\uf900-\\ufaff',
    '\\ufe30-\\ufe6f\\uff01-\\uff60\\uffe0-\\uffe6',
    '\\u{1f300}-\\u{1f64f}\\u{1f900}-\\u{1faff}\\u{20000}-\\u{3fffd}',
  ].join('')}]`,
  'u',
);
/** Marks on the sign before, and signs that are not drawn. */
const none = /[\p{Mn}\p{Me}\p{Cf}]/u;
const narrow = /^[\x20-\x7e\u00a0-\u02ff]*$/;

/** Columns that a text takes in a terminal. */
export function columnsOf(text: string): number {
  if (narrow.test(text)) return text.length;
  let columns = 0;
  for (const sign of text) columns += columnsOfSign(sign);
  return columns;
}

function columnsOfSign(sign: string): number {
  if (none.test(sign)) return 0;
  return wide.test(sign) ? 2 : 1;
}

/** As much of the beginning of a text as goes into so many columns. */
export function beginningOf(text: string, columns: number): string {
  let left = columns;
  let end = 0;
  for (const sign of text) {
    left -= columnsOfSign(sign);
    if (left < 0) break;
    end += sign.length;
  }
  return text.slice(0, end);
}

/** As `padEnd` and `padStart` of a text whose signs are one column each. */
export function padded(text: string, columns: number, right = false): string {
  const blanks = ' '.repeat(Math.max(0, columns - columnsOf(text)));
  return right ? blanks + text : text + blanks;
}
