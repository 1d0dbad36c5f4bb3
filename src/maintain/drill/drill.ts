import { join } from 'node:path';
import sql from 'sql-template-tag';
import type { Settings } from '../../config/settings.ts';
import { UserError } from '../../errors/errors.ts';
import { type Library, openLibrary } from '../../library/open.ts';
import type { Queryable } from '../../store/database.ts';
import { tryFileLock } from '../../store/file-lock.ts';
import { makeOwnedFolder } from '../../store/folder-owner.ts';
import { placedContent, readContentsList } from '../backup/contents.ts';
import { folderPlace } from '../backup/folder-place.ts';
import { requireSpace } from '../backup/hold-place.ts';
import type { Manifest } from '../backup/manifest.ts';
import type { Place } from '../backup/place.ts';
import { readThrough } from '../backup/verify.ts';
import { countRows, missingWitnesses, readWitnesses, type Witnesses } from '../backup/witnesses.ts';
import type { Restored } from '../restore/restore.ts';
import { removeScratch } from '../restore/through.ts';
import { drillErrors } from './errors.ts';
import { allFound, isFoundByTitle } from './questions.ts';
import { servePage } from './serve-page.ts';

export interface DrillOptions {
  readonly place: Place;
  readonly manifest: Manifest;
  /** Of the library whose backup it is; the drill is in its data folder. */
  readonly settings: Settings;
  /** Restores into a library of these settings, which is empty. */
  readonly restore: (settings: Settings) => Promise<Restored>;
  readonly signal?: AbortSignal | undefined;
}

export interface Share {
  readonly good: number;
  readonly of: number;
}

export interface DrillReport {
  readonly set: string;
  readonly began: Date;
  readonly ended: Date;
  /** Seconds from the beginning until a page was answered; documents are not copied. */
  readonly rto: number;
  readonly took: { readonly restore: number; readonly index: number; readonly page: number; readonly checks: number };
  readonly records: number;
  readonly witnesses: Share;
  readonly questions: Share;
  readonly documents: Share;
  /** Indexes of the database that amcheck found sound. */
  readonly indexes: number;
  /** Sentences without a full stop. */
  readonly problems: readonly string[];
}

const documentsRead = 100;
const questionsAsked = 20;
/** What the tables take in a server, of what they take in a backup before that was compressed. */
const spaceShare = 3;

/**
 * Restores a backup to the folder "drill" of the data folder, as a copy that does no tasks, sends
 * no e-mails and archives nothing, looks whether it is all there, and removes it. What is wrong is
 * in the report; throws what keeps it from being tried.
 */
export async function drill(options: DrillOptions): Promise<DrillReport> {
  const { settings, manifest } = options;
  const folder = join(settings.dataFolder, 'drill');
  makeOwnedFolder(settings.dataFolder);
  const lock = tryFileLock(join(settings.dataFolder, 'drill.lock'), 'exclusive');
  if (lock === undefined) throw new UserError(drillErrors.running, { folder });
  try {
    await removeScratch(folder);
    const raw = manifest.files.reduce((sum, { bytes, table }) => sum + (table?.raw ?? bytes), 0);
    await requireSpace(folderPlace(settings.dataFolder), raw * spaceShare);
    return await tried(options, scratch(settings, folder));
  } finally {
    await removeScratch(folder);
    lock.release();
  }
}

/** A library of its own, which nobody hears of. */
function scratch(settings: Settings, dataFolder: string): Settings {
  return {
    ...settings,
    dataFolder,
    ...{ databaseUrl: undefined, readDatabaseUrl: undefined, files: undefined, smtpUrl: undefined, isolated: true },
  };
}

async function tried({ place, manifest, restore, signal }: DrillOptions, settings: Settings): Promise<DrillReport> {
  const began = new Date();
  const start = performance.now();
  const problems: string[] = [];
  const restored = await restore(settings);
  const restoredAfter = performance.now();
  for (const name of restored.damaged) problems.push(`${name} of the backup is damaged`);
  const page = await servePage(settings.dataFolder, signal);
  if (page !== undefined) problems.push(page);
  const answered = performance.now();
  const witnesses = await readWitnesses(place, manifest).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    problems.push(error.message.replace(/\.$/, ''));
    return undefined;
  });
  const library = await openLibrary(settings, signal);
  try {
    const kept = await checkWitnesses(library.database, witnesses, manifest, problems);
    const questions = await checkQuestions(library, witnesses, problems);
    const documents = await checkDocuments(place, manifest, problems);
    const indexes = await checkIndexes(library.database, problems);
    const seconds = (from: number, to: number): number => (to - from) / 1000;
    const took = {
      restore: seconds(start, restoredAfter) - restored.took.index,
      index: restored.took.index,
      page: seconds(restoredAfter, answered),
      checks: seconds(answered, performance.now()),
    };
    return {
      ...{ set: manifest.set, began, ended: new Date(), rto: seconds(start, answered), took },
      ...{ records: library.snapshot().records, witnesses: kept, questions, documents, indexes, problems },
    };
  } finally {
    await library.close();
  }
}

