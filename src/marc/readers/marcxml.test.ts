import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { inChunks, marcRecord, valueText } from '../arbitrary.ts';
import { RecordProblem } from '../problem.ts';
import type { RawRecord, ReadResult } from '../raw.ts';
import { controlField, dataField, type MarcRecord } from '../record.ts';
import { marcXmlFoot, marcXmlHead, toMarcXml } from '../writers/marcxml.ts';
import { parseMarcXmlRecord } from './marcxml-scan.ts';
import { splitMarcXml } from './marcxml-split.ts';
import { parseMarcXmlStrictly } from './marcxml-strict.ts';
import { parseRaw } from './parse-raw.ts';

function split(chunks: readonly Uint8Array[], limit = 1 << 20): RawRecord[] {
  const splitter = splitMarcXml(limit);
  const found = chunks.flatMap((chunk) => splitter.push(chunk));
  return [...found, ...splitter.end()];
}

function read(xml: string, limit?: number): ReadResult[] {
  return split([Buffer.from(xml)], limit).map((raw) => parseRaw('marcxml', raw));
}

/** "1 ok 001", or "2 CODE" for each result. */
function outcome(results: readonly ReadResult[]): string[] {
  return results.map((result) =>
    result.kind === 'record'
      ? `${result.position} ok ${result.record.fields[0]?.value}`
      : `${result.position} ${result.reason.code.replace('REPERIO_MARC_', '')}`,
  );
}

const one = (id: string): string => `<record><controlfield tag="001">${id}</controlfield></record>`;

describe('a record written as MARCXML', () => {
  test('comes back the same', () => {
    assertProperty(
      fc.property(marcRecord(), fc.constantFrom(undefined, 0, 2), (record, indent) => {
        const xml = Buffer.from(toMarcXml(record, { indent }).trim());
        assert.deepEqual(parseMarcXmlRecord(xml) ?? record, record);
        assert.deepEqual(parseMarcXmlStrictly(xml.toString()), record);
      }),
    );
  });

  test('has U+FFFD for what XML cannot hold, and is well formed', () => {
    const value = 'a\u0000b\u001fc\ud800d\uffffe\u{1f600}';
    const record = { leader: '', fields: [dataField('245', ' ', ' ', [{ code: 'a', value }])] };
    const [field] = parseMarcXmlStrictly(toMarcXml(record)).fields;
    assert.equal(field?.subfields[0]?.value, 'a\ufffdb\ufffdc\ufffdd\ufffde\u{1f600}');
  });

  test('is indented as asked, or on one line', () => {
    const record = {
      leader: '',
      fields: [controlField('001', '7'), dataField('245', '1', ' ', [{ code: 'a', value: 'x<y' }])],
    };
    assert.equal(toMarcXml(record).includes('\n'), false);
    assert.equal(
      toMarcXml(record, { indent: 2 }),
      [
        '  <record>',
        '    <controlfield tag="001">7</controlfield>',
        '    <datafield tag="245" ind1="1" ind2=" ">',
        '      <subfield code="a">x&lt;y</subfield>',
        '    </datafield>',
        '  </record>',
        '',
      ].join('\n'),
    );
  });
});

