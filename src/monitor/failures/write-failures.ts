import sql from 'sql-template-tag';
import type { Database, Transaction } from '../../store/database.ts';
import { type CountedFailure, samplesKept } from './failure.ts';
import { type KnownFailure, type WhyTold, weigh } from './weigh.ts';

/** A failure that an e-mail is to be sent about. */
export interface ToldFailure {
  readonly failure: CountedFailure;
  readonly why: WhyTold;
  /** In all, and since it was silent. */
  readonly count: number;
  readonly streak: number;
  readonly resolvedIn: string | null;
}

/** Hours are counted for so long. */
const hoursKept = '7 days';

/**
 * Adds what was counted to what the database knows; one node after the other, so that each e-mail
 * is sent by one of them. Returns what e-mails are to be sent about.
 */
export async function writeFailures(
  database: Database,
  failures: readonly CountedFailure[],
): Promise<readonly ToldFailure[]> {
  if (failures.length === 0) return [];
  return database.transaction(async (transaction) => {
    await transaction.query(sql`SELECT pg_advisory_xact_lock(hashtext('reperio failures'))`);
    const known = await readKnown(
      transaction,
      failures.map(({ fingerprint }) => fingerprint),
    );
    const told: ToldFailure[] = [];
    const rows = failures.map((failure) => {
      const before = known.get(failure.fingerprint);
      const { why, ...weighed } = weigh(before, failure);
      const count = (before?.count ?? 0) + failure.count;
      if (why !== undefined)
        told.push({ failure, why, count, streak: weighed.streak, resolvedIn: before?.resolvedIn ?? null });
      const { hours, first, last, ...rest } = failure;
      return { ...rest, ...weighed, count, first: first / 1000, last: last / 1000 };
    });
    await upsert(transaction, rows);
    await addHours(transaction, failures);
    return told;
  });
}

async function readKnown(
  transaction: Transaction,
  fingerprints: readonly string[],
): Promise<ReadonlyMap<string, KnownFailure>> {
  const rows = await transaction.query<KnownFailure & { fingerprint: string }>(sql`
    SELECT fingerprint, state, resolved_in AS "resolvedIn", count, regressions, streak, told,
      (extract(epoch FROM last_seen) * 1000)::float8 AS last
    FROM failure WHERE fingerprint = ANY (${fingerprints})`);
  return new Map(rows.map((row) => [row.fingerprint, row]));
}

async function upsert(transaction: Transaction, rows: readonly object[]): Promise<void> {
  await transaction.query(sql`
    INSERT INTO failure AS known (fingerprint, kind, type, code, place, message, frames, state, resolved_in, count,
      first_seen, last_seen, first_release, last_release, regressions, streak, told, samples)
    SELECT fingerprint, kind, type, code, place, message, frames, state, "resolvedIn", count,
      to_timestamp(first), to_timestamp(last), release, release, regressions, streak, told, samples
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS given (fingerprint text, kind text, type text, code text,
      place text, message text, frames jsonb, state text, "resolvedIn" text, count bigint, first float8, last float8,
      release text, regressions integer, streak bigint, told bigint, samples jsonb)
    ON CONFLICT (fingerprint) DO UPDATE SET
      message = excluded.message, frames = excluded.frames,
      state = excluded.state, resolved_in = excluded.resolved_in, count = excluded.count,
      first_seen = least(known.first_seen, excluded.first_seen), last_seen = greatest(known.last_seen, excluded.last_seen),
      last_release = CASE WHEN excluded.last_seen >= known.last_seen THEN excluded.last_release ELSE known.last_release END,
      regressions = excluded.regressions, streak = excluded.streak, told = excluded.told,
      samples = jsonb_path_query_array(excluded.samples || known.samples, ${`$[0 to ${samplesKept - 1}]`}::jsonpath)`);
}

async function addHours(transaction: Transaction, failures: readonly CountedFailure[]): Promise<void> {
  const hours = failures.flatMap(({ fingerprint, hours }) =>
    Object.entries(hours).map(([hour, count]) => ({ fingerprint, hour: Number(hour) / 1000, count })),
  );
  await transaction.query(sql`
    INSERT INTO failure_hour AS known (fingerprint, hour, count)
    SELECT fingerprint, to_timestamp(hour), count
    FROM jsonb_to_recordset(${JSON.stringify(hours)}::jsonb) AS given (fingerprint text, hour float8, count bigint)
    ON CONFLICT (fingerprint, hour) DO UPDATE SET count = known.count + excluded.count`);
  await transaction.query(sql`DELETE FROM failure_hour WHERE hour < now() - ${hoursKept}::interval`);
}
