import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { UserError } from '../../errors/errors.ts';
import { inChunks, marcRecord, valueText } from '../arbitrary.ts';
import { RecordProblem } from '../problem.ts';
import type { RawRecord, ReadResult } from '../raw.ts';
import { controlField, dataField, type MarcRecord } from '../record.ts';
import { toIso2709 } from '../writers/iso2709.ts';
import { parseIso2709Record } from './iso2709-parse.ts';
import { splitIso2709 } from './iso2709-split.ts';
import { parseRaw } from './parse-raw.ts';

function split(chunks: readonly Uint8Array[], limit = 1 << 20): RawRecord[] {
  const splitter = splitIso2709(limit);
  const found = chunks.flatMap((chunk) => splitter.push(chunk));
  return [...found, ...splitter.end()];
}

function read(...parts: readonly (Uint8Array | string)[]): ReadResult[] {
  const bytes = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : part)));
  return split([bytes]).map((raw) => parseRaw('iso2709', raw));
}

function outcome(results: readonly ReadResult[]): string[] {
  return results.map((result) =>
    result.kind === 'record'
      ? `${result.position} ok ${result.record.fields[0]?.value}`
      : `${result.position} ${result.control001} ${result.reason.code.replace('REPERIO_MARC_', '')}`,
  );
}

function book(id: string, title = 'A title'): MarcRecord {
  const fields = [controlField('001', id), dataField('245', '1', '0', [{ code: 'a', value: title }])];
  return { leader: '00000nam a2200000 a 4500', fields };
}

/** A record from the bytes of its fields, as other systems write it. */
function iso(
  leader9: string,
  fields: readonly (readonly [tag: string, bytes: string])[],
  { most = false } = {},
): Buffer {
  // `most`: where a number has no room stands the largest that has.
  const digits = (value: number, places: number): string =>
    String(most ? Math.min(value, 10 ** places - 1) : value).padStart(places, '0');
  const bodies = fields.map(([tag, bytes]) => [tag, `${bytes}\x1e`] as const);
  let directory = '';
  let start = 0;
  for (const [tag, body] of bodies) {
    directory += tag + digits(body.length, 4) + digits(start, 5);
    start += body.length;
  }
  const base = 24 + directory.length + 1;
  const length = digits(base + start + 1, 5);
  const leader = `${length}cam ${leader9}22${String(base).padStart(5, '0')} a 4500`;
  return Buffer.from(`${leader}${directory}\x1e${bodies.map(([, body]) => body).join('')}\x1d`, 'latin1');
}

describe('a record written as ISO 2709', () => {
  const writable = marcRecord(valueText().map((text) => text.replace(/[\x1d-\x1f]/g, '')));

  test('comes back the same, but for the positions of its leader that are computed', () => {
    assertProperty(
      fc.property(writable, (record) => {
        const { record: back, warnings } = parseIso2709Record(toIso2709(record));
        assert.deepEqual(back.fields, record.fields);
        assert.deepEqual(warnings, []);
        const free = (leader: string): string => leader.slice(5, 9) + leader.slice(17, 20);
        assert.equal(free(back.leader), free(record.leader || '     nam             '));
        assert.match(back.leader, /^\d{5}....a22\d{5}...4500$/);
      }),
    );
  });

  test('is refused when it is too large for the format', () => {
    const long = { code: 'a', value: 'x'.repeat(9_990) };
    const field = dataField('520', ' ', ' ', [long]);
    const expect = (record: MarcRecord, reason: RegExp): void => {
      assert.throws(
        () => toIso2709(record),
        (error) => error instanceof UserError && reason.test(error.message),
      );
    };
    assert.ok(
      toIso2709({ ...book('7'), fields: [...book('7').fields, ...Array<typeof field>(9).fill(field)] }).length <
        100_000,
    );
    expect(
      { ...book('7'), fields: [...book('7').fields, ...Array<typeof field>(11).fill(field)] },
      /record 7 cannot be written as ISO 2709: it has 110\d+ bytes/,
    );
    expect(book('7', 'é'.repeat(5_000)), /field 245 has 10005 bytes/);
    expect(book('7', 'a\x1fb'), /separators/);
    expect({ leader: '', fields: [controlField('FMT', 'BK')] }, /this record cannot be written as ISO 2709: FMT/);
  });
});

