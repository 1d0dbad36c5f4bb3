import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { root } from '../support/markdown.ts';
import { isWhole } from '../support/scale.ts';
import { openSmallLibrary, type SmallLibrary, signIn, succeed } from '../support/small-library.ts';

interface Collection {
  readonly name: string;
  readonly records: number;
  readonly children: readonly Collection[];
  readonly virtual: readonly Collection[];
}

interface Expected {
  readonly folder: string;
  /** Collections as a guest sees them, without the first, with their records. */
  readonly collections: Readonly<Record<string, number>>;
  /** Values of facets over all records, with their numbers, as people read them. */
  readonly facets: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Question -> titles, newest first. */
  readonly questions: Readonly<Record<string, readonly string[]>>;
  /** The same of an administrator. */
  readonly administrator: Readonly<Record<string, readonly string[]>>;
}

const examples: readonly Expected[] = [
  {
    folder: 'public-library',
    collections: {
      Books: 3,
      Magazines: 1,
      'Audio books': 1,
      Music: 0,
      Films: 1,
      Maps: 1,
      'Other things': 1,
      'For children': 1,
      'In French': 1,
    },
    facets: {
      material: { Book: 3, 'Audio book': 1, Film: 1, Map: 1, Magazine: 1, km: 1 },
      branch: { 'Main Street': 6, 'West Side': 2 },
      genre: { Novels: 2, 'Picture books': 1 },
    },
    questions: {
      'author:"Ashdown, C" -material:im': ['Mina and the paper boat', "The lighthouse keeper's almanac"],
      'shelf:CD': ["The lighthouse keeper's almanac"],
      hiver: ["Le jardin d'hiver"],
      gift: [],
    },
    administrator: { "590__a:'gift'": ["The lighthouse keeper's almanac"] },
  },
  {
    folder: 'thesis-archive',
    collections: {
      'Doctoral theses': 1,
      "Master's theses": 2,
      'By faculty': 3,
      'Faculty of Science': 2,
      'Faculty of Arts': 1,
    },
    facets: {
      subject: { Glaciers: 2, Linguistics: 1 },
      faculty: { 'Faculty of Science': 2, 'Faculty of Arts': 1 },
    },
    questions: {
      'supervisor:voss': ['Sensors for melting ice', 'Glacier lakes and their outbursts'],
      'supervisor:ito': [],
      battery: [],
    },
    administrator: {},
  },
  {
    folder: 'laboratory',
    collections: { Papers: 1, Preprints: 1, Reports: 1, 'By experiment': 3, TARN: 2, SCREE: 1 },
    facets: { type: { Paper: 1, Preprint: 1, Report: 1 }, experiment: { TARN: 2, SCREE: 1 } },
    questions: {
      'refersto:reportnumber:RIDGE-2017-4': ['A shielding of granite for SCREE', 'Neutrons that muons leave behind'],
      'cited:2': ['Cosmic muons under the ridge'],
      'journal:"JHM 7 (2018) 12"': ['Cosmic muons under the ridge'],
      'refersto:reportnumber:RIDGE-2020-1': [],
    },
    administrator: { 'refersto:reportnumber:RIDGE-2020-1': ['What went wrong with the granite'] },
  },
];

/** Each is a library of its own; the laboratory has most. */
const tried = examples.filter(({ folder }) => isWhole || folder === 'laboratory');

for (const { folder, collections, facets, questions, administrator } of tried) {
  describe(`examples/${folder}/site.yaml`, () => {
    let library: SmallLibrary;
    before(async () => {
      const records = join(root, 'examples', folder, 'records.txt');
      library = await openSmallLibrary({
        site: `examples/${folder}/site.yaml`,
        load: [records],
        administrator: 'ada',
      });
    });
    after(() => library?.close());

    async function get<T>(path: string, headers: Record<string, string> = {}): Promise<T> {
      const answer = await fetch(`${library.address}${path}`, { headers });
      assert.equal(answer.status, 200, path);
      return (await answer.json()) as T;
    }
    async function titles(question: string, headers: Record<string, string> = {}): Promise<readonly string[]> {
      const path = `/api/search?fields=title&p=${encodeURIComponent(question)}`;
      const answer = await get<{ readonly records: readonly { readonly title: { readonly title: string } }[] }>(
        path,
        headers,
      );
      return answer.records.map(({ title }) => title.title);
    }

    test('is right', async () => {
      await succeed(library.run('site', 'check', join(root, 'examples', folder, 'site.yaml')));
    });

    test('puts its records into collections', async () => {
      const tree = await get<{ readonly collections: readonly Collection[] }>('/api/collections');
      const listed = (list: readonly Collection[]): readonly Collection[] =>
        list.flatMap((one) => [one, ...listed(one.children), ...listed(one.virtual)]);
      const [, ...below] = listed(tree.collections);
      const shown = Object.fromEntries(Object.entries(collections).filter(([, records]) => records > 0));
      assert.deepEqual(Object.fromEntries(below.map(({ name, records }) => [name, records])), shown);
    });

    test('has facets that people can read', async () => {
      const answer = await get<{
        readonly facets: readonly {
          readonly code: string;
          readonly values: readonly { readonly label: string; readonly count: number }[];
        }[];
      }>('/api/search?facets=1&fields=recid');
      for (const [code, values] of Object.entries(facets)) {
        const found = answer.facets.find((facet) => facet.code === code)?.values ?? [];
        assert.deepEqual(Object.fromEntries(found.map(({ label, count }) => [label, count])), values, code);
      }
    });

    test('finds records by its fields, for guests and for an administrator', async () => {
      for (const [question, found] of Object.entries(questions))
        assert.deepEqual(await titles(question), found, question);
      const cookie = await signIn(library, 'ada');
      for (const [question, found] of Object.entries(administrator))
        assert.deepEqual(await titles(question, { cookie }), found, question);
    });
  });
}
