import { requireSource, sourceText } from '../../../exchange/harvest/check-source.ts';
import { changeSource, readSource } from '../../../exchange/harvest/source.ts';
import { audit, operator } from '../../../people/audit.ts';
import { currentSite } from '../../../site/versions.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { withDatabase } from '../../with-database.ts';
import { sourceOf, sourceOptions } from './add.ts';
import { nameArgument } from './list.ts';

export const change = defineSubcommand({
  summary: 'Change a source: what is given; the rest stays.',
  description: `Another address or format begins from the start. Records that came before stay as they are until they come again:
\`reperio harvest run NAME --again\` takes all of them once more. A question or a table is removed by an empty text.`,
  examples: [
    { command: 'harvest change partner --address https://new.example/oai', doc: 'The server has moved.' },
    { command: 'harvest change theses --keep "year:2020->2030" --profile normal', doc: 'Another filter.' },
    { command: 'harvest change theses --set "" --drop ""', doc: 'All sets, and nothing dropped.' },
  ],
  arguments: nameArgument,
  options: {
    address: { type: 'text', value: 'ADDRESS', doc: 'Of the server, without "?verb=".' },
    ...sourceOptions,
    ...jsonOption,
  },
  run: async ({ arguments: { name }, options, settings, print, printJson }) => {
    const source = await withDatabase(settings(), async (database) => {
      const { site } = await currentSite(database);
      const before = await readSource(database, { name });
      const given = Object.entries({ ...sourceOf(options), base: options.address }).filter(
        ([, value]) => value !== undefined && (!Array.isArray(value) || value.length > 0),
      );
      const wanted = requireSource({ ...sourceText(before), ...Object.fromEntries(given) }, site, before.person);
      return await database.transaction(async (transaction) => {
        await changeSource(transaction, wanted);
        await audit(transaction, operator, 'harvest changed', name);
        return readSource(transaction, { name });
      });
    });
    if (options.json) return printJson(source);
    print(`Source ${name} is changed. \`reperio harvest test ${name}\` says what would become of a page.`);
  },
});
