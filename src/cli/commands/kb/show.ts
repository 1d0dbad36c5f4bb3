import { ask } from '../../../access/ask.ts';
import { idFormat } from '../../../formats/format-names.ts';
import { versionsOf } from '../../../index/stored-records.ts';
import type { KnowledgeBase, KnowledgeEntry } from '../../../knowledge/base.ts';
import { entriesOf, listBases, readBase } from '../../../knowledge/bases.ts';
import { writeCsv } from '../../../knowledge/csv.ts';
import { matching, searchTypes } from '../../../knowledge/matching.ts';
import { writeSkos } from '../../../knowledge/skos.ts';
import { usesOf } from '../../../knowledge/uses.ts';
import { openLibrary } from '../../../library/open.ts';
import { compilePath } from '../../../marc/path.ts';
import { withoutPaths } from '../../../marc/select-fields.ts';
import { may } from '../../../people/person.ts';
import { emptyRequest } from '../../../search/request.ts';
import { currentSite } from '../../../site/versions.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { operator, personNamed } from '../../person-option.ts';
import { requireLibrary } from '../../require-library.ts';
import { type Column, tableLines, windowOf } from '../../terminal.ts';
import { withDatabase } from '../../with-database.ts';

export const nameArgument = { name: { doc: 'Name of the knowledge base.' } } as const;
const asOption = {
  as: { type: 'text', value: 'NAME', doc: 'Of a dynamic one: as this person sees it; default all there is.' },
} as const;

const columns: readonly Column[] = [
  { head: 'NAME' },
  { head: 'KIND' },
  { head: 'ENTRIES', right: true },
  { head: 'USED FOR' },
  { head: 'DESCRIPTION' },
];

export const list = defineSubcommand({
  summary: 'List knowledge bases, and what each is used for.',
  examples: [{ command: 'kb list', doc: 'Those of the library, and those of the site file.' }],
  arguments: {},
  options: jsonOption,
  run: async ({ options, settings, environment, stdout, print, printJson }) => {
    const bases = await withDatabase(settings(), async (database) => {
      const { site } = await currentSite(database);
      return (await listBases(database, site)).map((base) => ({ ...base, uses: usesOf(site, base.name) }));
    });
    if (options.json) return printJson(bases);
    if (bases.length === 0) return print('There are no knowledge bases.');
    const rows = bases.map(({ name, kind, entries, uses, places, description }) => [
      name,
      kind === 'site' ? 'site file' : kind,
      kind === 'dynamic' ? '' : String(entries),
      [...uses.map((use) => `${use.kind} ${use.code}`), ...places.map((place) => `editor ${place}`)].join(', '),
      description,
    ]);
    for (const line of tableLines(columns, rows, windowOf(stdout, environment))) print(line);
  },
});

export const show = defineSubcommand({
  summary: 'Show what stands in a knowledge base.',
  examples: [
    { command: 'kb show journals', doc: 'Keys and values.' },
    { command: 'kb show journals --term nucl', doc: 'Those with this text in key or value.' },
  ],
  arguments: nameArgument,
  options: {
    term: { type: 'text', value: 'TEXT', doc: 'Only entries with this text.' },
    limit: { type: 'number', value: 'N', short: 'n', minimum: 1, doc: 'How many; default 100, with --json all.' },
    ...asOption,
    ...jsonOption,
  },
  run: async ({ arguments: { name }, options, settings, stderr, print, printJson }) => {
    const { base, entries } = await read(settings(), name, options.as);
    const found = matching(entries, { either: options.term ?? '', type: 's' });
    if (options.json) return printJson(found.slice(0, options.limit ?? found.length));
    const shown = found.slice(0, options.limit ?? 100);
    for (const { key, value } of shown) print(base.kind === 'dynamic' || key === value ? key : `${key} -> ${value}`);
    if (shown.length < found.length) stderr.write(`and ${found.length - shown.length} more: --limit\n`);
  },
});

export const exportBase = defineSubcommand({
  summary: 'Write a knowledge base as CSV, SKOS, JSON or lines of key---value.',
  examples: [
    { command: 'kb export journals > journals.csv', doc: 'Loads back exactly with `kb import`.' },
    { command: 'kb export subjects --format skos', doc: 'RDF in XML.' },
  ],
  arguments: nameArgument,
  options: {
    format: { type: 'text', value: 'FORMAT', doc: 'Default csv.', choices: ['csv', 'skos', 'json', 'kbr', 'kba'] },
    term: { type: 'text', value: 'TEXT', doc: 'Only entries whose value has this text.' },
    searchtype: {
      type: 'text',
      value: 'TYPE',
      doc: 's: in it; sw: at its beginning; e: all of it.',
      choices: searchTypes,
    },
    ...asOption,
  },
  run: async ({ arguments: { name }, options, settings, stdout }) => {
    const { base, entries } = await read(settings(), name, options.as);
    const type = searchTypes.find((one) => one === options.searchtype) ?? 's';
    const found = matching(entries, { value: options.term ?? '', type });
    stdout.write(exported(base, found, options.format ?? 'csv', settings().baseUrl));
  },
});

function exported(
  { name }: KnowledgeBase,
  entries: readonly KnowledgeEntry[],
  format: string,
  baseUrl: string | undefined,
): string {
  switch (format) {
    case 'skos':
      return writeSkos(name, `${baseUrl ?? 'urn:reperio'}/kb/${encodeURIComponent(name)}`, entries);
    case 'json':
      return `${JSON.stringify(entries.map(({ key, value }) => ({ label: value || key, value: key })))}\n`;
    case 'kbr':
      return entries.map(({ key, value }) => `${key}---${value}\n`).join('');
    case 'kba':
      return [...new Set(entries.map(({ value }) => value))].map((value) => `${value}\n`).join('');
    default:
      return writeCsv(entries);
  }
}

type GivenSettings = Parameters<typeof openLibrary>[0];

async function read(
  settings: GivenSettings,
  name: string,
  as: string | undefined,
): Promise<{ readonly base: KnowledgeBase; readonly entries: readonly KnowledgeEntry[] }> {
  const { base, entries } = await withDatabase(settings, async (database) => {
    const { site } = await currentSite(database);
    const found = await readBase(database, site, name);
    return { base: found, entries: await entriesOf(database, site, found) };
  });
  return { base, entries: base.kind === 'dynamic' ? await valuesOf(settings, base, as) : entries };
}

/** The most frequent first. */
async function valuesOf(
  settings: GivenSettings,
  { path, question }: KnowledgeBase,
  as: string | undefined,
): Promise<readonly KnowledgeEntry[]> {
  const library = await openLibrary(requireLibrary(settings));
  try {
    const { database } = library;
    const snapshot = library.snapshot();
    const person = as === undefined ? operator : await personNamed(database, snapshot.site, as);
    const text = question!.replaceAll('%', '');
    const { ids } = ask(snapshot, person, {
      ...emptyRequest,
      text,
      size: Number.POSITIVE_INFINITY,
      format: idFormat.code,
    });
    const hidden = may(snapshot.site, person, 'viewhiddenpaths') ? [] : snapshot.site.hiddenPaths.map(compilePath);
    const compiled = compilePath(path!);
    const counts = new Map<string, number>();
    for await (const versions of versionsOf(database, ids))
      for (const { record } of versions) {
        const shown = hidden.length === 0 ? record : withoutPaths(record, hidden);
        for (const value of new Set(compiled.values(shown))) counts.set(value, (counts.get(value) ?? 0) + 1);
      }
    return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([value]) => ({ key: value, value }));
  } finally {
    await library.close();
  }
}
