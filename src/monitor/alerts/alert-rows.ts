import { isDeepStrictEqual } from 'node:util';
import sql from 'sql-template-tag';
import type { Database, Queryable, Transaction } from '../../store/database.ts';
import type { Alert } from './alert.ts';

/** Alerts by name. */
export type Alerts = ReadonlyMap<string, Alert>;

export async function readAlerts(database: Queryable): Promise<Alerts> {
  const rows = await database.query<{ body: Alert }>(sql`SELECT body FROM alert ORDER BY name`);
  return new Map(rows.map(({ body }) => [body.name, body]));
}

interface AlertsNow {
  readonly alerts: Alerts;
  /** Milliseconds since 1970 by the database's clock, which all nodes share. */
  readonly now: number;
}

/** One statement. */
export async function alertsNow(database: Queryable): Promise<AlertsNow> {
  const [found] = await database.query<{ now: number; bodies: readonly Alert[] }>(sql`
    SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now,
      coalesce((SELECT jsonb_agg(body ORDER BY name) FROM alert), '[]'::jsonb) AS bodies`);
  const { now, bodies } = found!;
  return { alerts: new Map(bodies.map((body) => [body.name, body])), now: Math.round(now) };
}

/** Changes the alerts; one process after the other. */
export async function changeAlerts<T>(
  database: Database,
  change: (before: Alerts, now: number) => { readonly alerts: Alerts; readonly result: T },
): Promise<T> {
  return database.transaction(async (transaction) => {
    await transaction.query(sql`SELECT pg_advisory_xact_lock(hashtext('reperio alerts'))`);
    const { alerts: before, now } = await alertsNow(transaction);
    const { alerts, result } = change(before, now);
    await writeChanges(transaction, before, alerts);
    return result;
  });
}

/** Those that are new or other than before. */
export function changedIn(before: Alerts, after: Alerts): readonly Alert[] {
  return [...after.values()].filter((one) => !isDeepStrictEqual(one, before.get(one.name)));
}

async function writeChanges(transaction: Transaction, before: Alerts, after: Alerts): Promise<void> {
  const changed = changedIn(before, after);
  const gone = [...before.keys()].filter((name) => !after.has(name));
  if (changed.length > 0)
    await transaction.query(sql`
      INSERT INTO alert (name, state, body)
      SELECT body->>'name', body->>'state', body FROM jsonb_array_elements(${JSON.stringify(changed)}::jsonb) AS body
      ON CONFLICT (name) DO UPDATE SET state = excluded.state, body = excluded.body, changed = now()`);
  if (gone.length > 0) await transaction.query(sql`DELETE FROM alert WHERE name = ANY (${gone})`);
}
