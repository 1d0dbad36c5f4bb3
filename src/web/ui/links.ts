/** Searches that records link to, written as a person would type them. */

function quoted(text: string): string {
  return `"${text.replaceAll('"', ' ').trim()}"`;
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
