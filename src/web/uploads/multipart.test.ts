import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { UserError } from '../../errors/errors.ts';
import { fileTaker } from './form-files.ts';
import { type FormWithFiles, readMultipart } from './multipart.ts';

const take = fileTaker(undefined, { limit: 1e6 });

/** In pieces of so many bytes, as they may come from a network. */
async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(data: FormData, size: number): Promise<FormWithFiles> {
  const response = new Response(data);
  const bytes = Buffer.from(await response.arrayBuffer());
  return await readMultipart(pieces(bytes, size), response.headers.get('content-type')!, () => take);
}

test('a form is read as it was sent, however it comes', async () => {
  const value = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !text.includes('\0'));
  const lines = fc.stringMatching(/^[\r\n-]{0,9}$/);
  await assertProperty(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,8}$/), value)),
      fc.array(
        fc.tuple(
          fc.stringMatching(/^[a-zé "%.-]{1,9}$/),
          fc.tuple(lines, fc.uint8Array({ minLength: 1, maxLength: 300 }), lines),
        ),
      ),
      fc.integer({ min: 1, max: 200 }),
      async (fields, files, size) => {
        const data = new FormData();
        for (const [name, text] of fields) data.append(name, text);
        const contents = files.map(([, [before, bytes, after]]) =>
          Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)]),
        );
        for (const [place, [name]] of files.entries())
          data.append('file', new Blob([new Uint8Array(contents[place]!)]), name);
        const form = await read(data, size);
        // Line ends of fields are sent as browsers send them.
        const sent = fields.map(([name, text]) => [name, text.toWellFormed().replace(/\r\n|\r|\n/g, '\r\n')]);
        assert.deepEqual([...form], sent);
        assert.deepEqual(
          form.files.map(({ bytes }) => bytes),
          contents,
        );
        assert.deepEqual(
          form.files.map(({ name }) => name),
          files.map(([name]) => name),
        );
      },
    ),
    { numRuns: 30 },
  );
});

test('what is no form, or breaks off, is refused; names are never paths', async () => {
  const type = 'multipart/form-data; boundary=xx';
  const part = (head: string, body = 'a'): string => `--xx\r\n${head}\r\n\r\n${body}\r\n`;
  const file = 'Content-Disposition: form-data; name="file"; filename="..\\..\\etc/passwd"';
  const given = (text: string, as = type, size = 9) => readMultipart(pieces(Buffer.from(text), size), as, () => take);
  assert.equal((await given(`${part(file)}--xx--\r\nrest`)).file?.name, 'passwd');
  const isRefused = (error: unknown): boolean => error instanceof UserError && error.status === 400;
  for (const text of [
    '',
    'no form',
    part(file),
    `${part(file)}--xx`,
    `--xx\r\n${'h'.repeat(20_000)}`,
    `${part('Content-Type: x')}--xx--`,
  ])
    await assert.rejects(given(text), isRefused, text.slice(0, 30));
  await assert.rejects(given(`${part(file)}--xx--`, 'multipart/form-data'), isRefused);
  const large = part(file, 'x'.repeat(3_000_000));
  await assert.rejects(
    given(`${large}--xx--`, type, 65_536),
    (error) => error instanceof UserError && error.status === 413,
  );
});
