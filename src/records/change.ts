import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Analyzer } from '../index/analysis/analyzer.ts';
import { deltaOf, type RecordVersion } from '../index/entry.ts';
import { wake } from '../index/manifest.ts';
import { decodeVersion, type StoredVersion } from '../index/stored-records.ts';
import { withOwnLinks, withoutOwnLinks } from '../marc/own-links.ts';
import type { Field, MarcRecord } from '../marc/record.ts';
import { encodeStored } from '../marc/stored.ts';
import type { Transaction } from '../store/database.ts';
import { noteRecords } from '../store/events.ts';
import { type Checked, nothingFound } from './check-incoming.ts';
import { isDeleted } from './deletion.ts';
import { ownDois } from './dois.ts';
import { recordErrors } from './errors.ts';
import { holdRecord } from './hold.ts';
import { type Identity, identify, keysOf, keysToLookUp, nameKey, splitKey } from './identifiers.ts';
import { findBase, readBases } from './load/current-versions.ts';
import { decide, fetchAliases, fetchHolders, fetchKeys, removeKeys } from './matching.ts';
import { isPartial, type WriteMode } from './modes.ts';
import {
  type ChangeRules,
  defaultRules,
  type HeldReason,
  type Holding,
  type Incoming,
  nextVersion,
  type Standing,
  stampedBase,
  typedUnseen,
  type Verdict,
  wouldChangeNothing,
} from './next-version.ts';
import { creationOf, instructionWarning, stampRecord } from './version.ts';
import { withSource } from './with-source.ts';

/**
 * Writing one record, or a few: row, revision, identifiers, number and delta in one transaction.
 * Found everywhere right after its commit.
 */
export interface RecordWrite {
  readonly record: MarcRecord;
  readonly mode: WriteMode;
  /** Who did it, as cataloguer: and the history name them. */
  readonly person?: string | undefined;
  /** What did it, for the history: "load replace records.xml". */
  readonly reason: string;
  /** Stands in for a missing 003. */
  readonly source?: string;
  /** The OAI identifier under which it was harvested. */
  readonly harvested?: string | undefined;
  /**
   * What the site says of modes and hidden fields, and what was asked for; default: that of no
   * site.
   */
  readonly rules?: ChangeRules;
  /** --mode replace of a number that is not there makes it. */
  readonly force?: boolean;
  readonly guard?: WriteGuard | undefined;
  readonly documents?: ChangeDocuments | undefined;
}

/**
 * What is done with documents of a record, in the transaction of its version. Throws a UserError
 * when it cannot be done: then nothing of the record is written either.
 */
export type ChangeDocuments = (transaction: Transaction, id: number, isNew: boolean) => Promise<DocumentsChanged>;

export interface DocumentsChanged {
  /** Also a change that none of the links shows makes a version. */
  readonly changed: boolean;
  /** To all documents that everybody may see. */
  readonly links: readonly Field[];
  /** Sentences. */
  readonly warnings: readonly string[];
}

/** Whether who writes may; each throws a UserError when not, and nothing is written. */
export interface WriteGuard {
  /** Told of the record as it is, before anything is made of it. */
  readonly before: (version: RecordVersion) => void;
  /** Told of what is about to be written. */
  readonly after: (version: RecordVersion) => void;
}

export interface Written {
  readonly action: 'inserted' | 'replaced' | 'merged' | 'deleted' | 'unchanged' | 'held';
  /** 0: what waits is for no record of the library. */
  readonly id: number;
  readonly revision: number;
  readonly deleted: boolean;
  readonly warnings: readonly string[];
  /** What waits, when it does. */
  readonly held?: {
    readonly id: number;
    readonly reason: HeldReason;
    readonly conflicts: readonly string[];
    readonly findings?: readonly string[] | undefined;
  };
}

