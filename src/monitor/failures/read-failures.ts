import sql, { empty, type Sql } from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import type { Queryable } from '../../store/database.ts';
import { failureErrors } from './errors.ts';
import type { FailureKind, FailureSample } from './failure.ts';
import type { FailureState } from './weigh.ts';

/** What is kept of one kind of failure. */
export interface KeptFailure {
  readonly fingerprint: string;
  readonly kind: FailureKind;
  readonly type: string;
  readonly code: string;
  readonly place: string;
  readonly message: string;
  readonly frames: readonly string[];
  readonly state: FailureState;
  readonly resolvedIn: string | null;
  readonly count: number;
  readonly firstSeen: Date;
  readonly lastSeen: Date;
  readonly firstRelease: string;
  readonly lastRelease: string;
  /** How often it came back after it was resolved. */
  readonly regressions: number;
  /** In the last 24 hours. */
  readonly lastDay: number;
}

export interface FailureDetails extends KeptFailure {
  /** The newest first. */
  readonly samples: readonly FailureSample[];
  /** Of the last seven days, those in which it happened, the oldest first. */
  readonly hours: readonly { readonly hour: Date; readonly count: number }[];
}

const columns = sql`fingerprint, kind, type, code, place, message, frames, state, resolved_in AS "resolvedIn", count,
  first_seen AS "firstSeen", last_seen AS "lastSeen", first_release AS "firstRelease", last_release AS "lastRelease",
  regressions, (SELECT coalesce(sum(hour.count), 0)::bigint FROM failure_hour hour
    WHERE hour.fingerprint = failure.fingerprint AND hour.hour > now() - interval '24 hours') AS "lastDay"`;

export interface FailureRange {
  /** Undefined: in any state. */
  readonly states?: readonly FailureState[] | undefined;
  readonly offset?: number;
  readonly limit?: number;
}

/** Those that happened last come first. */
export async function listFailures(
  database: Queryable,
  { states, offset = 0, limit = 1_000 }: FailureRange = {},
): Promise<{ readonly rows: readonly KeptFailure[]; readonly total: number }> {
  const where: Sql = states === undefined ? empty : sql`WHERE state = ANY (${states})`;
  const rows = await database.query<KeptFailure>(sql`
    SELECT ${columns} FROM failure ${where} ORDER BY last_seen DESC, fingerprint OFFSET ${offset} LIMIT ${limit}`);
  const [found] = await database.query<{ total: number }>(sql`SELECT count(*) AS total FROM failure ${where}`);
  return { rows, total: found?.total ?? 0 };
}

/** `beginning`: of its fingerprint. Throws `noFailure`, `severalFailures`. */
export async function readFailure(database: Queryable, beginning: string): Promise<FailureDetails> {
  const fingerprint = await wholeFingerprint(database, beginning);
  const [found] = await database.query<KeptFailure & { samples: readonly FailureSample[] }>(
    sql`SELECT ${columns}, samples FROM failure WHERE fingerprint = ${fingerprint}`,
  );
  if (found === undefined) throw new UserError(failureErrors.noFailure, { fingerprint });
  const hours = await database.query<{ hour: Date; count: number }>(
    sql`SELECT hour, count FROM failure_hour WHERE fingerprint = ${fingerprint} ORDER BY hour`,
  );
  return { ...found, hours };
}

/**
 * Judges a failure. `resolvedIn`: with resolved, from which release on it should not happen; null:
 * it should not happen in any. Throws `noFailure`, `severalFailures`, `releaseWrong`. Returns its
 * whole fingerprint.
 */
export async function judgeFailure(
  database: Queryable,
  beginning: string,
  state: FailureState,
  resolvedIn: string | null = null,
): Promise<string> {
  if (resolvedIn !== null && !/^v?\d{1,6}(?:\.\d{1,6}){0,3}(?:-[\w.]{1,30})?$/.test(resolvedIn))
    throw new UserError(failureErrors.releaseWrong, { release: resolvedIn });
  const fingerprint = await wholeFingerprint(database, beginning);
  await database.query(sql`
    UPDATE failure SET state = ${state}, resolved_in = ${state === 'resolved' ? resolvedIn : null}
    WHERE fingerprint = ${fingerprint}`);
  return fingerprint;
}

async function wholeFingerprint(database: Queryable, beginning: string): Promise<string> {
  const typed = beginning.toLowerCase();
  const wanted = { fingerprint: beginning.slice(0, 40) };
  if (!/^[0-9a-f]{1,16}$/.test(typed)) throw new UserError(failureErrors.noFailure, wanted);
  const found = await database.query<{ fingerprint: string }>(
    sql`SELECT fingerprint FROM failure WHERE fingerprint LIKE ${`${typed}%`} LIMIT 10`,
  );
  if (found.length > 1) throw new UserError(failureErrors.severalFailures, { ...wanted, count: found.length });
  if (found[0] === undefined) throw new UserError(failureErrors.noFailure, wanted);
  return found[0].fingerprint;
}