describe('an ISO 2709 file', () => {
  test('gives the same records however it is cut into chunks, with line breaks between them or not', () => {
    const file = fc
      .tuple(
        fc.array(marcRecord(valueText().map((text) => text.replace(/[\x1d-\x1f]/g, ''))), { maxLength: 4 }),
        fc.constantFrom('', '\n', '\r\n'),
      )
      .map(([records, between]) =>
        Buffer.concat(records.flatMap((record) => [toIso2709(record), Buffer.from(between)])),
      )
      .chain((bytes) => fc.tuple(fc.constant(bytes), inChunks(bytes)));
    assertProperty(
      fc.property(file, ([whole, chunks]) => {
        const plain = (raws: readonly RawRecord[]): unknown => raws.map((raw) => [raw.position, String(raw.bytes)]);
        assert.deepEqual(plain(split(chunks)), plain(split([whole])));
        assert.ok(split([whole]).every((raw) => parseRaw('iso2709', raw).kind === 'record'));
      }),
    );
  });

  const first = toIso2709(book('first'));
  const last = toIso2709(book('last'));
  const bad = toIso2709(book('bad')).toString('latin1');
  const between = (middle: string): readonly string[] => outcome(read(first, middle, last));

  test('with a record cut off in its middle loses only that one', () => {
    for (const kept of [65, 58, 40, 10]) {
      const [before, cut, after] = between(bad.slice(0, kept));
      assert.equal(before, '1 ok first');
      assert.match(cut ?? '', /^2 (bad|undefined) CUT_OFF$/);
      assert.equal(after, '3 ok last');
    }
    assert.deepEqual(outcome(read(first, bad.slice(0, -1))), ['1 ok first', '2 bad CUT_OFF']);
  });

  const damages: readonly [name: string, damage: (bytes: string) => string, code: string][] = [
    [
      'a directory without its last field',
      (bytes) => bytes.replace('245001200004', '').replace('00049', '00037'),
      'DIRECTORY',
    ],
    ['an indicator too few', (bytes) => bytes.replace('10\x1faA title', '1\x1faA title2'), 'INDICATOR'],
    ['a control character as indicator', (bytes) => bytes.replace('10\x1fa', '1\x02\x1fa'), 'INDICATOR'],
    ['a subfield code that is not ASCII', (bytes) => bytes.replace('\x1faA ', '\x1f\x02A '), 'CODE'],
    ['an empty subfield', (bytes) => bytes.replace('A title', '\x1f title'), 'CODE'],
    ['a bad tag', (bytes) => bytes.replace('2450012', '2-50012'), 'TAG'],
    ['no fields', () => iso('a', []).toString('latin1'), 'NO_FIELDS'],
    ['nothing but a terminator', () => '\x1d', 'SHAPE'],
    ['a text instead', () => 'This is no MARC at all, but a letter to somebody.\x1d', 'DIRECTORY'],
    ['bytes that are neither UTF-8 nor MARC-8', (bytes) => bytes.replace('A title', 'A t\xff\xafle'), 'UTF8'],
  ];
  for (const [name, damage, code] of damages) {
    test(`with ${name} names the record and loads those around it`, () => {
      assert.notEqual(damage(bad), bad);
      const [before, refused, after] = between(damage(bad));
      assert.deepEqual([before, refused?.split(' ').at(-1), after], ['1 ok first', code, '3 ok last']);
    });
  }

  const lies: readonly [name: string, damage: (bytes: string) => string][] = [
    ['a directory entry that points elsewhere', (bytes) => bytes.replace('245001200004', '245001200005')],
    ['a length that is too long', (bytes) => bytes.replace('245001200004', '245001300004')],
    ['letters in the directory', (bytes) => bytes.replace('245001200004', '2450012x0004')],
    ['a wrong base address', (bytes) => bytes.replace('00049', '00050')],
    ['no base address', (bytes) => bytes.replace('00049', 'abcde')],
    ['a base address of blanks', (bytes) => bytes.replace('00049', '     ')],
  ];
  for (const [name, damage] of lies) {
    test(`with ${name} has its fields told by their terminators, and warns`, () => {
      const [good] = read(bad);
      const [, result, after] = read(first, damage(bad), last);
      assert.ok(result?.kind === 'record' && good?.kind === 'record');
      assert.deepEqual(result.record.fields, good.record.fields);
      assert.match(
        result.warnings.join(),
        /^Record 2 \(001 bad\) has a wrong directory \(.*\); its fields were separated/,
      );
      assert.equal(after?.kind, 'record');
    });
  }

  test('with a record over 99,999 bytes and fields over 9,999 is read by their terminators', () => {
    const long = 'chapter '.repeat(2_000);
    const contents = Array.from({ length: 8 }, () => ['505', `0 \x1fa${long}`] as const);
    const record = iso('a', [['001', 'big'], ['245', '10\x1faBig'], ...contents, ['650', ' 0\x1faLast']], {
      most: true,
    });
    assert.ok(record.length > 99_999);
    const [before, result, after] = read(first, record, last);
    assert.ok(before?.kind === 'record' && result?.kind === 'record' && after?.kind === 'record');
    assert.equal(result.record.fields.length, 11);
    assert.equal(result.record.fields[9]?.subfields[0]?.value, long);
    assert.equal(result.record.fields[10]?.subfields[0]?.value, 'Last');
  });

  test('with a length of five digits in its directory is read', () => {
    const record = iso('a', [
      ['001', 'w'],
      ['505', `0 \x1fa${'x'.repeat(12_000)}`],
      ['650', ' 0\x1faLast'],
    ]).toString('latin1');
    // 12000 characters, four of indicators and subfield, the terminator: the helper writes them
    // whole.
    assert.ok(record.includes('50512005'));
    const [before, result, after] = read(first, record, last);
    assert.ok(before?.kind === 'record' && result?.kind === 'record' && after?.kind === 'record');
    assert.deepEqual(
      result.record.fields.map(({ tag }) => tag),
      ['001', '505', '650'],
    );
  });

  test('with a directory in another order than its fields goes by the starts where these are right', () => {
    const record = iso('a', [
      ['001', 'x'],
      ['245', '10\x1faTitle'],
      ['100', '1 \x1faName'],
    ]).toString('latin1');
    const entries = record.slice(24, 24 + 36).match(/.{12}/g)!;
    const mixed =
      record.slice(0, 24) +
      [entries[2], entries[0], entries[1]!.replace(/^245..../, '2450003')].join('') +
      record.slice(60);
    const [result] = read(mixed);
    assert.ok(result?.kind === 'record');
    assert.deepEqual(
      result.record.fields.map(({ tag, value, subfields }) => `${tag} ${value ?? subfields[0]?.value}`),
      ['100 Name', '001 x', '245 Title'],
    );
  });

  test('may have marks, NULs and blanks between records, and blanks where a leader says its length', () => {
    const mark = '\xef\xbb\xbf';
    const blank = bad.replace(/^\d{5}/, '     ');
    const short = bad.replace(/^\d{5}/, `   ${bad.slice(3, 5)}`);
    assert.deepEqual(outcome(read(mark, first, `\r\n${mark}`, last, '\0\0\0')), ['1 ok first', '2 ok last']);
    for (const before of ['', ' ', '   \n'])
      assert.deepEqual(outcome(read(first, before, blank, before, short, before, last)), [
        '1 ok first',
        '2 ok bad',
        '3 ok bad',
        '4 ok last',
      ]);
  });

  test('in Latin-1 that says MARC-8 is refused with the place and what it would be, and read when that is named', () => {
    const koeln = (leader9: string) =>
      iso(leader9, [
        ['001', 'l1'],
        ['245', '10\x1faK\xf6ln, M\xfcller, na\xefve'],
      ]);
    for (const leader9 of [' ', 'a']) {
      const [result] = read(koeln(leader9));
      assert.ok(result?.kind === 'refused');
      assert.match(result.reason.code, leader9 === 'a' ? /UTF8$/ : /NOT_MARC8$/);
      assert.match(result.reason.hint, /--encoding windows-1252/);
      const known = parseIso2709Record(koeln(leader9), 'windows-1252');
      assert.equal(known.record.fields[1]?.subfields[0]?.value, 'Köln, Müller, naïve');
      assert.deepEqual(known.warnings, []);
    }
    const [refused] = read(koeln(' '));
    assert.ok(refused?.kind === 'refused' && refused.reason.message.includes('"Köln, Müller, naïve"'));
    const forced = parseIso2709Record(koeln(' '), 'marc-8');
    assert.match(forced.warnings.join(), /ANSEL character 0xFC/);
    assert.throws(() => parseIso2709Record(koeln(' '), 'utf-8'), RecordProblem);
    // Real MARC-8 is that, also with a slip among many marks.
    assert.equal(read(iso(' ', [['245', `10\x1fa${'M\xe8uller, Jos\xe2e; '.repeat(9)}\xff`]]))[0]?.kind, 'record');
  });

  test('with only a wrong record length warns', () => {
    const [result] = read(bad.replace(/^\d{5}/, '00001'));
    assert.ok(result?.kind === 'record');
    assert.deepEqual(result.warnings, [
      `Record 1 (001 bad) says in its leader that it has "00001" bytes, it has ${bad.length}.`,
    ]);
  });

  test('with a record over the limit loses that record only', () => {
    const huge = toIso2709(book('huge', 'x'.repeat(5_000)));
    const whole = Buffer.concat([first, huge, last]);
    const pieces = Array.from({ length: Math.ceil(whole.length / 100) }, (_, at) =>
      whole.subarray(at * 100, at * 100 + 100),
    );
    for (const chunks of [[whole], pieces]) {
      const results = split(chunks, 1_000).map((raw) => parseRaw('iso2709', raw));
      assert.deepEqual(outcome(results), ['1 ok first', '2 huge TOO_LARGE', '3 ok last']);
    }
  });

  test('may have its fields in another order than its directory, and end with 0x1A', () => {
    const swapped = bad.replace('001000400000245001200004', '245001200004001000400000');
    const [result] = read(swapped, '\r\n\x1a');
    assert.ok(result?.kind === 'record');
    assert.deepEqual(result.record.fields, [...book('bad').fields].reverse());
  });
});