describe('the scanner', () => {
  /** What the strict parser makes of it: the record, or that it refuses. */
  const strictly = (xml: string): MarcRecord | 'refused' => {
    try {
      return parseMarcXmlStrictly(xml);
    } catch (error) {
      assert.ok(error instanceof RecordProblem, String(error));
      return 'refused';
    }
  };
  /** Did the scanner take it? Fails when the strict parser makes something else of it. */
  const agrees = (xml: string): boolean => {
    const scanned = parseMarcXmlRecord(Buffer.from(xml));
    if (scanned !== undefined) assert.deepEqual(scanned, strictly(xml), xml);
    return scanned !== undefined;
  };

  test('agrees with a strict parser on markup of every kind', () => {
    let [tried, taken] = [0, 0];
    assertProperty(
      fc.property(oddRecord, (xml) => {
        tried += 1;
        if (agrees(xml)) taken += 1;
      }),
      { numRuns: 5000 },
    );
    assert.ok(taken > tried * 0.3, `the scanner took only ${taken} of ${tried}`);
  });

  test('agrees with it on records damaged anywhere', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '&',
      '"',
      "'",
      '/',
      '=',
      ' ',
      '\r',
      '\u0001',
      ']]>',
      '<!--',
      '-->',
      'x',
      '',
      '\ufffe',
    );
    const damaged = fc.tuple(oddRecord, fc.nat(), fc.nat(3), piece).map(([xml, at, length, put]) => {
      const place = at % (xml.length + 1);
      return xml.slice(0, place) + put + xml.slice(place + length);
    });
    assertProperty(
      fc.property(damaged, (xml) => void agrees(xml)),
      { numRuns: 5000 },
    );
  });

  test('takes the usual shapes itself', () => {
    const inner = [
      '<leader>x</leader>\r\n <controlfield tag="001">A &amp; &#233;</controlfield>',
      '<datafield tag="245" ind1=" " ind2="0"><subfield code="a">é</subfield></datafield>',
    ].join('');
    const other = "<datafield ind2='0' tag = '245' ind1=''><subfield code='a'></subfield></datafield>";
    for (const xml of [`<record>${inner}${other}</record>`, `<record type="Bibliographic" id="1">${inner}</record>`]) {
      const record = parseMarcXmlRecord(Buffer.from(xml));
      assert.deepEqual(record, parseMarcXmlStrictly(xml));
      const prefixed = xml.replace(/<(\/?)([a-z])/g, '<$1marc:$2');
      assert.deepEqual(parseMarcXmlRecord(Buffer.from(prefixed)), record);
    }
  });

  test('leaves bytes that are not UTF-8 alone', () => {
    assert.equal(parseMarcXmlRecord(Buffer.from(one('caf\u00e9'), 'latin1')), undefined);
  });
});

