import { readSource } from '../../../exchange/harvest/source.ts';
import { countLines } from '../../../exchange/harvest/tally.ts';
import { toCompleteTextMarc } from '../../../marc/writers/text-complete.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { withDatabase } from '../../with-database.ts';
import { nameArgument } from './list.ts';

export const test = defineSubcommand({
  summary: 'Ask a source for one page, and say what would become of it; nothing is written.',
  examples: [
    { command: 'harvest test partner', doc: 'Each record of the page, and what would become of it.' },
    { command: 'harvest test partner --marc', doc: 'With the records as MARC.' },
  ],
  arguments: nameArgument,
  options: { marc: { type: 'flag', doc: 'Show the records as MARC.' }, ...jsonOption },
  run: async ({ arguments: { name }, options, settings, signal, print, printJson }) => {
    const { tryHarvest } = await import('../../../library/harvest-job.ts');
    const tried = await withDatabase(settings(), async (database) =>
      tryHarvest(database, settings(), await readSource(database, { name }), signal),
    );
    if (options.json) return printJson(tried);
    const { identify, size, records, counts } = tried;
    const sized = size === undefined ? '' : `, ${size} records in all`;
    print(`${identify.name}: deletions ${identify.deleted}, dates of ${identify.seconds ? 'seconds' : 'days'}${sized}`);
    for (const { identifier, datestamp, outcome, record, message, marc } of records) {
      print(`${datestamp.padEnd(20)}  ${outcome.padEnd(11)}  ${record === 0 ? '' : `record ${record}  `}${identifier}`);
      if (message !== undefined) print(`  ${message}`);
      if (options.marc && marc !== undefined) print(toCompleteTextMarc(marc).trimEnd());
    }
    for (const line of countLines(counts)) print(line);
    if (records.length === 0) print('It has no records for this source.');
  },
});
