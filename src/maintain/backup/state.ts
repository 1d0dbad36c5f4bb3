import sql from 'sql-template-tag';
import type { Queryable } from '../../store/database.ts';
import { type Manifest, setBytes } from './manifest.ts';

/** What pages and metrics say of backups. Times are ms by the database's clock. */
export interface BackupState {
  /** Since the snapshot of the newest backup; null: there is none. */
  readonly age: number | null;
  readonly set: string | null;
  readonly kind: string | null;
  readonly bytes: number | null;
  /** Of the newest one: what was found wrong with it. */
  readonly problem: string | null;
  /** Since the last drill; null: there was none. */
  readonly drillAge: number | null;
  /** Seconds, of the last drill. */
  readonly rto: number | null;
  readonly rpo: number | null;
  readonly drillProblem: string | null;
  /** Since the time to which the log is archived; null: it is not. */
  readonly archiveAge: number | null;
  readonly archiveProblem: string | null;
  /** The newest backup that this library was restored from, and the time whose state that was. */
  readonly restoredFrom: string | null;
  readonly restoredAt: string | null;
}

/** One statement, of a few rows. */
export async function backupState(database: Queryable): Promise<BackupState> {
  const [row] = await database.query<BackupState>(sql`
    SELECT ${since(sql`s.taken`)} AS age, s.name AS set, s.kind, s.bytes, s.problem,
      ${since(sql`d.ended`)} AS "drillAge", d.rto, d.rpo, d.problem AS "drillProblem",
      ${since(sql`a.until`)} AS "archiveAge", a.problem AS "archiveProblem",
      r.name AS "restoredFrom", to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "restoredAt"
    FROM (SELECT) AS one
      LEFT JOIN (SELECT * FROM backup_set ORDER BY taken DESC LIMIT 1) AS s ON true
      LEFT JOIN (SELECT * FROM backup_drill ORDER BY id DESC LIMIT 1) AS d ON true
      LEFT JOIN (SELECT * FROM backup_archive ORDER BY until DESC LIMIT 1) AS a ON true
      LEFT JOIN (SELECT * FROM restored ORDER BY id DESC LIMIT 1) AS r ON true`);
  return row!;
}

function since(time: ReturnType<typeof sql>): ReturnType<typeof sql> {
  return sql`(extract(epoch FROM clock_timestamp() - ${time}) * 1000)::float8`;
}

/** Remembers a set, and what is wrong with it. */
export async function noteSet(
  database: Queryable,
  place: string,
  manifest: Manifest,
  problem: string | undefined,
): Promise<void> {
  const { set, kind, taken, ended, records } = manifest;
  await database.query(sql`
    INSERT INTO backup_set (name, kind, place, taken, ended, records, bytes, problem)
    VALUES (${set}, ${kind}, ${place}, ${taken}, ${ended}, ${records}, ${setBytes(manifest)}, ${problem ?? null})
    ON CONFLICT (name) DO UPDATE SET place = excluded.place, bytes = excluded.bytes,
      problem = coalesce(backup_set.problem, excluded.problem)`);
}

/** When it was read to its end, and what was wrong. */
export async function noteVerified(database: Queryable, set: string, problem: string | undefined): Promise<void> {
  await database.query(sql`UPDATE backup_set SET verified = now(), problem = ${problem ?? null} WHERE name = ${set}`);
}

/** Those that are not in the place any more are forgotten. */
export async function forgetSets(database: Queryable, place: string, there: readonly string[]): Promise<void> {
  await database.query(sql`DELETE FROM backup_set WHERE place = ${place} AND name <> ALL (${[...there]}::text[])`);
}

export interface NotedSet {
  readonly name: string;
  readonly verified: Date | null;
  readonly problem: string | null;
  /** When it was last drilled. */
  readonly drilled: Date | null;
}

export async function notedSets(database: Queryable): Promise<ReadonlyMap<string, NotedSet>> {
  const rows = await database.query<NotedSet>(sql`
    SELECT name, verified, problem,
      (SELECT max(ended) FROM backup_drill d WHERE d.name = s.name AND d.problem IS NULL) AS drilled
    FROM backup_set s`);
  return new Map(rows.map((row) => [row.name, row]));
}

interface NotedDrill {
  readonly name: string;
  readonly began: Date;
  readonly ended: Date;
  readonly rto: number;
  readonly rpo: number;
  readonly problem: string | undefined;
  readonly report: object;
}

export async function noteDrill(database: Queryable, drill: NotedDrill): Promise<void> {
  const { name, began, ended, rto, rpo, problem, report } = drill;
  await database.query(sql`
    INSERT INTO backup_drill (name, began, ended, rto, rpo, problem, report)
    VALUES (${name}, ${began}, ${ended}, ${rto}, ${rpo}, ${problem ?? null}, ${JSON.stringify(report)}::jsonb)`);
}

export async function noteArchive(
  database: Queryable,
  place: string,
  until: Date,
  problem: string | undefined,
): Promise<void> {
  await database.query(sql`
    INSERT INTO backup_archive (place, until, problem) VALUES (${place}, ${until}, ${problem ?? null})
    ON CONFLICT (place) DO UPDATE SET until = excluded.until, problem = excluded.problem`);
}

/** How far the log is archived there; undefined: it is not. */
export async function notedArchive(
  database: Queryable,
  place: string,
): Promise<{ readonly until: Date; readonly problem: string | null } | undefined> {
  const [row] = await database.query<{ until: Date; problem: string | null }>(
    sql`SELECT until, problem FROM backup_archive WHERE place = ${place}`,
  );
  return row;
}

export async function forgetArchive(database: Queryable): Promise<void> {
  await database.query(sql`DELETE FROM backup_archive`);
}