/** Matches, decides, and writes, holds or leaves it. Throws a UserError when it is refused. */
export async function writeRecord(transaction: Transaction, analyzer: Analyzer, write: RecordWrite): Promise<Written> {
  const { mode, record, reason, person, rules = defaultRules, guard, documents } = write;
  const identity = identify(record, write.source, write.harvested);
  const checked = checksOf(write, identity);
  const holders = await fetchHolders(transaction, keysToLookUp(identity));
  const known = identity.number > 0 && (await recordExists(transaction, identity.number));
  const decision = decide(
    identity,
    mode,
    { holder: (key) => holders.get(key) ?? 0, exists: (id) => known && id === identity.number },
    write.force === true ? await lastNumber(transaction) : undefined,
  );
  if ('refusal' in decision) throw new UserError(decision.refusal, { record: 'The record', ...decision.values });
  if ('passedOver' in decision) throw new UserError(recordErrors.unknown, { record: 'The record' });
  const { id, ours } = decision;
  if (decision.holds === true) {
    await guardHeld(transaction, id, write);
    const typed = id === 0 ? undefined : typedUnseen(record, rules);
    if (typed !== undefined) throw new UserError(recordErrors.hiddenTyped, { id, paths: typed });
    const old = id === 0 ? undefined : await lockRecord(transaction, id);
    if (old !== undefined && wouldChangeNothing(await standingOf(transaction, old), { record, identity, ours }, rules))
      return { action: 'unchanged', id, revision: old.revision, deleted: old.deleted, warnings: [] };
    return await holdWhole(transaction, write, { id, reason: 'ASKED', findings: [] });
  }
  if (id === 0 || decision.creates === true) {
    const { refusal, holds } = checked;
    if (refusal !== undefined) throw new UserError(refusal.error, { record: 'The record', ...refusal.values });
    if (holds.length > 0) {
      await guardHeld(transaction, 0, write);
      return await holdWhole(transaction, write, { id: 0, reason: 'CHECK', findings: holds });
    }
    const written = await insertVersion(transaction, analyzer, write, identity, id === 0 ? undefined : id);
    return { ...written, warnings: [...written.warnings, ...warningsOf(checked)] };
  }
  const old = await lockRecord(transaction, id);
  if (old === undefined) throw new Error(`an identifier names record ${id}, which does not exist`);
  const incoming = { mode, record, identity, ours, checked };
  const by = { reason, person, rules, guard, documents, source: write.source };
  return await changeRecord(transaction, analyzer, old, incoming, by);
}

async function holdWhole(
  transaction: Transaction,
  { mode, record, reason: by, person, source }: RecordWrite,
  { id, reason, findings }: { readonly id: number; readonly reason: HeldReason; readonly findings: readonly string[] },
): Promise<Written> {
  const holding: Holding = { kind: 'held', reason, conflicts: [], base: undefined, findings };
  const upload = { id, mode, record: withSource(record, source), holding, reason: by, person };
  const held = { id: await holdRecord(transaction, upload), reason, conflicts: [], findings };
  return { action: 'held', id, revision: 0, deleted: false, warnings: [], held };
}

/** Of what comes whole; a part of a record is looked at with the rest: see `nextVersion`. */
function checksOf({ mode, record, rules }: RecordWrite, { deletes }: Identity): Checked {
  if (rules?.checks === undefined || mode === 'hold' || isPartial(mode) || deletes) return nothingFound;
  return rules.checks([record])[0]!;
}

function warningsOf({ warnings }: Pick<Checked, 'warnings'>): readonly string[] {
  return warnings.map((text) => `The record breaks ${text}.`);
}

async function guardHeld(transaction: Transaction, id: number, { guard, record }: RecordWrite): Promise<void> {
  if (guard === undefined) return;
  if (id === 0) {
    const now = new Date();
    guard.after({ id, revision: 0, deleted: false, created: now, modified: now, record });
    return;
  }
  const old = await lockRecord(transaction, id);
  if (old !== undefined) guard.before(decodeVersion(old));
}

interface ChangeBy {
  readonly reason: string;
  readonly person: string | undefined;
  readonly rules: ChangeRules;
  readonly guard?: WriteGuard | undefined;
  readonly documents?: ChangeDocuments | undefined;
  /** Stands in for a missing 003. */
  readonly source?: string | undefined;
}

/** What becomes of a record that the library has: the decision, and what it writes. */
export async function changeRecord(
  transaction: Transaction,
  analyzer: Analyzer,
  old: StoredVersion,
  incoming: Incoming,
  by: ChangeBy,
): Promise<Written> {
  by.guard?.before(decodeVersion(old));
  const standing = await standingOf(transaction, old);
  const verdict = await decideChange(transaction, standing, incoming, by.rules);
  // Of what waits, is refused or deletes the record the documents stay as they are.
  const takes = verdict.kind === 'unchanged' || (verdict.kind === 'write' && verdict.outcome !== 'deleted');
  if (by.documents === undefined || !takes)
    return await carryOut(transaction, analyzer, { standing, incoming, verdict }, by);
  const { links, changed, warnings } = await by.documents(transaction, standing.id, false);
  const linked = { ...incoming, links };
  // Rules were asked already, and are not about links to documents: these are attached by now, so
  // nothing may have the record wait.
  const rules = { ...by.rules, checks: undefined, always: by.rules.always || changed };
  const change = { standing, incoming: linked, verdict: await decideChange(transaction, standing, linked, rules) };
  const written = await carryOut(transaction, analyzer, change, by);
  const told = verdict.kind === 'write' ? warningsOf({ warnings: verdict.warnings ?? [] }) : [];
  return { ...written, warnings: [...written.warnings, ...told, ...warnings] };
}

