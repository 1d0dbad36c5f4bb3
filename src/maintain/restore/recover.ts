import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, createWriteStream, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createZstdDecompress } from 'node:zlib';
import { UserError } from '../../errors/errors.ts';
import { setting } from '../../store/embedded/configuration.ts';
import type { Layout } from '../../store/embedded/layout.ts';
import { storeErrors } from '../../store/errors.ts';
import { makeOwnedFolder } from '../../store/folder-owner.ts';
import type { Store } from '../../store/open.ts';
import { walFiles } from '../backup/archive.ts';
import { quotedWord } from '../backup/archiver.ts';
import { baseFile } from '../backup/base.ts';
import { verified } from '../backup/blocks.ts';
import type { Place } from '../backup/place.ts';
import { explained } from './load-tables.ts';
import { type Point, requireBefore } from './point.ts';
import type { RestoreWatch } from './restore.ts';

const script = fileURLToPath(new URL('fetch-wal.sh', import.meta.url));
/** Read last by the server, and part of its data. */
const lastFile = 'postgresql.auto.conf';
/** In the server's data, whose owner it gets; not for long. */
const fetchedFolder = 'reperio-fetched-wal';

export interface RecoverOptions {
  readonly place: Place;
  readonly watch?: RestoreWatch;
  readonly signal?: AbortSignal | undefined;
}

/** The files of a base, where a server has its own. */
export async function unpack(
  { place, watch, signal }: RecoverOptions,
  { manifest }: Point,
  layout: Layout,
): Promise<void> {
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

/**
 * Starts the server by `open`, which reads the log up to the point, and is a server of its own
 * then. Its configuration is as before when it is read again.
 */
export async function recovered(
  { place, signal }: RecoverOptions,
  point: Point,
  layout: Layout,
  open: () => Promise<Store>,
): Promise<Store> {
  const { manifest, time, log } = point;
  const path = join(layout.data, lastFile);
  const before = readFileSync(path, 'utf8');
  const folder = log.files === 0 ? undefined : await logFolder(place, manifest.base!.system, layout, signal);
  const recovery = (target: Date | undefined, damaged: string): string => {
    const words = `${quotedWord(script)} "%f" "%p" ${quotedWord(folder ?? '')} "${damaged}"`;
    return (
      before +
      setting('restore_command', folder === undefined ? '/bin/false' : `sh ${words}`) +
      setting('recovery_target_action', 'promote') +
      setting('hot_standby', 'off') +
      setting('archive_command', '/bin/true') +
      (target === undefined ? '' : setting('recovery_target_time', timeText(target)))
    );
  };
  const start = async (target: Date | undefined, damaged = ''): Promise<Store> => {
    writeFileSync(path, recovery(target, damaged), { mode: 0o600 });
    writeFileSync(join(layout.data, 'recovery.signal'), '', { mode: 0o600 });
    return await open();
  };
  let store: Store;
  try {
    store = await start(time).catch((error: unknown) => {
      // Nothing was committed between the time and the end of the log: all of it is wanted.
      if (time === undefined || !saysNothingAfter(layout)) throw error;
      return start(undefined);
    });
  } catch (error) {
    const [, refused, short] = unreadable.exec((error as Error).message) ?? [];
    const damaged = refused ?? short;
    if (damaged === undefined) throw error;
    await requireBefore(place, point, damaged);
    store = await start(undefined, damaged);
  }
  writeFileSync(path, before);
  rmSync(join(layout.data, fetchedFolder), { recursive: true, force: true });
  return store;
}

/** As the server says that the archive has a file which it cannot use. */
const unreadable =
  /(?:could not restore file "([0-9A-F]{24})" from archive: child process exited|archive file "([0-9A-F]{24})" has wrong size)/;

/** While the server reads its configuration it knows no names of time zones, not even Z. */
function timeText(time: Date): string {
  return time.toISOString().replace('T', ' ').replace('Z', '+00');
}

function saysNothingAfter(layout: Layout): boolean {
  return /recovery ended before configured recovery target was reached/.test(lastLog(layout));
}

/** Where the server finds the archived log; brought here when the place is no folder. */
async function logFolder(
  place: Place,
  system: string,
  layout: Layout,
  signal: AbortSignal | undefined,
): Promise<string> {
  if (place.folder !== undefined) return join(place.folder, 'wal', system);
  const folder = join(layout.data, fetchedFolder);
  mkdirSync(folder, { mode: 0o700 });
  for (const file of await walFiles(place)) {
    if (file.system !== system) continue;
    const to = createWriteStream(join(folder, file.path.slice(file.path.lastIndexOf('/') + 1)), { mode: 0o600 });
    await pipeline(await place.read(file.path), to, signal === undefined ? {} : { signal });
  }
  return folder;
}

/** When the last transaction was committed that the recovery has done. */
export function lastCommit(layout: Layout): Date | undefined {
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
