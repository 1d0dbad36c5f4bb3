import { listHarvested, readHarvested } from '../../../exchange/harvest/harvested-records.ts';
import { type HarvestRun, listRuns, readRun } from '../../../exchange/harvest/runs.ts';
import { readSource } from '../../../exchange/harvest/source.ts';
import { countLines } from '../../../exchange/harvest/tally.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { timeText } from '../../job-text.ts';
import { type Column, tableLines, windowOf } from '../../terminal.ts';
import { withDatabase } from '../../with-database.ts';

export const history = defineSubcommand({
  summary: 'List runs of a source, what became of the records of one, or of one record.',
  examples: [
    { command: 'harvest history', doc: 'The last runs of all sources.' },
    { command: 'harvest history partner --run 12', doc: 'Its records; --outcome refused: those alone.' },
    {
      command: 'harvest history partner --identifier oai:x:17 --xml',
      doc: 'One record; what was refused with its XML.',
    },
  ],
  arguments: { name: { doc: 'Name of the source; default: all.', optional: true } },
  options: {
    run: {
      type: 'number',
      value: 'N',
      minimum: 1,
      maximum: 2_000_000_000,
      doc: 'The records of this run that have not come again since.',
    },
    outcome: { type: 'text', value: 'OUTCOME', doc: 'With --run: only records that became this, as refused.' },
    identifier: { type: 'text', value: 'ID', doc: 'What became of this record when it came last.' },
    xml: { type: 'flag', doc: 'Show what was refused as it came.' },
    limit: { type: 'number', value: 'N', minimum: 1, maximum: 100_000, doc: 'How many; default 100.' },
    ...jsonOption,
  },
  run: async ({ arguments: { name }, options, settings, environment, stdout, print, printJson }) => {
    const { run, outcome, identifier, xml, limit = 100 } = options;
    const window = windowOf(stdout, environment);
    await withDatabase(settings(), async (database) => {
      const source = name === undefined ? undefined : await readSource(database, { name });
      if (run === undefined && (identifier === undefined || source === undefined)) {
        const { rows } = await listRuns(database, { source: source?.id, limit });
        if (options.json) return printJson(rows);
        if (rows.length === 0) return print('There were no runs. `reperio harvest run NAME` begins one.');
        for (const line of tableLines(runColumns, rows.map(runCells), window)) print(line);
        return;
      }
      const found = run === undefined ? undefined : await readRun(database, run);
      const one =
        identifier === undefined || source === undefined
          ? undefined
          : await readHarvested(database, source.id, identifier);
      const records =
        run === undefined
          ? one === undefined
            ? []
            : [one]
          : await listHarvested(database, { run, outcome, limit, withXml: xml });
      if (options.json) return printJson(found === undefined ? records : { ...found, records });
      for (const line of countLines(found?.counts ?? {})) print(line);
      if (found?.problem !== undefined) print(found.problem);
      for (const { identifier: id, datestamp, outcome: became, record, message, xml: kept } of records) {
        print(`${datestamp.padEnd(20)}  ${became.padEnd(11)}  ${record === 0 ? '' : `record ${record}  `}${id}`);
        if (message !== undefined) print(`  ${message}`);
        if (xml && kept !== undefined) print(kept);
      }
      if (records.length === 0) print('No record.');
    });
  },
});

const runColumns: readonly Column[] = [
  { head: 'RUN', right: true },
  { head: 'SOURCE' },
  { head: 'BEGAN (UTC)' },
  { head: 'JOB', right: true },
  { head: 'PAGES', right: true },
  { head: 'WHAT BECAME OF IT' },
];

function runCells({ id, name, began, ended, job, pages, counts, problem }: HarvestRun): readonly string[] {
  const became = countLines({ records: counts['upload'] ?? {} })[0]!.replace(/^records: /, '');
  const how = problem ?? (ended === undefined ? `goes on: ${became}` : became === '' ? 'nothing new' : became);
  return [String(id), name, timeText(began), job === undefined ? '' : String(job), String(pages), how];
}
