import { grouped } from '../../errors/grouped.ts';
import { type LoadRun, listRuns } from '../../records/load/runs.ts';
import { doneText, withChangedWay } from '../../records/what-was-done.ts';
import { defineCommand, jsonOption } from '../command.ts';
import { type Column, tableLines, windowOf } from '../terminal.ts';
import { withDatabase } from '../with-database.ts';

const defaultShown = 20;

export const command = defineCommand({
  description:
    'The newest first: what was loaded, when and by whom, and what became of it. A load without an end is running, or was killed; then its records are in the library as far as it came.',
  examples: [
    { command: 'loads', doc: 'The last twenty.' },
    { command: 'loads nightly --limit 100', doc: 'Those of inputs with "nightly" in their name.' },
    { command: 'loads --json', doc: 'For programs.' },
  ],
  arguments: { text: { doc: 'A part of the name of the input, or of who loaded it.', optional: true } },
  options: {
    limit: { type: 'number', value: 'N', minimum: 1, maximum: 10_000, doc: 'How many; default 20.' },
    ...jsonOption,
  },
  run: async ({ arguments: { text = '' }, options, settings, environment, stdout, print, printJson }) => {
    const limit = options.limit ?? defaultShown;
    const { rows, total } = await withDatabase(settings(), (database) =>
      listRuns(database, { text, offset: 0, limit }),
    );
    if (options.json) return printJson(rows.map((run) => withChangedWay(run.mode, run)));
    if (rows.length === 0) return print(text === '' ? 'Nothing was loaded yet.' : 'No load has this in its name.');
    const window = windowOf(stdout, environment);
    const isWide = window.width >= wide;
    for (const line of tableLines(isWide ? columns : narrowColumns, rows.map(isWide ? cells : narrowCells), window))
      print(line);
    if (total > rows.length) print(`${grouped(total - rows.length)} more; --limit shows them.`);
  },
});

const columns: readonly Column[] = [
  { head: 'STARTED (UTC)' },
  { head: 'INPUT', givesWay: true },
  { head: 'MODE' },
  { head: 'BY', ifAny: true },
  ...['INSERTED', 'CHANGED', 'UNCHANGED', 'DELETED', 'HELD', 'REFUSED'].map((head) => ({
    head,
    right: true as const,
  })),
  { head: 'END' },
];

/** In a narrower window the counts are a sentence, which goes on below itself. */
const wide = 110;
const narrowColumns: readonly Column[] = [
  { head: 'STARTED (UTC)' },
  { head: 'INPUT', givesWay: true },
  { head: 'BY', ifAny: true },
  { head: 'WHAT WAS DONE', lines: 3 },
];

function narrowCells(run: LoadRun): readonly string[] {
  const [started = '', name = '', mode = '', person = ''] = cells(run);
  const done = run.ended === undefined ? 'no end' : doneText(run.mode, run);
  return [started, name, person, `${mode}: ${done}${run.error === undefined ? '' : `; stopped: ${run.error}`}`];
}

function cells(run: LoadRun): readonly string[] {
  const counts = [run.inserted, run.replaced + run.merged, run.unchanged, run.deleted, run.held, run.refused];
  return [
    run.started.toISOString().slice(0, 16).replace('T', ' '),
    run.name,
    run.mode,
    run.person ?? '',
    ...counts.map((count) => (run.ended === undefined ? '' : grouped(count))),
    run.ended === undefined ? 'no end' : (run.error ?? 'done'),
  ];
}
