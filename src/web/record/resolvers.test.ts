import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { field } from '../../formats/test-records.ts';
import type { Field, MarcRecord } from '../../marc/record.ts';
import { parseSite } from '../../site/parse.ts';
import { createApp } from '../app.ts';
import { deletedRecord, memoryLibrary } from '../test-library.ts';

const { site } = parseSite(`
site: {name: Library of Tests, languages: [en]}
fields:
  anyfield: {index: {union: [title, author]}}
  title: {paths: ["245__%"], index: {tokenizer: text}}
  author: {paths: ["100__a"], index: {tokenizer: author}}
  reportnumber: {paths: ["037__a"], index: {tokenizer: text}}
  doi: {paths: ["0247_a"], index: {tokenizer: doi, when: {"0247_2": DOI}}}
  journal: {paths: ["773__p", "773__v", "773__y", "773__c"], index: {tokenizer: journal}}
  collection: {paths: ["980__%"], index: {tokenizer: text}}
collections:
  - {name: Library of Tests, query: 'collection:ARTICLE'}
`);
const record = (...fields: readonly Field[]): MarcRecord => ({
  leader: '',
  fields: [...fields, field('980__', '$aARTICLE')],
});
const app = createApp(
  memoryLibrary(site!, [
    record(
      field('0247_', '$2DOI$a10.1000/xyz'),
      field('245__', '$aA Z factory'),
      field('100__', '$aEllis, John'),
      field('773__', '$pNucl. Phys. B$v106$y1976$c292'),
      field('037__', '$ahep-th/0212181'),
    ),
    record(
      field('020__', '$a9780000000002'),
      field('245__', '$aStatistics of everything'),
      field('100__', '$aDoe, Jane'),
    ),
    deletedRecord,
    { leader: '', fields: [field('245__', '$aIn no collection'), field('0247_', '$2DOI$a10.1000/hidden')] },
    record(field('245__', '$aStatistics again'), field('100__', '$aDoe, Jane')),
  ]),
  { baseUrl: 'https://library.example' },
);
after(() => app.close());

async function leads(query: string): Promise<string | undefined> {
  const answer = await app.inject(`/openurl?${query}`);
  assert.equal(answer.statusCode, 302);
  return decodeURIComponent(String(answer.headers.location)).replaceAll('+', ' ');
}

test('an OpenURL of either version leads to the one record that it means', async () => {
  for (const query of [
    'rft_id=info:doi/10.1000/xyz',
    'id=doi:10.1000/xyz',
    'rft_id=https://doi.org/10.1000/xyz&rft.atitle=other',
    'ctx_ver=Z39.88-2004&rft.jtitle=Nucl.+Phys.+B&rft.volume=106&rft.spage=292',
    'genre=article&title=Nucl.+Phys.+B&atitle=A+Z+factory&volume=106&pages=292-340',
    'id=oai:arXiv.org:hep-th/0212181',
    'atitle=Z+factory&aulast=Ellis',
    'rft_id=https://library.example/record/1',
  ]) {
    assert.equal(await leads(query), '/record/1', query);
  }
  for (const isbn of ['978-0-00-000000-2', '0-00-000000-0', 'urn:isbn:9780000000002&x=1'])
    assert.equal(await leads(isbn.startsWith('urn') ? `id=${isbn}` : `isbn=${isbn}`), '/record/2', isbn);
  for (const id of ['https://doi.org/10.1000%2FXYZ', 'doi:10.1000/xyz', 'https://arxiv.org/abs/hep-th/0212181v2'])
    assert.equal(await leads(`rft_id=${encodeURIComponent(id)}`), '/record/1', id);
  assert.equal(await leads('rft.btitle=Statistics+of+everything&rft.au=Doe,+Jane'), '/record/2');
});

test('several lead to a search, none to a search for the words; nothing invisible is met', async () => {
  assert.match((await leads('aulast=Doe')) ?? '', /^\/search\?p=author:Doe$/);
  assert.match(
    (await leads('atitle=Nothing+like+this&aulast=Nobody')) ?? '',
    /^\/search\?p=Nothing like this author:Nobody/,
  );
  assert.match((await leads('id=doi:10.1000/hidden')) ?? '', /^\/search\?p=doi:/);
  assert.match((await leads('rft_id=https://library.example/record/4')) ?? '', /^\/search$/);
  assert.equal(await leads(''), '/search');
});

test('unAPI: the formats, the formats of a record, a record in one', async () => {
  const formats = await app.inject('/unapi');
  assert.equal(formats.statusCode, 200);
  assert.match(formats.body, /<formats>\n.*<format name="ris" type="application\/x-research-info-systems"\/>/s);
  const choice = await app.inject('/unapi?id=https://library.example/record/1');
  assert.equal(choice.statusCode, 300);
  assert.match(choice.body, /<formats id="https:\/\/library\.example\/record\/1">/);
  const one = await app.inject('/unapi?id=1&format=mods');
  assert.match(one.headers['content-type'] as string, /^application\/mods\+xml/);
  assert.match(one.body, /<title>A Z factory<\/title>/);
  assert.equal((await app.inject('/unapi?id=1&format=nothing')).statusCode, 406);
  for (const id of ['3', '4', '99', 'x', '0'])
    assert.equal((await app.inject(`/unapi?id=${id}&format=ris`)).statusCode, 404, id);
});

test('values of a subfield, one a line; other digits are the usual page', async () => {
  const values = await app.inject('/search?p=statistics&of=245__a&so=a');
  assert.match(values.headers['content-type'] as string, /^text\/plain/);
  assert.equal(values.body, 'Statistics of everything\nStatistics again\n');
  for (const code of ['245', '1234567'])
    assert.match((await app.inject(`/search?of=${code}`)).headers['content-type'] as string, /html/);
  assert.match((await app.inject('/search?of=HD&p=factory')).body, /A Z <mark>factory/);
});
