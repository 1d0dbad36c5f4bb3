import { UserError } from '../../errors/errors.ts';
import { toMarcJson } from '../../marc/writers/json.ts';
import { toCompleteTextMarc } from '../../marc/writers/text-complete.ts';
import { recordErrors } from '../../records/errors.ts';
import { type RevisionInfo, readRecord, recordHistory } from '../../records/history.ts';
import type { Database } from '../../store/database.ts';
import { type CommandGroup, defineSubcommand, jsonOption } from '../command.ts';
import { readVersion, recordNumber } from '../read-version.ts';
import { merge, unmerge } from '../record-merge.ts';
import { tableLines, windowOf } from '../terminal.ts';
import { withDatabase } from '../with-database.ts';

const revisionOption = {
  revision: { type: 'number', value: 'N', minimum: 1, doc: 'This version; default the newest.' },
} as const;

const show = defineSubcommand({
  summary: 'Print a record as text MARC, as it is stored.',
  description:
    'Complete: the leader, and the subfields in their order, so that it can be edited and loaded with --mode replace. ' +
    'Hidden fields and deleted records are shown too: this command is for operators.',
  examples: [
    { command: 'record show 12', doc: 'The newest version.' },
    { command: 'record show 12 --revision 1', doc: 'As it was first loaded.' },
  ],
  arguments: { id: { doc: 'Number of the record.' } },
  options: { ...revisionOption, ...jsonOption },
  run: async ({ arguments: { id }, options, settings, print, printJson }) => {
    const version = await withDatabase(settings(), (database) => readVersion(database, id, options.revision));
    if (!options.json) return print(toCompleteTextMarc(version.record).replace(/\n$/, ''));
    const { record, ...rest } = version;
    printJson({ ...rest, record: JSON.parse(toMarcJson(record)) });
  },
});

const history = defineSubcommand({
  summary: 'List the versions of a record.',
  examples: [
    { command: 'record history 12', doc: 'The newest first: when each was written, by whom, and what brought it.' },
  ],
  arguments: { id: { doc: 'Number of the record.' } },
  options: jsonOption,
  run: async ({ arguments: { id }, options, settings, environment, stdout, print, printJson }) => {
    const versions = await withDatabase(settings(), (database) => recordHistory(database, recordNumber(id)));
    if (options.json) return printJson(versions);
    const rows = versions.map(({ revision, modified, deleted, person, replaced }, place) => {
      const states = [...(replaced === undefined ? ['current'] : []), ...(deleted ? ['deleted'] : [])];
      const at = modified.toISOString().slice(0, 19).replace('T', ' ');
      return [String(revision), at, person ?? '', states.join(', '), cameBy(revision, versions[place + 1])];
    });
    for (const line of tableLines(versionColumns, rows, windowOf(stdout, environment))) print(line);
    const [, before] = versions;
    if (before === undefined) return;
    const show = `reperio record show ${id} --revision ${before.revision}`;
    const restore = `reperio record restore ${id} --revision ${before.revision}`;
    print(`\n${show.padEnd(restore.length)}  prints version ${before.revision}`);
    print(`${restore}  makes it the newest again`);
  },
});

const versionColumns = [
  { head: 'VERSION', right: true },
  { head: 'WRITTEN (UTC)' },
  { head: 'BY', ifAny: true },
  { head: 'STATE' },
  { head: 'CAME BY', lines: 3 },
] as const;

/** What made a version is written down with the one that it replaced. */
function cameBy(revision: number, before: RevisionInfo | undefined): string {
  if (revision === 1) return 'first version';
  return before?.revision === revision - 1 ? (before.replacedBy ?? '') : 'not known: the version before is gone';
}

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
  run: async ({ arguments: { ids }, options, ...world }) => {
    const { exportRecords } = await import('../export-records.ts');
    return await exportRecords(
      { ids, ...options, format: options.json ? 'json' : (options.format ?? 'marcxml') },
      world,
    );
  },
});

