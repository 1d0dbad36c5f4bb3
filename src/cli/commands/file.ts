import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Settings } from '../../config/settings.ts';
import { UserError } from '../../errors/errors.ts';
import { fileReason } from '../../errors/file-reason.ts';
import type { ContentStore } from '../../files/content.ts';
import { type Added, addFile, allFiles, documentStatus, filesOf, versionsOf } from '../../files/documents.ts';
import { fileErrors } from '../../files/errors.ts';
import { eventsOf } from '../../files/events.ts';
import { contentProblem, noteContent } from '../../files/fixity.ts';
import { checkText, fileName, parseFileName, splitFileName } from '../../files/names.ts';
import { openContentStore } from '../../files/open.ts';
import { receive } from '../../files/receive.ts';
import { type RelatedPart, relationsOf } from '../../files/relations.ts';
import { fileSubject, type Removal, type Removed, removeFile } from '../../files/remove.ts';
import { type Analyzer, compileAnalyzer } from '../../index/analysis/analyzer.ts';
import { audit, operator } from '../../people/audit.ts';
import { lockForDocuments, writeDocumentLinks } from '../../records/document-links.ts';
import { readRecord } from '../../records/history.ts';
import { currentSite } from '../../site/versions.ts';
import type { Database, Queryable } from '../../store/database.ts';
import { openStore } from '../../store/open.ts';
import { type CommandGroup, defineSubcommand, jsonOption } from '../command.ts';
import { createProgress } from '../progress.ts';
import { recordNumber } from '../read-version.ts';
import { requireLibrary } from '../require-library.ts';

const recordArgument = { record: { doc: 'The number of a record.' } } as const;

async function withFiles<T>(
  settings: Settings,
  signal: AbortSignal,
  work: (database: Database, store: ContentStore) => Promise<T>,
): Promise<T> {
  const store = await openStore(requireLibrary(settings), { signal });
  try {
    return await work(store.database, openContentStore(store.database, settings));
  } finally {
    await store.release();
  }
}

const add = defineSubcommand({
  summary: 'Attach files to a record.',
  description: `thesis.pdf is the document "thesis" in the format pdf. Another format is added to its newest version; other bytes in the same format make a new version; the same bytes
change nothing. A status restricts the document to people whose role may viewrestrdoc with that status; it is kept until another status is given.`,
  examples: [
    { command: 'file add 12 thesis.pdf', doc: 'The first version, or a new one.' },
    { command: "file add 12 scan.tif --status draft --description 'Before the binding.'", doc: 'A restricted file.' },
    { command: 'file add 12 - --name data.csv < measured.csv', doc: 'From standard input.' },
  ],
  arguments: { ...recordArgument, files: { doc: 'Files; "-" is standard input.', many: true } },
  options: {
    name: { type: 'text', value: 'NAME', doc: 'Another name, for a single file.' },
    status: { type: 'text', value: 'STATUS', doc: "Restricts the document; '' opens it to everybody." },
    description: { type: 'text', value: 'TEXT', doc: 'A description.' },
    ...jsonOption,
  },
  run: async ({ arguments: { record, files }, options, settings, signal, stdin, print, printJson }) =>
    withFiles(settings(), signal, async (database, store) => {
      const { id } = await readRecord(database, Number(record));
      for (const path of files) {
        const name = parseFileName(options.name ?? basename(path));
        const content = await receive(store, path === '-' ? stdin : await reading(path), settings().fileLimit);
        const status = checkText('status', options.status);
        const description = checkText('description', options.description);
        const file = { ...name, ...content, record: id, status, description, person: undefined };
        const { before, added } = await database.transaction(
          async (transaction) => {
            await lockForDocuments(transaction, id);
            const had = (await documentStatus(transaction, id, name.document)) ?? '';
            const done = await addFile(transaction, store, file, () => true);
            const isOpen = (status ?? had) === '';
            const change = { person: undefined, reason: `file ${done.name}`, always: done.isNew && isOpen };
            await writeDocumentLinks(transaction, await analyzerFor(transaction), id, change);
            return { before: had, added: done };
          },
          { attempts: 3 },
        );
        if (options.json) printJson(added);
        else print(addedText(added, status === undefined || status === before ? undefined : status));
      }
    }),
});

/** `status`: who may see the document from now on, where that was changed. */
function addedText({ name, version, bytes, digest, isNew }: Added, status: string | undefined): string {
  const what = isNew ? 'version' : status === undefined ? 'unchanged, version' : 'same bytes, version';
  const now = status === undefined ? '' : `, now for: ${status === '' ? 'everybody' : status}`;
  return `${name}: ${what} ${version}, ${bytes} bytes, ${digest}${now}`;
}

async function reading(path: string): Promise<AsyncIterable<Uint8Array>> {
  try {
    return (await open(path)).createReadStream();
  } catch (error) {
    throw new UserError(fileErrors.unreadable, { path, problem: fileReason(error) }, error as Error);
  }
}

