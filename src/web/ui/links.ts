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
