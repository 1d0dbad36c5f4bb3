import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stage } from '../search/stages.ts';
import type { CpuProfile, HeapNode } from './cpu-profiler.ts';
import type { FunctionTime } from './functions.ts';
import type { StatementTime } from './statements.ts';

/** A profile as it is kept on the node that took it. */
export interface KeptProfile {
  readonly id: string;
  /** ms since 1970. */
  readonly when: number;
  /** What was profiled: "GET /search?p=higgs", or "10 s of worker 1". */
  readonly what: string;
  /** ms from the first byte of the request to the last of the answer, or how long was looked. */
  readonly took: number;
  readonly status: number | undefined;
  /** Other requests that the process answered meanwhile: their work is among the functions. */
  readonly others: number;
  readonly functions: readonly FunctionTime[];
  readonly statements: readonly StatementTime[];
  readonly stages: readonly Stage[];
  readonly memory: MemoryChange | undefined;
  readonly heap: HeapNode | undefined;
  readonly cpu: CpuProfile;
}

/** Bytes at the end, and how much more than at the beginning. */
export type MemoryChange = Readonly<Record<string, { readonly bytes: number; readonly more: number }>>;

export type ProfileHead = Pick<KeptProfile, 'id' | 'when' | 'what' | 'took' | 'status'> & {
  readonly statements: number;
};

const mostKept = 50;

export function profilesFolder(dataFolder: string): string {
  return join(dataFolder, 'profiles');
}

/** Ids sort by time. */
export function newProfileId(): string {
  return `${Date.now().toString(36)}-${randomBytes(3).toString('hex')}`;
}

export function isProfileId(text: string): boolean {
  return /^[0-9a-z]{6,12}-[0-9a-f]{6}$/.test(text);
}

/** Keeps it, and forgets the oldest beyond a bound. */
export async function keepProfile(folder: string, profile: KeptProfile): Promise<void> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${profile.id}.json`);
  await writeFile(`${path}.part`, JSON.stringify(profile), { mode: 0o600 });
  await rename(`${path}.part`, path);
  const ids = await profileIds(folder);
  for (const id of ids.slice(mostKept)) await rm(join(folder, `${id}.json`), { force: true });
}

/** The newest first. */
async function profileIds(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .map((name) => name.replace(/\.json$/, ''))
    .filter(isProfileId)
    .sort()
    .reverse();
}

/** Undefined: it is no longer there. */
export async function readProfile(folder: string, id: string): Promise<KeptProfile | undefined> {
  if (!isProfileId(id)) return undefined;
  try {
    return JSON.parse(await readFile(join(folder, `${id}.json`), 'utf8')) as KeptProfile;
  } catch {
    return undefined;
  }
}

export async function listProfiles(folder: string): Promise<readonly ProfileHead[]> {
  const heads: ProfileHead[] = [];
  for (const id of await profileIds(folder)) {
    const found = await readProfile(folder, id);
    if (found === undefined) continue;
    const { when, what, took, status, statements } = found;
    heads.push({ id, when, what, took, status, statements: statements.reduce((sum, { count }) => sum + count, 0) });
  }
  return heads;
}
