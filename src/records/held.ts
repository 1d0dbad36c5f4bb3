import sql from 'sql-template-tag';
import { withCurrentBases } from '../checks/current-bases.ts';
import { UserError } from '../errors/errors.ts';
import type { Analyzer } from '../index/analysis/analyzer.ts';
import { fieldKey } from '../marc/content.ts';
import type { Preference, Side } from '../marc/merge.ts';
import type { MarcRecord } from '../marc/record.ts';
import { decodeStored } from '../marc/stored.ts';
import type { Site } from '../site/site.ts';
import type { Database, Queryable, Transaction } from '../store/database.ts';
import { noteEvent } from '../store/events.ts';
import { shareLease } from '../store/lease.ts';
import { type WriteGuard, type Written, writeRecord } from './change.ts';
import { checksOfDecided, incomingChecksOf } from './check-incoming.ts';
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
  /** What rules of the site have found, when it waits for that. */
  readonly findings: readonly string[];
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
  /** Who looks after it. */
  readonly assigned: string | undefined;
}

const columns = sql`id::float8 AS id, record_id AS record, mode, reason, conflicts, findings, base_revision AS "baseRevision",
  seen_revision AS "seenRevision", at, person, source, state, decided, decided_by AS "decidedBy", decision, assigned`;

type Row = { readonly [K in keyof HeldEntry]: HeldEntry[K] | null };

export interface HeldAsked {
  readonly record?: number | undefined;
  /** Also those of which somebody has decided. */
  readonly all: boolean;
  readonly limit: number;
  /** Only with a higher number. */
  readonly after?: number;
  /** Only with a lower number, the highest first. */
  readonly before?: number;
  readonly reason?: HeldReason | undefined;
  /** A part of what brought it, or of who did. */
  readonly text?: string;
  /** Who looks after it; "": nobody. */
  readonly assigned?: string | undefined;
}

/** The oldest first. */
export async function listHeld(database: Queryable, asked: HeldAsked): Promise<readonly HeldEntry[]> {
  const { record = null, all, limit, after = 0, before = null, reason = null, text = '', assigned = null } = asked;
  const part = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  const rows = await database.query<Row>(sql`
    SELECT ${columns} FROM held
    WHERE (${all} OR state = 'waiting') AND (${record}::integer IS NULL OR record_id = ${record}::integer)
      AND held.id > ${after} AND (${before}::bigint IS NULL OR held.id < ${before}::bigint) AND (${reason}::text IS NULL OR reason = ${reason}::text)
      AND (${assigned}::text IS NULL OR coalesce(assigned, '') = ${assigned}::text)
      AND (source ILIKE ${part} OR person ILIKE ${part})
    ORDER BY CASE WHEN ${before}::bigint IS NULL THEN held.id ELSE -held.id END LIMIT ${limit}`);
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

export interface Acceptance extends Decision {
  /** Whose fields are taken where both changed the same. */
  readonly side: Side;
  /** For some of these tags another. */
  readonly choices?: Readonly<Record<string, Side>>;
  readonly mode?: WriteMode | undefined;
  readonly guard?: WriteGuard | undefined;
}

/** What a record may be written for. */
export interface HeldLibrary {
  readonly analyzer: Analyzer;
  readonly site: Site;
}

/**
 * Which side was taken, and which for single tags, in these words; the reason of who rejected it as
 * it is.
 */
export function decisionText(decision: string, words: Readonly<Record<'ours' | 'theirs' | 'edited', string>>): string {
  return decision.replace(/^(ours|theirs|edited)$|^(?:ours|theirs)(?:, \w{3} (?:ours|theirs))+$/, (all) =>
    all
      .replace(/\b(\w{3}) (?=ours|theirs)/g, '$1: ')
      .replace(/\b(?:ours|theirs|edited)\b/g, (side) => words[side as keyof typeof words]),
  );
}

/**
 * Writes what waits, by its mode, over what the record is now. When somebody has changed the fields
 * in conflict since it came, nobody has seen the choice yet: a UserError.
 */
export async function acceptHeld(
  database: Database,
  library: HeldLibrary,
  id: number,
  acceptance: Acceptance,
): Promise<Written> {
  return await inTransaction(database, (transaction) => acceptHeldIn(transaction, library, id, acceptance));
}

/** In the caller's transaction: see `inTransaction`. */
export async function acceptHeldIn(
  transaction: Transaction,
  { analyzer, site }: HeldLibrary,
  id: number,
  { side, choices = {}, mode, by, also, guard }: Acceptance,
): Promise<Written> {
  await shareLease(transaction, 'numbers');
  const entry = await waiting(transaction, id);
  await requireSeen(transaction, entry);
  const asked = mode ?? (entry.mode === 'hold' ? 'insert-or-replace' : entry.mode);
  const prefer: Preference = (tag) => (Object.hasOwn(choices, tag) ? choices[tag]! : side);
  const checks = checksOfDecided(incomingChecksOf(await withCurrentBases(transaction, site), true));
  const rules = { ...rulesOf(site), hidden: 'keep', always: false, prefer, ignoresUnknown: true, checks } as const;
  const write = { record: entry.marc, mode: asked, person: by, reason: `held ${id}`, rules, guard };
  const written = await writeRecord(transaction, analyzer, write);
  const others = Object.entries(choices).map(([tag, one]) => `${tag} ${one}`);
  await decide(transaction, id, 'accepted', by, [side, ...others].join(', '));
  await also?.(transaction);
  return written;
}

export async function rejectHeld(
  database: Database,
  id: number,
  rejection: Decision & { readonly reason: string },
): Promise<void> {
  await database.transaction((transaction) => rejectHeldIn(transaction, id, rejection));
}

export async function rejectHeldIn(
  transaction: Transaction,
  id: number,
  { reason, by, also }: Decision & { readonly reason: string },
): Promise<void> {
  await waiting(transaction, id);
  await decide(transaction, id, 'rejected', by, reason);
  await also?.(transaction);
}

/** It was opened in the editor, and saved there. False: somebody has decided of it meanwhile. */
export async function settleHeldIn(transaction: Transaction, id: number, by: string): Promise<boolean> {
  const { state } = await readHeld(transaction, id);
  if (state !== 'waiting') return false;
  await decide(transaction, id, 'accepted', by, 'edited');
  return true;
}

/** Undefined: nobody looks after it any more. Throws when it does not wait. */
export async function assignHeld(transaction: Transaction, id: number, person: string | undefined): Promise<void> {
  await waiting(transaction, id);
  await transaction.query(sql`UPDATE held SET assigned = ${person ?? null} WHERE id = ${id}`);
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
  await noteEvent(transaction, 'held', id, { state });
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
