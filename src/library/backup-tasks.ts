import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import sql from 'sql-template-tag';
import type { Settings } from '../config/settings.ts';
import { minutesOf } from '../config/texts.ts';
import { grouped } from '../errors/grouped.ts';
import type { Content } from '../files/content.ts';
import { openContentStore } from '../files/open.ts';
import { timesOfDay } from '../jobs/clock-times.ts';
import type { Outcome, Task } from '../jobs/task.ts';
import { makeBase } from '../maintain/backup/base.ts';
import { copyContents, missingContents } from '../maintain/backup/contents.ts';
import { archivingOf, keepArchiving, needsBase } from '../maintain/backup/continuous.ts';
import { makeDump } from '../maintain/backup/dump.ts';
import { afterBackup } from '../maintain/backup/keep.ts';
import { setBytes } from '../maintain/backup/manifest.ts';
import { openPlace } from '../maintain/backup/open-place.ts';
import type { Database, Queryable } from '../store/database.ts';

const minute = 60_000;

/** Tasks of backups. */
export function backupTasks(
  database: Database,
  settings: Settings,
): Readonly<Record<'backup' | 'backup-archive' | 'backup-drill', Omit<Task, 'name'>>> {
  const at = timesOfDay(settings.backupAt);
  return {
    'backup-archive': {
      summary: 'See that the log is archived where that is on, and copy new documents.',
      more: 'See [any point in time](backup.md#any-point-in-time).',
      lane: 'quick',
      every: minute,
      run: async (signal) => {
        const place = openPlace(settings);
        const options = { database, url: database.url, place, settings, signal };
        let state = await keepArchiving(options);
        if (state === undefined) return { did: 'Nothing: continuous archiving is off.' };
        if (needsBase(state) && (await isBaseDue(database, place.name, '1 hour'))) {
          const base = await makeBase({ ...options, withSecrets: false });
          await afterBackup(options, settings, base.manifest);
          state = (await keepArchiving(options)) ?? state;
        }
        const { until, problem } = state;
        const recent = await recentContents(database);
        const missing = await missingContents(place, recent);
        const lost = await copyContents(openContentStore(database, settings), place, missing, { signal });
        const did = `The log is archived up to ${until.toISOString()}; ${grouped(missing.length - lost.length)} new documents copied.`;
        if (problem === undefined) return { did };
        return { did, problem: `Archiving fails: ${problem}. Run \`reperio backup continuous status\`.` };
      },
    },
    'backup-drill': {
      summary: 'Try a restore each month, after the backup of the night.',
      more: 'It looks often, and does nothing until a month after the last one.',
      lane: 'long',
      every: 360 * minute,
      run: async (signal) => {
        const minutes = minutesOf(settings.backupAt);
        if (minutes === undefined) return { did: 'Nothing: `backup-at` is off.' };
        const due = lastTime(minutes, new Date());
        if (!(await isDrillDue(database, openPlace(settings).name, due)))
          return { did: 'Nothing: it is not time yet.' };
        return await drillInProcess(signal);
      },
    },
    backup: {
      summary: 'Make a backup each night, as `backup-at` says, and remove outdated ones.',
      more: 'See [backups](backup.md).',
      lane: 'long',
      every: 24 * 60 * minute,
      ...(at === undefined ? {} : { at }),
      run: async (signal) => {
        const minutes = minutesOf(settings.backupAt);
        if (minutes === undefined) return { did: 'Nothing: `backup-at` is off.' };
        const place = openPlace(settings);
        const newest = await newestOrBegin(database, place.name);
        if (newest >= lastTime(minutes, new Date())) return { did: 'Nothing: it is not time yet.' };
        const context = { database, url: database.url, place, signal };
        const { manifest, newContents } = await makeDump({
          ...{ ...context, settings, withSecrets: false },
          withIndex: settings.backupIndex,
        });
        const pruned = await afterBackup(context, settings, manifest);
        if (
          (await archivingOf({ database, place, settings })).isOn &&
          (await isBaseDue(database, place.name, '7 days'))
        ) {
          const base = await makeBase({ ...context, settings, withSecrets: false });
          await afterBackup(context, settings, base.manifest);
        }
        const { set, records, lost } = manifest;
        const did = `${set}: ${grouped(records)} records, ${grouped(newContents.count)} new documents, ${grouped(Math.ceil(setBytes(manifest) / 1e6))} MB.`;
        if (pruned.problem !== undefined)
          return { did, problem: `Outdated backups stay: ${pruned.problem} Run \`reperio backup verify\`.` };
        if (lost.length === 0) return { did };
        const problem = `${grouped(lost.length)} documents are missing or damaged and in no new backup: run \`reperio file verify\` to see which.`;
        return { did, problem };
      },
    },
  };
}

/** When the newest backup was taken; of a library without one: when that began. */
async function newestOrBegin(database: Queryable, place: string): Promise<Date> {
  const [row] = await database.query<{ at: Date }>(sql`
    SELECT coalesce((SELECT max(taken) FROM backup_set WHERE place = ${place} AND kind = 'dump'), created) AS at
    FROM library`);
  return row!.at;
}

/** So long after the last one: each is a copy of all that the server has. */
async function isBaseDue(database: Queryable, place: string, after: '1 hour' | '7 days'): Promise<boolean> {
  const recent = await database.query(sql`
    SELECT FROM backup_set WHERE place = ${place} AND kind = 'base' AND taken > now() - ${after}::interval LIMIT 1`);
  return recent.length === 0;
}

/** Documents of the last day: a backup has copied those before. */
async function recentContents(database: Queryable): Promise<readonly Content[]> {
  return database.query<Content>(sql`
    SELECT encode(digest, 'hex') AS digest, max(bytes) AS bytes FROM file
    WHERE added > now() - interval '1 day 2 hours' GROUP BY digest`);
}

/** The last time that the clock of this machine showed these minutes after midnight. */
export function lastTime(minutes: number, now: Date): Date {
  const time = new Date(now);
  time.setHours(0, minutes, 0, 0);
  if (time > now) time.setDate(time.getDate() - 1);
  return time;
}

/** A month after the last one, when the backup of the night is there. */
async function isDrillDue(database: Queryable, place: string, night: Date): Promise<boolean> {
  const [row] = await database.query<{ due: boolean }>(sql`
    SELECT EXISTS (SELECT FROM backup_set WHERE place = ${place} AND kind = 'dump' AND taken >= ${night})
      AND NOT EXISTS (SELECT FROM backup_drill WHERE ended > now() - interval '30 days') AS due`);
  return row!.due;
}

const program = fileURLToPath(new URL('../cli/main.ts', import.meta.url));

/** A whole library in memory is for a process of its own. */
async function drillInProcess(signal: AbortSignal): Promise<Outcome> {
  const child = spawn(process.execPath, [program, 'backup', 'drill'], { stdio: ['ignore', 'pipe', 'pipe'], signal });
  const [told, errors, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  if (status === 0) return { did: told.trim().split('\n').at(-1) ?? '' };
  if (status !== 1) throw new Error(errors.trim().split('\n').at(-2) ?? `it ended with ${String(status)}`);
  const wrong = told.split('\n').filter((line) => line.startsWith('wrong: '));
  return {
    did: told.trim().split('\n').at(-1) ?? '',
    problem: `The drill found: ${wrong.join(' ')} Run \`reperio backup verify\`.`,
  };
}