const list = defineSubcommand({
  summary: 'List the files of a record.',
  examples: [{ command: 'file list 12', doc: 'All versions and formats.' }],
  arguments: recordArgument,
  options: jsonOption,
  run: async ({ arguments: { record }, options, settings, signal, print, printJson }) =>
    withFiles(settings(), signal, async (database) => {
      const { id } = await readRecord(database, Number(record));
      const files = await filesOf(database, id, { withHidden: true });
      if (options.json) return printJson(files);
      if (files.length === 0) return print(`Record ${id} has no files.`);
      for (const file of files)
        print(
          `${file.newest ? '*' : ' '} ${fileName(file).padEnd(30)} version ${file.version}  ${String(file.bytes).padStart(12)} bytes  ${file.added.toISOString().slice(0, 16)}  ${file.digest.slice(0, 12)}${file.status === '' ? '' : `  [${file.status}]`}${file.hidden ? '  hidden' : ''}${file.description === '' ? '' : `  ${file.description}`}`,
        );
    }),
});

const get = defineSubcommand({
  summary: 'Write a file of a record to standard output or a file.',
  description: 'The bytes are compared with their digest while they are read.',
  examples: [
    { command: 'file get 12 thesis.pdf > thesis.pdf', doc: 'The newest version.' },
    { command: 'file get 12 thesis.pdf --version 1 --out old.pdf', doc: 'The first version.' },
  ],
  arguments: { ...recordArgument, name: { doc: 'The name as shown by `file list`.' } },
  options: {
    version: { type: 'number', value: 'NUMBER', minimum: 1, maximum: 1_000_000, doc: 'An older version.' },
    out: { type: 'text', value: 'FILE', doc: 'Write to this file.' },
  },
  run: async ({ arguments: { record, name }, options, settings, signal, stdout }) =>
    withFiles(settings(), signal, async (database, store) => {
      const versions = await versionsOf(database, Number(record), splitFileName(name));
      const file = versions.find((one) =>
        options.version === undefined ? one.newest : one.version === options.version,
      );
      if (file === undefined || fileName(file) !== name) throw new UserError(fileErrors.none, { record, name });
      const hash = createHash('sha256');
      const target = options.out === undefined ? stdout : createWriteStream(options.out);
      await pipeline(
        await store.read(file.digest),
        async function* (chunks: AsyncIterable<Uint8Array>) {
          for await (const chunk of chunks) {
            hash.update(chunk);
            yield chunk;
          }
        },
        target,
        { end: options.out !== undefined },
      );
      if (hash.digest('hex') !== file.digest) throw new UserError(fileErrors.damaged, { name, digest: file.digest });
    }),
});

const verify = defineSubcommand({
  summary: 'Read all files and compare them with their digests.',
  description: 'Exit status 1: files are missing or damaged. Each of them is named, and all others are checked.',
  examples: [
    { command: 'file verify', doc: 'All files of the library.' },
    { command: 'file verify 12', doc: 'The files of one record.' },
  ],
  arguments: { record: { doc: 'The number of a record.', optional: true } },
  options: jsonOption,
  run: async ({ arguments: { record }, options, settings, signal, stderr, print, printJson }) =>
    withFiles(settings(), signal, async (database, store) => {
      const progress = createProgress({ stream: stderr, unit: 'files' });
      const pages =
        record === undefined ? allFiles(database) : [await filesOf(database, Number(record), { withHidden: true })];
      const known = new Map<string, string | undefined>();
      const wrong: {
        readonly record: number;
        readonly name: string;
        readonly version: number;
        readonly problem: string;
        /** Where its bytes belong; undefined: not in a folder. */
        readonly path: string | undefined;
      }[] = [];
      let files = 0;
      let bytes = 0;
      for await (const page of pages) {
        for (const file of page) {
          signal.throwIfAborted();
          if (!known.has(file.digest)) {
            known.set(file.digest, await contentProblem(store, file));
            await noteContent(database, file.digest, known.get(file.digest));
          }
          const problem = known.get(file.digest);
          files++;
          bytes += file.bytes;
          if (problem !== undefined)
            wrong.push({
              ...{ record: file.record, name: fileName(file), version: file.version, problem },
              path: store.path(file.digest),
            });
          progress.advance(1);
        }
      }
      progress.finish();
      if (options.json) printJson({ files, bytes, wrong });
      else {
        for (const { record: number, name, version, problem, path } of wrong)
          print(
            `record ${number}, ${name} version ${version}: ${problem}${path === undefined ? '' : `; put it back as ${path}`}`,
          );
        print(
          `${files} files, ${bytes} bytes: ${wrong.length === 0 ? 'all match their digests' : `${wrong.length} are missing or damaged`}.`,
        );
      }
      return wrong.length === 0 ? 0 : 1;
    }),
});

