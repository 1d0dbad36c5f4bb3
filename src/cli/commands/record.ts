import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ask } from '../../access/ask.ts';
import { mayShow } from '../../access/visible.ts';
import { UserError } from '../../errors/errors.ts';
import { grouped } from '../../errors/grouped.ts';
import { idFormat } from '../../formats/formats.ts';
import { compileAnalyzer } from '../../index/analysis/analyzer.ts';
import type { RecordVersion } from '../../index/entry.ts';
import { recordIdIn } from '../../index/record-id.ts';
import { storedBatch } from '../../index/stored-records.ts';
import { openLibrary } from '../../library/open.ts';
import { compilePath } from '../../marc/path.ts';
import { toMarcJson } from '../../marc/writers/json.ts';
import { toTextMarc } from '../../marc/writers/text.ts';
import { may } from '../../people/person.ts';
import { recordErrors } from '../../records/errors.ts';
import { readRecord, readRevision, recordHistory } from '../../records/history.ts';
import { deleteRecord } from '../../records/write.ts';
import { noticeText } from '../../search/notices.ts';
import { emptyRequest } from '../../search/request.ts';
import { currentSite } from '../../site/versions.ts';
import type { Database } from '../../store/database.ts';
import { type CommandGroup, defineSubcommand, jsonOption } from '../command.ts';
import { operator, personNamed } from '../person-option.ts';
import { exportMany, recordNumbers, writerOf } from '../record-export.ts';
import { withDatabase } from '../with-database.ts';
import { asksCitations } from './search.ts';

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
  examples: [
    { command: 'record history 12', doc: 'The newest first, with the time and the way in which each was replaced.' },
  ],
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
  summary: 'Print records in an exchange format, with all their fields.',
  description: `MARCXML (the default) and iso2709 contain the complete record: edit them and load them with --mode replace. Hidden fields and deleted records are
included; with --as only what that person may see. Records are written as they are read, so any number can be exported.
Exit status: 0 all were written, 1 some were not, 2 none was.`,
  examples: [
    { command: 'record export 12 > 12.xml', doc: 'MARCXML, which can be edited and loaded with --mode replace.' },
    { command: 'record export 12 13 14 --format iso2709 > some.mrc', doc: 'ISO 2709 in UTF-8.' },
    { command: "record export --query 'author:ellis year:2020' > ellis.xml", doc: 'All records that a query finds.' },
    { command: 'record export --from numbers.txt > them.xml', doc: 'A file of record numbers; "-" is standard input.' },
    { command: 'record export 12 --format bibtex', doc: 'The same as on the page of the record.' },
  ],
  arguments: { ids: { doc: 'Numbers of records.', optional: true, many: true } },
  options: {
    query: { type: 'text', value: 'QUERY', doc: "All records that a query finds; '' is every record." },
    from: { type: 'text', value: 'FILE', doc: 'Record numbers, one on each line or a JSON list; - is standard input.' },
    as: { type: 'text', value: 'NAME', doc: 'Only what this person may see; guest is a visitor.' },
    format: {
      type: 'text',
      value: 'FORMAT',
      doc: 'marcxml (default), iso2709, or any of docs/formats.md: json, dc, mods, bibtex, ris, apa ...',
    },
    ...revisionOption,
    ...jsonOption,
  },
  failureStatus: 2,
  run: async ({ arguments: { ids }, options, settings, signal, stdin, stdout, stderr }) => {
    const name = options.json ? 'json' : (options.format ?? 'marcxml');
    const baseUrl = settings().baseUrl ?? '';
    const { query, from, as, revision } = options;
    const [only] = ids;
    if (only !== undefined && ids.length === 1 && query === undefined && from === undefined && as === undefined) {
      const [version, library] = await withDatabase(settings(), async (database) => [
        await readVersion(database, only, revision),
        (await currentSite(database)).site.name,
      ]);
      const context = { total: 1, baseUrl, library, page: `/record/${version.id}`, single: true };
      const { head, item, foot } = writerOf(name, context);
      const bytes = item(version);
      stdout.write(typeof bytes === 'string' ? head + bytes + foot : bytes);
      return 0;
    }
    if (revision !== undefined) throw new UserError(recordErrors.oneRevision);
    if (ids.length === 0 && query === undefined && from === undefined) throw new UserError(recordErrors.whichRecords);
    const numbers = [...ids.map(recordNumber), ...(from === undefined ? [] : recordNumbers(await textOf(from, stdin)))];
    const library = await openLibrary(settings(), signal);
    try {
      const { database } = library;
      const { site } = library.snapshot();
      const person = as === undefined ? operator : await personNamed(database, site, as);
      const request = { ...emptyRequest, text: query ?? '', size: Number.POSITIVE_INFINITY, format: idFormat.code };
      if (query !== undefined && asksCitations(request, site)) await library.citationsReady();
      const snapshot = library.snapshot();
      const answer = query === undefined ? undefined : ask(snapshot, person, request);
      for (const notice of answer?.notices ?? []) stderr.write(`${noticeText(notice)}\n`);
      const all = [...new Set([...numbers, ...(answer?.ids ?? [])])];
      const isOperator = person === operator;
      let failed = 0;
      const written = await exportMany({
        ids: all,
        stored: (some, bytes) => storedBatch(database, some, bytes),
        without: may(site, person, 'viewhiddenpaths') ? [] : site.hiddenPaths.map(compilePath),
        mayWrite: (id, deleted) => isOperator || (!deleted && mayShow(person, snapshot, id) === 'yes'),
        writer: writerOf(name, { total: all.length, baseUrl, library: site.name, page: '/search', single: false }),
        out: stdout,
        signal,
        onProblem: ({ message, hint }) => {
          if (++failed <= shownProblems) stderr.write(`error: ${message}\n hint: ${hint}\n`);
        },
      });
      if (failed > shownProblems) stderr.write(`... and ${grouped(failed - shownProblems)} more were not exported.\n`);
      if (failed === 0) return 0;
      return written > 0 ? 1 : 2;
    } finally {
      await library.close();
    }
  },
});

/** So many records that were not exported are named. */
const shownProblems = 20;

async function textOf(file: string, stdin: Readable): Promise<string> {
  try {
    return await text(file === '-' ? stdin : createReadStream(file));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(recordErrors.noFile, { file, reason }, error);
  }
}

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
