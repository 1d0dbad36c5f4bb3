import { grouped } from '../../../errors/grouped.ts';
import { applyKnowledge } from '../../../library/apply-site.ts';
import { audit, operator } from '../../../people/audit.ts';
import { checkRules } from '../../../people/rules/check.ts';
import { checkQuery } from '../../../search/check-query.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { duration } from '../../progress.ts';
import { withNewDatabase } from '../../with-database.ts';

export const apply = defineSubcommand({
  summary: 'Have the site use the knowledge bases of the library as they are now.',
  description: `The site file may leave a base to the library ("knowledge: {journals: library}"). It is used as it was when the site file was applied; this applies it
again. If records are indexed by a base that was changed, they are indexed again in the background, which is why it does not happen by itself.`,
  examples: [
    { command: 'kb apply --dry-run', doc: 'Whether records would be indexed again, and about how long that takes.' },
    { command: 'kb apply', doc: 'Applies it.' },
  ],
  arguments: {},
  options: { 'dry-run': { type: 'flag', doc: 'Only show what would happen.' }, ...jsonOption },
  run: async ({ options, settings, print, printJson }) => {
    const dryRun = options['dry-run'];
    const applied = await withNewDatabase(settings(), async (database) => {
      const result = await applyKnowledge(database, { dryRun, checks: { query: checkQuery, rules: checkRules } });
      if (!dryRun && result.changed) await audit(database, operator, 'knowledge base applied', '');
      return result;
    });
    const { changed, needsReindexing, reasons, time, version } = applied;
    if (options.json) return printJson({ version: version.number, changed, needsReindexing, reasons, time, dryRun });
    if (!changed) return print('Nothing to do: the site uses them as they are.');
    print(`${dryRun ? 'Would be' : 'Applied as'} version ${version.number} of the site file.`);
    if (!needsReindexing) return;
    if (!dryRun) return print('The running server indexes the records again in the background.');
    const { records = 0, seconds = 0 } = time ?? {};
    const long = seconds < 1 ? 'less than a second' : `about ${duration(seconds)}`;
    print(`${grouped(records)} records would be indexed again: ${long} on this machine.`);
  },
});
