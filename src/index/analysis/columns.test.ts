import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataField, type Field } from '../../marc/record.ts';
import { compileColumns } from './columns.ts';
import { field, record, siteOf } from './testing.ts';

const columns = compileColumns(
  siteOf(
    `
  title: {paths: ["245%%a"], index: {tokenizer: text}}
  firstauthor: {paths: ["100__a"], index: {tokenizer: author}}
`,
    `sort:
  latest: {by: created}
  title: {by: title, drop-leading-articles: true}
  author: {by: firstauthor}
  number: {by: ["088__a", "037__a"]}
facets:
  collection: {kind: collection}
  year: {kind: year}
  author: {field: firstauthor}
  language: {paths: ["041__a", "008/35-37"]}
`,
  ),
);

test('a facet of a field counts what the field indexes: values for which its conditions hold', () => {
  const site = siteOf(
    `
  doi: {paths: ["0247_a"], index: {tokenizer: doi, when: {"0247_2": doi}}}
`,
    `facets:
  doi: {field: doi}
  number: {paths: ["0247_a"]}
`,
  );
  const identifier = (scheme: string, value: string): Field =>
    dataField('024', '7', ' ', [
      { code: '2', value: scheme },
      { code: 'a', value },
    ]);
  const { facets } = compileColumns(site)(record(identifier('DOI', '10.1/a'), identifier('hdl', '1/b')), 1, 2);
  assert.deepEqual(facets, { doi: ['10.1/a'], number: ['10.1/a', '1/b'] });
});

test('sort keys are folded, without article, and of the first path that has a value', () => {
  const { sorts } = columns(
    record(
      field('037__', 'a', 'B-2'),
      field('100__', 'a', "'t Hooft, G."),
      field('245__', 'a', 'The Étude'),
      field('088__', 'a', 'A-1'),
    ),
    1,
    2,
  );
  assert.deepEqual(sorts, { title: 'etude', author: 't hooft g', number: 'a-1' });
});

test('names are filed word by word', () => {
  const key = (name: string): string => columns(record(field('100__', 'a', name)), 1, 2).sorts['author'] ?? '';
  const names = ['Bo-Yu, H', 'Bollen, G', "D'Alesio, U", 'Dallas, A'];
  assert.deepEqual(
    names.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)),
    names,
  );
});

test('an article is dropped only when something follows; nonfiling characters go as MARC counts them', () => {
  const title = (place: string, text: string): string | undefined =>
    columns(record(field(place, 'a', text)), 1, 2).sorts['title'];
  assert.equal(title('245__', 'A'), 'a');
  assert.equal(title('245__', 'Theory'), 'theory');
  assert.equal(title('24504', 'Der Zauberberg'), 'zauberberg');
  assert.equal(title('24514', 'The the'), 'the');
});

test('facets are distinct values as written; fillers of fixed fields say nothing', () => {
  const fixed = (language: string): string => `980101s1998    xx            000 0 ${language} d`;
  const facets = (language: string) =>
    columns(record(field('008', fixed(language)), field('041__', 'a', 'fre'), field('100__', 'a', 'Curie, M')), 1, 2)
      .facets;
  assert.deepEqual(facets('eng'), { author: ['Curie, M'], language: ['eng', 'fre'] });
  for (const filler of ['   ', '|||', 'und', 'fre']) assert.deepEqual(facets(filler)['language'], ['fre']);
});

test('a record without anything has empty columns', () => {
  assert.deepEqual(columns(record(), 5, 6), {
    created: 5,
    modified: 6,
    year: 0,
    sorts: { title: '', author: '', number: '' },
    facets: { author: [], language: [] },
    keys: { own: [], references: [], authors: [] },
  });
});

test('the year is that of the best place, not the first', () => {
  const year = (...fields: readonly Field[]): number => columns(record(...fields), 1, 2).year;
  assert.equal(year(field('008', '980101s1998    xx'), field('26010', 'c', 'c1997.')), 1997);
  assert.equal(year(field('008', '980101s1998    xx')), 1998);
  assert.equal(year(field('008', '980101suuuu    xx'), field('773__', 'y', '2001')), 2001);
});

test('a field with very many names gives them all, and what brackets begin and do not end costs little', () => {
  const names = Array.from({ length: 100_000 }, (_, i) => ({ code: 'a', value: `Ellis ${i}` }));
  const { facets } = columns(record(dataField('100', ' ', ' ', names)), 1, 2);
  assert.equal(facets['author']?.length, names.length);
  assert.equal(columns(record(field('260__', 'c', `1990 ${'['.repeat(500_000)}`)), 1, 2).year, 1990);
  assert.equal(columns(record(field('260__', 'c', '1399 [i.e. (about) 2020 or 2021]')), 1, 2).year, 2020);
});
