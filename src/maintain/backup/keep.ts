import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Settings } from '../../config/settings.ts';
import { retentionOf } from '../../config/texts.ts';
import { UserError } from '../../errors/errors.ts';
import { pruneLog } from './archive.ts';
import { backupErrors } from './errors.ts';
import { type BackupContext, holdPlace } from './hold-place.ts';
import { type Manifest, readManifests } from './manifest.ts';
import { outdated, type Pruned, prune } from './retention.ts';
import { forgetSets, noteSet } from './state.ts';

/** After a set was made: it is remembered, outdated ones go, and the operator's command runs. */
export async function afterBackup(context: BackupContext, settings: Settings, made: Manifest): Promise<Pruned> {
  const { database, place } = context;
  const { lost } = made;
  const problem = lost.length === 0 ? undefined : `${lost.length} documents are missing or damaged in the file store`;
  await noteSet(database, place.name, made, problem);
  const pruned = await removeOutdated(context, settings);
  const { backupHook } = settings;
  if (backupHook !== undefined) await runHook(backupHook, made.set, place.name);
  return pruned;
}

async function removeOutdated(context: BackupContext, { backupKeep }: Settings): Promise<Pruned> {
  const { database, place } = context;
  const { lease } = await holdPlace(context, 'backup: removing outdated ones');
  try {
    let problem: string | undefined;
    const all = await readManifests(place, (_, reason) => {
      problem ??= reason;
    });
    const remove = outdated(all, retentionOf(backupKeep), Date.now());
    const bases = all.filter(({ kind, set }) => kind === 'base' && !remove.includes(set)).map(({ taken }) => taken);
    const since = new Date(Math.min(Date.now(), ...bases.map((taken) => Date.parse(taken))));
    const none: Pruned = { sets: [], contents: 0, bytes: 0 };
    let pruned = none;
    if (remove.length > 0 && problem === undefined)
      pruned = await prune(place, all, remove, since).catch((error: unknown) => {
        if (!(error instanceof UserError) || error.code !== backupErrors.damaged.code) throw error;
        problem = error.message;
        return none;
      });
    const kept = all.filter(({ set }) => !remove.includes(set));
    if (problem === undefined) await pruneLog(place, kept, Date.now());
    await forgetSets(database, place.name, await place.sets());
    // What a set that cannot be read names is not known.
    return problem === undefined ? pruned : { ...none, problem };
  } finally {
    await lease.release();
  }
}

async function runHook(command: string, set: string, place: string): Promise<void> {
  const child = spawn('/bin/sh', ['-c', command, 'backup-hook', set, place], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (code !== 0) throw new UserError(backupErrors.hookFailed, { set, status: signal ?? code ?? 'nothing', command });
}
