/** Name of the encoding of XML that begins so, if it is not UTF-8; for TextDecoder. */
export function xmlEncoding(start: Uint8Array): string | undefined {
  if (hasUtf16Start(start)) return start[0] === 0xff || start[1] === 0 ? 'utf-16le' : 'utf-16be';
  const head = new TextDecoder('latin1').decode(start.subarray(0, 400));
  const declared = /^(?:ï»¿)?\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1]?.toLowerCase();
  // A document that is read byte by byte so far cannot be UTF-16, whatever it declares.
  return declared === undefined || /^(utf-?8|us-ascii|ascii|utf-?16.*)$/.test(declared) ? undefined : declared;
}

/** Is it UTF-16, by its mark or by zeros beside the first "<"? */
export function hasUtf16Start(start: Uint8Array): boolean {
  const [first, second] = start;
  const mark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return mark || (first === 0x3c && second === 0) || (first === 0 && second === 0x3c);
}
