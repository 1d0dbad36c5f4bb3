import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeWork } from '../description/work.ts';
import { linkHeader, linkset, signposts } from './signposting.ts';
import { field } from './test-records.ts';

const address = 'https://library.example/record/7';
const work = (fields: Parameters<typeof field>[]) =>
  describeWork({ leader: '', fields: fields.map(([path, text]) => field(path, text)) });
const item = { href: `${address}/files/a%20b.pdf`, type: 'application/pdf' };

test('a record links to itself as it is cited, its files, authors, licence and formats', () => {
  const links = signposts({
    address,
    work: work([
      ['0247_', '$a10.1234/x<y>$2DOI'],
      ['100__', '$aEllis, Ann$jORCID:0000-0002-1825-0097'],
      ['540__', '$aCC BY$uhttps://creativecommons.org/licenses/by/4.0/'],
      ['980__', '$aARTICLE'],
    ]),
    items: [item],
  });
  const of = (rel: string) => links.filter((one) => one.rel === rel).map(({ href }) => href);
  assert.match(of('cite-as')[0]!, /^https:\/\/doi\.org\/10\.1234\/x%3Cy%3E$/i);
  assert.deepEqual(of('item'), [item.href]);
  assert.deepEqual(of('author'), ['https://orcid.org/0000-0002-1825-0097']);
  assert.deepEqual(of('license'), ['https://creativecommons.org/licenses/by/4.0/']);
  assert.deepEqual(of('type'), ['https://schema.org/AboutPage', 'https://schema.org/ScholarlyArticle']);
  assert.ok(of('describedby').includes(`${address}/export/xm`));
  const header = linkHeader(links);
  assert.match(
    header,
    /<https:\/\/library\.example\/record\/7\/linkset>; rel="linkset"; type="application\/linkset\+json"/,
  );
  assert.doesNotMatch(header, /[^\x20-\x7e]/);
  const [set] = JSON.parse(linkset(address, links)).linkset;
  assert.equal(set.anchor, address);
  assert.deepEqual(set.item, [item]);
  assert.equal(set.linkset, undefined);
});

test('without a DOI the page is cited, and a header has few of many links', () => {
  const many = Array.from({ length: 500 }, (_, i) => ({ ...item, href: `${address}/files/${i}.pdf` }));
  const links = signposts({ address, work: work([['245__', '$aTitle']]), items: many });
  assert.equal(links.find(({ rel }) => rel === 'cite-as')?.href, address);
  assert.ok(linkHeader(links).length < 4_000, `${linkHeader(links).length}`);
  assert.equal(JSON.parse(linkset(address, links)).linkset[0].item.length, 500);
});