describe('the encoding of ISO 2709', () => {
  const decode = (leader9: string, bytes: string): { value: string | undefined; warnings: readonly string[] } => {
    const [result] = read(
      iso(leader9, [
        ['001', 'x1'],
        ['245', `00\x1fa${bytes}`],
      ]),
    );
    assert.ok(result?.kind === 'record', JSON.stringify(result));
    return { value: result.record.fields[1]?.subfields[0]?.value, warnings: result.warnings };
  };
  const utf8 = Buffer.from('é').toString('latin1');

  test('is UTF-8 where leader/09 says so', () => assert.deepEqual(decode('a', utf8), { value: 'é', warnings: [] }));

  test('is MARC-8 where it says so', () => assert.deepEqual(decode(' ', '\xe2e'), { value: 'é', warnings: [] }));

  test('is MARC-8 when pure ASCII has escape sequences', () => {
    assert.deepEqual(decode(' ', '\x1b(NMIR\x1b(B'), {
      value: 'мир',
      warnings: [],
    });
  });

  test('is UTF-8 when the bytes are, with a warning', () => {
    assert.deepEqual(decode(' ', utf8), {
      value: 'é',
      warnings: ['Record 1 (001 x1) says in its leader that it is MARC-8, but it is UTF-8 and was read as UTF-8.'],
    });
  });

  test('is MARC-8 when the bytes are, with a warning', () => {
    assert.deepEqual(decode('a', '\xe2e'), {
      value: 'é',
      warnings: ['Record 1 (001 x1) says in its leader that it is UTF-8, but it is not and was read as MARC-8.'],
    });
  });

  test('names what MARC-8 cannot decode, by field and subfield', () => {
    assert.deepEqual(decode(' ', 'x\x1b$1!0!\x1b(By'), {
      value: 'x〓y',
      warnings: ['Record 1 (001 x1) has in 245$a EACC character 0x213021 that cannot be decoded.'],
    });
  });

  test('does not matter to fields that other systems add', () => {
    const [result] = read(
      iso(' ', [
        ['FMT', 'BK'],
        ['CAT', '  \x1faX'],
        ['LKR', '  '],
      ]),
    );
    assert.ok(result?.kind === 'record');
    assert.deepEqual(result.record.fields, [
      controlField('FMT', 'BK'),
      dataField('CAT', ' ', ' ', [{ code: 'a', value: 'X' }]),
      dataField('LKR', ' ', ' ', []),
    ]);
  });
});