/** With what it is known by. */
export async function standingOf(transaction: Transaction, old: StoredVersion): Promise<Standing> {
  const keys = (await fetchKeys(transaction, [old.id])).get(old.id) ?? [];
  return { ...old, keys, aliases: (await fetchAliases(transaction, [old.id])).get(old.id) };
}

export async function decideChange(
  transaction: Transaction,
  standing: Standing,
  incoming: Incoming,
  rules: ChangeRules,
): Promise<Verdict> {
  const stamp = stampedBase(incoming);
  const bases = stamp instanceof Date ? await readBases(transaction, [{ standing, stamp }]) : new Map();
  return nextVersion(standing, incoming, rules, (at) => findBase(bases, [standing], at), new Date());
}

/** Writes what was decided of a locked record. Throws a UserError for what is refused. */
export async function carryOut(
  transaction: Transaction,
  analyzer: Analyzer,
  { standing, incoming, verdict }: { standing: Standing; incoming: Incoming; verdict: Verdict },
  { reason, person, rules, guard, documents, source }: ChangeBy,
): Promise<Written> {
  const { id, keys } = standing;
  switch (verdict.kind) {
    case 'refused':
      throw new UserError(verdict.error, { record: 'The record', ...verdict.values });
    case 'held': {
      const { mode } = incoming;
      const record = withSource(incoming.record, source);
      const number = await holdRecord(transaction, { id, mode, record, holding: verdict, reason, person });
      const { conflicts, findings } = verdict;
      const held = { id: number, reason: verdict.reason, conflicts, findings };
      return { action: 'held', id, revision: standing.revision, deleted: standing.deleted, warnings: [], held };
    }
    case 'unchanged':
      await exchangeKeys(transaction, id, keys, verdict.keys);
      return { action: 'unchanged', id, revision: standing.revision, deleted: standing.deleted, warnings: [] };
    case 'write': {
      const { version, marc, outcome } = verdict;
      const { revision, deleted, modified } = version;
      guard?.after(version);
      if (!deleted) await requireOwnDois(transaction, id, rules, keys, verdict.keys);
      await transaction.query(sql`
        INSERT INTO revision (record_id, revision, modified, deleted, person, reason, marc)
        SELECT id, revision, modified, deleted, person, ${reason}, marc FROM record WHERE id = ${id}`);
      await transaction.query(sql`
        UPDATE record SET modified = ${modified}, revision = ${revision}, deleted = ${deleted},
          person = ${person ?? null}, marc = ${marc}
        WHERE id = ${id}`);
      await exchangeKeys(transaction, id, keys, verdict.keys);
      const problems = await addDelta(transaction, analyzer, version);
      await noteRecords(transaction, [{ id, revision, before: standing.revision }]);
      const instructions = documents === undefined ? instructionWarning(incoming.record) : undefined;
      const warnings = [
        ...(instructions === undefined ? [] : [`Record ${id}: ${instructions}.`]),
        ...problems,
        ...warningsOf({ warnings: verdict.warnings ?? [] }),
      ];
      return { action: outcome, id, revision, deleted, warnings };
    }
  }
}

