/**
 * What stands at a "<" between records. `name` is the element's local name and `prefix` is "" or
 * "marc:".
 */
export interface Token {
  readonly kind: 'start' | 'empty' | 'end' | 'other' | 'entities';
  readonly prefix: string;
  readonly name: string;
  /** Offset after the token. */
  readonly end: number;
}

/**
 * A token that is not complete, and where it will end if it is a long one (comment, CDATA,
 * instruction).
 */
export interface Incomplete {
  readonly kind: 'incomplete';
  readonly until: Buffer;
}

const tagEnd = Buffer.from('>');
const nameLimit = 80;

const delimited = [
  { start: Buffer.from('<!--'), end: Buffer.from('-->') },
  { start: Buffer.from('<![CDATA['), end: Buffer.from(']]>') },
  { start: Buffer.from('<?'), end: Buffer.from('?>') },
];
const doctype = Buffer.from('<!DOCTYPE');

/**
 * The token whose "<" is at `at`. What is not markup (a stray "<") is a token of one byte of kind
 * "other".
 */
export function readToken(buffer: Buffer, at: number): Token | Incomplete {
  const second = buffer[at + 1];
  if (second === undefined) return { kind: 'incomplete', until: tagEnd };
  if (second === 0x21 || second === 0x3f) return readDeclaration(buffer, at);
  const isEnd = second === 0x2f;
  const from = isEnd ? at + 2 : at + 1;
  const qualified = readName(buffer, from);
  const close = endOfTag(buffer, from);
  if (close < 0) return { kind: 'incomplete', until: tagEnd };
  if (qualified === '') return { kind: 'other', prefix: '', name: '', end: at + 1 };
  const colon = qualified.indexOf(':') + 1;
  const kind = isEnd ? 'end' : buffer[close - 1] === 0x2f ? 'empty' : 'start';
  return { kind, prefix: qualified.slice(0, colon), name: qualified.slice(colon), end: close + 1 };
}

function readDeclaration(buffer: Buffer, at: number): Token | Incomplete {
  const other = (end: number): Token => ({ kind: 'other', prefix: '', name: '', end });
  for (const { start, end } of delimited) {
    const order = compareStart(buffer, at, start);
    if (order === 'short') return { kind: 'incomplete', until: end };
    if (order === 'differs') continue;
    const found = buffer.indexOf(end, at + start.length);
    return found < 0 ? { kind: 'incomplete', until: end } : other(found + end.length);
  }
  const order = compareStart(buffer, at, doctype);
  if (order === 'short') return { kind: 'incomplete', until: tagEnd };
  return order === 'same' ? readDoctype(buffer, at + doctype.length) : other(at + 2);
}

/**
 * A DOCTYPE may name a DTD, which is never fetched; declaring entities is what makes it dangerous.
 */
function readDoctype(buffer: Buffer, from: number): Token | Incomplete {
  let depth = 0;
  for (let at = from; at < buffer.length; at += 1) {
    const byte = buffer[at];
    if (byte === 0x22 || byte === 0x27) {
      const quote = buffer.indexOf(byte, at + 1);
      if (quote < 0) break;
      at = quote;
    } else if (byte === 0x3c) {
      depth += 1;
      if (compareStart(buffer, at, Buffer.from('<!ENTITY')) === 'same') {
        return { kind: 'entities', prefix: '', name: '', end: at };
      }
      if (compareStart(buffer, at, Buffer.from('<!--')) === 'same') {
        const end = buffer.indexOf('-->', at + 4);
        if (end < 0) break;
        depth -= 1;
        at = end + 2;
      }
    } else if (byte === 0x3e) {
      if (depth === 0 || (depth === 1 && buffer[at - 1] === 0x5d))
        return { kind: 'other', prefix: '', name: '', end: at + 1 };
      depth -= 1;
    }
  }
  return { kind: 'incomplete', until: tagEnd };
}

function compareStart(buffer: Buffer, at: number, text: Buffer): 'same' | 'differs' | 'short' {
  const have = Math.min(text.length, buffer.length - at);
  if (buffer.compare(text, 0, have, at, at + have) !== 0) return 'differs';
  return have === text.length ? 'same' : 'short';
}

function readName(buffer: Buffer, from: number): string {
  let end = from;
  while (end < buffer.length && end - from < nameLimit && isNameByte(buffer[end]!)) end += 1;
  return buffer.toString('latin1', from, end);
}

function isNameByte(byte: number): boolean {
  const letter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
  return letter || (byte >= 0x2d && byte <= 0x3a && byte !== 0x2f) || byte === 0x5f || byte >= 0x80;
}

/**
 * Offset of the ">" that ends a tag, minding quoted attribute values; -1 when it has not come yet.
 */
export function endOfTag(buffer: Buffer, from: number): number {
  let at = from;
  while (at < buffer.length) {
    const byte = buffer[at];
    if (byte === 0x3e) return at;
    if (byte === 0x22 || byte === 0x27) {
      at = buffer.indexOf(byte, at + 1);
      if (at < 0) return -1;
    }
    at += 1;
  }
  return -1;
}
