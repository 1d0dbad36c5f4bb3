/**
 * Part of an address, as `encodeURI` writes it; half a character (a lone surrogate), for which that
 * throws, becomes the replacement character.
 */
export function encodedAddress(text: string): string {
  return encodeURI(text.toWellFormed());
}

/** The host of an address; undefined when it is none that a browser can follow. */
export function hostOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).host : undefined;
}
