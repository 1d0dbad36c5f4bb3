import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findBinaries } from './binaries.ts';
import { chooseIdentity, type Identity } from './identity.ts';
import type { Layout } from './layout.ts';
import { writeOwned } from './ownership.ts';

/**
 * DATA/postgres/tuned.conf: settings of `reperio tune database --apply`. reperio.conf includes it,
 * so it is read before postgresql.local.conf, and what the operator wrote there counts. Settings
 * with which the server has not yet started are marked: when it does not start, it takes them back
 * by itself, whoever starts it and whenever that is.
 */
export interface TunedFiles {
  readonly tuned: string;
  /** As it was before the last change; empty: there was none. */
  readonly previous: string;
  /** There while no server has started with it. */
  readonly untried: string;
  /** The settings with which a server did not start, with what it said. */
  readonly refused: string;
}

export function tunedFiles({ folder }: Pick<Layout, 'folder'>): TunedFiles {
  const tuned = join(folder, 'tuned.conf');
  return { tuned, previous: `${tuned}.previous`, untried: `${tuned}.untried`, refused: `${tuned}.refused` };
}

/** The line of reperio.conf; relative to PGDATA. */
export const includeTuned = "include_if_exists = '../tuned.conf'\n";

export function readTuned(layout: Layout): string {
  return readIfThere(tunedFiles(layout).tuned) ?? '';
}

/**
 * What the server says against its configuration with these lines in the place of tuned.conf;
 * undefined: nothing. `postgres -C` reads all files as a start does.
 */
export function problemOfTuned(layout: Layout, text: string): string | undefined {
  const binaries = findBinaries();
  const identity = chooseIdentity(layout, binaries);
  const candidate = join(layout.folder, 'tuned.conf.check');
  const whole = join(layout.folder, 'check.conf');
  try {
    writeOwned(candidate, text, identity);
    writeOwned(whole, "include 'data/postgresql.conf'\ninclude 'tuned.conf.check'\n", identity);
    const words = ['-C', 'max_connections', '-D', layout.data, '-c', `config_file=${whole}`];
    const [program = '', ...rest] = [...identity.prefix, binaries.postgres, ...words];
    const { status, stderr, error } = spawnSync(program, rest, {
      cwd: '/',
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
      ...(identity.uid === undefined ? {} : { uid: identity.uid }),
      ...(identity.gid === undefined ? {} : { gid: identity.gid }),
    });
    if (status === 0) return undefined;
    const lines = stderr?.trim().split('\n') ?? [];
    const told = lines.find((line) => /(?:LOG|FATAL): /.test(line) && !beside.test(line));
    return told?.replace(/^.*?(?:LOG|FATAL): +/, '') ?? error?.message ?? `it ended with status ${status}`;
  } finally {
    rmSync(candidate, { force: true });
    rmSync(whole, { force: true });
  }
}

/** Lines that are no reason. */
const beside = /skipping missing configuration file|configuration file ".*" contains errors/;

/** Puts lines into tuned.conf, keeping those before; the next start must prove them. */
export function writeTuned(layout: Layout, text: string): void {
  const { tuned, previous, untried } = tunedFiles(layout);
  const identity = chooseIdentity(layout, findBinaries());
  place(previous, readTuned(layout), identity);
  place(untried, '', identity);
  place(tuned, text, identity);
  includeInRunning(layout, identity);
}

/** False: nothing was changed before, or it was taken back already. */
export function undoTuned(layout: Layout): boolean {
  const { previous, untried } = tunedFiles(layout);
  if (!existsSync(previous)) return false;
  putBack(layout);
  rmSync(untried, { force: true });
  return true;
}

/**
 * After a start that failed: whether there was something to take back, so that it is worth another.
 */
export function takeBackUntried(layout: Layout, reason: string): boolean {
  const { tuned, previous, untried, refused } = tunedFiles(layout);
  // Without the first it is not known what was before: killed in here, when it was put back.
  if (!existsSync(previous) || !existsSync(untried)) return false;
  const identity = chooseIdentity(layout, findBinaries());
  place(refused, `# ${reason.replaceAll('\n', ' ')}\n${readIfThere(tuned) ?? ''}`, identity);
  putBack(layout);
  rmSync(untried, { force: true });
  return true;
}

/** After a start that succeeded. */
export function tunedIsTried(layout: Layout): void {
  rmSync(tunedFiles(layout).untried, { force: true });
}

/** What a server said against the settings that were taken back last; undefined: none were. */
export function refusalOfTuned(layout: Layout): string | undefined {
  return readIfThere(tunedFiles(layout).refused)?.split('\n')[0]?.replace(/^# /, '');
}

export function forgetRefusal(layout: Layout): void {
  rmSync(tunedFiles(layout).refused, { force: true });
}

function putBack(layout: Layout): void {
  const { tuned, previous } = tunedFiles(layout);
  const before = readIfThere(previous) ?? '';
  if (before === '') {
    rmSync(tuned, { force: true });
    rmSync(previous, { force: true });
  } else renameSync(previous, tuned);
}

/** A server that an older release started does not include the file; a start writes this anew. */
function includeInRunning(layout: Layout, identity: Identity): void {
  const path = join(layout.data, 'reperio.conf');
  const text = readIfThere(path);
  if (text !== undefined && !text.includes(includeTuned)) place(path, text + includeTuned, identity);
}

function place(path: string, text: string, identity: Identity): void {
  writeOwned(`${path}.part`, text, identity);
  renameSync(`${path}.part`, path);
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
