/**
 * Follows the recipes of docs/developing.md ("to add | do") in a copy of the tree, all of them at
 * once, and looks whether the product has what was added. A recipe that says less than is needed,
 * or more, fails here.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import sql from 'sql-template-tag';
import type { Email } from '../src/mail/mailer.ts';
import { openTestDatabase } from './support/database.ts';

const root = join(import.meta.dirname, '..');
const copy = mkdtempSync(join(tmpdir(), 'reperio-recipes-'));
after(() => rmSync(copy, { recursive: true, force: true }));

/** A new file by its text, or what stands before a text in a file that is there. */
type Edit =
  | { readonly file: string; readonly text: string }
  | { readonly file: string; readonly before: string; readonly add: string };

interface Recipe {
  /** The first cell of its line. */
  readonly name: string;
  readonly edits: readonly Edit[];
  /** Looks in the copy. */
  readonly look: () => Promise<void>;
}

/** A module of the copy. */
const load = async <T>(path: string): Promise<T> => (await import(pathToFileURL(join(copy, path)).href)) as T;
const read = (path: string): string => readFileSync(join(copy, path), 'utf8');
const run = promisify(execFile);
/** Without the variable by which a test inside of a test would be passed over. */
const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
const node = async (...words: readonly string[]): Promise<string> => {
  const env = { ...environment, REPERIO_DATA: join(copy, 'data') };
  return (await run(process.execPath, words, { cwd: copy, env })).stdout;
};
const reperio = (...words: readonly string[]): Promise<string> => node('src/cli/main.ts', ...words);

const siteText = `site: {name: Recipes, languages: [en, fr]}
fields:
  title: {paths: "245__a", index: {tokenizer: text}}
  back: {paths: "245__a", index: {tokenizer: backwards}}
facets:
  all: {kind: everything}
roles:
  tester: {may: [{action: dorecipes, collection: Recipes}]}
collections:
  - {name: Recipes, query: '245:"*"'}
`;

async function withApp(
  look: (ask: (url: string) => Promise<{ readonly statusCode: number; readonly body: string }>) => Promise<void>,
): Promise<void> {
  const { parseSite } = await load<typeof import('../src/site/parse.ts')>('src/site/parse.ts');
  const { createApp } = await load<typeof import('../src/web/app.ts')>('src/web/app.ts');
  const { memoryLibrary } = await load<typeof import('../src/web/test-library.ts')>('src/web/test-library.ts');
  const { dataField } = await load<typeof import('../src/marc/record.ts')>('src/marc/record.ts');
  const { site, problems } = parseSite(siteText);
  assert.deepEqual(problems, []);
  const title = dataField('245', ' ', ' ', [{ code: 'a', value: 'Higgs' }]);
  const app = createApp(memoryLibrary(site!, [{ leader: '', fields: [title] }], 'recipes'));
  try {
    await look((url) => app.inject(url));
  } finally {
    await app.close();
  }
}