describe('a document', () => {
  test('gives the same records however it is cut into chunks', () => {
    const text = fc.oneof(valueText(), fc.constant('<!-- </record> --><![CDATA[</record><record>]]>'));
    const document = fc.array(
      fc.oneof(
        marcRecord().map((record) => toMarcXml(record)),
        oddRecord,
        text,
      ),
      { maxLength: 5 },
    );
    const chunked = document.chain((parts) => {
      const bytes = Buffer.from(marcXmlHead + parts.join('\n') + marcXmlFoot);
      return fc.tuple(fc.constant(bytes), inChunks(bytes));
    });
    const plain = (raws: readonly RawRecord[]): unknown =>
      raws.map((raw) => [raw.position, String(raw.bytes), raw.refusal]);
    assertProperty(
      fc.property(chunked, ([whole, chunks]) => assert.deepEqual(plain(split(chunks)), plain(split([whole])))),
      { numRuns: 500 },
    );
  });

  const documents: readonly [name: string, xml: string, expected: readonly string[]][] = [
    ['a collection', `<collection>${one('1')}\n${one('2')}</collection>`, ['1 ok 1', '2 ok 2']],
    ['bare records', `${one('1')}${one('2')}`, ['1 ok 1', '2 ok 2']],
    [
      'a byte order mark and a declaration',
      `\ufeff<?xml version="1.0"?>\n<collection>${one('1')}</collection>`,
      ['1 ok 1'],
    ],
    [
      'two documents in one file',
      `<?xml version="1.0"?><collection>${one('1')}</collection>`.repeat(2),
      ['1 ok 1', '2 ok 1'],
    ],
    ['mixed prefixes', `<c>${one('1').replace(/<(\/?)/g, '<$1m:')}${one('2')}</c>`, ['1 ok 1', '2 ok 2']],
    ['spaces in tags', `<c>${one('1').replaceAll('record>', 'record >')}${one('2')}</c>`, ['1 ok 1', '2 ok 2']],
    ['attributes with ">"', `<c a=">"><record x=">"><controlfield tag="001">1</controlfield></record></c>`, ['1 ok 1']],
    [
      '"</record>" in CDATA',
      `<c>${one('<![CDATA[</record><record>]]>')}${one('2')}</c>`,
      ['1 ok </record><record>', '2 ok 2'],
    ],
    ['"</record>" in a comment', `<c>${one('1<!-- </record> -->')}${one('2')}</c>`, ['1 ok 1', '2 ok 2']],
    ['a record in a comment', `<c><!-- ${one('0')} -->${one('1')}</c>`, ['1 ok 1']],
    ['elements named like records', `<records>${one('1')}<recordset/></records>`, ['1 ok 1']],
    ['an empty collection', '<collection/>', []],
    ['no records at all', '<html><p>Not found</p></html>', ['1 NONE']],
    ['an empty record', `<c><record/>${one('2')}</c>`, ['1 NO_FIELDS', '2 ok 2']],
    ['a record without its end', `<c><record><leader/>${one('2')}</c>`, ['1 CUT_OFF', '2 ok 2']],
    ['a record without its start', `<c><leader/></record>${one('2')}</c>`, ['1 SHAPE', '2 ok 2']],
    ['the end inside a record', `<c>${one('1')}<record><leader>`, ['1 ok 1', '2 CUT_OFF']],
    ['the end between records', `<collection>${one('1')}`, ['1 ok 1', '2 CUT_OFF']],
    ['a wrong end tag', `<c><record><leader></record>${one('2')}</c>`, ['1 XML', '2 ok 2']],
    ['an unknown entity', `<c>${one('&eacute;')}${one('2')}</c>`, ['1 XML', '2 ok 2']],
    ['a control character', `<c>${one('\u0002')}${one('2')}</c>`, ['1 XML', '2 ok 2']],
    ['an unknown element', `<c><record><field/></record>${one('2')}</c>`, ['1 SHAPE', '2 ok 2']],
    ['text between fields', `<c><record>x<leader/></record>${one('2')}</c>`, ['1 SHAPE', '2 ok 2']],
    [
      'a field without a tag',
      `<c><record><controlfield>1</controlfield></record>${one('2')}</c>`,
      ['1 SHAPE', '2 ok 2'],
    ],
    ['two leaders', `<c><record><leader/><leader/></record>${one('2')}</c>`, ['1 SHAPE', '2 ok 2']],
    [
      'a DOCTYPE that declares nothing',
      `<!DOCTYPE c SYSTEM "http://nowhere.invalid/a.dtd"><c>${one('1')}</c>`,
      ['1 ok 1'],
    ],
    ['a DOCTYPE with elements', `<!DOCTYPE c [<!ELEMENT c ANY><!-- ]> -->]><c>${one('1')}</c>`, ['1 ok 1']],
  ];
  for (const [name, xml, expected] of documents) {
    test(`with ${name}`, () => {
      assert.deepEqual(outcome(read(xml)), expected);
      const bytewise = split([...Buffer.from(xml)].map((byte) => Uint8Array.of(byte)));
      assert.deepEqual(outcome(bytewise.map((raw) => parseRaw('marcxml', raw))), expected);
    });
  }

  test('that declares entities is refused from there on', () => {
    const bomb = '<!DOCTYPE c [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>';
    assert.deepEqual(outcome(read(`${one('1')}${bomb}<c>${one('&b;')}${one('3')}</c>`)), ['1 ok 1', '2 ENTITIES']);
    const external = '<!DOCTYPE c [<!ENTITY a SYSTEM "file:///etc/passwd">]>';
    assert.deepEqual(outcome(read(`${external}<c>${one('&a;')}</c>`)), ['1 ENTITIES']);
  });

  test('names a refused record by position and 001', () => {
    const [, refused] = read(`<c>${one('1')}${one('ABC-2').replace('</r', '<bad/></r')}</c>`);
    assert.ok(refused?.kind === 'refused');
    assert.equal(refused.control001, 'ABC-2');
    assert.match(refused.reason.message, /^Record 2 \(001 ABC-2\) is not a MARC record: <bad> is inside <record>\.$/);
    assert.match(Buffer.from(refused.raw).toString(), /^<record>.*<\/record>$/);
  });

  test('is refused where it is not UTF-8, naming the byte', () => {
    const bytes = Buffer.concat([
      Buffer.from(`<c>${one('1')}`),
      Buffer.from(one('\u00e9\ufffd'), 'latin1'),
      Buffer.from(`${one('3')}</c>`),
    ]);
    const results = split([bytes]).map((raw) => parseRaw('marcxml', raw));
    assert.deepEqual(outcome(results), ['1 ok 1', '2 UTF8', '3 ok 3']);
    assert.ok(
      results[1]?.kind === 'refused' && results[1].reason.message.includes('byte 33 '),
      JSON.stringify(results[1]),
    );
  });

  test('with a record over the limit loses that record only, in bounded memory', () => {
    const huge = one('x'.repeat(300_000));
    const chunks = [Buffer.from(`<c>${one('1')}`)];
    for (let at = 0; at < huge.length; at += 1000) chunks.push(Buffer.from(huge.slice(at, at + 1000)));
    chunks.push(Buffer.from(`${one('3')}</c>`));
    for (const given of [chunks, [Buffer.concat(chunks)]]) {
      const results = split(given, 10_000).map((raw) => parseRaw('marcxml', raw));
      assert.deepEqual(outcome(results), ['1 ok 1', '2 TOO_LARGE', '3 ok 3']);
      assert.ok(results[1]?.kind === 'refused' && results[1].raw.length <= 65_536);
    }
  });

  test('of a harvest gives the MARC records inside, and names those that are not MARC', () => {
    const header = '<header><identifier>oai:x:1</identifier></header>';
    const marc = (prefix: string): string => one('7').replace(/<(\/?)/g, `<$1${prefix}`);
    const xml = `<OAI-PMH><ListRecords>
      <record>${header}<metadata>${marc('')}</metadata></record>
      <record>${header}<metadata>${marc('marc:')}</metadata><about><x/></about></record>
      <record>${header}<metadata><dc><title>Other</title></dc></metadata></record>
      <record><header status="deleted"><identifier>oai:x:9</identifier></header></record>
      <record>${header}<metadata><marc:collection>${marc('marc:')}</marc:collection></metadata></record>
    </ListRecords></OAI-PMH>`;
    const results = read(xml);
    assert.deepEqual(outcome(results), ['1 ok 7', '2 ok 7', '3 NONE', '4 ok undefined', '5 ok 7']);
    assert.ok(results[2]?.kind === 'refused' && results[2].reason.message.includes('oai:x:1'));
  });
});

