import { grouped } from '../../../errors/grouped.ts';
import { readSource } from '../../../exchange/harvest/source.ts';
import { countLines } from '../../../exchange/harvest/tally.ts';
import { toCompleteTextMarc } from '../../../marc/writers/text-complete.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { type Column, tableLines, windowOf } from '../../terminal.ts';
import { withDatabase } from '../../with-database.ts';
import { nameArgument } from './list.ts';

export const test = defineSubcommand({
  summary: 'Ask a source for one page, and say what would become of it; nothing is written.',
  examples: [
    { command: 'harvest test partner', doc: 'Each record of the page, what would become of it, and why.' },
    { command: 'harvest test partner --marc', doc: 'With the records as MARC.' },
  ],
  arguments: nameArgument,
  options: { marc: { type: 'flag', doc: 'Show the records as MARC.' }, ...jsonOption },
  run: async ({ arguments: { name }, options, settings, signal, environment, stdout, print, printJson }) => {
    const { tryHarvest } = await import('../../../library/harvest-job.ts');
    const [source, tried] = await withDatabase(settings(), async (database) => {
      const found = await readSource(database, { name });
      return [found, await tryHarvest(database, settings(), found, signal)] as const;
    });
    if (options.json) return printJson(tried);
    const { identify, size, records, counts, more } = tried;
    const [set, ...others] = source.sets;
    const ofSet = set === undefined ? '' : ` of the set ${set}${others.length === 0 ? '' : ', the first of several'}`;
    const sized = size === undefined ? '' : `, ${grouped(size)} records in all`;
    print(
      `${identify.name}: ${deletions[identify.deleted] ?? identify.deleted}, dates of ${identify.seconds ? 'seconds' : 'days'}${sized}.`,
    );
    if (records.length === 0) return print(`It has no records${ofSet} in the format ${source.prefix}.`);
    const cut = more === 0 ? '' : `, its first ${grouped(records.length)} records`;
    print(`The first page${ofSet}${cut}, of which nothing is written:\n`);
    const rows = records.map(({ identifier, outcome, record, title }) => [
      ...[outcome, record === 0 ? '' : String(record), identifier, title],
    ]);
    const [head = '', ...lines] = tableLines(columns, rows, windowOf(stdout, environment));
    print(head);
    for (const [place, { message, marc }] of records.entries()) {
      print(lines[place] ?? '');
      if (message !== undefined) print(`  ${message}`);
      if (options.marc && marc !== undefined) print(`${toCompleteTextMarc(marc).trimEnd()}\n`);
    }
    print('');
    for (const line of countLines(counts)) print(line);
    print(`\`reperio harvest run ${name}\` harvests it.`);
  },
});

/** As Identify says it. */
const deletions: Readonly<Record<string, string>> = {
  no: 'it tells of no deletions',
  transient: 'it tells of deletions for a while',
  persistent: 'it tells of all deletions',
};

const columns: readonly Column[] = [
  { head: 'WOULD BE' },
  { head: 'RECORD', right: true },
  { head: 'IDENTIFIER' },
  { head: 'TITLE' },
];
