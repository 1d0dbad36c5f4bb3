import sql, { join } from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import { shareContent } from '../../files/content-lock.ts';
import type { Queryable } from '../../store/database.ts';
import { jobErrors } from '../errors.ts';
import { type Hours, nextOpening, readHours } from './hours.ts';
import type { JobFile, JobKind } from './job.ts';

/**
 * Who does jobs hears of it; with the number of a job, that somebody wants something of that one.
 */
export const jobChannel = 'reperio_job';

export interface NewJob {
  readonly kind: Pick<JobKind, 'name' | 'exclusive'>;
  readonly name: string;
  readonly arguments?: Readonly<Record<string, unknown>>;
  readonly person?: string | undefined;
  readonly priority?: number | undefined;
  readonly sequence?: string | undefined;
  /** Not before then. */
  readonly at?: Date | undefined;
  readonly hours?: Hours | undefined;
  /** Of the hours; undefined: the clock of the host. */
  readonly timeZone?: string | undefined;
  /** Only this node does it. */
  readonly onNode?: string | undefined;
  readonly scheduleId?: number | undefined;
  /** Their bytes are in the file store. */
  readonly files?: readonly JobFile[];
}

/** Throws a UserError for a text that is none. */
export function requireHours(text: string): Hours {
  const hours = readHours(text);
  if (hours === undefined) throw new UserError(jobErrors.hoursWrong, { text });
  return hours;
}

/**
 * Asks for a job, in the caller's transaction: it is begun when that commits, and never was when it
 * does not. The number of the job.
 */
export async function enqueueJob(transaction: Queryable, job: NewJob): Promise<number> {
  const {
    kind,
    name,
    arguments: given = {},
    person,
    priority = 0,
    sequence,
    at = new Date(0),
    hours,
    timeZone,
    files = [],
  } = job;
  const due = hours === undefined ? at : nextOpening(hours, at > new Date() ? at : new Date(), timeZone);
  const [row] = await transaction.query<{ id: number }>(sql`
    INSERT INTO job (kind, name, arguments, person, priority, sequence, exclusive, not_before, hours, time_zone, on_node, schedule_id)
    VALUES (${kind.name}, ${name}, ${JSON.stringify(given)}::jsonb, ${person ?? null}, ${priority}, ${sequence ?? null},
      ${kind.exclusive ?? null}, greatest(${due}, now()), ${hours?.text ?? null},
      ${timeZone ?? null}, ${job.onNode ?? null}, ${job.scheduleId ?? null})
    RETURNING id`);
  const { id } = row!;
  await addJobFiles(transaction, id, files);
  await transaction.query(sql`SELECT pg_notify(${jobChannel}, '')`);
  return id;
}

/** Their bytes are in the file store. In a transaction. */
export async function addJobFiles(transaction: Queryable, id: number, files: readonly JobFile[]): Promise<void> {
  for (const { digest } of files) await shareContent(transaction, digest);
  if (files.length === 0) return;
  const rows = files.map((file) => sql`(${id}, ${file.name}, decode(${file.digest}, 'hex'), ${file.bytes})`);
  await transaction.query(sql`INSERT INTO job_file (job_id, name, digest, bytes) VALUES ${join(rows)}
    ON CONFLICT (job_id, name) DO UPDATE SET digest = excluded.digest, bytes = excluded.bytes`);
}
