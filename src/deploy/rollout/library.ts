import sql from 'sql-template-tag';
import type { Database, Queryable } from '../../store/database.ts';
import type { Deployment, StepRecord } from './deployment.ts';
import type { DeployLock } from './lock.ts';

/** A deployment as the library has it. */
export interface LoggedDeployment
  extends Pick<Deployment, 'id' | 'holder' | 'from' | 'to' | 'began' | 'ended' | 'outcome' | 'problem'> {
  readonly number: number;
  readonly steps: readonly StepRecord[];
}

/** False: the schema of the library is older than this. */
async function knows(database: Queryable): Promise<boolean> {
  const found = await database.query(
    sql`SELECT FROM pg_tables WHERE tablename = 'deploy_lock' AND schemaname = ANY (current_schemas(false))`,
  );
  return found.length > 0;
}

export async function libraryLock(database: Queryable): Promise<DeployLock | undefined> {
  if (!(await knows(database))) return undefined;
  const [lock] = await database.query<{ id: string; holder: string; reason: string; since: Date }>(
    sql`SELECT id, holder, reason, since FROM deploy_lock`,
  );
  return lock === undefined ? undefined : { ...lock, since: lock.since.toISOString() };
}

/**
 * Whose it is afterwards: ours, unless somebody has it. Undefined: the library knows no locks yet.
 */
export async function takeLibraryLock(database: Queryable, lock: DeployLock): Promise<DeployLock | undefined> {
  if (!(await knows(database))) return undefined;
  await database.query(sql`
    INSERT INTO deploy_lock (id, holder, reason, since) VALUES (${lock.id}, ${lock.holder}, ${lock.reason}, ${lock.since}::timestamptz)
    ON CONFLICT DO NOTHING`);
  return libraryLock(database);
}

export async function releaseLibraryLock(database: Queryable, id: string): Promise<void> {
  if (await knows(database)) await database.query(sql`DELETE FROM deploy_lock WHERE id = ${id}`);
}

/**
 * The whole of it, in the place of what was told before. What has ended stays so, whatever somebody
 * tells who has slept meanwhile.
 */
export async function recordDeployment(database: Database, deployment: Deployment): Promise<void> {
  if (!(await knows(database))) return;
  const { id, holder, from, to, began, ended, outcome, problem, steps } = deployment;
  const at = (time: number | undefined): string | null => (time === undefined ? null : new Date(time).toISOString());
  await database.transaction(async (transaction) => {
    await transaction.query(sql`
      INSERT INTO deployment (id, holder, version_from, version_to, began)
      SELECT ${id}, ${holder}, ${from}, ${to}, ${at(began)}::timestamptz WHERE NOT EXISTS (SELECT FROM deployment WHERE id = ${id})`);
    const [row] = await transaction.query<{ number: number }>(sql`
      UPDATE deployment SET ended = ${at(ended)}::timestamptz, outcome = ${outcome ?? null}, problem = ${problem ?? null}
      WHERE id = ${id} AND (outcome IS NULL OR ${outcome ?? null}::text IS NOT NULL) RETURNING number`);
    if (row === undefined) return;
    await transaction.query(
      sql`DELETE FROM deployment_step WHERE deployment = ${row.number} AND at >= ${steps.length}`,
    );
    const rows = steps.map((step, place) => ({ ...step, at: place, began: at(step.began) }));
    await transaction.query(sql`
      INSERT INTO deployment_step (deployment, at, host, kind, back, state, began, seconds, said)
      SELECT ${row.number}, s.at, s.host, s.kind, s.back, s.state, s.began, s.seconds, s.said
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        AS s (at integer, host text, kind text, back boolean, state text, began timestamptz, seconds float8, said text)
      ON CONFLICT (deployment, at) DO UPDATE SET host = excluded.host, kind = excluded.kind, back = excluded.back,
        state = excluded.state, began = excluded.began, seconds = excluded.seconds, said = excluded.said`);
  });
}

/** The newest first, with their steps. */
export async function lastDeployments(database: Queryable, count: number): Promise<readonly LoggedDeployment[]> {
  if (!(await knows(database))) return [];
  const rows = await database.query<{ logged: LoggedDeployment }>(sql`
    SELECT jsonb_strip_nulls(jsonb_build_object(
      'number', d.number, 'id', d.id, 'holder', d.holder, 'from', d.version_from, 'to', d.version_to,
      'began', extract(epoch FROM d.began) * 1000, 'ended', extract(epoch FROM d.ended) * 1000,
      'outcome', d.outcome, 'problem', d.problem,
      'steps', coalesce((
        SELECT jsonb_agg(jsonb_build_object('host', s.host, 'kind', s.kind, 'back', s.back, 'state', s.state,
          'began', extract(epoch FROM s.began) * 1000, 'seconds', s.seconds, 'said', s.said) ORDER BY s.at)
        FROM deployment_step s WHERE s.deployment = d.number), '[]'::jsonb))) AS logged
    FROM deployment d ORDER BY d.number DESC LIMIT ${count}`);
  return rows.map(({ logged }) => logged);
}