const remove = defineSubcommand({
  summary: 'Remove files from a record.',
  description: `All versions of each named file, or one; other formats of the document stay. Who did it is in the audit log. The bytes stay in the file store until \`gc\` finds
that no record names them, so a file that was removed by mistake can be added again from a backup. Exit status: 0 all were removed, 1 some were not, 2 none was.`,
  examples: [
    { command: 'file remove 12 thesis.pdf', doc: 'All its versions. Takes effect at once.' },
    { command: 'file remove 12 thesis.pdf --version 1', doc: 'Only its first version.' },
    { command: 'file remove 12 thesis.pdf thesis.tex --dry-run', doc: 'Shows what would be removed.' },
  ],
  arguments: { ...recordArgument, names: { doc: 'Names as shown by `file list`.', many: true } },
  options: {
    version: { type: 'number', value: 'NUMBER', minimum: 1, maximum: 1_000_000, doc: 'Only this version.' },
    as: { type: 'text', value: 'NAME', doc: 'Name of the person, for the audit log.' },
    'dry-run': { type: 'flag', doc: 'Change nothing.' },
    ...jsonOption,
  },
  failureStatus: 2,
  run: async ({ arguments: { record, names }, options, settings, signal, stderr, print, printJson }) => {
    const removed = await withFiles(settings(), signal, async (database) => {
      const done: Removed[] = [];
      const { id } = await readRecord(database, recordNumber(record));
      for (const name of names) {
        const wanted = { record: id, name, version: options.version };
        try {
          done.push(await removeOne(database, wanted, options['dry-run'], options.as));
        } catch (error) {
          if (!(error instanceof UserError)) throw error;
          stderr.write(`error: ${error.message}\nhint: ${error.hint}\n`);
        }
      }
      return done;
    });
    if (options.json) printJson({ removed });
    else for (const one of removed) print(removedText(one, options['dry-run']));
    if (removed.length === names.length) return 0;
    return removed.length > 0 ? 1 : 2;
  },
});

/** Rolls a dry run back: it fails where the real one would. */
async function removeOne(
  database: Database,
  wanted: Removal,
  isDry: boolean,
  person: string | undefined,
): Promise<Removed> {
  let removed: Removed | undefined;
  try {
    return await database.transaction(
      async (transaction) => {
        await lockForDocuments(transaction, wanted.record);
        removed = await removeFile(transaction, wanted, () => true, person);
        const change = { person, reason: `file removed ${removed.name}`, always: false };
        await writeDocumentLinks(transaction, await analyzerFor(transaction), wanted.record, change);
        if (isDry) throw new DryRun();
        const actor = person === undefined ? operator : { name: person };
        await audit(transaction, actor, 'file removed', fileSubject(removed), { versions: removed.versions });
        return removed;
      },
      { attempts: 3 },
    );
  } catch (error) {
    if (error instanceof DryRun && removed !== undefined) return removed;
    throw error;
  }
}

class DryRun extends Error {}

async function analyzerFor(database: Queryable): Promise<Analyzer> {
  return compileAnalyzer((await currentSite(database)).site);
}

const mostEvents = 10_000;

const history = defineSubcommand({
  summary: 'Show what became of the documents of a record.',
  description:
    'Who added, changed, restricted, renamed, hid or deleted which of them, the newest first; also of documents that are gone.',
  examples: [{ command: 'file history 12', doc: 'All documents that record 12 has or had.' }],
  arguments: recordArgument,
  options: jsonOption,
  run: async ({ arguments: { record }, options, settings, signal, print, printJson }) =>
    withFiles(settings(), signal, async (database) => {
      const { id } = await readRecord(database, recordNumber(record));
      const events = await eventsOf(database, id, mostEvents);
      if (options.json) return printJson(events);
      if (events.length === 0) return print(`Record ${id} has had no documents.`);
      for (const { at, person, action, name, format, version, detail } of events)
        print(
          `${at.toISOString().slice(0, 16)}  ${action.padEnd(11)} ${fileName({ document: name, format: format ?? '' })}${version === null ? '' : `, version ${version}`}${detail === null ? '' : `: ${detail}`}${person === null ? '' : `, by ${person}`}`,
        );
    }),
});

const relations = defineSubcommand({
  summary: 'Show how documents of a record belong to others.',
  description: 'Relations come with uploads (field BDR).',
  examples: [{ command: 'file relations 12', doc: 'Those of all documents of record 12.' }],
  arguments: recordArgument,
  options: jsonOption,
  run: async ({ arguments: { record }, options, settings, signal, print, printJson }) =>
    withFiles(settings(), signal, async (database) => {
      const { id } = await readRecord(database, recordNumber(record));
      const all = await relationsOf(database, id);
      if (options.json) return printJson(all);
      if (all.length === 0) return print(`Documents of record ${id} have no relations.`);
      const named = (part: RelatedPart): string =>
        `${fileName({ document: part.document, format: part.format === '*' ? '' : part.format })}${part.version === 0 ? '' : ` version ${part.version}`} of record ${part.record}`;
      for (const { id: number, first, type, second } of all)
        print(`${number}  ${named(first)}  ${type}  ${named(second)}`);
    }),
});

function removedText({ record, name, versions }: Removed, isDry: boolean): string {
  const which = `${versions.length === 1 ? 'version' : 'versions'} ${versions.toReversed().join(', ')}`;
  return `${name}: ${which} ${isDry ? 'would be' : versions.length === 1 ? 'was' : 'were'} removed from record ${record}.`;
}

export const command: CommandGroup = {
  commands: { add, list, get, remove, history, relations, verify },
  synonyms: { delete: 'remove', rm: 'remove' },
};
