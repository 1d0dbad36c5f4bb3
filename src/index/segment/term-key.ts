import { hash } from 'node:crypto';

/**
 * The longest key in a dictionary, in bytes of UTF-8. Values of several thousand bytes occur; words
 * never come near.
 */
export const maximumTermBytes = 240;
const prefixBytes = 200;
/** Stands in a key between the beginning of a long term and its hash. */
export const longMark = '\u0001';
const digestLength = 32;

/**
 * What stands in the dictionary for a term: itself, or for one over `maximumTermBytes` its first
 * 200 bytes (whole code points), U+0001 and 32 hexadecimal digits of its SHA-256. Equal terms have
 * equal keys and a prefix search of up to 200 bytes finds long ones; to be certain of a long value
 * compare it with the record.
 */
export function termKey(term: string): string {
  if (term.length * 3 <= maximumTermBytes) return term;
  if (term.length <= maximumTermBytes && Buffer.byteLength(term) <= maximumTermBytes) return term;
  const bytes = Buffer.from(term.slice(0, prefixBytes + 1));
  let end = prefixBytes;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end) + longMark + hash('sha256', term, 'hex').slice(0, digestLength);
}

/** True for a key that stands for a longer term. */
export function isLongTermKey(key: string): boolean {
  return key.length > digestLength && key[key.length - digestLength - 1] === longMark;
}