test('what XML forbids is named, with its place', () => {
  const record = (value: string): string =>
    `<record>\n<controlfield tag="001">7</controlfield>\n<datafield tag="245" ind1="1" ind2="0"><subfield code="a">Ponds ${value}</subfield></datafield></record>`;
  for (const [value, message] of [
    ['\x1f', /disallowed character U\+001F in 245\$a, line 3 of the record, after ".*Ponds \\u001f"/],
    ['\ufffe', /U\+FFFE in 245\$a/],
    ['&#x1F;', /in 245\$a, line 3 of the record, after ".*&#x1F;"/],
    ['&nbsp;', /undefined entity.* in 245\$a, line 3/],
    ['AT&T', /a "&" begins no entity in 245\$a, line 3 of the record, after ".*Ponds AT&"/],
  ] as const) {
    const [result] = read(record(value));
    assert.ok(result?.kind === 'refused');
    assert.match(result.reason.message, message);
    assert.match(result.reason.message, /^Record 1 \(001 7\)/);
  }
});

test('a byte that is not UTF-8 is named, with its place', () => {
  const [result] = split([
    Buffer.from('<record><controlfield tag="001">M\xfcller</controlfield></record>', 'latin1'),
  ]).map((raw) => parseRaw('marcxml', raw));
  assert.ok(result?.kind === 'refused');
  assert.match(result.reason.message, /byte 34 \(0xFC, after ".*M"\) is not/);
});

test('a warning says that a character was lost', () => {
  const [result] = read(one('a\ufffd'));
  assert.ok(result?.kind === 'record');
  assert.deepEqual(result.warnings, [
    'Record 1 (001 a\ufffd) holds U+FFFD, which stands for a character that was lost before it came here.',
  ]);
});

