import { foldValue } from './fold.ts';

const address = /^[a-z][a-z0-9+.-]*:\/\//i;

/** Does the value only point to a text? Its own words are not the text's. */
export function isAddress(value: string): boolean {
  return address.test(value);
}

/**
 * A name with more parts has its first ones and the whole: each part makes a term as long as all
 * before it.
 */
const maximumNameParts = 20;

/** "http://x.org/a/thesis.ps.gz?v=1" -> "thesis", "thesis.ps", "thesis.ps.gz". */
export function fileNames(folded: string): readonly string[] {
  const name = lastPathPart(folded);
  const parts = name.split('.', maximumNameParts + 1);
  if (parts.length < 2) return [];
  const names = parts.slice(0, maximumNameParts).map((_, at) => parts.slice(0, at + 1).join('.'));
  return parts.length > maximumNameParts ? [...names, name] : names;
}

/** "http://x.org/a/thesis.ps.gz" -> "ps", "ps.gz". */
export function fileTypes(folded: string): readonly string[] {
  return fileNames(folded)
    .slice(1)
    .map((name) => name.slice(name.indexOf('.') + 1));
}

function lastPathPart(folded: string): string {
  const path = foldValue(folded)
    .replace(address, '//')
    .replace(/[?#].*$/s, '');
  const at = path.lastIndexOf('/');
  // A bare host, "http://cern.ch", names no file.
  return at === 1 && path.startsWith('//') ? '' : path.slice(at + 1);
}