const recipes: readonly Recipe[] = [
  {
    name: 'a command',
    edits: [
      {
        file: 'src/cli/commands/greet.ts',
        text: `import { defineCommand } from '../command.ts';

export const command = defineCommand({
  examples: [{ command: 'greet', doc: 'Says it.' }],
  arguments: {},
  options: {},
  run: async ({ print }) => print('Good morning.'),
});
`,
      },
      {
        file: 'src/cli/table.ts',
        before: '  demo: {',
        add: "  greet: { group: 'Begin', summary: 'Say good morning.', load: () => import('./commands/greet.ts') },\n",
      },
    ],
    look: async () => {
      const [help, said] = await Promise.all([reperio('help'), reperio('greet')]);
      assert.match(help, /^ +greet +Say good morning\.$/m);
      assert.equal(said, 'Good morning.\n');
    },
  },
  {
    name: 'a setting',
    edits: [
      {
        file: 'src/config/table/network.ts',
        before: '  host: {',
        add: `  recipe: {
    name: 'recipe',
    environment: 'REPERIO_RECIPE',
    type: 'number',
    default: 3,
    minimum: 1,
    maximum: 9,
    change: 'reload',
    doc: 'How many cooks.',
  },
`,
      },
    ],
    look: async () => {
      assert.match(await reperio('config', 'docs'), /## recipe\n\nHow many cooks\./);
      assert.match(read('docs/settings.md'), /`REPERIO_RECIPE` in the environment, `recipe` in the file/);
      const { loadSettings } = await load<typeof import('../src/config/settings.ts')>('src/config/settings.ts');
      assert.equal(Object.entries(loadSettings({ REPERIO_RECIPE: '5' })).find(([key]) => key === 'recipe')?.[1], 5);
    },
  },
  {
    name: 'an error',
    edits: [
      {
        file: 'src/marc/errors.ts',
        before: '  path: {',
        add: `  recipe: {
    code: 'REPERIO_RECIPE_BURNT',
    status: 418,
    message: 'The {dish} is burnt.',
    hint: 'Cook it again.',
  },
`,
      },
    ],
    look: async () => assert.match(read('docs/errors.md'), /REPERIO_RECIPE_BURNT[\s\S]*is burnt[\s\S]*Cook it again/),
  },
  {
    name: 'an export format',
    edits: [
      {
        file: 'src/formats/harmless.ts',
        text: `import { type ExportFormat, none } from './export-format.ts';

export const harmlessFormat: ExportFormat = {
  code: 'hxyz',
  aliases: ['harmless'],
  name: 'Harmless',
  group: 'data',
  contentType: 'text/x-harmless; charset=utf-8',
  mediaTypes: ['text/x-harmless'],
  extension: 'txt',
  marcPaths: false,
  head: none,
  item: ({ id }) => \`record \${id}\\n\`,
  between: '',
  foot: none,
};
`,
      },
      {
        file: 'src/formats/formats.ts',
        before: 'import { jatsFormat }',
        add: "import { harmlessFormat } from './harmless.ts';\n",
      },
      { file: 'src/formats/formats.ts', before: '  jatsFormat,', add: '  harmlessFormat,\n' },
    ],
    look: async () => {
      await withApp(async (ask) => {
        assert.equal((await ask('/search?of=hxyz')).body, 'record 1\n');
        assert.equal((await ask('/record/1/export/harmless')).body, 'record 1\n');
        assert.match((await ask('/record/1')).body, /href="\/record\/1\/export\/hxyz"/);
        assert.match((await ask('/search')).body, /of=hxyz/);
        assert.match((await ask(`/search?of=hxyz&p=${'a'.repeat(4001)}`)).body, /^error: /);
      });
      assert.match(read('docs/formats.md'), /^\| `hxyz` \| `harmless` \| Harmless \|$/m);
      const { isExport } = await load<typeof import('../src/web/limits/limits.ts')>('src/web/limits/limits.ts');
      assert.ok(isExport('/search?of=hxyz') && !isExport('/search?of=hb'));
    },
  },
  {
    name: 'a tokenizer',
    edits: [
      {
        file: 'src/tokenizers/tokenizers.ts',
        before: "  'item-count': {",
        add: `  backwards: {
    ...entire,
    words: (folded) => [[...valueForm(folded)].reverse().join('')],
    makes: 'the value from its end',
    example: '\`higgs\` by \`sggih\`',
  },
`,
      },
    ],
    look: async () => {
      await withApp(async (ask) => {
        assert.equal((await ask('/search?of=id&p=back:sggih')).body, '[1]\n');
        assert.equal((await ask('/search?of=id&p=back:higgs')).body, '[]\n');
      });
      assert.match(read('docs/site-file.md'), /^\| `backwards` \| the value from its end \|/m);
    },
  },
  {
    name: 'a format that is read',
    edits: [
      {
        file: 'src/marc/readers/readers.ts',
        before: '  text: {',
        add: `  titles: {
    name: 'titles',
    recognises: (text) => text.startsWith('TITLES'),
    split: () => {
      let text = '';
      return {
        push: (chunk) => {
          text += Buffer.from(chunk).toString();
          return [];
        },
        end: () => text.trim().split('\\n').slice(1).map((line, at) => ({ position: at + 1, bytes: Buffer.from(line) })),
      };
    },
    parse: (bytes) => ({
      record: {
        leader: '',
        fields: [{ tag: '245', ind1: ' ', ind2: ' ', value: undefined, subfields: [{ code: 'a', value: Buffer.from(bytes).toString() }] }],
      },
      warnings: [],
    }),
    find001: () => undefined,
    refused: { ...without, record: (bytes) => bytes },
  },
`,
      },
    ],
    look: async () => {
      const { readRecords } = await load<typeof import('../src/marc/readers/read.ts')>('src/marc/readers/read.ts');
      const found: string[] = [];
      const input = (async function* () {
        yield Buffer.from('TITLES\nOne\nTwo\n');
      })();
      for await (const batch of readRecords(input))
        for (const one of batch)
          found.push(one.kind === 'record' ? one.record.fields[0]!.subfields[0]!.value : one.kind);
      assert.deepEqual(found, ['One', 'Two']);
    },
  },
  {
    name: 'a kind of facets',
    edits: [
      { file: 'src/site/site.ts', before: "'values'] as const;", add: "'everything', " },
      {
        file: 'src/search/facets.ts',
        before: '  values: {\n    having:',
        add: `  everything: {
    having: (_, __, hits) => hits,
    *count(_, listed, chosen) {
      yield;
      return [value('everything', 'Everything', listed.hits.reduce((sum, bits) => sum + bits.size, 0), chosen.length > 0)];
    },
  },
`,
      },
    ],
    look: () =>
      withApp(async (ask) => {
        const facets = JSON.parse((await ask('/api/search?facets=1')).body).facets as {
          readonly code: string;
          readonly values: unknown;
        }[];
        assert.deepEqual(facets.find(({ code }) => code === 'all')?.values, [
          { value: 'everything', label: 'Everything', count: 1, selected: false },
        ]);
        assert.match((await ask('/search')).body, /facet\.all=everything/);
      }),
  },
  {
    name: 'an action',
    edits: [{ file: 'src/site/actions.ts', before: '  runbibmerge: [],', add: "  dorecipes: ['collection'],\n" }],
    look: async () => {
      await withApp(async () => undefined);
      assert.match(read('docs/site-file.md'), /^\| `dorecipes` \| `collection` \|$/m);
    },
  },
  {
    name: 'a page',
    edits: [
      {
        file: 'src/web/collection/routes.ts',
        before: "  get('/help/search'",
        add: `  get('/help/recipes', (exchange) => {
    if (exchange.isFresh()) return exchange.reply;
    return sendHtml(exchange, helpPage(exchange.page));
  });

`,
      },
      {
        file: 'src/web/walk-table.ts',
        before: "  'GET /help/search':",
        add: "  'GET /help/recipes': () => get('/help/recipes'),\n",
      },
    ],
    look: async () => {
      await withApp(async (ask) => assert.equal((await ask('/help/recipes')).statusCode, 200));
      const walked = await node('--test', '--test-name-pattern', 'every route is in the table', 'src/web/walk.test.ts');
      assert.match(walked, /pass 1$/m);
    },
  },
  {
    name: 'a property of an address (late, closed, free, crawlers, slots)',
    edits: [
      {
        file: 'src/addresses/addresses.ts',
        before: "  { path: '/search',",
        add: "  { path: '/help/recipes', closedToRobots: true, free: true, slots: 'downloads' },\n",
      },
    ],
    look: async () => {
      await withApp(async (ask) => assert.match((await ask('/robots.txt')).body, /^Disallow: \/help\/recipes$/m));
      const balancer = await rendered('haproxy');
      assert.match(balancer, /^ +use_backend downloads if \{ path_reg \^\/help\/recipes\/\?\$ \}$/m);
    },
  },
  {
    name: 'a periodic task',
    edits: [
      { file: 'src/library/task-names.ts', before: "  'requests',\n] as const;", add: "  'recipes',\n" },
      {
        file: 'src/library/jobs.ts',
        before: '    requests: {',
        add: "    recipes: { summary: 'Cook.', lane: 'quick', every: hour, run: async () => ({ did: 'Cooked.' }) },\n",
      },
    ],
    look: async () => {
      assert.match(await reperio('help', 'tasks', 'run'), /recipes/);
      assert.match(read('docs/operating.md'), /^\| `recipes` \| every hour \| quick \| Cook\. \|$/m);
    },
  },
  {
    name: 'a check',
    edits: [
      {
        file: 'src/monitor/check/checks/oven.ts',
        text: `import type { Check } from '../definition.ts';

export const oven: Check = {
  name: 'oven',
  question: 'Is the oven hot?',
  summary: 'Degrees.',
  critical: '180:',
  page: 'A slow page',
  every: 30_000,
  run: () => ({ sentence: 'The oven has 20 degrees.', measures: [{ label: 'heat', value: 20, unit: '' }] }),
};
`,
      },
      {
        file: 'src/monitor/check/table.ts',
        before: 'import { ready }',
        add: "import { oven } from './checks/oven.ts';\n",
      },
      { file: 'src/monitor/check/table.ts', before: '  ...[ready,', add: '  oven,\n' },
    ],
    look: async () => {
      const ended = await reperio('check', 'oven').catch((error: { code: number; stdout: string }) => error);
      assert.ok(typeof ended === 'object');
      assert.deepEqual([ended.code, ended.stdout], [2, 'OVEN CRITICAL - The oven has 20 degrees. | heat=20;;180:\n']);
      assert.match(read('docs/operating.md'), /^\| `oven` \| Degrees\. \|/m);
      assert.match(read('docs/when-you-are-woken.md'), /^\| OVEN, .* \| \[A slow page\]\(#a-slow-page\) \|$/m);
      assert.match(await rendered('prometheus', 1), /ReperioCheckOven/);
    },
  },
  {
    name: 'a migration',
    edits: [
      { file: 'src/store/migrations/9999-recipes.sql', text: 'CREATE TABLE dish (name text PRIMARY KEY);\n' },
      {
        file: 'src/store/migrations/tables.ts',
        before: '  document: {',
        add: "  dish: { kind: 'truth', what: 'what was cooked' },\n",
      },
    ],
    look: async () => {
      const { readMigrations, migrate } = await load<typeof import('../src/store/migrate.ts')>('src/store/migrate.ts');
      const { tables } = await load<typeof import('../src/store/migrations/tables.ts')>(
        'src/store/migrations/tables.ts',
      );
      const store = await openTestDatabase({ migrated: false });
      try {
        await migrate(store.database, readMigrations());
        const rows = await store.database.query<{ name: string }>(
          sql`SELECT tablename AS name FROM pg_tables WHERE schemaname = ANY (current_schemas(false)) ORDER BY tablename COLLATE "C"`,
        );
        assert.deepEqual(
          rows.map(({ name }) => name),
          Object.keys(tables),
        );
      } finally {
        await store.release();
      }
    },
  },
  {
    name: 'a column of a table',
    edits: [
      { file: 'src/store/migrations/9999-more-recipes.sql', text: 'ALTER TABLE record ADD COLUMN taste text;\n' },
    ],
    look: async () => {
      const { readMigrations, migrate } = await load<typeof import('../src/store/migrate.ts')>('src/store/migrate.ts');
      const { columnsOf } = await load<typeof import('../src/maintain/backup/tables.ts')>(
        'src/maintain/backup/tables.ts',
      );
      await node('scripts/check-locks.ts');
      const store = await openTestDatabase({ migrated: false });
      try {
        await migrate(store.database, readMigrations());
        const columns = await columnsOf(store.database, ['record']);
        assert.ok(columns.get('record')?.includes('taste'), 'backups have it');
      } finally {
        await store.release();
      }
    },
  },
  {
    name: 'a sentence of the interface',
    edits: [
      {
        file: 'src/web/ui/translations/en.yaml',
        before: '  keys: Keys\n',
        add: '  recipe: Dishes are described elsewhere.\n',
      },
      {
        file: 'src/web/ui/translations/fr.yaml',
        before: '  keys: Touches\n',
        add: '  recipe: Les plats sont décrits ailleurs.\n',
      },
      {
        file: 'src/web/collection/help-page.ts',
        before: '<h2 id="fields">',
        add: `<p>\${tr.t('help.recipe')}</p>\n`,
      },
    ],
    look: () =>
      withApp(async (ask) => {
        assert.match((await ask('/help/search?ln=en')).body, /<p>Dishes are described elsewhere\.<\/p>/);
        assert.match((await ask('/help/search?ln=fr')).body, /<p>Les plats sont décrits ailleurs\.<\/p>/);
        await node(
          '--test',
          '--test-name-pattern',
          'every text that the pages ask for',
          'src/web/translations.test.ts',
        );
      }),
  },
  {
    name: 'an e-mail to a person',
    edits: [
      {
        file: 'src/web/ui/translations/en.yaml',
        before: '  let_in:\n    subject:',
        add: '  dinner:\n    subject: "{library}: dinner"\n    text: "Dear {name},\\n\\nDinner is ready: {link}"\n',
      },
      {
        file: 'src/web/ui/translations/fr.yaml',
        before: '  let_in:\n    subject:',
        add: '  dinner:\n    subject: "{library} : dîner"\n    text: "Bonjour {name},\\n\\nLe dîner est prêt : {link}"\n',
      },
    ],
    look: async () => {
      const { postEmail } = await load<typeof import('../src/web/account/e-mail.ts')>('src/web/account/e-mail.ts');
      const { createTranslator, loadCatalogues } =
        await load<typeof import('../src/web/ui/translations.ts')>('src/web/ui/translations.ts');
      const catalogues = loadCatalogues();
      const posted: Email[] = [];
      const page = {
        tr: createTranslator('fr', catalogues.get('fr')!, catalogues.get('en')!),
        site: { admin: '' },
        libraryName: 'Recipes',
      };
      const people = { mailer: { post: (letter: Email) => posted.push(letter) }, linkBase: () => 'https://x.example' };
      type Arguments = Parameters<typeof postEmail>;
      const [pageOf, peopleOf] = [page as unknown as Arguments[0], people as unknown as Arguments[1]];
      postEmail(pageOf, peopleOf, 'ada@x.example', 'dinner', { name: 'ada' }, '/table');
      assert.equal(posted[0]?.subject, 'Recipes\u00a0: dîner');
      assert.match(posted[0].text, /^Bonjour ada,\n\nLe dîner est prêt\u00a0: https:\/\/x\.example\/table\n/);
    },
  },
  {
    name: 'an operation of the API',
    edits: [
      {
        file: 'src/web/api/routes.ts',
        before: "  get('/api/suggest', suggest);",
        add: `  get('/api/dishes', (exchange) => {
    readParameters(noParameters, exchange.args);
    return sendJson(exchange, { dishes: ['soup'] });
  });
`,
      },
      {
        file: 'src/web/api/operations.ts',
        before: "    {\n      id: 'suggest',",
        add: `    {
      ...{ id: 'dishes', path: '/api/dishes', summary: 'Dishes', description: 'What was cooked.', errors: [] },
      ...{ parameters: noParameters, inPath: {}, answer: 'DishesAnswer', contentType: json, example: '/api/dishes' },
    },
`,
      },
      {
        file: 'src/web/api/schemas.ts',
        before: '  SuggestAnswer: object(',
        add: '  DishesAnswer: object({ dishes: array(string()) }),\n',
      },
      {
        file: 'src/web/api/example.ts',
        before: '  CollectionsAnswer: {',
        add: "  DishesAnswer: { dishes: ['soup'] },\n",
      },
      {
        file: 'src/web/walk-table.ts',
        before: "  'GET /api/collections':",
        add: "  'GET /api/dishes': () => get('/api/dishes'),\n",
      },
      { file: 'docs/api.md', before: '| `/api/suggest?q=...`', add: '| `/api/dishes` | what was cooked |\n' },
    ],
    look: async () => {
      await withApp(async (ask) => {
        assert.deepEqual(JSON.parse((await ask('/api/dishes')).body), { dishes: ['soup'] });
        assert.match((await ask('/api')).body, /What was cooked\./);
        assert.ok('/api/dishes' in JSON.parse((await ask('/api/openapi.json')).body).paths);
      });
      const patterns = ['every address is in the document', 'every answer fits its schema'];
      const tested = await node(
        ...['--test', ...patterns.map((pattern) => `--test-name-pattern=${pattern}`)],
        ...['src/web/api/api.test.ts'],
      );
      assert.match(tested, /pass 2$/m);
    },
  },
  {
    name: 'a metric',
    edits: [
      {
        file: 'src/monitor/prometheus.ts',
        before: "    metric(\n      'reperio_workers',",
        add: "    metric('reperio_dishes', 'gauge', 'Dishes that were cooked.', [[{}, 3]]),\n",
      },
    ],
    look: async () => {
      assert.match(read('docs/operating.md'), /^\| `reperio_dishes` \| gauge \| Dishes that were cooked\. \|$/m);
      const { prometheusText } = await load<typeof import('../src/monitor/prometheus.ts')>('src/monitor/prometheus.ts');
      const { testView } = await load<typeof import('../src/monitor/status/test-status.ts')>(
        'src/monitor/status/test-status.ts',
      );
      assert.match(prometheusText(testView().status), /^# TYPE reperio_dishes gauge\nreperio_dishes 3$/m);
    },
  },
  {
    name: 'a citation style',
    edits: [
      {
        file: 'src/formats/citation-styles.ts',
        before: 'export const citationStyleWriters = {',
        add: "const kitchen = ({ title, end }: CitationParts): string => [title, end].join(', ');\n\n",
      },
      { file: 'src/formats/citation-styles.ts', before: ' physics } as const', add: ' kitchen,' },
      {
        file: 'src/formats/citation.ts',
        before: "  { style: 'physics',",
        add: "  { style: 'kitchen', name: 'Kitchen' },\n",
      },
      { file: 'src/formats/citation.ts', before: '  physics: plain,', add: '  kitchen: plain,\n' },
    ],
    look: async () => {
      await withApp(async (ask) => {
        assert.match((await ask('/search?of=kitchen')).body, /^Higgs, http.*\/record\/1\n$/);
        assert.match((await ask('/record/1')).body, /id="cite-kitchen"/);
      });
      assert.match(read('docs/formats.md'), /^\| `kitchen` \|/m);
    },
  },
  {
    name: 'a word of the search language that is no field of a site file',
    edits: [
      { file: 'src/search/query/tree.ts', before: "  'recid',\n  'datecreated',", add: "  'edible',\n" },
      { file: 'src/site/parse-fields.ts', before: "  'recid',\n  'datecreated',", add: "  'edible',\n" },
      {
        file: 'src/search/evaluate/edible.ts',
        text: `import type { Plan } from './plan.ts';

/** The record number 2 can be eaten. */
export function ediblePlan(): Plan {
  return { kind: 'ids', from: 2, to: 2 };
}
`,
      },
      {
        file: 'src/search/evaluate/compile.ts',
        before: 'import { evaluating }',
        add: "import { ediblePlan } from './edible.ts';\n",
      },
      {
        file: 'src/search/evaluate/compile.ts',
        before: "  if (name === 'datecreated' ||",
        add: "  if (name === 'edible') return ediblePlan();\n",
      },
      {
        file: 'docs/site-file.md',
        before: '`datecreated`, `datemodified`, `refersto`',
        add: '`edible`, ',
      },
      {
        file: 'docs/searching.md',
        before: '| `finding` |',
        add: '| `edible` | records that can be eaten | `edible:1` |\n',
      },
    ],
    look: async () => {
      await withApp(async (ask) => {
        assert.equal((await ask('/search?of=id&p=edible:1')).body, '[]\n');
        assert.equal((await ask('/search?of=id&p=title:higgs+-edible:1')).body, '[1]\n');
      });
      const { parseSite } = await load<typeof import('../src/site/parse.ts')>('src/site/parse.ts');
      const { problems } = parseSite(siteText.replace('  title:', '  edible:'));
      assert.match(JSON.stringify(problems), /edible/);
    },
  },
  {
    name: 'a language',
    edits: [
      {
        file: 'src/web/ui/translations/eo.yaml',
        text: readFileSync(join(root, 'src/web/ui/translations/en.yaml'), 'utf8'),
      },
    ],
    look: async () => {
      const { loadCatalogues } =
        await load<typeof import('../src/web/ui/translations.ts')>('src/web/ui/translations.ts');
      assert.ok(loadCatalogues().has('eo'));
    },
  },
  {
    name: 'a program of a cluster',
    edits: [
      {
        file: 'src/cluster/render/oven.ts',
        text: `import type { Render } from './rendered-file.ts';

export const renderOven: Render = (_, host) => [{ path: '/etc/oven.conf', text: \`host \${host.name}\\n\`, mode: 0o644 }];
`,
      },
      {
        file: 'src/cluster/render/render.ts',
        before: 'import { renderPatroni }',
        add: "import { renderOven } from './oven.ts';\n",
      },
      {
        file: 'src/cluster/render/render.ts',
        before: '  etcd: {',
        add: '  oven: { render: renderOven, runsOn: () => true },\n',
      },
    ],
    look: async () => assert.match(await rendered('oven'), /^host /),
  },
];

/** What a program of the example cluster is told, on the first host that has it. */
async function rendered(program: string, file = 0): Promise<string> {
  const { hostFor, renderHost } =
    await load<typeof import('../src/cluster/render/render.ts')>('src/cluster/render/render.ts');
  const { exampleTopology, testSecrets } = await load<typeof import('../src/cluster/topology/test-topology.ts')>(
    'src/cluster/topology/test-topology.ts',
  );
  const name = program as 'haproxy';
  const topology = exampleTopology();
  return renderHost(topology, hostFor(topology, name)!, testSecrets, [name])[file]!.text;
}

/** Recipes that another test follows, or that are followed by all of these. */
const elsewhere = new Set([
  'a kind of job',
  'a facet, sort or field',
  'a room, or an import between two rooms',
  'another analysis: other terms, columns, keys, brief, or default site',
]);

const [, table = ''] = readFileSync(join(root, 'docs/developing.md'), 'utf8').split('| to add | do |\n|---|---|\n');
const [rows = ''] = table.split('\n\n');
const written = new Map([...rows.matchAll(/^\| (.+?) \| (.+) \|$/gm)].map(([, name, what]) => [name!, what!]));

/** What the check says of the tree with all that was added, before `npm run docs`. */
let outdated = '';

before(async () => {
  for (const part of ['src', 'scripts', 'docs', 'test', 'package.json', 'tsconfig.json'])
    cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  for (const { edits } of recipes) for (const edit of edits) apply(edit);
  outdated = await node('scripts/write-docs.ts', '--check').catch((error: { stderr: string }) => error.stderr);
  await node('scripts/write-docs.ts');
});

function apply(edit: Edit): void {
  const path = join(copy, edit.file);
  if ('text' in edit) {
    writeFileSync(path.replace('9999', nextMigration()), edit.text);
    return;
  }
  const text = readFileSync(path, 'utf8');
  assert.ok(text.includes(edit.before), `${edit.file} has no ${edit.before}`);
  writeFileSync(
    path,
    text.replace(edit.before, () => edit.add + edit.before),
  );
}

function nextMigration(): string {
  const { length } = globSync('*.sql', { cwd: join(copy, 'src/store/migrations') });
  return String(length + 1).padStart(4, '0');
}

test('`npm run check` names each page that `npm run docs` has to write, and no other', async () => {
  const changed = ['errors', 'settings', 'site-file', 'formats', 'operating', 'when-you-are-woken'];
  assert.equal(outdated, changed.map((page) => `docs/${page}.md is out of date: run npm run docs\n`).join(''));
  assert.equal(await node('scripts/write-docs.ts', '--check'), '');
});

test('each recipe is followed here, or by the test that it names', () => {
  const followed = [...recipes.map(({ name }) => name), ...elsewhere];
  assert.deepEqual([...written.keys()].toSorted(), followed.toSorted());
});

for (const { name, edits, look } of recipes) {
  test(`${name} is added in the places that its recipe says, and is there`, async () => {
    const recipe = written.get(name) ?? '';
    for (const { file } of edits) {
      const isNamed = recipe.includes(`\`${file}\``) || recipe.includes(`\`${file.replace(/[^/]+$/, '')}\``);
      const isInRoom =
        /room's `errors\.ts`/.test(recipe) || (recipe.includes('`src/web/`') && file.startsWith('src/web/'));
      const isCopy = recipe.includes('a copy of `src/web/ui/translations/');
      assert.ok(isNamed || isInRoom || isCopy, `${file} is not in the recipe: ${recipe}`);
    }
    await look();
  });
}

test('the tree with all that was added has sound types and imports', async () => {
  const programs = { extends: './tsconfig.json', include: ['src'], exclude: ['src/**/*.test.ts', 'src/**/testing'] };
  writeFileSync(join(copy, 'tsconfig.programs.json'), JSON.stringify(programs));
  await Promise.all([
    run(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.programs.json'], { cwd: copy }),
    node('scripts/check-imports.ts'),
  ]);
});
