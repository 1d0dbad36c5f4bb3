import { isAscii, isUtf8 } from 'node:buffer';

/** The same memory as a Buffer, whose methods are much faster than those of Uint8Array. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * Memory of its own, so that keeping or sending it does not keep or send the whole chunk it was cut
 * from.
 */
export function copyOf(bytes: Uint8Array): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes);
}

/** The text, or undefined when the bytes are not UTF-8. */
export function decodeUtf8(buffer: Buffer): string | undefined {
  if (isAscii(buffer)) return buffer.toString('latin1');
  return isUtf8(buffer) ? buffer.toString('utf8') : undefined;
}

/** Offset of the first byte that is not part of a UTF-8 character, or undefined when all are. */
export function firstNotUtf8(buffer: Buffer): number | undefined {
  if (isUtf8(buffer)) return undefined;
  const text = buffer.toString('utf8');
  let offset = 0;
  let from = 0;
  for (let at = text.indexOf('\ufffd'); at >= 0; at = text.indexOf('\ufffd', from)) {
    offset += Buffer.byteLength(text.slice(from, at));
    if (buffer[offset] !== 0xef || buffer[offset + 1] !== 0xbf || buffer[offset + 2] !== 0xbd) return offset;
    offset += 3;
    from = at + 1;
  }
  return buffer.length;
}

/** Space, tab, line feed, carriage return. */
export function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}
