import sql from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import type { Database, Queryable } from '../../store/database.ts';
import { jobErrors } from '../errors.ts';
import { enqueueJob, jobChannel, requireHours } from './enqueue.ts';
import { type Hours, readHours } from './hours.ts';
import type { JobKind } from './job.ts';
import { nextDue, type Rhythm, readCron, readEvery } from './when.ts';

export interface NewSchedule {
  readonly kind: Pick<JobKind, 'name' | 'exclusive'>;
  readonly name: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly rhythm: Rhythm;
  /** When the first is due; else a rhythm `every` begins at once. */
  readonly at?: Date | undefined;
  readonly person?: string | undefined;
  readonly priority?: number | undefined;
  readonly sequence?: string | undefined;
  readonly hours?: Hours | undefined;
  /** Of the cron expression and the hours; undefined: the clock of the host. */
  readonly timeZone?: string | undefined;
  readonly onNode?: string | undefined;
}

/** A schedule as people read it. */
export interface ScheduleView {
  readonly id: number;
  readonly kind: string;
  readonly name: string;
  readonly person: string | null;
  readonly priority: number;
  readonly sequence: string | null;
  readonly hours: string | null;
  readonly onNode: string | null;
  /** Seconds. */
  readonly every: number | null;
  readonly cron: string | null;
  readonly timeZone: string | null;
  readonly next: Date;
  /** Why it makes no more jobs. */
  readonly problem: string | null;
  /** The number of its last job, if that is still there, and its state. */
  readonly last: number | null;
  readonly lastState: string | null;
}

/** The number of the schedule. */
export async function addSchedule(transaction: Queryable, schedule: NewSchedule): Promise<number> {
  const { kind, name, rhythm, person, priority = 0, sequence, hours, timeZone, onNode } = schedule;
  const now = new Date();
  const next = schedule.at ?? (rhythm.cron === null ? now : nextDue(rhythm, now, now, timeZone));
  if (next === undefined) throw new UserError(jobErrors.cronWrong, { text: rhythm.cron ?? '' });
  const [row] = await transaction.query<{ id: number }>(sql`
    INSERT INTO job_schedule (kind, name, arguments, person, priority, sequence, exclusive, hours, on_node, every, cron, time_zone, next)
    VALUES (${kind.name}, ${name}, ${JSON.stringify(schedule.arguments ?? {})}::jsonb, ${person ?? null}, ${priority}, ${sequence ?? null},
      ${kind.exclusive ?? null}, ${hours?.text ?? null}, ${onNode ?? null}, ${rhythm.every}, ${rhythm.cron}, ${timeZone ?? null}, ${next})
    RETURNING id`);
  await transaction.query(sql`SELECT pg_notify(${jobChannel}, '')`);
  return row!.id;
}

/** The next first. */
export async function listSchedules(database: Queryable): Promise<readonly ScheduleView[]> {
  return database.query<ScheduleView>(sql`
    SELECT s.id, s.kind, s.name, s.person, s.priority, s.sequence, s.hours, s.on_node AS "onNode", s.every, s.cron,
      s.time_zone AS "timeZone", s.next, s.problem, job.id AS last, job.state AS "lastState"
    FROM job_schedule AS s LEFT JOIN LATERAL (SELECT id, state FROM job WHERE schedule_id = s.id ORDER BY id DESC LIMIT 1) AS job ON true
    ORDER BY s.next, s.id`);
}

/** Jobs that it has made stay. Throws `noSchedule`. */
export async function deleteSchedule(transaction: Queryable, id: number): Promise<void> {
  const gone = await transaction.query(sql`DELETE FROM job_schedule WHERE id = ${id} RETURNING id`);
  if (gone.length === 0) throw new UserError(jobErrors.noSchedule, { id });
}

export interface ScheduleChange {
  /** As people write it: `6h`, or a cron expression. */
  readonly every?: string | undefined;
  readonly cron?: string | undefined;
  /** Hours of the week; empty: at any time. */
  readonly window?: string | undefined;
  readonly priority?: number | undefined;
}

/**
 * Changes when its jobs come; those that it has made stay as they are. Another rhythm counts from
 * now. Throws `noSchedule`, and what cannot be read.
 */
