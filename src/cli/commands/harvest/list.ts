import { listSources, readSource, removeSourceIn, type SourceView } from '../../../exchange/harvest/source.ts';
import { audit, operator } from '../../../people/audit.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { timeText } from '../../job-text.ts';
import { type Column, tableLines, windowOf } from '../../terminal.ts';
import { withDatabase } from '../../with-database.ts';

export const nameArgument = { name: { doc: 'Name of the source, as `harvest list` shows it.' } } as const;

export const list = defineSubcommand({
  summary: 'List sources of harvests.',
  examples: [
    { command: 'harvest list', doc: 'With their last run, and the next.' },
    { command: 'harvest list --json', doc: 'For programs.' },
  ],
  arguments: {},
  options: jsonOption,
  run: async ({ options, settings, environment, stdout, print, printJson }) => {
    const sources = await withDatabase(settings(), listSources);
    if (options.json) return printJson(sources);
    if (sources.length === 0) return print('There are no sources. `reperio harvest add NAME ADDRESS` makes one.');
    for (const line of tableLines(columns, sources.map(cells), windowOf(stdout, environment))) print(line);
  },
});

export const show = defineSubcommand({
  summary: 'Show a source: what is done with its records.',
  examples: [{ command: 'harvest show partner', doc: 'All of it.' }],
  arguments: nameArgument,
  options: jsonOption,
  run: async ({ arguments: { name }, options, settings, print, printJson }) => {
    const source = await withDatabase(settings(), async (database) => {
      await readSource(database, { name });
      return (await listSources(database)).find((one) => one.name === name)!;
    });
    if (options.json) return printJson(source);
    for (const line of sourceLines(source)) print(line);
  },
});

export const remove = defineSubcommand({
  summary: 'Remove a source, its runs and its schedule; records that came stay.',
  examples: [{ command: 'harvest remove partner', doc: 'A source of this name would begin from the start.' }],
  arguments: nameArgument,
  options: {},
  run: async ({ arguments: { name }, settings, print }) => {
    await withDatabase(settings(), (database) =>
      database.transaction(async (transaction) => {
        await removeSourceIn(transaction, name);
        await audit(transaction, operator, 'harvest removed', name);
      }),
    );
    print(`Source ${name} is removed. Its records stay.`);
  },
});

const columns: readonly Column[] = [
  { head: 'NAME' },
  { head: 'ADDRESS' },
  { head: 'FORMAT' },
  { head: 'RECORDS', right: true },
  { head: 'REFUSED', right: true },
  { head: 'LAST RUN (UTC)' },
  { head: 'NEXT (UTC)' },
];

function cells({ name, base, prefix, records, refused, next, ...source }: SourceView): readonly string[] {
  return [
    name,
    base,
    prefix,
    String(records),
    String(refused),
    lastText(source),
    next === undefined ? '' : timeText(next),
  ];
}

function lastText({
  lastBegan,
  lastEnded,
  lastProblem,
}: Pick<SourceView, 'lastBegan' | 'lastEnded' | 'lastProblem'>): string {
  if (lastBegan === undefined) return 'never';
  const how = lastProblem !== undefined ? ', failed' : lastEnded === undefined ? ', goes on' : '';
  return `${timeText(lastBegan)}${how}`;
}

function* sourceLines(source: SourceView): Generator<string> {
  const { name, base, prefix, sets, mode, steps, onError, deleted, next } = source;
  const { convert, filter, match } = steps;
  yield `${name}: ${base}`;
  yield `  format     ${prefix}`;
  yield `  sets       ${sets.length === 0 ? 'all' : sets.join(', ')}`;
  for (const [path, field] of Object.entries(convert.table ?? {})) yield `  table      ${path} -> ${field}`;
  for (const [field, value] of Object.entries(convert.add ?? {})) yield `  added      ${field} ${value}`;
  for (const [what, question] of Object.entries(filter)) yield `  ${what.padEnd(9)}  ${question}`;
  yield `  match      ${match.profile}: new ${match.new}, matched ${match.matched}, ambiguous ${match.ambiguous}`;
  yield `  mode       ${mode}`;
  yield `  deletions  ${deleted}`;
  yield `  errors     ${onError}`;
  yield `  last run   ${lastText(source)}`;
  if (source.lastProblem !== undefined) yield `             ${source.lastProblem}`;
  if (next !== undefined) yield `  next run   ${timeText(next)}`;
  yield `  records    ${source.records}, ${source.refused} refused`;
}
