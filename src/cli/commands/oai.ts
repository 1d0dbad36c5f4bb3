import { openableRecords } from '../../access/visible.ts';
import { whereToSet } from '../../config/where-to-set.ts';
import { UserError } from '../../errors/errors.ts';
import { grouped } from '../../errors/grouped.ts';
import { checkOai } from '../../exchange/oai/check.ts';
import { oaiErrors } from '../../exchange/oai/errors.ts';
import { offeredSets } from '../../exchange/oai/sets.ts';
import { askToTouch, readClock, readSets } from '../../exchange/oai/store.ts';
import { touchSet } from '../../exchange/oai/touch.ts';
import { openLibrary } from '../../library/open.ts';
import { guest } from '../../people/person.ts';
import type { OaiSettings } from '../../site/site.ts';
import { currentSite } from '../../site/versions.ts';
import type { Database } from '../../store/database.ts';
import { type CommandGroup, defineSubcommand, jsonOption } from '../command.ts';
import { requireLibrary } from '../require-library.ts';
import { type Column, tableLines, windowOf } from '../terminal.ts';
import { withDatabase } from '../with-database.ts';

/** Throws `notOffered`. */
async function offered(database: Database): Promise<OaiSettings> {
  const { site } = await currentSite(database);
  if (site.oai === undefined) throw new UserError(oaiErrors.notOffered);
  return site.oai;
}

const columns: readonly Column[] = [
  { head: 'set' },
  { head: 'records', right: true },
  { head: 'deleted', right: true },
  { head: 'name' },
];

const sets = defineSubcommand({
  summary: 'List the sets that harvesters may ask for, with their records.',
  description:
    'The first line is all records. `deleted` are those that have left a set, or can no longer be opened by everybody: harvesters are told so for ever.',
  examples: [
    { command: 'oai sets', doc: 'Sets of the site file, and the parents that their specs have.' },
    { command: 'oai sets --json', doc: 'For programs.' },
  ],
  arguments: {},
  options: jsonOption,
  run: async ({ options, settings, environment, stdout, print, printJson }) => {
    const rows = await withDatabase(settings(), async (database) => {
      const names = new Map(offeredSets(await offered(database)).map((set) => [set.spec, set.name]));
      const known = await readSets(database);
      return known
        .filter(({ id, gone }) => id === 0 || !gone)
        .map(({ spec, records, entries, touching }) => ({
          ...{ spec, name: names.get(spec) ?? '', records, deleted: entries - records, touching: touching !== null },
        }));
    });
    if (options.json) return printJson(rows);
    const cells = rows.map((row) => [
      row.spec === '' ? '(all)' : row.spec,
      grouped(row.records),
      grouped(row.deleted),
      row.touching ? `${row.name} (is being touched)` : row.name,
    ]);
    for (const line of tableLines(columns, cells, windowOf(stdout, environment))) print(line);
  },
});

const touch = defineSubcommand({
  summary: 'Give all records of a set a new date, so that harvesters fetch them again.',
  description:
    'After a change that no version of a record shows, as of a format. Records keep their dates in the library. When this is interrupted, `serve` goes on with it.',
  examples: [
    { command: 'oai touch physics:theory', doc: 'Records of one set.' },
    { command: 'oai touch --all', doc: 'All records that harvesters know.' },
  ],
  arguments: { set: { doc: 'Spec of the set, as `oai sets` lists it.', optional: true } },
  options: { all: { type: 'flag', doc: 'All records, whatever set they are in.' }, ...jsonOption },
  run: async ({ arguments: { set }, options, settings, signal, print, printJson }) => {
    const records = await withDatabase(settings(), async (database) => {
      await offered(database);
      const rows = await readSets(database);
      const row = options.all ? rows[0] : rows.find(({ spec, gone }) => spec === set && spec !== '' && !gone);
      if (row === undefined) {
        const known = rows.filter(({ id, gone }) => id !== 0 && !gone).map(({ spec }) => spec);
        throw new UserError(oaiErrors.noSet, {
          set: set ?? '(none given)',
          known: known.length === 0 ? 'none' : known.join(', '),
        });
      }
      await askToTouch(database, row.spec);
      return touchSet(database, row.id, signal === undefined ? {} : { signal });
    });
    if (options.json) return printJson({ set: options.all ? '' : set, records });
    print(`${grouped(records)} records have a new date for harvesters.`);
  },
});

const check = defineSubcommand({
  summary: 'Check what harvesters need: identifiers, addresses, dates, sets.',
  description: 'Exit status 1: something is not as it should be.',
  examples: [
    { command: 'oai check', doc: 'Before telling others the address.' },
    { command: 'oai check --json', doc: 'For programs.' },
  ],
  arguments: {},
  options: jsonOption,
  failureStatus: 2,
  run: async ({ options, settings, environment, signal, print, printJson }) => {
    const given = settings();
    const library = await openLibrary(requireLibrary(given), signal);
    try {
      await offered(library.database);
      const snapshot = library.snapshot();
      const { until } = await readClock(library.database);
      const findings = checkOai({
        ...{ site: snapshot.site, baseUrl: given.baseUrl, sets: await readSets(library.database) },
        age: Date.now() / 1000 - until,
        open: openableRecords(guest, snapshot).reduce((sum, bits) => sum + bits.size, 0),
      });
      if (options.json) printJson(findings);
      else
        for (const { ok, text } of findings)
          print(`${ok ? 'ok     ' : 'problem'}  ${text}${ok ? '' : whereToSet(text, environment)}`);
      return findings.every(({ ok }) => ok) ? 0 : 1;
    } finally {
      await library.close();
    }
  },
});

export const command: CommandGroup = { commands: { sets, touch, check } };
