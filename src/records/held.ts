import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Analyzer } from '../index/analysis/analyzer.ts';
import { fieldKey } from '../marc/content.ts';
import type { Side } from '../marc/merge.ts';
import type { MarcRecord } from '../marc/record.ts';
import { decodeStored } from '../marc/stored.ts';
import type { Site } from '../site/site.ts';
import type { Database, Queryable, Transaction } from '../store/database.ts';
import { shareLease } from '../store/lease.ts';
import { type Written, writeRecord } from './change.ts';
import { recordErrors } from './errors.ts';
import { readRecord, readRevision } from './history.ts';
import type { WriteMode } from './modes.ts';
import { type HeldReason, rulesOf } from './next-version.ts';
import { inTransaction } from './write.ts';

/** An upload that waits for a person, or of which one has decided. */
export interface HeldEntry {
  readonly id: number;
  /** Undefined: no record of the library. */
  readonly record: number | undefined;
  readonly mode: WriteMode;
  readonly reason: HeldReason;
  /** Tags that both changed; LDR is the leader. */
  readonly conflicts: readonly string[];
  /** The version that it was made from, and the newest one when it came. */
  readonly baseRevision: number | undefined;
  readonly seenRevision: number | undefined;
  readonly at: Date;
  /** Who brought it, and by what. */
  readonly person: string | undefined;
  readonly source: string;
  readonly state: 'waiting' | 'accepted' | 'rejected';
  readonly decided: Date | undefined;
  readonly decidedBy: string | undefined;
  readonly decision: string | undefined;
}

const columns = sql`id::float8 AS id, record_id AS record, mode, reason, conflicts, base_revision AS "baseRevision",
  seen_revision AS "seenRevision", at, person, source, state, decided, decided_by AS "decidedBy", decision`;

type Row = { readonly [K in keyof HeldEntry]: HeldEntry[K] | null };

/** The oldest first. */
export async function listHeld(
  database: Queryable,
  { record, all, limit }: { readonly record: number | undefined; readonly all: boolean; readonly limit: number },
): Promise<readonly HeldEntry[]> {
  const rows = await database.query<Row>(sql`
    SELECT ${columns} FROM held
    WHERE (${all} OR state = 'waiting') AND (${record ?? null}::integer IS NULL OR record_id = ${record ?? null}::integer)
    ORDER BY held.id LIMIT ${limit}`);
  return rows.map(entryOf);
}

/** With what came. Throws a UserError when there is no such entry. */
export async function readHeld(database: Queryable, id: number): Promise<HeldEntry & { readonly marc: MarcRecord }> {
  const [row] = await database.query<Row & { readonly marc: string }>(
    sql`SELECT ${columns}, marc FROM held WHERE id = ${id} FOR UPDATE`,
  );
  if (row === undefined) throw new UserError(recordErrors.noHeld, { id });
  return { ...entryOf(row), marc: decodeStored(row.marc) };
}

function entryOf(row: Row): HeldEntry {
  const entries = Object.entries(row).map(([name, value]) => [name, value ?? undefined]);
  return Object.fromEntries(entries) as HeldEntry;
}

export interface Decision {
  readonly by: string;
  /** In the transaction of the decision: who decided is written down elsewhere too. */
  readonly also?: (transaction: Queryable) => Promise<void>;
}

/**
 * Writes what waits, by its mode, over what the record is now. `side`: whose fields are taken where
 * both changed the same. When somebody has changed these fields since it came, nobody has seen the
 * choice yet: a UserError.
 */
export async function acceptHeld(
  database: Database,
  { analyzer, site }: { readonly analyzer: Analyzer; readonly site: Site },
  id: number,
  { side, mode, by, also }: Decision & { readonly side: Side; readonly mode?: WriteMode | undefined },
): Promise<Written> {
  return await inTransaction(database, async (transaction) => {
    await shareLease(transaction, 'numbers');
    const entry = await waiting(transaction, id);
    await requireSeen(transaction, entry);
    const asked = mode ?? (entry.mode === 'hold' ? 'insert-or-replace' : entry.mode);
    const rules = { ...rulesOf(site), hidden: 'keep', always: false, prefer: side, ignoresUnknown: true } as const;
    const write = { record: entry.marc, mode: asked, person: by, reason: `held ${id}`, rules };
    const written = await writeRecord(transaction, analyzer, write);
    await decide(transaction, id, 'accepted', by, side);
    await also?.(transaction);
    return written;
  });
}

export async function rejectHeld(
  database: Database,
  id: number,
  { reason, by, also }: Decision & { readonly reason: string },
): Promise<void> {
  await database.transaction(async (transaction) => {
    await waiting(transaction, id);
    await decide(transaction, id, 'rejected', by, reason);
    await also?.(transaction);
  });
}

async function waiting(transaction: Transaction, id: number): Promise<HeldEntry & { readonly marc: MarcRecord }> {
  const entry = await readHeld(transaction, id);
  const { state, decidedBy: by = 'somebody' } = entry;
  if (state !== 'waiting') throw new UserError(recordErrors.heldDecided, { id, state, by });
  return entry;
}

async function decide(
  transaction: Transaction,
  id: number,
  state: 'accepted' | 'rejected',
  by: string,
  decision: string,
): Promise<void> {
  await transaction.query(sql`
    UPDATE held SET state = ${state}, decided = now(), decided_by = ${by}, decision = ${decision} WHERE id = ${id}`);
}

async function requireSeen(transaction: Transaction, entry: HeldEntry): Promise<void> {
  const { id, record, seenRevision, conflicts } = entry;
  if (record === undefined || seenRevision === undefined || conflicts.length === 0) return;
  const now = await readRecord(transaction, record);
  if (now.revision === seenRevision) return;
  const seen = await readRevision(transaction, record, seenRevision);
  const of = (version: MarcRecord, tag: string): string =>
    tag === 'LDR'
      ? version.leader
      : version.fields
          .filter((field) => field.tag === tag)
          .map(fieldKey)
          .join('\u001e');
  const changed = conflicts.filter((tag) => of(now.record, tag) !== of(seen.record, tag));
  if (changed.length > 0)
    throw new UserError(recordErrors.heldMoved, { id, record, tags: changed.join(', '), revision: now.revision });
}

/** That a person has seen the newest version beside what waits. */
export async function noteSeen(database: Queryable, id: number, revision: number): Promise<void> {
  await database.query(sql`UPDATE held SET seen_revision = ${revision} WHERE id = ${id} AND state = 'waiting'`);
}
