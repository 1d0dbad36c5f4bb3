/**
 * International Standard Serial Number, ISO 3297: two groups of four with a hyphen, the last
 * character may be X.
 */
const anywhere = /(?<![\dX-])(\d{4})[-\u2010-\u2015\u2212\u00ad \u00a0]?(\d{3}[\dX])(?![\dX-])/gi;
const alone =
  /^\s*(?:[epl]?-?issn(?:-l)?[:\s]*)?(\d{4}[-\u2010-\u2015\u2212\u00ad]?\d{3}[\dX])\s*(?:\([^()]*\)\s*)?[:;,.]?\s*$/i;

/** All that stand in a text as the standard writes them, right or not. */
export function issnsIn(text: string): readonly string[] {
  return Array.from(text.matchAll(anywhere), ([, first, second]) => `${first}-${second!.toUpperCase()}`);
}

/** The normal form of the first: "0317-847X". */
export function issnOf(text: string): string | undefined {
  return issnsIn(text)[0];
}

/** The same of a text that is a right ISSN and nothing else. */
export function issnAlone(text: string): string | undefined {
  const written = alone.exec(text)?.[1];
  const issn = written === undefined ? undefined : issnOf(written);
  return issn !== undefined && isValidIssn(issn) ? issn : undefined;
}

export function isValidIssn(normal: string): boolean {
  const digits = normal.replace('-', '');
  let sum = 0;
  for (let at = 0; at < 7; at++) sum += (8 - at) * Number(digits[at]);
  const check = (11 - (sum % 11)) % 11;
  return digits[7] === (check === 10 ? 'X' : String(check));
}