const deleteCommand = defineSubcommand({
  summary: 'Delete records: they can no longer be found or seen.',
  description:
    'The record stays in the database, marked with 980__c DELETED, with its identifiers and all its versions. `record restore` takes the deletion ' +
    'back. Exit status: 0 all were deleted, 1 some were not, 2 none was.',
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
    const { compileAnalyzer } = await import('../../index/analysis/analyzer.ts');
    const { currentSite } = await import('../../site/versions.ts');
    const { deleteRecord } = await import('../../records/write.ts');
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
    else {
      for (const id of deleted) print(`Record ${id} ${options['dry-run'] ? 'would be' : 'was'} deleted.`);
      if (!options['dry-run'] && deleted.length > 0)
        print(`To take this back: reperio record restore ${deleted.length === 1 ? deleted[0] : 'NUMBER'}`);
    }
    if (deleted.length === ids.length) return 0;
    return deleted.length > 0 ? 1 : 2;
  },
});

const restore = defineSubcommand({
  summary: 'Make an earlier version of a record the newest again.',
  description:
    'By default the last version that was not deleted, so a deletion is taken back. The record gets a new version with what the earlier one holds; ' +
    'the versions between stay in its history. `record history` lists them.',
  examples: [
    { command: 'record restore 12', doc: 'Takes the deletion of record 12 back.' },
    { command: 'record restore 12 --revision 3 --as ada', doc: 'What version 3 held is the newest version again.' },
  ],
  arguments: { id: { doc: 'Number of the record.' } },
  options: {
    revision: { type: 'number', value: 'N', minimum: 1, doc: 'This version; default the last one not deleted.' },
    as: { type: 'text', value: 'NAME', doc: 'Name of the cataloguer, for the history.' },
    'dry-run': { type: 'flag', doc: 'Change nothing.' },
    ...jsonOption,
  },
  failureStatus: 2,
  run: async ({ arguments: { id: text }, options, settings, print, printJson }) => {
    const { compileAnalyzer } = await import('../../index/analysis/analyzer.ts');
    const { currentSite } = await import('../../site/versions.ts');
    const { restoreRecord, versionToRestore } = await import('../../records/write.ts');
    const { withCurrentBases } = await import('../../checks/current-bases.ts');
    const { incomingChecksOf } = await import('../../records/check-incoming.ts');
    const { rulesOf } = await import('../../records/next-version.ts');
    const { revision: asked, as: person } = options;
    const id = recordNumber(text);
    const done = await withDatabase(settings(), async (database) => {
      if (options['dry-run']) {
        const { revision } = await versionToRestore(database, await readRecord(database, id), asked);
        return { restored: revision, revision: undefined, warnings: [], held: undefined };
      }
      const { site } = await currentSite(database);
      const checks = incomingChecksOf(await withCurrentBases(database, site), false);
      const rules = { ...rulesOf(site), hidden: 'drop', always: false, checks } as const;
      return await restoreRecord(database, compileAnalyzer(site), { id, revision: asked, person, rules });
    });
    const { restored, revision, warnings, held } = done;
    if (options.json) return printJson({ id, restored, revision, warnings, ...(held !== undefined && { held }) });
    if (held !== undefined) {
      print(
        `Version ${restored} of record ${id} waits for a person, as number ${held.id}: reperio held show ${held.id}`,
      );
      for (const finding of held.findings ?? []) print(finding);
      return;
    }
    print(
      revision === undefined
        ? `Version ${restored} of record ${id} would be restored.`
        : `Version ${restored} of record ${id} was restored, as version ${revision}.`,
    );
    for (const warning of warnings) print(warning);
  },
});

export const command: CommandGroup = {
  commands: { show, history, export: exportCommand, delete: deleteCommand, restore, merge, unmerge },
  synonyms: { undelete: 'restore', undo: 'restore', revert: 'restore', remove: 'delete' },
};

async function deletable(database: Database, id: number): Promise<void> {
  if ((await readRecord(database, id)).deleted) throw new UserError(recordErrors.alreadyDeleted, { id });
}