/** Of a dump all rows are there; of a point in time at least the records of the base. */
async function checkWitnesses(
  database: Queryable,
  witnesses: Witnesses | undefined,
  { kind }: Manifest,
  problems: string[],
): Promise<Share> {
  if (witnesses === undefined) return { good: 0, of: 0 };
  const missing = await missingWitnesses(database, witnesses.records);
  if (missing.length > 0) problems.push(`${missing.length} records are not as they were, first ${missing[0]!.id}`);
  if (kind === 'dump') {
    const rows = await countRows(database);
    for (const [table, count] of Object.entries(witnesses.rows)) {
      // The restore itself is written down.
      const wanted = table === 'restored' ? count + 1 : count;
      if (rows[table] !== wanted) problems.push(`the table ${table} has ${rows[table]} rows and had ${wanted}`);
    }
  }
  return { good: witnesses.records.length - missing.length, of: witnesses.records.length };
}

async function checkQuestions(library: Library, witnesses: Witnesses | undefined, problems: string[]): Promise<Share> {
  const snapshot = library.snapshot();
  const [row] = await library.database.query<{ count: number }>(
    sql`SELECT count(*) AS count FROM record WHERE NOT deleted`,
  );
  const total = allFound(snapshot);
  if (total !== row!.count) problems.push(`the index finds ${total} records, and there are ${row!.count}`);
  const ids = (witnesses?.records ?? []).map(({ id }) => id);
  const asked = await library.database.query<{ id: number; marc: string }>(sql`
    SELECT id, marc FROM record WHERE id = ANY (${ids}::integer[]) AND NOT deleted ORDER BY random() LIMIT ${questionsAsked}`);
  const answers = asked.map(({ id, marc }) => ({ id, isFound: isFoundByTitle(snapshot, id, marc) }));
  const missed = answers.filter(({ isFound }) => isFound === false);
  if (missed.length > 0) problems.push(`record ${missed[0]!.id} is not found by the words of its title`);
  const of = answers.filter(({ isFound }) => isFound !== undefined).length;
  return { good: of - missed.length, of };
}

/** Some, at random: each is read to its end. */
async function checkDocuments(place: Place, manifest: Manifest, problems: string[]): Promise<Share> {
  const lost = new Set(manifest.lost);
  const all = (await readContentsList(place, manifest)).filter(({ digest }) => !lost.has(digest));
  const some = new Set<(typeof all)[number]>();
  while (some.size < Math.min(documentsRead, all.length)) some.add(all[Math.floor(Math.random() * all.length)]!);
  let good = 0;
  for (const { digest, bytes } of some) {
    const wrong = await readThrough(
      place,
      placedContent(digest),
      { bytes, sha256: digest, blocks: [] },
      () => undefined,
    );
    if (wrong === undefined) good++;
    else problems.push(`the document ${digest}: ${wrong.problem}`);
  }
  return { good, of: some.size };
}

/** Every B-tree, and that each row is in it. Resolves to how many are sound. */
async function checkIndexes(database: Queryable, problems: string[]): Promise<number> {
  await database.query(sql`CREATE EXTENSION IF NOT EXISTS amcheck`);
  const indexes = await database.query<{ oid: number; name: string }>(sql`
    SELECT c.oid, c.relname AS name FROM pg_index i
      JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
    WHERE a.amname = 'btree' AND c.relnamespace = current_schema()::regnamespace AND i.indisvalid`);
  let sound = 0;
  for (const { oid, name } of indexes) {
    try {
      await database.query(sql`SELECT bt_index_check(${oid}::oid::regclass, true)`);
      sound++;
    } catch (error) {
      problems.push(`the index ${name} of the database is damaged: ${(error as Error).message}`);
    }
  }
  return sound;
}
