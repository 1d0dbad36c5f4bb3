import sql from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import type { Queryable } from '../../store/database.ts';
import { jobErrors } from '../errors.ts';
import type { JobFile } from './job.ts';

/** A file that was given with a job; undefined: there is none of this name. */
export async function fileOfJob(database: Queryable, id: number, name: string): Promise<JobFile | undefined> {
  const [row] = await database.query<JobFile>(
    sql`SELECT name, encode(digest, 'hex') AS digest, bytes FROM job_file WHERE job_id = ${id} AND name = ${name}`,
  );
  return row;
}

/** Throws `noJobFile`. */
export async function requireFile(database: Queryable, id: number, name: string): Promise<JobFile> {
  const file = await fileOfJob(database, id, name);
  if (file === undefined) throw new UserError(jobErrors.noJobFile, { id, name });
  return file;
}
