import { ansel } from './tables.ts';

/** Non-sorting characters begin and end, joiner and non-joiner. */
const controls: ReadonlySet<number> = new Set([0x88, 0x89, 0x8d, 0x8e]);
/** One strange character among this many marks that stand before a letter may be a slip. */
const rightForOneStrange = 10;

/**
 * Where text that should be MARC-8, given as one character for each byte, has the first character
 * that shows it to be something else: one that MARC-8 has not, or a mark before something that is
 * no letter, which is what Latin-1 looks like. Undefined for what may be MARC-8.
 */
export function notMarc8At(text: string): number | undefined {
  if (text.includes('\x1b')) return undefined;
  let first: number | undefined;
  let strange = 0;
  let right = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < 0x80 || controls.has(code)) continue;
    const place = (code & 0x7f) - 0x21;
    if (code > 0xa0 && ansel.combining[place] === true && standsBeforeLetter(text, at) && isPaired(text, at))
      right += 1;
    else if (code <= 0xa0 || ansel.characters[place] === undefined || ansel.combining[place] === true) {
      first ??= at;
      strange += 1;
    }
  }
  return strange * rightForOneStrange > right ? first : undefined;
}

/** A mark over two letters has two halves, a letter apart. */
function isPaired(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code === 0xeb || code === 0xfa) return text.slice(at + 1, at + 8).includes(String.fromCharCode(code + 1));
  if (code === 0xec || code === 0xfb)
    return text.slice(Math.max(0, at - 7), at).includes(String.fromCharCode(code - 1));
  return true;
}

function standsBeforeLetter(text: string, at: number): boolean {
  const next = text.charCodeAt(at + 1);
  return next >= 0x80 || (next >= 0x41 && next <= 0x5a) || (next >= 0x61 && next <= 0x7a);
}