async function insertVersion(
  transaction: Transaction,
  analyzer: Analyzer,
  write: RecordWrite,
  identity: Identity,
  number: number | undefined,
): Promise<Written> {
  // Last of all reads: the row stays locked until commit, which is what keeps numbers without gaps.
  const [counter] = await transaction.query<{ id: number }>(
    sql`UPDATE record_counter SET last_id = greatest(last_id + 1, ${number ?? 0}) RETURNING last_id AS id`,
  );
  const id = counter!.id;
  if (number !== undefined && id !== number)
    throw new UserError(recordErrors.numberPassed, { record: 'The record', id: number, last: id - 1 });
  const modified = new Date();
  const { created, warning } = creationOf(write.record, modified);
  const ours = number !== undefined;
  const attached = await write.documents?.(transaction, id, true);
  const links = attached?.links ?? [];
  const content = withOwnLinks(withoutOwnLinks(write.record, id, links), links);
  const record = stampRecord(content, identity, { id, ours, modified });
  const deleted = isDeleted(record);
  write.guard?.after({ id, revision: 1, deleted, created, modified, record });
  await transaction.query(sql`
    INSERT INTO record (id, created, modified, revision, deleted, person, marc)
    VALUES (${id}, ${created}, ${modified}, 1, ${deleted}, ${write.person ?? null}, ${encodeStored(record)})`);
  const keys = keysOf(identity, id, ours);
  if (!deleted) await requireOwnDois(transaction, id, write.rules ?? defaultRules, [], keys);
  await addKeys(transaction, id, keys);
  const problems = await addDelta(transaction, analyzer, { id, revision: 1, deleted, created, modified, record });
  await noteRecords(transaction, [{ id, revision: 1, before: 0 }]);
  const instructions = attached === undefined ? instructionWarning(write.record) : undefined;
  const told = [warning, instructions].filter((one) => one !== undefined);
  const warnings = [...told.map((one) => `Record ${id}: ${one}.`), ...problems, ...(attached?.warnings ?? [])];
  return { action: 'inserted', id, revision: 1, deleted, warnings };
}

/**
 * DOIs that the library makes are neither given to a record nor taken from it by who writes it.
 * Throws a UserError.
 */
async function requireOwnDois(
  transaction: Transaction,
  id: number,
  { reserved }: ChangeRules,
  before: readonly string[],
  after: readonly string[],
): Promise<void> {
  if (reserved === undefined) return;
  const dois = (keys: readonly string[], others: readonly string[]): readonly string[] =>
    keys
      .filter((key) => !others.includes(key))
      .map(splitKey)
      .filter(({ kind, value }) => kind === 'doi' && reserved.test(value))
      .map(({ value }) => value);
  const [given, taken] = [dois(after, before), dois(before, after)];
  if (given.length === 0 && taken.length === 0) return;
  const own = await ownDois(transaction, id);
  const foreign = given.find((doi) => !own.includes(doi));
  if (foreign !== undefined) throw new UserError(recordErrors.doiReserved, { record: 'The record', doi: foreign });
  const lost = taken.find((doi) => own.includes(doi));
  if (lost !== undefined) throw new UserError(recordErrors.doiKept, { record: 'The record', id, doi: lost });
}

async function recordExists(transaction: Transaction, id: number): Promise<boolean> {
  return (await transaction.query(sql`SELECT 1 FROM record WHERE id = ${id}`)).length > 0;
}

async function lastNumber(transaction: Transaction): Promise<number> {
  const [row] = await transaction.query<{ last: number }>(sql`SELECT last_id AS last FROM record_counter`);
  return row?.last ?? 0;
}

export async function lockRecord(transaction: Transaction, id: number): Promise<StoredVersion | undefined> {
  const [row] = await transaction.query<StoredVersion>(
    sql`SELECT id, revision, deleted, created, modified, marc FROM record WHERE id = ${id} FOR UPDATE`,
  );
  return row;
}

/** The record is known by the keys of its newest version. */
async function exchangeKeys(
  transaction: Transaction,
  id: number,
  before: readonly string[],
  after: readonly string[],
): Promise<void> {
  const [had, has] = [new Set(before), new Set(after)];
  await removeKeys(
    transaction,
    before.filter((key) => !has.has(key)),
  );
  const added = after.filter((key) => !had.has(key));
  // What a merge, or a part of a record, makes it known by was not looked up before.
  for (const [key, other] of await fetchHolders(transaction, added))
    throw new UserError(recordErrors.conflict, { record: 'The record', id, key: nameKey(key), other });
  await addKeys(transaction, id, added);
}

async function addKeys(transaction: Transaction, id: number, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  const parts = keys.map(splitKey);
  await transaction.query(sql`
    INSERT INTO identifier (kind, value, record_id)
    SELECT kind, value, ${id} FROM unnest(${parts.map((part) => part.kind)}::text[], ${parts.map((part) => part.value)}::text[])
      AS key (kind, value)`);
}

/** What could not be indexed of it, in sentences. */
async function addDelta(
  transaction: Transaction,
  analyzer: Analyzer,
  version: RecordVersion,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const data = deltaOf(version, analyzer, (record, reason) =>
    problems.push(`Record ${record} could not be indexed completely: ${reason}.`),
  );
  await transaction.query(sql`
    INSERT INTO delta (record_id, revision, analysis, format, data)
    VALUES (${version.id}, ${version.revision}, ${analyzer.versions.analysis}, ${analyzer.versions.format}, ${data})`);
  await wake(transaction);
  return problems;
}
