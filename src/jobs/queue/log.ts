import sql from 'sql-template-tag';
import type { Queryable } from '../../store/database.ts';
import type { LogLevel } from './job.ts';

export interface JobLine {
  readonly n: number;
  readonly at: Date;
  readonly level: LogLevel;
  readonly text: string;
}

/** The first and the last of a log are kept; between them so many lines go. */
const firstKept = 2_000;
const lastKept = 8_000;
const longestLine = 2_000;

/** Behind those that are there. What the log has too many of goes. */
export async function appendToLog(
  database: Queryable,
  id: number,
  lines: readonly Pick<JobLine, 'level' | 'text' | 'at'>[],
): Promise<void> {
  if (lines.length === 0) return;
  const rows = lines.map(({ level, text, at }) => ({ level, at, text: text.slice(0, longestLine) }));
  const added = await database.query<{ n: number }>(sql`
    INSERT INTO job_log (job_id, n, at, level, text)
    SELECT ${id}, coalesce((SELECT max(n) FROM job_log WHERE job_id = ${id}), 0) + place, line.at, line.level, line.text
    FROM ROWS FROM (jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS (at timestamptz, level text, text text)) WITH ORDINALITY
      AS line (at, level, text, place)
    WHERE EXISTS (SELECT FROM job WHERE job.id = ${id}) RETURNING n`);
  if ((added.at(-1)?.n ?? 0) <= firstKept + lastKept) return;
  await database.query(sql`
    DELETE FROM job_log WHERE job_id = ${id} AND n > ${firstKept} AND n <= (SELECT max(n) FROM job_log WHERE job_id = ${id}) - ${lastKept}`);
}

export interface LogPart {
  /** Only lines behind this one. */
  readonly after?: number;
  /** Only so many, the last ones. */
  readonly last?: number;
}

/** The oldest first. */
export async function readLog(
  database: Queryable,
  id: number,
  { after = 0, last = firstKept + lastKept }: LogPart = {},
): Promise<readonly JobLine[]> {
  const lines = await database.query<JobLine>(
    sql`SELECT n, at, level, text FROM job_log WHERE job_id = ${id} AND n > ${after} ORDER BY n DESC LIMIT ${last}`,
  );
  return lines.toReversed();
}
