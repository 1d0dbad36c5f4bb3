import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { inputHasInstructions } from './find-instructions.ts';

const record = (tag: string, value: string): string =>
  `<record><datafield tag="${tag}" ind1=" " ind2=" "><subfield code="a">${value}</subfield></datafield></record>`;
const document = (...records: readonly string[]): Buffer => Buffer.from(`<collection>${records.join('')}</collection>`);

/** In pieces of some bytes, as from a disk. */
const found = (bytes: Uint8Array, size = 7): Promise<boolean> =>
  inputHasInstructions(async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  });

test('records that bring documents are found in any form; an FFT in a title is none', async () => {
  const with856 = record('245', 'A faster FFT, by BDM');
  const withFft = document(with856, record('FFT', '/x'));
  assert.equal(await found(document(with856)), false);
  assert.equal(await found(document(record('245', 'Nothing'))), false);
  for (const size of [1, 7, 1_000]) assert.equal(await found(withFft, size), true, `pieces of ${size}`);
  assert.equal(await found(gzipSync(withFft)), true);
  assert.equal(await found(Buffer.from(`\ufeff${withFft.toString()}`, 'utf16le')), true);
  assert.equal(
    await found(
      Buffer.from('{"leader": "", "fields": [{"BDR": {"ind1": " ", "ind2": " ", "subfields": [{"i": "1"}]}}]}'),
    ),
    true,
  );
  assert.equal(await found(gzipSync(document(with856)).subarray(0, 40)), false);
});
