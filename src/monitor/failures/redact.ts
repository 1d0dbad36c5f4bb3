/** Names of values that are nobody's business, wherever they stand. */
const secretName =
  '[\\w.-]*(?:passw(?:or)?d|passwd|pwd|token|secret|cookie|authorization|api[-_]?key|credential)[\\w.-]*';
const value = `"(?:[^"\\\\]|\\\\.)*"|'(?:[^'\\\\]|\\\\.)*'|\\([^)]*\\)|(?:Bearer|Basic)\\s+\\S+|[^\\s,;&"'}\\])][^\\r\\n,;&"'}\\])]*`;
/** `name=value`, `"name": "value"`, `name%3Dvalue`, `(name)=(value)`, as PostgreSQL writes it. */
const named = new RegExp(`(${secretName}["')\\]]*\\s*(?:[:=]|=>|%3D|%3A)+\\s*)(?:${value})`, 'gi');
/** Headers whose value has blanks. */
const headers = /\b((?:set-)?cookie|(?:proxy-)?authorization)(["']?\s*:\s*)[^\r\n]+/gi;
/** The user and password of an address. */
const userInfo = /\b([a-z][a-z0-9+.-]*:\/\/)[^/\s@"']+@/gi;
const bearer = /\b(Bearer|Basic)\s+[\w+/=.~-]{8,}/gi;

/** A text without the values of secrets, which are `***` in it. */
export function withoutSecretValues(text: string): string {
  return text
    .replaceAll('\0', '')
    .toWellFormed()
    .replace(headers, '$1$2***')
    .replace(userInfo, '$1***@')
    .replace(bearer, '$1 ***')
    .replace(named, '$1***');
}

/**
 * What messages of one failure have in common: quoted text, numbers and identifiers are left out of
 * it.
 */
export function commonMessage(text: string): string {
  return withoutSecretValues(text)
    .split('\n')[0]!
    .replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|“[^”]*”/g, '"..."')
    .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '#')
    .replace(/\b(?=[0-9a-f]*\d)[0-9a-f]{6,}\b/gi, '#')
    .replace(/\d+(?:[.,:]\d+)*/g, '#')
    .slice(0, 300)
    .toWellFormed();
}