export async function changeSchedule(transaction: Queryable, id: number, change: ScheduleChange): Promise<void> {
  const [row] = await transaction.query<{ time_zone: string | null }>(
    sql`SELECT time_zone FROM job_schedule WHERE id = ${id} FOR UPDATE`,
  );
  if (row === undefined) throw new UserError(jobErrors.noSchedule, { id });
  const { every, cron, window, priority } = change;
  const zone = row.time_zone ?? undefined;
  const rhythm = every !== undefined ? readEvery(every) : cron !== undefined ? readCron(cron, zone) : undefined;
  const hours = window === undefined || window.trim() === '' ? undefined : requireHours(window);
  if (rhythm !== undefined) {
    const now = new Date();
    const next = nextDue(rhythm, now, now, zone);
    if (next === undefined) throw new UserError(jobErrors.cronWrong, { text: rhythm.cron ?? '' });
    await transaction.query(sql`
      UPDATE job_schedule SET every = ${rhythm.every}, cron = ${rhythm.cron}, next = ${next}, problem = NULL
      WHERE id = ${id}`);
  }
  if (window !== undefined)
    await transaction.query(sql`UPDATE job_schedule SET hours = ${hours?.text ?? null} WHERE id = ${id}`);
  if (priority !== undefined)
    await transaction.query(sql`UPDATE job_schedule SET priority = ${priority} WHERE id = ${id}`);
  await transaction.query(sql`SELECT pg_notify(${jobChannel}, '')`);
}

interface DueSchedule {
  readonly id: number;
  readonly kind: string;
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly person: string | null;
  readonly priority: number;
  readonly sequence: string | null;
  readonly exclusive: string | null;
  readonly hours: string | null;
  readonly on_node: string | null;
  readonly every: number | null;
  readonly cron: string | null;
  readonly time_zone: string | null;
  readonly next: Date;
  readonly now: Date;
}

/** One whose last job has not ended waits for that. */
const isDue = sql`problem IS NULL AND NOT EXISTS (SELECT FROM job WHERE schedule_id = job_schedule.id AND ended IS NULL)`;

/**
 * Makes one job of each schedule that is due, however many of its times were missed. How many jobs.
 */
export async function askForDue(database: Database): Promise<number> {
  return database.transaction(async (transaction) => {
    const due = await transaction.query<DueSchedule>(sql`
      SELECT id, kind, name, arguments, person, priority, sequence, exclusive, hours, on_node, every, cron, time_zone, next,
        clock_timestamp() AS now
      FROM job_schedule WHERE next <= clock_timestamp() AND ${isDue} ORDER BY next LIMIT 100 FOR UPDATE SKIP LOCKED`);
    for (const { id, ...row } of due) {
      await enqueueJob(transaction, {
        ...{ name: row.name, arguments: row.arguments, priority: row.priority, scheduleId: id },
        kind: { name: row.kind, ...(row.exclusive !== null && { exclusive: row.exclusive }) },
        hours: row.hours === null ? undefined : readHours(row.hours),
        ...{ person: row.person ?? undefined, sequence: row.sequence ?? undefined },
        ...{ timeZone: row.time_zone ?? undefined, onNode: row.on_node ?? undefined },
      });
      const next = nextDue(rhythmOf(row), row.next, row.now, row.time_zone ?? undefined);
      await transaction.query(
        next === undefined
          ? sql`UPDATE job_schedule SET problem = 'It has no next time.' WHERE id = ${id}`
          : sql`UPDATE job_schedule SET next = ${next} WHERE id = ${id}`,
      );
    }
    return due.length;
  });
}

function rhythmOf({ every, cron }: Pick<DueSchedule, 'every' | 'cron'>): Rhythm {
  return every === null ? { every, cron: cron ?? '' } : { every, cron: null };
}

/** Ms until a job or a schedule is due; undefined: nothing waits for its time. At least 0. */
export async function untilNextDue(database: Queryable): Promise<{ job?: number; schedule?: number }> {
  const [row] = await database.query<{ job: number | null; schedule: number | null }>(sql`
    SELECT
      (extract(epoch FROM (SELECT min(not_before) FROM job WHERE state = 'waiting' AND not_before > clock_timestamp()) - clock_timestamp()) * 1000)::float8 AS job,
      (extract(epoch FROM (SELECT min(next) FROM job_schedule WHERE ${isDue}) - clock_timestamp()) * 1000)::float8 AS schedule`);
  const { job, schedule } = row!;
  return {
    ...(job !== null && { job: Math.max(0, job) }),
    ...(schedule !== null && { schedule: Math.max(0, schedule) }),
  };
}
