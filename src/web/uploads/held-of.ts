import { mayEdit, mayEditVersion } from '../../access/may-edit.ts';
import { changesEverything, editActions, guardFor } from '../../access/write-guard.ts';
import { UserError } from '../../errors/errors.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { decodeStored } from '../../marc/stored.ts';
import { recordErrors } from '../../records/errors.ts';
import { type HeldAsked, type HeldEntry, listHeld, noteSeen, readHeld } from '../../records/held.ts';
import { storedRevision } from '../../records/history.ts';
import { applyMode } from '../../records/modes.ts';
import { rulesOf } from '../../records/next-version.ts';
import type { Database } from '../../store/database.ts';
import type { Exchange } from '../exchange/exchange.ts';

/** What waits, with what came. */
export type Held = HeldEntry & { readonly marc: MarcRecord };

/** So many are looked at to fill a list, for who may decide of few of them. */
const mostLookedAt = 2_000;

/** May they decide of it? It is theirs when the record is, or would be. */
async function isTheirs(exchange: Exchange, database: Database, entry: HeldEntry): Promise<boolean> {
  const { person, snapshot } = exchange;
  if (changesEverything(person, snapshot)) return true;
  if (entry.record !== undefined) return mayEdit(person, snapshot, entry.record);
  const { marc } = await readHeld(database, entry.id);
  const now = new Date();
  return mayEditVersion(person, snapshot, { ...entryVersion, created: now, modified: now, record: marc });
}

const entryVersion = { id: 0, revision: 1, deleted: false };

/** The first of those of which they may decide, the oldest first; `next`: behind which others are. */
export async function heldFor(
  exchange: Exchange,
  database: Database,
  asked: HeldAsked,
): Promise<{ readonly entries: readonly HeldEntry[]; readonly next: number | undefined }> {
  const entries: HeldEntry[] = [];
  let { after = 0 } = asked;
  for (let looked = 0; looked < mostLookedAt; ) {
    const rows = await listHeld(database, { ...asked, after, limit: asked.limit + 1 });
    for (const row of rows) {
      if (entries.length === asked.limit) return { entries, next: entries.at(-1)!.id };
      if (await isTheirs(exchange, database, row)) entries.push(row);
      after = row.id;
    }
    looked += rows.length;
    if (rows.length <= asked.limit) return { entries, next: undefined };
  }
  return { entries, next: after };
}

/** Throws as if there were none when it is not theirs to decide. */
export async function requireHeld(exchange: Exchange, database: Database, text: string): Promise<Held> {
  const id = /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0;
  const none = (): UserError => new UserError(recordErrors.noHeld, { id: text });
  const entry = await readHeld(database, id).catch((error: unknown) => {
    throw error instanceof UserError && error.code === recordErrors.noHeld.code ? none() : error;
  });
  if (!(await isTheirs(exchange, database, entry))) throw none();
  return entry;
}

/** Three versions beside each other; undefined where there is none. */
export interface Sides {
  readonly base: MarcRecord | undefined;
  readonly theirs: MarcRecord | undefined;
  readonly ours: MarcRecord;
  /** Of the newest. */
  readonly revision: number | undefined;
}

/** Whoever is shown them has seen the newest version: that is noted. */
export async function sidesOf(exchange: Exchange, database: Database, held: Held): Promise<Sides> {
  const { id, record, baseRevision, state, marc } = held;
  if (record === undefined) return { base: undefined, theirs: undefined, ours: marc, revision: undefined };
  const [newest] = await exchange.stored([record], 1).then(({ rows }) => rows);
  const theirs = newest && decodeStored(newest.marc);
  const base = baseRevision === undefined ? undefined : await storedRevision(database, record, baseRevision);
  if (newest !== undefined && state === 'waiting') await noteSeen(database, id, newest.revision);
  const from = base === undefined ? undefined : decodeStored(base.marc);
  const mode = held.mode === 'hold' ? 'replace' : held.mode;
  const ground = from ?? theirs;
  const ours = ground === undefined ? marc : applyMode(mode, ground, marc, rulesOf(exchange.snapshot.site).modes);
  return { base: from, theirs, ours, revision: newest?.revision };
}

export function heldGuard({ person, snapshot }: Exchange) {
  return guardFor(person, snapshot, editActions);
}
