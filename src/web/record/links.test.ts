import assert from 'node:assert/strict';
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { valueText } from '../../marc/arbitrary.ts';
import { readRecords } from '../../marc/readers/read.ts';
import { dataField, type Field, type MarcRecord } from '../../marc/record.ts';
import { defaultSite } from '../../site/default.ts';
import { createApp } from '../app.ts';
import { memoryLibrary } from '../test-library.ts';

/**
 * What a page shows is what is found: each search that the page of a record links from its own
 * fields finds that record.
 */

let libraries = 0;

async function strayLinks(
  records: readonly MarcRecord[],
): Promise<{ readonly links: number; readonly stray: readonly string[] }> {
  const app = createApp(memoryLibrary(defaultSite(), records, `links ${++libraries}`));
  try {
    let links = 0;
    const stray: string[] = [];
    for (const id of records.keys()) {
      const { statusCode, body } = await app.inject(`/record/${id + 1}`);
      assert.equal(statusCode, 200, `record ${id + 1}`);
      for (const href of linksOf(body)) {
        links++;
        const found = await app.inject(`${href}&of=id&rg=1000`);
        if (found.statusCode !== 200 || !found.json<number[]>().includes(id + 1)) {
          stray.push(
            `record ${id + 1}: ${decodeURIComponent(href.replaceAll('+', ' '))} finds ${found.body.slice(0, 100)}`,
          );
        }
      }
    }
    return { links, stray };
  } finally {
    await app.close();
  }
}

/** Not those that lead to other records, or to the shelf. */
function linksOf(page: string): readonly string[] {
  const article = page.slice(page.indexOf('<article class="record"'), page.indexOf('<aside'));
  const hrefs = [...article.matchAll(/href="(\/search\?[^"]*)"/g)].map(([, href]) => href!.replaceAll('&amp;', '&'));
  return [...new Set(hrefs)].filter(
    (href) => !href.includes('action=browse') && !/[?&]p=(refersto|citedby|recid)/.test(href),
  );
}

const texts = fc.oneof(
  fc.constantFrom(
    'Austen, Jane,',
    'Austen, Jane.',
    'Ellis, J. R.',
    'Naval weapons.',
    'Boats and boating',
    'Qurʼān.',
    'ʻAbd al-Nūr, Ḥasan,',
    "O'Branigan, Fiona",
    'Acme Inc.',
    'C++ (Computer program language)',
    'History and criticism.',
    '20th century.',
    'Müller-Lüdenscheidt, Käthe',
    'צה״ל',
    'الكيمياء،',
    '"Pop" music',
    'AT&T',
    'Schr\\"odinger, E',
    'I︠U︡bileĭnyĭ',
    'author:title',
    '1775-1817.',
    'Nucl. Phys., B',
    '沈从友',
    'x'.repeat(300),
  ),
  valueText(),
);

const tags = '100 110 111 245 260 490 600 610 611 630 650 651 653 655 700 710 711 773 800 810 830'.split(' ');
const fields: fc.Arbitrary<Field> = fc
  .tuple(
    fc.constantFrom(...tags),
    fc.constantFrom(' ', '0', '1', '2'),
    fc.array(fc.tuple(fc.constantFrom(...'aaabcdefgnptvxyz4'), texts), { minLength: 1, maxLength: 4 }),
    fc.boolean(),
  )
  .map(([tag, ind2, parts, isLinked]) => {
    const subfields = parts.map(([code, value]) => ({ code, value }));
    return isLinked && tag !== '245'
      ? dataField('880', '1', ind2, [{ code: '6', value: `${tag}-00/$1` }, ...subfields])
      : dataField(tag, '1', ind2, subfields);
  });

test('each search that the page of a record links from its fields finds the record, whatever stands in them', async () => {
  const record = fc.array(fields, { minLength: 1, maxLength: 6 }).map((list) => ({ leader: '', fields: list }));
  await assertProperty(
    fc.asyncProperty(fc.array(record, { minLength: 1, maxLength: 3 }), async (records) => {
      assert.deepEqual((await strayLinks(records)).stray, []);
    }),
    { numRuns: 60 },
  );
});

test('each finds it on the pages of records as catalogues send them', async () => {
  const folder = new URL('../../marc/readers/samples/', import.meta.url).pathname;
  const records: MarcRecord[] = [];
  for (const name of readdirSync(folder)) {
    if (name.includes('bomb')) continue;
    for await (const batch of readRecords(createReadStream(join(folder, name))))
      for (const read of batch) if ('record' in read) records.push(read.record);
  }
  const { links, stray } = await strayLinks(records);
  assert.deepEqual(stray, []);
  assert.ok(links > 3, `${links} links`);
});
