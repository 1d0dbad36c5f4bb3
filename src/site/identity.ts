import { isIP } from 'node:net';
import { domainToASCII, domainToUnicode } from 'node:url';

/**
 * Who somebody is, is never compared by the folding that searches use: "uni.example" and
 * "üni.example" are two houses. What is typed as a name or an address is made tidy here once,
 * before anything is compared or kept.
 */

/** A name of a person, group or role as it is kept: NFC, nothing at its ends, single blanks. */
export function tidyName(given: string): string {
  return given
    .normalize('NFC')
    .trim()
    .replace(/\p{Zs}+/gu, ' ');
}

/**
 * An address as it is kept: an internationalised domain in its one readable form, however it was
 * typed.
 */
export function tidyEmail(given: string): string {
  const { local, domain } = parts(given);
  if (domain === undefined) return local;
  const ascii = domainInAscii(domain);
  return `${local}@${ascii === undefined || isAscii(domain, ascii) ? domain : domainToUnicode(ascii)}`;
}

/** What is typed where a name or an address may stand. */
export function tidyNameOrEmail(given: string): string {
  return given.includes('@') ? tidyEmail(given) : tidyName(given);
}

/**
 * Two addresses, or two names of groups, are one when this is equal: letter case aside and nothing
 * else. Before an @ it is the case of ASCII only, since that is all that every database agrees on
 * when it tells whether an address is somebody's already.
 */
export function identityOf(given: string): string {
  const { local, domain } = parts(given);
  if (domain === undefined) return tidyName(given).toLowerCase();
  return `${local.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())}@${domainInAscii(domain) ?? domain.toLowerCase()}`;
}

function parts(given: string): { readonly local: string; readonly domain: string | undefined } {
  const text = given.normalize('NFC').trim();
  const at = text.lastIndexOf('@');
  if (at <= 0 || at === text.length - 1) return { local: text, domain: undefined };
  return { local: text.slice(0, at), domain: text.slice(at + 1) };
}

/**
 * Undefined for what is no name of a host: it is left as it is. What the function of node would
 * also read, ports, paths, %61, numbers of addresses, is none.
 */
function domainInAscii(domain: string): string | undefined {
  if (!/^[\p{L}\p{M}\p{N}._-]+$/u.test(domain)) return undefined;
  const ascii = domainToASCII(domain);
  return ascii === '' || isIP(ascii) !== 0 ? undefined : ascii;
}

function isAscii(domain: string, ascii: string): boolean {
  return domain.toLowerCase() === ascii && !/(?:^|\.)xn--/.test(ascii);
}
