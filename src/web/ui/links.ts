/** Searches that records link to, written as a person would type them. */

/** Of longer values the dictionary of values has the beginning only. */
const longest = 150;

/**
 * A quotation mark cannot stand inside quotation marks: any characters may be there. A pattern is
 * met by the beginning of a value that is very long.
 */
function quoted(text: string): string {
  const pattern = text.replaceAll('"', '*').trim();
  const star = pattern.indexOf('*');
  if (star === -1 || pattern.length <= longest) return `"${pattern}"`;
  return `"${pattern.slice(0, Math.min(star, longest))}*"`;
}

export function searchFor(query: string): string {
  return `/search?${new URLSearchParams({ p: query })}`;
}

export function fieldSearch(field: string, text: string): string {
  return searchFor(`${field}:${quoted(text)}`);
}

/** The values of a field around a text. */
export function browseNear(field: string, text: string): string {
  return `/search?${new URLSearchParams({ action: 'browse', f: field, p: text })}`;
}
