import { createReadStream, existsSync } from 'node:fs';
import { lstat, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { ContentStore } from '../files/content.ts';
import { receive } from '../files/receive.ts';
import { enqueueJob } from '../jobs/queue/enqueue.ts';
import { requireJob } from '../jobs/queue/read.ts';
import type { Outcome } from '../jobs/task.ts';
import { type WriteMode, writeModes } from '../records/modes.ts';
import { beginUpload, readUpload, readUploadRecords, setUploadJob, type Upload } from '../records/uploads.ts';
import type { Database } from '../store/database.ts';
import { beginDocumentUpload, type DocumentUploadMode, documentInName, documentModes } from './document-upload.ts';
import { recordsFile, uploadKind } from './upload-kind.ts';

/** A file that was written to lately may not be whole. Milliseconds. */
const quietFor = 10_000;
const mostReasons = 10_000;

export interface InboxOptions {
  readonly database: Database;
  readonly store: ContentStore;
  /** With the folders metadata/MODE and documents/MODE. */
  readonly folder: string;
  readonly limit: number;
  /** Bytes of the largest document. */
  readonly fileLimit: number;
  readonly now: () => number;
}

/** A folder that is looked into. */
interface Watched {
  /** In the inbox. */
  readonly from: string;
  /** Its folder in `taken`. */
  readonly key: string;
  readonly begin: (options: InboxOptions, known: string, path: string) => Promise<string | undefined>;
}

const watched: readonly Watched[] = [
  ...writeModes.map(
    (mode): Watched => ({
      ...{ from: join('metadata', mode), key: mode },
      begin: (options, known, path) => beginFile(options, mode, known, path),
    }),
  ),
  ...(Object.keys(documentModes) as DocumentUploadMode[]).map(
    (mode): Watched => ({
      ...{ from: join('documents', mode), key: `documents-${mode}` },
      begin: (options, known, path) => beginDocument(options, mode, known, path),
    }),
  ),
];

/**
 * Files of records that are put into FOLDER/metadata/MODE, and documents that are put into
 * FOLDER/documents/append or revise, named NUMBER-NAME: each is moved to FOLDER/taken/MODE and
 * becomes an upload, and then to FOLDER/done or FOLDER/refused, with what was refused beside it.
 * Whatever kills it, the next pass goes on: an upload has the name of its file in `taken`.
 */
export async function lookIntoInbox(options: InboxOptions): Promise<Outcome> {
  const problems: string[] = [];
  let [taken, ended] = [0, 0];
  for (const one of watched) {
    for (const name of await filesIn(join(options.folder, one.from)))
      if (await takeFile(options, one, name, problems)) taken += 1;
    for (const name of await filesIn(join(options.folder, 'taken', one.key)))
      if (await follow(options, one, name, problems)) ended += 1;
  }
  problems.push(...(await misplaced(options)));
  const did = taken + ended === 0 ? 'Nothing new.' : `${taken} files taken, ${ended} done.`;
  return problems.length === 0 ? { did } : { did, problem: problems.join(' ') };
}

/** Of each folder so many are named. */
const mostNamed = 3;

/**
 * What was put where nothing is taken from, a sentence for each folder. Files elsewhere in the
 * inbox may be those that records name (FFT).
 */
async function misplaced({ folder, now }: InboxOptions): Promise<readonly string[]> {
  const said: string[] = [];
  const look = async (from: string, modes: readonly string[], isMeant: (name: string) => boolean): Promise<void> => {
    const names: string[] = [];
    for (const name of (await filesIn(join(folder, from))).filter(isMeant)) {
      const found = await lstat(join(folder, from, name)).catch(() => undefined);
      if (found !== undefined && now() - found.mtimeMs >= quietFor) names.push(name);
    }
    if (names.length === 0) return;
    const more = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
    const [inbox] = from.split(sep);
    const where = `${join(folder, inbox!)}${sep}`;
    said.push(
      `${names.slice(0, mostNamed).join(', ')}${more} in ${join(folder, from)}: nothing is taken from there. Move what is to be taken into a folder with the name of a mode in ${where}: ${modes.join(', ')}.`,
    );
  };
  for (const [kind, modes, isMeant] of [
    ['metadata', writeModes, () => true],
    ['documents', Object.keys(documentModes), (name: string) => documentInName(name) !== undefined],
  ] as const) {
    await look(kind, modes, isMeant);
    for (const name of await foldersIn(join(folder, kind)))
      if (!(modes as readonly string[]).includes(name)) await look(join(kind, name), modes, isMeant);
  }
  return said;
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
}

/** Regular files alone: a link could lead anywhere. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
}

async function takeFile(
  { folder, now }: InboxOptions,
  { from, key }: Watched,
  name: string,
  problems: string[],
): Promise<boolean> {
  const path = join(folder, from, name);
  try {
    const { mtimeMs } = await lstat(path);
    if (now() - mtimeMs < quietFor) return false;
    const to = join(folder, 'taken', key);
    await mkdir(to, { recursive: true });
    const stamp = new Date(now()).toISOString().replace(/[-:]|\.\d+/g, '');
    await rename(path, join(to, `${stamp}-${name}`));
    return true;
  } catch (error) {
    problems.push(`${path} could not be taken: ${(error as Error).message}.`);
    return false;
  }
}

/** True: it is at its end, and was moved. */
async function follow(options: InboxOptions, one: Watched, name: string, problems: string[]): Promise<boolean> {
  const { database, folder } = options;
  const path = join(folder, 'taken', one.key, name);
  try {
    const known = `${one.key}/${name}`;
    const [row] = await database.query<{ id: number }>(
      sql`SELECT id::float8 AS id FROM upload WHERE way = 'folder' AND name = ${known} ORDER BY upload.id DESC LIMIT 1`,
    );
    let reasons: readonly string[] | undefined;
    if (row === undefined) {
      const problem = await one.begin(options, known, path).catch((error: unknown) => {
        // One that is too large, say: it would be read again and again.
        if (error instanceof UserError && error.status < 500) return `${error.message} ${error.hint}`;
        throw error;
      });
      reasons = problem === undefined ? undefined : [problem];
    } else {
      const upload = await readUpload(database, row.id);
      reasons = upload === undefined ? undefined : await reasonsOf(database, upload);
    }
    if (reasons === undefined) return false;
    const end = join(folder, reasons.length === 0 ? 'done' : 'refused');
    await mkdir(end, { recursive: true });
    // Files of one name may come in two modes at once.
    const kept = existsSync(join(end, name)) ? `${one.key}-${name}` : name;
    if (reasons.length > 0) {
      await writeFile(join(end, `${kept}.reasons`), `${reasons.join('\n')}\n`);
      problems.push(`Something of ${name} was refused: see ${join(end, `${kept}.reasons`)}.`);
    }
    await rename(path, join(end, kept));
    return true;
  } catch (error) {
    problems.push(`${path}: ${(error as Error).message}.`);
    return false;
  }
}

async function beginFile(
  { database, store, limit }: InboxOptions,
  mode: WriteMode,
  name: string,
  path: string,
): Promise<undefined> {
  const content = await receive(store, createReadStream(path), limit);
  await database.transaction(async (transaction) => {
    const upload = await beginUpload(transaction, { person: undefined, way: 'folder', name, mode });
    const job = await enqueueJob(transaction, {
      ...{ kind: uploadKind, name, arguments: { upload, mode, force: false, dryRun: false } },
      files: [{ name: recordsFile, ...content }],
    });
    await setUploadJob(transaction, upload, job);
  });
}

/** Why it cannot be one; undefined: it was begun. */
async function beginDocument(
  { database, store, fileLimit }: InboxOptions,
  mode: DocumentUploadMode,
  known: string,
  path: string,
): Promise<string | undefined> {
  const given = basename(path).replace(/^\d{8}T\d{6}Z-/, '');
  const found = documentInName(given);
  if (found === undefined)
    return `The name "${given}" does not begin with the number of a record, as in 12-thesis.pdf.`;
  const content = await receive(store, createReadStream(path), fileLimit);
  const by = { person: undefined, way: 'folder', name: known, mode } as const;
  await beginDocumentUpload(database, store, [{ ...found, content }], by);
  return undefined;
}

/** What was refused, a line each; undefined: it is still being done. */
async function reasonsOf(
  database: Database,
  { id, ended, job: number }: Upload,
): Promise<readonly string[] | undefined> {
  if (ended === undefined) {
    // A job that is gone is as one that failed.
    const job = number === undefined ? undefined : await requireJob(database, number).catch(() => undefined);
    if (job !== undefined && job.state !== 'failed' && job.state !== 'stopped') return undefined;
    return [job?.problem ?? 'Its job was stopped.'];
  }
  const records = await readUploadRecords(database, id, { after: 0, limit: mostReasons, onlyTrouble: true });
  return records
    .filter(({ outcome }) => outcome === 'refused')
    .map(({ message = '', code = '' }) => `${message} (${code})`);
}
