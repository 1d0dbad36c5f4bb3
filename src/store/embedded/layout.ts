import { createHash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Where everything of one embedded server is: values only. */
export interface Layout {
  /** DATA/postgres */
  readonly folder: string;
  /** PGDATA. */
  readonly data: string;
  readonly log: string;
  /** Held exclusively while the server is started, joined or stopped. */
  readonly gate: string;
  /** Held shared by every user of the server. */
  readonly users: string;
  /**
   * Held open by every user of the server; its reader, the guard, sees the end of file when the
   * last one is gone.
   */
  readonly pipe: string;
  /** Process id of the guard. */
  readonly guard: string;
}

export const databaseName = 'reperio';
export const databaseUser = 'reperio';

/** sun_path has 108 bytes with the closing NUL, and PostgreSQL appends this to the folder. */
const socketName = '/.s.PGSQL.5432';
const socketPathLimit = 107;
/** What a server has in the folder of its socket. */
export const socketFiles = ['.s.PGSQL.5432', '.s.PGSQL.5432.lock'] as const;

export function layoutOf(dataFolder: string): Layout {
  const folder = join(realPath(dataFolder), 'postgres');
  return {
    folder,
    data: join(folder, 'data'),
    log: join(folder, 'postgres.log'),
    gate: join(folder, 'gate.lock'),
    users: join(folder, 'users.lock'),
    pipe: join(folder, 'users.pipe'),
    guard: join(folder, 'guard.pid'),
  };
}

/**
 * One spelling for a folder that may be reached through links, and may not exist yet: a running
 * server is recognised by it.
 */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPath(parent), basename(path));
  }
}

/**
 * Where a server that is started now puts its socket: beside the data, or in the system's temporary
 * folder when the path would be too long.
 */
export function preferredSocketFolder(layout: Layout, temporary = tmpdir()): string {
  const beside = join(layout.folder, 'socket');
  return fits(beside) ? beside : shortFolder(layout.folder, temporary);
}

/**
 * Where sockets are whose path would be too long in this folder. Whoever uses it looks whether it
 * is ours: anybody may have been there first.
 */
export function shortFolder(folder: string, temporary = tmpdir()): string {
  const name = `reperio-${createHash('sha256').update(folder).digest('hex').slice(0, 16)}`;
  const short = join(temporary, name);
  return fits(short) ? short : join('/tmp', name);
}

function fits(folder: string): boolean {
  return isSocketPath(folder + socketName);
}

/** Short enough to be the address of a socket. */
export function isSocketPath(path: string): boolean {
  return Buffer.byteLength(path) <= socketPathLimit;
}

/**
 * The address of the embedded server: of the running one, else of the one that would be started.
 */
export function embeddedUrl(layout: Layout): string {
  const folder = readPidFile(layout)?.socketFolder ?? preferredSocketFolder(layout);
  return databaseUrl(folder, databaseName);
}

export function databaseUrl(socketFolder: string, database: string): string {
  return `postgresql://${databaseUser}@/${database}?host=${encodeURIComponent(socketFolder)}`;
}

/** The address of another database of the same server. */
export function sameServer(url: string, database: string): string {
  return url.replace(/\/[^/?]*\?/, `/${database}?`);
}

export interface PidFile {
  readonly pid: number;
  readonly socketFolder: string;
  readonly ready: boolean;
}

/**
 * postmaster.pid, which the server writes line by line while it starts. Undefined when there is
 * none, or not yet enough of it.
 */
export function readPidFile(layout: Layout): PidFile | undefined {
  let text: string;
  try {
    text = readFileSync(join(layout.data, 'postmaster.pid'), 'utf8');
  } catch {
    return undefined;
  }
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isInteger(pid) || pid <= 0 || !lines[4]) return undefined;
  return { pid, socketFolder: lines[4], ready: lines[7]?.trim() === 'ready' };
}
