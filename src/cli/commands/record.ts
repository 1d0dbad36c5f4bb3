import { UserError } from '../../errors/errors.ts';
import { requireExportFormat } from '../../formats/formats.ts';
import { compileAnalyzer } from '../../index/analysis/analyzer.ts';
import type { RecordVersion } from '../../index/entry.ts';
import { recordIdIn } from '../../index/record-id.ts';
import { toIso2709 } from '../../marc/writers/iso2709.ts';
import { toMarcJson } from '../../marc/writers/json.ts';
import { toTextMarc } from '../../marc/writers/text.ts';
import { recordErrors } from '../../records/errors.ts';
import { readRecord, readRevision, recordHistory } from '../../records/history.ts';
import { deleteRecord } from '../../records/write.ts';
import { currentSite } from '../../site/versions.ts';
import type { Database } from '../../store/database.ts';
import { type CommandGroup, defineSubcommand, jsonOption } from '../command.ts';
import { withDatabase } from '../with-database.ts';

const revisionOption = {
  revision: { type: 'number', value: 'N', minimum: 1, doc: 'This version; default the newest.' },
} as const;

const show = defineSubcommand({
  summary: 'Print a record as text MARC, as it is stored.',
  description: 'Hidden fields and deleted records are shown too: this command is for operators.',
  examples: [
    { command: 'record show 12', doc: 'The newest version.' },
    { command: 'record show 12 --revision 1', doc: 'As it was first loaded.' },
  ],
  arguments: { id: { doc: 'Number of the record.' } },
  options: { ...revisionOption, ...jsonOption },
  run: async ({ arguments: { id }, options, settings, print, printJson }) => {
    const version = await withDatabase(settings(), (database) => readVersion(database, id, options.revision));
    if (!options.json) return print(toTextMarc(version.record).trimEnd());
    const { record, ...rest } = version;
    printJson({ ...rest, record: JSON.parse(toMarcJson(record)) });
  },
});

const history = defineSubcommand({
  summary: 'List the versions of a record.',
  examples: [{ command: 'record history 12', doc: 'The newest first, each with when and how it was replaced.' }],
  arguments: { id: { doc: 'Number of the record.' } },
  options: jsonOption,
  run: async ({ arguments: { id }, options, settings, print, printJson }) => {
    const versions = await withDatabase(settings(), (database) => recordHistory(database, recordNumber(id)));
    if (options.json) return printJson(versions);
    for (const { revision, modified, deleted, person, replaced, replacedBy } of versions) {
      const end = replaced === undefined ? 'current' : `replaced ${replaced.toISOString()} by ${replacedBy}`;
      const by = person === undefined ? '' : `by ${person}, `;
      print(`${String(revision).padStart(4)}  ${modified.toISOString()}  ${deleted ? 'deleted, ' : ''}${by}${end}`);
    }
  },
});

const exportCommand = defineSubcommand({
  summary: 'Print a record in an exchange format.',
  examples: [
    { command: 'record export 12 > 12.xml', doc: 'MARCXML, which can be edited and loaded with --mode replace.' },
    { command: 'record export 12 --format iso2709 > 12.mrc', doc: 'ISO 2709 in UTF-8.' },
    { command: 'record export 12 --format bibtex', doc: 'The same as on the page of the record.' },
  ],
  arguments: { id: { doc: 'Number of the record.' } },
  options: {
    format: {
      type: 'text',
      value: 'FORMAT',
      doc: 'marcxml (default), iso2709, or any of docs/formats.md: json, dc, mods, bibtex, ris, apa ...',
    },
    ...revisionOption,
    ...jsonOption,
  },
  run: async ({ arguments: { id }, options, settings, stdout }) => {
    const name = options.json ? 'json' : (options.format ?? 'marcxml');
    const [version, library] = await withDatabase(settings(), async (database) => [
      await readVersion(database, id, options.revision),
      (await currentSite(database)).site.name,
    ]);
    stdout.write(exported(version, name, settings().baseUrl ?? '', library));
  },
});

const deleteCommand = defineSubcommand({
  summary: 'Delete records: they can no longer be found or seen.',
  description:
    'The record stays in the database, marked with 980__c DELETED, with its identifiers and all its versions. Loading it again with --mode replace ' +
    'restores it. Exit status: 0 all were deleted, 1 some were not, 2 none was.',
  examples: [
    { command: 'record delete 12', doc: 'Takes effect at once.' },
    { command: 'record delete 12 13 14 --dry-run', doc: 'Shows which records would be deleted.' },
  ],
  arguments: { ids: { doc: 'Numbers of records.', many: true } },
  options: {
    as: { type: 'text', value: 'NAME', doc: 'Name of the cataloguer, for the history.' },
    'dry-run': { type: 'flag', doc: 'Change nothing.' },
    ...jsonOption,
  },
  failureStatus: 2,
  run: async ({ arguments: { ids }, options, settings, print, printJson, stderr }) => {
    const deleted = await withDatabase(settings(), async (database) => {
      const done: number[] = [];
      const analyzer = compileAnalyzer((await currentSite(database)).site);
      for (const id of ids.map(recordNumber)) {
        try {
          if (options['dry-run']) await deletable(database, id);
          else await deleteRecord(database, analyzer, id, 'delete', options.as);
          done.push(id);
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          stderr.write(`error: ${error.message}\nhint: ${error.hint}\n`);
        }
      }
      return done;
    });
    if (options.json) printJson({ deleted });
    else for (const id of deleted) print(`Record ${id} ${options['dry-run'] ? 'would be' : 'was'} deleted.`);
    if (deleted.length === ids.length) return 0;
    return deleted.length > 0 ? 1 : 2;
  },
});

export const command: CommandGroup = { commands: { show, history, export: exportCommand, delete: deleteCommand } };

function recordNumber(text: string): number {
  const number = recordIdIn(text);
  if (number !== undefined) return number;
  throw new UserError(recordErrors.noNumber, { text });
}

async function readVersion(database: Database, id: string, revision: number | undefined): Promise<RecordVersion> {
  const number = recordNumber(id);
  return revision === undefined ? await readRecord(database, number) : await readRevision(database, number, revision);
}

async function deletable(database: Database, id: number): Promise<void> {
  if ((await readRecord(database, id)).deleted) throw new UserError(recordErrors.alreadyDeleted, { id });
}

function exported(version: RecordVersion, name: string, baseUrl: string, library: string): string | Buffer {
  if (name === 'iso2709') return toIso2709(version.record);
  const format = requireExportFormat(name);
  const page = `/record/${version.id}`;
  const context = { total: 1, baseUrl, library, page, single: true, only: [], paths: [] };
  return format.head(context) + format.item(version, context) + format.foot(context);
}
