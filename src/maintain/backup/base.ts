import { PassThrough } from 'node:stream';
import type pg from 'pg';
import sql from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import { whileHeld } from '../../store/lease.ts';
import { contentsOf } from './contents.ts';
import { completeSet, type Dumped, type DumpOptions, snapshotFacts } from './dump.ts';
import { backupErrors } from './errors.ts';
import { holdPlace, newSetName, requireSpace } from './hold-place.ts';
import { settingsToKeep } from './kept-settings.ts';
import type { BaseFacts, SetFile } from './manifest.ts';
import { connectReplication, refusal } from './replication.ts';
import { sequencesOf } from './tables.ts';
import { takeWitnesses, witnessFile } from './witnesses.ts';
import { writeCompressed, writePlain } from './write-file.ts';

export const baseFile = 'base.tar.zst';
/** Of what the server has on its disk: segments hardly compress. */
const baseShare = 0.6;

/**
 * The files of the server, copied while it runs, with the log that makes them consistent: a library
 * of one point in time, and with the archived log of any later one. Only for a server of the same
 * major version. Throws `baseRefused`, `baseTablespaces`, and as `makeDump`.
 */
export async function makeBase(options: DumpOptions): Promise<Dumped> {
  const { database, place, settings, withSecrets, watch = {} } = options;
  const held = await holdPlace(options, 'backup --base');
  try {
    const signal = whileHeld(held.lease, options.signal);
    const [size] = await database.query<{ bytes: number }>(
      sql`SELECT pg_database_size(current_database())::float8 AS bytes`,
    );
    await requireSpace(place, size!.bytes * baseShare);
    const set = newSetName();
    const folder = await place.begin(set);
    try {
      const before = await database.transaction(
        async (transaction) => ({
          ...(await snapshotFacts(transaction)),
          witnesses: await takeWitnesses(transaction, place, folder),
        }),
        { isolation: 'repeatable read', readOnly: true, timeout: 0 },
      );
      const { taken, records, server, lsn } = before;
      watch.onSnapshot?.(lsn, 0, []);
      const copied = await copyFiles(options, folder, signal);
      const files: SetFile[] = [...copied.files, { path: witnessFile, ...before.witnesses }];
      const [after] = await database.query<{ stopped: Date; segment: string; database: string; role: string }>(sql`
        SELECT clock_timestamp() AS stopped, pg_walfile_name(${copied.start}::pg_lsn) AS segment,
          current_database() AS database, current_user AS role`);
      const { system, timeline, start, end } = copied;
      const { segment, stopped } = after!;
      const embedded = settings.databaseUrl === undefined;
      const base: BaseFacts = {
        embedded,
        ...(!embedded && { database: after!.database, role: after!.role }),
        system,
        timeline,
        start,
        end,
        segment,
        stopped: stopped.toISOString(),
      };
      return await completeSet(options, held, {
        ...{ kind: 'base', set, folder, files, taken, records, server, base, signal },
        contents: await contentsOf(database),
        kept: await settingsToKeep(database, settings, { withSecrets }),
        sequences: await sequencesOf(database),
      });
    } catch (error) {
      await place.remove(folder).catch(() => undefined);
      throw error;
    }
  } finally {
    await held.lease.release();
  }
}

interface Copied extends Pick<BaseFacts, 'system' | 'timeline' | 'start' | 'end'> {
  readonly files: readonly SetFile[];
}

/**
 * BASE_BACKUP of the replication protocol (PostgreSQL documentation, "Streaming Replication
 * Protocol"): messages n (a new archive), d (its bytes), m (the manifest follows).
 */
async function copyFiles(
  { url, place, watch = {} }: DumpOptions,
  folder: string,
  signal: AbortSignal,
): Promise<Copied> {
  const { client, raw } = await connectReplication(url);
  const stop = (): void => raw.stream.destroy();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const { rows } = await client.query<{ systemid: string }>('IDENTIFY_SYSTEM');
    const archive = new PassThrough({ highWaterMark: 4 * 1024 * 1024 });
    archive.on('drain', () => raw.stream.resume());
    const manifest: Buffer[] = [];
    let archives = 0;
    let inManifest = false;
    raw.on('copyData', ({ chunk }: { readonly chunk: Buffer }) => {
      const kind = String.fromCharCode(chunk[0]!);
      if (kind === 'n') archives++;
      else if (kind === 'm') inManifest = true;
      else if (kind === 'd') {
        // The chunk is a part of the connection's buffer, which is used again.
        const bytes = Buffer.from(chunk.subarray(1));
        if (inManifest) manifest.push(bytes);
        else if (!archive.write(bytes)) {
          raw.stream.pause();
        }
      }
    });
    const { onBytes } = watch;
    const writing = writeCompressed(place, `${folder}/${baseFile}`, archive, {
      ...(onBytes && { onBytes }),
      signal,
    });
    // The copy would wait for ever for somebody to take its bytes.
    writing.catch(stop);
    const copying = client
      .query(
        "BASE_BACKUP (LABEL 'reperio', CHECKPOINT 'fast', WAL true, MANIFEST 'yes', MANIFEST_CHECKSUMS 'SHA256', PROGRESS false)",
      )
      .then(
        (results) => {
          archive.end();
          return results as unknown as readonly pg.QueryResult<Record<string, unknown>>[];
        },
        (error: Error) => {
          archive.destroy(error);
          throw refusal(error);
        },
      );
    const [wrote, done] = await Promise.allSettled([writing, copying]);
    signal.throwIfAborted();
    if (wrote.status === 'rejected' && done.status === 'fulfilled') throw wrote.reason;
    if (done.status === 'rejected')
      throw wrote.status === 'rejected' && isDisk(wrote.reason) ? wrote.reason : done.reason;
    if (archives > 1) throw new UserError(backupErrors.baseTablespaces);
    const { raw: _, ...hashed } = (wrote as PromiseFulfilledResult<Awaited<typeof writing>>).value;
    const [first, last] = [
      done.value.at(0)?.rows[0],
      done.value.findLast(({ rows: found }) => found.length > 0)?.rows[0],
    ];
    const path = 'backup_manifest';
    async function* manifestBytes(): AsyncGenerator<Uint8Array> {
      yield Buffer.concat(manifest);
    }
    return {
      system: rows[0]!.systemid,
      timeline: Number(first?.['tli']),
      start: String(first?.['recptr']),
      end: String(last?.['recptr']),
      files: [
        { path: baseFile, ...hashed },
        { path, ...(await writePlain(place, `${folder}/${path}`, manifestBytes())) },
      ],
    };
  } finally {
    signal.removeEventListener('abort', stop);
    await client.end().catch(() => undefined);
  }
}

function isDisk(error: unknown): boolean {
  return error instanceof UserError || (error instanceof Error && 'syscall' in error);
}
