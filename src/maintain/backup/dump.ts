import sql from 'sql-template-tag';
import type { Settings } from '../../config/settings.ts';
import { version } from '../../config/version.ts';
import type { Content } from '../../files/content.ts';
import { openContentStore } from '../../files/open.ts';
import type { Transaction } from '../../store/database.ts';
import { whileHeld } from '../../store/lease.ts';
import { contentsFile, contentsOf, copyContents, missingContents, writeContentsList } from './contents.ts';
import { type BackupContext, type HeldPlace, holdPlace, newSetName, requireSpace } from './hold-place.ts';
import { keepIndex } from './kept-index.ts';
import { type KeptSettings, settingsToKeep } from './kept-settings.ts';
import { type BaseFacts, type Manifest, type SetFile, writeManifest } from './manifest.ts';
import { bytesOfTruth, derived, dumpTables, sequencesOf, type TableProgress, truth } from './tables.ts';
import { takeWitnesses, witnessFile } from './witnesses.ts';
import { writePlain } from './write-file.ts';

export interface DumpOptions extends BackupContext {
  readonly settings: Settings;
  readonly withSecrets: boolean;
  /** The index too, so that a restore need not make it. */
  readonly withIndex?: boolean;
  /** Documents are elsewhere: only which they are is written down. */
  readonly withoutDocuments?: true;
  readonly watch?: DumpWatch;
}

export interface DumpWatch extends Omit<TableProgress, 'signal'> {
  /** The position in the log of the snapshot, how many tables it has, and which are left out. */
  readonly onSnapshot?: (lsn: string, tables: number, left: readonly string[]) => void;
  /** Documents that are copied, before they are. */
  readonly onContents?: (all: readonly Content[], missing: readonly Content[]) => void;
  readonly onContent?: (content: Content) => void;
}

export interface Dumped {
  readonly manifest: Manifest;
  readonly newContents: Counted;
  readonly newSegments: Counted;
}

interface Counted {
  readonly count: number;
  readonly bytes: number;
}

/** What a dump takes, of what its tables take in the server: measured 0.08 to 0.3. */
const dumpShare = 0.35;

/**
 * All tables of truth in one snapshot, then the documents that it names: a file is in the store
 * before its row, so each is there. Throws what stands in the way; then no set was made.
 */
export async function makeDump(options: DumpOptions): Promise<Dumped> {
  const held = await holdPlace(options, 'backup');
  try {
    return await dump(options, held);
  } finally {
    await held.lease.release();
  }
}

async function dump(options: DumpOptions, held: HeldPlace): Promise<Dumped> {
  const { database, place, settings, watch = {} } = options;
  const signal = whileHeld(held.lease, options.signal);
  await requireSpace(place, (await bytesOfTruth(database)) * dumpShare);
  const set = newSetName();
  const folder = await place.begin(set);
  try {
    const tables = await database.transaction(
      async (transaction) => {
        const facts = await snapshotFacts(transaction);
        watch.onSnapshot?.(facts.lsn, truth.length, derived);
        const files: SetFile[] = [...(await dumpTables(transaction, place, folder, { ...watch, signal }))];
        files.push({ path: witnessFile, ...(await takeWitnesses(transaction, place, folder)) });
        const index = options.withIndex === true ? await keepIndex(transaction, place, folder, signal) : undefined;
        if (index !== undefined) files.push(...index.files);
        return {
          ...facts,
          files,
          segments: index?.copied ?? [],
          contents: await contentsOf(transaction),
          sequences: await sequencesOf(transaction),
          kept: await settingsToKeep(transaction, settings, { withSecrets: options.withSecrets }),
        };
      },
      { isolation: 'repeatable read', readOnly: true, timeout: 0 },
    );
    return await completeSet(options, held, { ...tables, kind: 'dump', set, folder, signal });
  } catch (error) {
    await place.remove(folder).catch(() => undefined);
    throw error;
  }
}

/** What is known of a set when its tables, or files of the server, are written. */
export interface Written {
  readonly kind: Manifest['kind'];
  readonly set: string;
  /** Where it is written. */
  readonly folder: string;
  readonly files: SetFile[];
  readonly contents: readonly Content[];
  readonly kept: KeptSettings;
  readonly taken: string;
  readonly records: number;
  readonly server: string;
  readonly sequences: Manifest['sequences'];
  readonly base?: BaseFacts;
  /** Of the index, those that the place did not have. */
  readonly segments?: readonly Content[];
  readonly signal: AbortSignal;
}

/** Settings, documents, the manifest: from then on it is a set. */
export async function completeSet(
  { database, place, settings, withSecrets, withoutDocuments, watch = {} }: DumpOptions,
  { library, timeline, schema }: HeldPlace,
  written: Written,
): Promise<Dumped> {
  const { kind, set, folder, files, contents, kept, taken, records, server, sequences, base, signal } = written;
  const { segments = [] } = written;
  for (const [name, content] of Object.entries(kept.files))
    files.push({ path: name, ...(await writePlain(place, `${folder}/${name}`, bytesOf(content))) });
  files.push({ path: contentsFile, ...(await writeContentsList(place, folder, contents)) });
  const missing = withoutDocuments === true ? [] : await missingContents(place, contents);
  watch.onContents?.(contents, missing);
  await requireSpace(place, totalBytes(missing));
  const store = openContentStore(database, settings);
  const lost = await copyContents(store, place, missing, { onCopied: watch.onContent, signal });
  const manifest: Manifest = {
    format: 1,
    ...{ set, kind, library, timeline, version: version(), server, schema, taken },
    ended: new Date().toISOString(),
    ...{ records, files, contents: { count: contents.length, bytes: totalBytes(contents) }, lost },
    secrets: { kept: withSecrets, names: kept.secrets },
    sequences,
    ...(base !== undefined && { base }),
  };
  signal.throwIfAborted();
  await writeManifest(place, folder, manifest);
  await place.finish(set);
  const copied = missing.filter(({ digest }) => !lost.includes(digest));
  return {
    manifest,
    newContents: { count: copied.length, bytes: totalBytes(copied) },
    newSegments: { count: segments.length, bytes: totalBytes(segments) },
  };
}

/** Everything that was committed before `taken` is in the snapshot. */
export async function snapshotFacts(transaction: Transaction) {
  const [row] = await transaction.query<{ taken: Date; lsn: string; server: string; records: number }>(sql`
    SELECT now() AS taken, current_setting('server_version') AS server,
      (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END)::text AS lsn,
      (SELECT count(*) FROM record WHERE NOT deleted) AS records`);
  const { taken, lsn, server, records } = row!;
  return { taken: taken.toISOString(), lsn, server, records };
}

function totalBytes(contents: readonly Content[]): number {
  return contents.reduce((sum, { bytes }) => sum + bytes, 0);
}

async function* bytesOf(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}
