/** A file of an archive, as a value. */
export interface ArchiveFile {
  /** At most 100 bytes. */
  readonly path: string;
  readonly text: string;
}

const block = 512;

/**
 * An archive in the format ustar (POSIX 1003.1-1988), which every tar reads. `when`: seconds since
 * 1970.
 */
export function tarOf(files: readonly ArchiveFile[], when: number): Buffer {
  const parts = files.flatMap(({ path, text }) => {
    const bytes = Buffer.from(text);
    return [header(path, bytes.length, when), bytes, Buffer.alloc((block - (bytes.length % block)) % block)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * block)]);
}

function header(path: string, size: number, when: number): Buffer {
  const bytes = Buffer.alloc(block);
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;
  const fields: readonly (readonly [at: number, text: string])[] = [
    [0, path],
    [100, octal(0o600, 8)],
    [108, octal(0, 8)],
    [116, octal(0, 8)],
    [124, octal(size, 12)],
    [136, octal(Math.floor(when), 12)],
    // The sum is made as if blanks stood in its place.
    [148, ' '.repeat(8)],
    [156, '0'],
    [257, 'ustar\0'],
    [263, '00'],
  ];
  for (const [at, text] of fields) bytes.write(text, at, 'latin1');
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return bytes;
}
