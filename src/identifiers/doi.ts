/**
 * Digital Object Identifier, ISO 26324 and DOI Handbook: "10.", who registers, a slash, and any
 * characters. Written bare, as "doi:10..." and as an address, which may have signs as "%28". Its
 * letter case does not count: compare in lower case.
 */
const before =
  /^[<[("']*(?:(?:https?:\/\/)?(?:(?:dx|www)\.)?doi[.-]org[^/\s]*\/|info:|urn:)?(?:doi\b[:\s/]*)?(?=10\.)/i;
const name = /^10\.\d+(?:\.\d+)*\/\S+$/;
const registered = /^10\.\d{4,9}(?:\.\d+)*\//;
const somewhere = /(?<![\w.])10\.\d+(?:\.\d+)*(?:\/|%2f)\S+/i;

/** The DOI that a text is, in its own letter case; undefined when it is something else. */
export function doiOf(text: string): string | undefined {
  const found = bareDoi(text);
  return found !== undefined && registered.test(found) ? found : undefined;
}

/**
 * The same where a DOI is expected, as in field 024 with $2 doi: also of a short number, as in
 * "10.1/x".
 */
export function bareDoi(text: string): string | undefined {
  const given = text.trim();
  if (!given.includes('10.')) return undefined;
  const start = before.exec(given)?.[0].length;
  return start === undefined ? undefined : washed(given.slice(start), start > 0);
}

/** The first one that stands in a text. */
export function doiIn(text: string): string | undefined {
  if (!text.includes('10.')) return undefined;
  const whole = bareDoi(text);
  if (whole !== undefined) return whole;
  const found = somewhere.exec(text)?.[0];
  return found === undefined ? undefined : washed(found, text.includes('://'));
}

function washed(given: string, isAddress: boolean): string | undefined {
  const encoded = /%[\da-f]{2}/i.test(given) && (isAddress || !given.includes('/'));
  let doi = encoded ? decoded(given) : given;
  for (;;) {
    const shorter = doi.replace(/[.,;:"'\s]+$/, '');
    const last = shorter.at(-1);
    const opening = last === undefined ? undefined : pairs[last];
    const unpaired = opening !== undefined && count(shorter, opening) < count(shorter, last!);
    doi = unpaired ? shorter.slice(0, -1) : shorter;
    if (!unpaired) break;
  }
  return name.test(doi) ? doi : undefined;
}

const pairs: Readonly<Record<string, string>> = { ')': '(', ']': '[', '>': '<' };

function count(text: string, sign: string): number {
  return text.split(sign).length - 1;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
