import assert from 'node:assert/strict';
import { createReadStream, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { UserError } from '../../errors/errors.ts';
import type { ReadResult } from '../raw.ts';
import { controlField, controlValue } from '../record.ts';
import { toIso2709 } from '../writers/iso2709.ts';
import { toTextMarc } from '../writers/text.ts';
import { requireEncoding } from './encoding.ts';
import type { SplitOptions } from './open-splitter.ts';
import { readRecords, splitRecords } from './read.ts';

const samples = new URL('samples/', import.meta.url);

async function* chunksOf(bytes: Uint8Array, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function readAll(input: AsyncIterable<Uint8Array>, options?: SplitOptions): Promise<ReadResult[]> {
  const results: ReadResult[] = [];
  for await (const batch of readRecords(input, options)) results.push(...batch);
  return results;
}

async function readText(text: string | Uint8Array, options?: SplitOptions): Promise<ReadResult[]> {
  return readAll(chunksOf(typeof text === 'string' ? Buffer.from(text) : text), options);
}

/** The 001 of each record, or the code of each refusal. */
function outcome(results: readonly ReadResult[]): string[] {
  return results.map((result) =>
    result.kind === 'record'
      ? (controlValue(result.record, '001') ?? '')
      : result.reason.code.replace('REPERIO_MARC_', ''),
  );
}

const one = (id: string): string => `<record><controlfield tag="001">${id}</controlfield></record>`;

describe('a sample file', () => {
  const files: readonly [file: string, expected: readonly string[]][] = [
    ['articles.xml', ['R-1', 'R-2', 'R-3']],
    ['articles-prefixed.xml', ['R-1', 'R-2', 'R-3']],
    ['one-bad-of-three.xml', ['good-1', 'CODE', 'good-3']],
    ['entity-bomb.xml', ['ENTITIES']],
    ['books.mrc', ['B-1', 'B-2']],
    ['marc8.mrc', ['M-1', 'M-2', 'M-3']],
    ['records.json', ['J-1', 'J-2']],
    ['records.txt', ['T-1', 'T-2']],
    ['records.mrk', ['K-1', 'K-2']],
  ];
  for (const [file, expected] of files) {
    test(`${file} is recognised and read, also compressed and byte by byte`, async () => {
      const bytes = readFileSync(new URL(file, samples));
      assert.deepEqual(outcome(await readAll(createReadStream(new URL(file, samples)))), expected);
      assert.deepEqual(outcome(await readText(gzipSync(bytes))), expected);
      assert.deepEqual(outcome(await readAll(chunksOf(bytes, 1))), expected);
    });
  }

  test('means the same with prefixes', async () => {
    const [plain, prefixed] = await Promise.all(
      ['articles.xml', 'articles-prefixed.xml'].map((file) => readAll(createReadStream(new URL(file, samples)))),
    );
    assert.deepEqual(prefixed, plain);
  });

  test('in MARC-8 is decoded, and what cannot be is named', async () => {
    const results = await readAll(createReadStream(new URL('marc8.mrc', samples)));
    const text = results.map((result) => (result.kind === 'record' ? toTextMarc(result.record) : '')).join('');
    for (const part of ['Müller, Angélique', 'H₂O, at 10⁻³ Pa', 'Вода', 'מים', '$$a〓'])
      assert.ok(text.includes(part), part);
    assert.deepEqual(
      results.flatMap((result) => (result.kind === 'record' ? result.warnings : [])),
      ['Record 3 (001 M-3) has in 880$a EACC character 0x213021 that cannot be decoded.'],
    );
  });
});

describe('the encoding of an XML document', () => {
  const document = (encoding: string): string =>
    `<?xml version="1.0" encoding="${encoding}"?>\n<collection>${one('é')}</collection>`;

  const encodings: readonly [name: string, bytes: Uint8Array][] = [
    ['ISO-8859-1', Buffer.from(document('ISO-8859-1'), 'latin1')],
    ['UTF-16 with a mark, little end first', Buffer.from(`\ufeff${document('UTF-16')}`, 'utf16le')],
    ['UTF-16 with a mark, big end first', Buffer.from(`\ufeff${document('UTF-16')}`, 'utf16le').swap16()],
    ['UTF-16 without a mark', Buffer.from(document('UTF-16'), 'utf16le')],
    ['UTF-8 that says UTF-16', Buffer.from(document('UTF-16'))],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${document('utf-8')}`)],
  ];
  for (const [name, bytes] of encodings) {
    test(`may be ${name}`, async () => assert.deepEqual(outcome(await readText(bytes)), ['é']));
  }

  test('is not believed when the bytes are UTF-8, and that is told', async () => {
    const bytes = Buffer.from(document('ISO-8859-1'));
    assert.deepEqual(outcome(await readText(bytes)), ['é']);
    assert.deepEqual(outcome(await readText(bytes, { encoding: 'windows-1252' })), ['Ã©']);
    const notices: unknown[] = [];
    for await (const { records } of splitRecords(Readable.from([bytes])))
      notices.push(...records.map((raw) => raw.notice));
    assert.match(String(notices[0]), /declares the encoding iso-8859-1, but it is UTF-8 and was read as UTF-8/);
  });

  test('may be named where the document says another', async () => {
    const latin = Buffer.from(document('UTF-8'), 'latin1');
    assert.deepEqual(outcome(await readText(latin)), ['UTF8']);
    assert.deepEqual(outcome(await readText(latin, { encoding: 'windows-1252' })), ['é']);
    assert.deepEqual(outcome(await readText(Buffer.from(document('ISO-8859-2')), { encoding: 'utf-8' })), ['é']);
    await assert.rejects(readText(latin, { encoding: 'marc-8' }), { code: 'REPERIO_MARC_ENCODING_FORMAT' });
    assert.deepEqual(['MARC8', 'latin1', 'UTF8'].map(requireEncoding), ['marc-8', 'windows-1252', 'utf-8']);
    assert.throws(() => requireEncoding('klingon'), { code: 'REPERIO_MARC_ENCODING_NAME' });
  });

  test('may be UTF-16 in every format, with a mark or without', async () => {
    const inputs = [
      document('UTF-16'),
      '[{"fields": [{"001": "é"}]}]',
      '=LDR  00000nam\\a2200000\\a\\4500\n=001  é\n',
      '000000001 001__ é\n',
    ];
    for (const text of inputs)
      for (const mark of ['\ufeff', ''])
        for (const bytes of [Buffer.from(mark + text, 'utf16le'), Buffer.from(mark + text, 'utf16le').swap16()])
          assert.deepEqual(outcome(await readText(bytes)), ['é']);
    const iso = toIso2709({ leader: '00000nam a2200000 a 4500', fields: [controlField('001', 'é')] }).toString();
    assert.deepEqual(outcome(await readText(Buffer.from(`\ufeff${iso}`, 'utf16le'))), ['é']);
  });

  test('is refused when nobody knows it', async () => {
    await assert.rejects(
      readText(document('x-klingon')),
      (error) => error instanceof UserError && /x-klingon/.test(error.message),
    );
  });
});

describe('an input', () => {
  test('that is empty, or white space, is refused', async () => {
    for (const text of ['', ' \n \n']) {
      await assert.rejects(
        readText(text),
        (error) => error instanceof UserError && error.code === 'REPERIO_MARC_EMPTY',
      );
    }
  });

  test('in another format is refused, showing how it begins', async () => {
    const texts = [
      ...['%PDF-1.7 ...', '%PDF-1.7 \x1e', 'Author,Title\nDoe,Work\n', '\u0000\u0001\u0002', '\x7fELF\u0000\x1e'],
      ...['hello there', 'Notes about the meeting of Monday', '2024 was a good year', 'TODAY we met', '100.. words'],
    ];
    for (const text of texts) {
      await assert.rejects(
        readText(text),
        (error) => error instanceof UserError && error.code === 'REPERIO_MARC_FORMAT',
        text,
      );
    }
    await assert.rejects(readText('Author,Title'), /begins with "Author,Title"/);
  });

  test('is refused where it is prose, between records of text MARC', async () => {
    assert.deepEqual(outcome(await readText('001__ 1\n245__ $$aOne\n\nhello there\n\nFMT__ BK\n245__ $$aTwo\n')), [
      '1',
      'LINE',
      '',
    ]);
  });

  test('may be said to be of a format', async () => {
    assert.deepEqual(outcome(await readText('junk', { format: 'text' })), ['LINE']);
  });

  test('whose compressed data break off gives what came before, and says so', async () => {
    // Digits of no pattern, so that half of the compressed bytes hold about half of the records.
    const ids = Array.from({ length: 2000 }, (_, at) => `${at}-${(at * 2654435761) % 4294967296}`);
    const packed = gzipSync(`<collection>${ids.map(one).join('')}</collection>`);
    const results = outcome(await readText(packed.subarray(0, packed.length / 2)));
    assert.deepEqual(results.slice(-2), ['CUT_OFF', 'GZIP']);
    assert.ok(results.length > 500 && results.length < 2000, String(results.length));
    assert.deepEqual(results.slice(0, -2), ids.slice(0, results.length - 2));
  });

  test('whose compressed data are damaged says so', async () => {
    const packed = gzipSync(`<collection>${one('1').repeat(500)}</collection>`);
    packed[packed.length >> 1] = packed[packed.length >> 1]! ^ 0xff;
    assert.equal(outcome(await readText(packed)).at(-1), 'GZIP');
  });

  test('that fails to be read fails the reading', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`<collection>${one('1')}`);
      throw new Error('the disk is gone');
    }
    await assert.rejects(readAll(failing()), /the disk is gone/);
  });

  test('with a field of 1 GB is read in bounded memory', async () => {
    // The same bytes each time, so that what grows is the reader and not the garbage of this test.
    const megabyte = Buffer.alloc(1 << 20, 'x');
    async function* hostile(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`<collection>${one('1')}<record><controlfield tag="001">`);
      for (let times = 0; times < 1000; times += 1) yield megabyte;
      yield Buffer.from(`</controlfield></record>${one('3')}</collection>`);
    }
    const before = process.memoryUsage().rss;
    assert.deepEqual(outcome(await readAll(hostile())), ['1', 'TOO_LARGE', '3']);
    // Some hundred MB may be garbage that V8 has not collected yet.
    assert.ok(process.memoryUsage().rss - before < 400e6);
  });
});

test('results are plain data that can go to another thread and back', async () => {
  const results = await readText(`<c>${one('1')}<record/></c>`);
  assert.deepEqual(
    structuredClone(results).map((result) => result.kind),
    ['record', 'refused'],
  );
  assert.deepEqual(structuredClone(results)[0], results[0]);
});
