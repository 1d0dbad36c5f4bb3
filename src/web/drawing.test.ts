import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { pino } from 'pino';
import { assertProperty } from '../../test/support/property.ts';
import { exportFormats } from '../formats/formats.ts';
import { dataField, type Field, type MarcRecord } from '../marc/record.ts';
import { defaultSite } from '../site/default.ts';
import { createApp } from './app.ts';
import { memoryLibrary } from './test-library.ts';

/**
 * What has broken a reader, an expression or an address somewhere, and what catalogues are full of.
 */
const pieces = [
  ...['\ud800', '\udc00', '\u0000', '\u0007', '\ufeff', '\uffff', '\u2028', '\r\n', '\u3000', '\u0301', '\u0316', 'ﷺ'],
  ...["\\'", "\\'{", '\\"', '\\frac{', '\\sqrt', '$', '$$', '{', '}', '^', '_', '\\', '~', '\\alpha '],
  ...['http://', 'http://[', 'https://x.example/%', 'ftp://', '10.1234/', 'arXiv:', 'hep-th/9901001', 'urn:'],
  ...['<sub>', '</sub>', '<script>', '&amp;', '"', "'", ']]>', '--', '%', '%2', '%zz', '*', '|'],
  ...[' : ', ' / ', ' ;', '.', ',', '(', ')', '[', '1999', '2001-13-45', '12 Dec 2001', '1-7', 'p. 3', 'Vol. 12'],
  ...['a', 'Ellis, John', 'é', '漢', '😀', 'ORCID:0000-0001', 'DOI', 'handle', 'CERN', '', ' '],
];
/**
 * Mostly short; now and then so long that work which takes the square of a length, or a frame of
 * the stack for each sign, shows.
 */
const text = fc
  .tuple(
    fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 8 }),
    fc.integer({ min: 0, max: 60 }),
  )
  .map(([parts, long]) => parts.join('').repeat(long === 0 ? 3000 : long < 5 ? 60 : 1));
const places = [
  ...[
    '020__',
    '022__',
    '0247_',
    '035__',
    '037__',
    '041__',
    '088__',
    '100__',
    '110__',
    '111__',
    '24510',
    '246__',
    '250__',
    '260__',
  ],
  ...[
    '269__',
    '300__',
    '490__',
    '500__',
    '502__',
    '520__',
    '540__',
    '650__',
    '65017',
    '6531_',
    '700__',
    '710__',
    '773__',
    '8564_',
  ],
  ...['880__', '909C0', '909C4', '970__', '980__', '999C5'],
];
const field: fc.Arbitrary<Field> = fc
  .tuple(
    fc.constantFrom(...places),
    fc.array(fc.tuple(fc.constantFrom(...'abcdefghimnopqrstuvxyz0126'), text), { minLength: 1, maxLength: 4 }),
  )
  .map(([place, subfields]) =>
    dataField(
      place.slice(0, 3),
      place[3]!.replace('_', ' '),
      place[4]!.replace('_', ' '),
      subfields.map(([code, value]) => ({ code, value })),
    ),
  );
/** Values of which addresses are made, and titles that nest. */
const likely: fc.Arbitrary<Field> = fc
  .tuple(text, fc.constantFrom('DOI', 'arXiv', 'hdl', 'urn', 'ISBN'))
  .chain(([value, scheme]) =>
    fc.constantFrom(
      ['024', '7', ' ', 'a', `10.1234/${value.trim() || 'x'}`, '2', scheme] as const,
      ['024', '7', ' ', 'a', value, '2', scheme] as const,
      ['909', 'C', '4', 'a', `10.1234/${value}`, 'p', value] as const,
      ['999', 'C', '5', 'u', `http://${value}`, 'a', `10.1234/${value}`] as const,
      ['856', '4', ' ', 'u', `http://x.example/${value}`, 'y', value] as const,
      ['245', '1', '0', 'a', `${"\\'{".repeat(value.length)}a${'}'.repeat(value.length)}`, 'b', value] as const,
    ),
  )
  .map(([tag, ind1, ind2, code, value, other, more]) =>
    dataField(tag, ind1, ind2, [
      { code, value },
      { code: other, value: more },
    ]),
  );
const record: fc.Arbitrary<MarcRecord> = fc
  .tuple(
    fc.array(fc.oneof({ weight: 4, arbitrary: field }, { weight: 1, arbitrary: likely }), { maxLength: 12 }),
    fc.constantFrom('ARTICLE', 'THESIS', 'BOOK'),
  )
  .map(([fields, kind]) => ({
    leader: '00000nam a2200000 a 4500',
    fields: [...fields, dataField('980', ' ', ' ', [{ code: 'a', value: kind }])],
  }));

const atOnce = 25;
let libraries = 0;

test('whatever a record has, every page, list, format and feed has it', { timeout: 86_400_000 }, async () => {
  await assertProperty(
    fc.asyncProperty(fc.array(record, { minLength: atOnce, maxLength: atOnce }), async (records) => {
      const lines: string[] = [];
      const logger = pino({ level: 'warn' }, { write: (line) => lines.push(line) });
      const app = createApp(memoryLibrary(defaultSite(), records, `drawn ${++libraries}`), { logger });
      try {
        const get = async (path: string): Promise<string> => {
          const answer = await app.inject(path);
          assert.equal(answer.statusCode, 200, `${path}: ${answer.body.slice(0, 200)}`);
          return answer.body;
        };
        for (const { code } of exportFormats) await get(`/search?of=${code}&rg=-9999`);
        for (const format of ['hb', 'hd', 'hm']) {
          const body = await get(`/search?of=${format}&rg=100`);
          assert.equal(body.match(/<li class="hit">/g)?.length, atOnce, format);
        }
        assert.equal((await get('/feed?rg=100')).match(/<entry>/g)?.length, atOnce);
        assert.equal((await get('/rss?rg=100')).match(/<item>/g)?.length, atOnce);
        assert.equal(JSON.parse(await get('/api/search?size=100')).records.length, atOnce);
        assert.equal(JSON.parse(await get('/api/records')).records.length, atOnce);
        await get('/');
        for (let id = 1; id <= atOnce; id++)
          for (const tab of ['', '/references', '/authors', '/marc', '/citations']) await get(`/record/${id}${tab}`);
      } finally {
        await app.close();
      }
      assert.deepEqual(lines, []);
    }),
    { numRuns: 4 },
  );
});
