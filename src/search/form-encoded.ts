/**
 * Arguments as the query of an address, the same as `URLSearchParams` writes them (WHATWG URL,
 * application/x-www-form-urlencoded). A page of results has some two hundred addresses, and mostly
 * words that need no escape.
 */
export function formEncoded(args: readonly (readonly [name: string, value: string])[]): string {
  let query = '';
  for (const [name, value] of args) query += `${query === '' ? '' : '&'}${encoded(name)}=${encoded(value)}`;
  return query;
}

const plain = /^[\w*.-]*$/;

function encoded(text: string): string {
  if (plain.test(text)) return text;
  return encodeURIComponent(text.toWellFormed()).replace(/%20|[!'()~]/g, (sign) => escapes[sign]!);
}

/** Where it differs from `encodeURIComponent`. */
const escapes: Readonly<Record<string, string>> = {
  '%20': '+',
  '!': '%21',
  "'": '%27',
  '(': '%28',
  ')': '%29',
  '~': '%7E',
};