/**
 * A record written in all the ways XML allows and, once in a while, in one it does not: about half
 * of them are usual throughout.
 */
function mostly(usual: readonly string[], odd: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 40, arbitrary: fc.constantFrom(...usual) },
    { weight: 1, arbitrary: fc.constantFrom(...odd) },
  );
}

const spaces = mostly(['', ' ', '\n  ', '\r\n\t'], ['<!-- note -->', 'text', '<?pi x?>', '<field/>', '\u0001']);
const plainText = fc.string({ maxLength: 6 }).map((text) => text.replace(/[<&]|\]\]>/g, ''));
const textPiece = fc.oneof(
  plainText,
  mostly(
    ['é', '界', '\r\n', '\r', '\t', '\u007f', '&amp;', '&lt;', '&#233;', '&#x1F600;', '&#13;', '&quot;', '&apos;'],
    [
      '&nbsp;',
      '&#0;',
      '&#xD800;',
      '&#xFFFE;',
      '&;',
      '&amp',
      '& ',
      ']]>',
      '\u0001',
      '\ufffe',
      '&constructor;',
      '<![CDATA[a<&]]>',
    ],
  ),
);
const text = fc.array(textPiece, { maxLength: 3 }).map((pieces) => pieces.join(''));

function attributes(values: Readonly<Record<string, fc.Arbitrary<string>>>): fc.Arbitrary<string> {
  const entries = Object.entries(values).map(([name, value]) =>
    fc
      .tuple(value, mostly(['"', "'"], ['']), mostly([' ', '\n', ' \t '], ['']), mostly(['=', ' = '], ['', '==']))
      .map(([content, quote, before, equals]) => `${before}${name}${equals}${quote}${content}${quote}`),
  );
  const order = fc.shuffledSubarray(entries, { minLength: entries.length }).chain((list) => fc.tuple(...list));
  const extra = mostly(['', ' '], [' id="1"', ' tag="1"', ' xmlns="x"', ' a<b', ' x=y', '/']);
  return fc.tuple(order, extra).map(([parts, more]) => parts.join('') + more);
}

const attributeValue = mostly(['a', '1', ' ', '', '245', 'é', '>'], ['&amp;', '<', '"', "'", '\n']);
const subfield = fc
  .tuple(
    attributes({ code: attributeValue }),
    text,
    mostly(['</subfield>'], ['</subfield >', '</sub>', '</datafield>', '']),
  )
  .map(([attrs, content, end]) => `<subfield${attrs}>${content}${end}`);
const datafield = fc
  .tuple(
    attributes({ tag: mostly(['245', '700'], ['24', '', '"', '&#50;45']), ind1: attributeValue, ind2: attributeValue }),
    fc.array(fc.tuple(spaces, subfield), { maxLength: 3 }),
    spaces,
  )
  .map(([attrs, content, end]) => `<datafield${attrs}>${content.flat().join('')}${end}</datafield>`);
const controlfield = fc
  .tuple(attributes({ tag: fc.constantFrom('001', '008') }), text)
  .map(([attrs, value]) => `<controlfield${attrs}>${value}</controlfield>`);
const oddField = fc.constantFrom(
  '<leader/>',
  '<datafield/>',
  '<field>x</field>',
  '<leader>x</leader>',
  '<![CDATA[ ]]>',
  '<subfield>',
);
const anyField = fc.oneof(
  { weight: 20, arbitrary: datafield },
  { weight: 10, arbitrary: controlfield },
  { weight: 1, arbitrary: oddField },
);
const oddRecord = fc
  .tuple(
    mostly(['', ' type="x"', ' xmlns="http://www.loc.gov/MARC21/slim" id="1"'], [' a="1" a="2"', ' a=1', ' a="<"']),
    fc.option(text, { nil: '' }).map((leader) => (leader === '' ? '' : `<leader>${leader}</leader>`)),
    fc.array(fc.tuple(spaces, anyField), { maxLength: 4 }),
    mostly(['</record>'], ['</record >', '</records>', '</record>x', '']),
  )
  .map(([attrs, leader, content, end]) => `<record${attrs}>${leader}${content.flat().join('')}${end}`);
