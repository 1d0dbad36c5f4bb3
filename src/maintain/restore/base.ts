import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createZstdDecompress } from 'node:zlib';
import sql from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import { openContentStore } from '../../files/open.ts';
import { findBinaries } from '../../store/embedded/binaries.ts';
import { setting } from '../../store/embedded/configuration.ts';
import { type Layout, layoutOf } from '../../store/embedded/layout.ts';
import { storeErrors } from '../../store/errors.ts';
import { makeOwnedFolder } from '../../store/folder-owner.ts';
import { migrate } from '../../store/migrate.ts';
import { openStore, type Store } from '../../store/open.ts';
import { baseFile } from '../backup/base.ts';
import { verified } from '../backup/blocks.ts';
import { contentsOf } from '../backup/contents.ts';
import { restoreDocuments } from './documents.ts';
import { restoreErrors } from './errors.ts';
import { explained } from './load-tables.ts';
import type { Point } from './point.ts';
import { begin, end, intoEmpty, type Restored, type RestoreOptions, requireWhole, timed } from './restore.ts';

const script = fileURLToPath(new URL('fetch-wal.sh', import.meta.url));
/** Read last by the server, and part of its data. */
const lastFile = 'postgresql.auto.conf';

/**
 * Makes a library of a base and the archived log, up to the last commit before a point in time. The
 * index is in it. Throws as `restoreDump`.
 */
export async function restoreBase(options: Omit<RestoreOptions, 'manifest'>, point: Point): Promise<Restored> {
  const { place, settings, signal, watch = {} } = options;
  const { manifest } = point;
  const { set, server, base } = manifest;
  const wrong = (problem: string, instead: string): UserError =>
    new UserError(restoreErrors.kindWrong, { set, kind: 'base', problem, instead });
  const dumps = 'Restore a dump: `reperio backup list`.';
  if (base === undefined) throw wrong('it has no files of a server', dumps);
  if (!base.embedded)
    throw wrong(
      'it is of another server than the embedded one',
      'Unpack base.tar.zst of the backup into a data folder of that server.',
    );
  if (settings.databaseUrl !== undefined)
    throw wrong('it cannot go into another server', 'Use --into FOLDER, or restore a dump.');
  const { major } = findBinaries();
  if (server.replace(/\..*/, '') !== major)
    throw wrong(`it is of PostgreSQL ${server}, and this release has ${major}`, dumps);
  await requireWhole(place, manifest);
  const layout = layoutOf(settings.dataFolder);
  let tables = 0;
  const open = async (): Promise<Store> => {
    watch.onStep?.('tables');
    const opened = await timed(async () => {
      await unpack(options, point, layout);
      return await recovered(options, point, layout);
    });
    tables = opened.seconds;
    return opened.result;
  };
  return await intoEmpty(
    { ...options, manifest },
    async ({ database }) => {
      const at = (lastCommit(layout) ?? new Date(base.stopped)).toISOString();
      await database.transaction((transaction) => begin(transaction, set, at), { timeout: 0 });
      await migrate(database);
      watch.onStep?.('documents');
      const documents = await timed(async () => {
        if (options.withoutDocuments === true) return { count: 0, copied: 0, bytes: 0, lost: [] };
        // The rows are there already: the folder is made without looking for files of before.
        if (settings.files === undefined) makeOwnedFolder(join(settings.dataFolder, 'files'));
        const nothingYet = { query: async () => [] };
        const store = openContentStore(nothingYet, settings, async () => manifest.library);
        return await restoreDocuments(place, store, await contentsOf(database), { signal });
      });
      await end(database);
      const [row] = await database.query<{ records: number }>(
        sql`SELECT count(*) AS records FROM record WHERE NOT deleted`,
      );
      return {
        ...{ set, at, records: row!.records, documents: documents.result },
        took: { documents: documents.seconds, tables, index: 0 },
      };
    },
    open,
  );
}

async function unpack({ place, watch, signal }: Omit<RestoreOptions, 'manifest'>, { manifest }: Point, layout: Layout) {
  makeOwnedFolder(layout.folder);
  mkdirSync(layout.data, { mode: 0o700 });
  const tar = spawn('tar', ['-x', '--no-same-owner', '-C', layout.data], { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  tar.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const ended = once(tar, 'exit');
  const file = manifest.files.find(({ path }) => path === baseFile)!;
  const counted = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      watch?.onBytes?.(chunk.length);
      yield chunk;
    }
  };
  try {
    const source = Readable.from(verified(await place.read(`sets/${manifest.set}/${baseFile}`), file), {
      objectMode: false,
    });
    const parts = [source, createZstdDecompress(), counted, tar.stdin] as const;
    await (signal === undefined ? pipeline(...parts) : pipeline(...parts, { signal }));
  } catch (error) {
    tar.kill('SIGKILL');
    throw await explained(error, place, manifest.set, file);
  }
  const [status] = await ended;
  if (status !== 0)
    throw new UserError(storeErrors.embeddedFailed, { what: 'get its files', reason: said.trim(), log: layout.log });
  chmodSync(layout.data, 0o700);
  rmSync(join(layout.data, 'postmaster.pid'), { force: true });
}

/** Starts the server, which reads the log up to the point, and is a server of its own then. */
async function recovered(
  { place, settings, signal }: Omit<RestoreOptions, 'manifest'>,
  { manifest, time, log }: Point,
  layout: Layout,
): Promise<Store> {
  const path = join(layout.data, lastFile);
  const before = readFileSync(path, 'utf8');
  const words = [script, '%f', '%p', join(place.folder ?? '/nowhere', 'wal', manifest.base!.system)]
    .map((word) => `"${word}"`)
    .join(' ');
  const recovery = (target: Date | undefined): string =>
    before +
    setting('restore_command', log.files === 0 || place.folder === undefined ? '/bin/false' : `sh ${words}`) +
    setting('recovery_target_action', 'promote') +
    setting('hot_standby', 'off') +
    setting('archive_command', '/bin/true') +
    (target === undefined ? '' : setting('recovery_target_time', timeText(target)));
  const start = async (target: Date | undefined): Promise<Store> => {
    writeFileSync(path, recovery(target), { mode: 0o600 });
    writeFileSync(join(layout.data, 'recovery.signal'), '', { mode: 0o600 });
    return await openStore(settings, { schema: 'any', unfinished: true, signal });
  };
  let store: Store;
  try {
    store = await start(time);
  } catch (error) {
    // Nothing was committed between the time and the end of the log: all of it is wanted.
    if (time === undefined || !saysNothingAfter(layout)) throw error;
    store = await start(undefined);
  }
  writeFileSync(path, before);
  await store.database.query(sql`SELECT pg_reload_conf()`);
  return store;
}

/** While the server reads its configuration it knows no names of time zones, not even Z. */
function timeText(time: Date): string {
  return time.toISOString().replace('T', ' ').replace('Z', '+00');
}

function saysNothingAfter(layout: Layout): boolean {
  return /recovery ended before configured recovery target was reached/.test(lastLog(layout));
}

/** When the last transaction was committed that the recovery has done. */
function lastCommit(layout: Layout): Date | undefined {
  const found = [...lastLog(layout).matchAll(/last completed transaction was at log time (\S+ \S+?)\+00/g)].at(-1);
  return found === undefined ? undefined : new Date(`${found[1]!.replace(' ', 'T')}Z`);
}

const logTail = 200_000;

function lastLog(layout: Layout): string {
  const size = statSync(layout.log, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return '';
  return readFileSync(layout.log)
    .subarray(Math.max(0, size - logTail))
    .toString('utf8');
}
