import { UserError } from '../errors/errors.ts';
import type { Analyzer } from '../index/analysis/analyzer.ts';
import { decodeVersion, type StoredVersion } from '../index/stored-records.ts';
import { fieldKey, isOfLibrary } from '../marc/content.ts';
import { withoutOwnLinks } from '../marc/own-links.ts';
import { controlValue, type Field, type MarcRecord } from '../marc/record.ts';
import { decodeStored } from '../marc/stored.ts';
import type { Transaction } from '../store/database.ts';
import { shareLease } from '../store/lease.ts';
import {
  carryOut,
  decideChange,
  lockRecord,
  standingOf,
  type WriteGuard,
  type Written,
  writeRecord,
} from './change.ts';
import { recordErrors } from './errors.ts';
import { storedRevision } from './history.ts';
import { identify } from './identifiers.ts';
import { applyMode, type WriteMode } from './modes.ts';
import type { BaseVersion, ChangeRules, Incoming, Verdict } from './next-version.ts';

export type EditMode = Extract<WriteMode, 'replace' | 'correct' | 'append' | 'delete'>;

export interface RecordEdit {
  /** 0: a new record. */
  readonly id: number;
  /** The revision that it was made from; 0 for a new record. */
  readonly base: number;
  /** Its 001 is that of the record or none; its 005 does not count. */
  readonly record: MarcRecord;
  readonly mode: EditMode;
  /** When others have changed the record since: three ways, where nothing conflicts. */
  readonly merge: boolean;
  /** Who, for the history. */
  readonly person: string | undefined;
  /** By what: "edit". */
  readonly reason: string;
  readonly rules: ChangeRules;
  readonly guard?: WriteGuard | undefined;
  /** See `Incoming`. */
  readonly links?: readonly Field[] | undefined;
}

export type Edited =
  | {
      readonly kind: 'written' | 'merged' | 'unchanged';
      readonly id: number;
      readonly revision: number;
      readonly warnings: readonly string[];
    }
  /** A rule of the site says that it waits for a person; `held` is its number. */
  | {
      readonly kind: 'held';
      readonly id: number;
      readonly revision: number;
      readonly held: number;
      readonly findings: readonly string[];
    }
  | EditConflict
  /** There is no such record, or it was deleted since. */
  | { readonly kind: 'gone'; readonly id: number; readonly deleted: boolean; readonly revision: number };

/** Others have changed the record since: nothing was written. */
export interface EditConflict {
  readonly kind: 'conflict';
  readonly id: number;
  /** Of the newest version. */
  readonly revision: number;
  /**
   * Tags that both changed, each otherwise; "LDR" is the leader. Without any it can be merged. When
   * there is no base: all tags that differ.
   */
  readonly conflicts: readonly string[];
  /** Undefined: that revision is gone, or never was. */
  readonly base: MarcRecord | undefined;
  readonly theirs: MarcRecord;
  /** What the edit makes of the base; without one of the newest version. */
  readonly ours: MarcRecord;
}

/**
 * Writes a record over the version that it was read at, by the same decision as a load, in which
 * the revision takes the place of 005. In the caller's transaction: see `inTransaction`. Throws a
 * UserError when the content is refused: an identifier of another record, two 001.
 */
export async function editRecord(transaction: Transaction, analyzer: Analyzer, edit: RecordEdit): Promise<Edited> {
  const { id, base, mode, reason, person, rules, guard } = edit;
  if (id === 0) return await newRecord(transaction, analyzer, edit);
  const old = await lockRecord(transaction, id);
  if (old === undefined) return { kind: 'gone', id, deleted: false, revision: 0 };
  guard?.before(decodeVersion(old));
  if (old.deleted && base !== old.revision) return { kind: 'gone', id, deleted: true, revision: old.revision };
  const standing = await standingOf(transaction, old);
  const record = withoutOwn(edit.record, id);
  const from = await baseOf(transaction, old, base);
  const incoming: Incoming = { mode, record, identity: identify(record), ours: true, base: from, links: edit.links };
  const verdict = await decideChange(transaction, standing, incoming, rules);
  const isBehind = base !== old.revision;
  if (verdict.kind === 'held' && verdict.reason === 'CHECK')
    return said(await carryOut(transaction, analyzer, { standing, incoming, verdict }, edit));
  // A deletion would be merged with whatever is there, also when nobody knows what was seen.
  const merges = edit.merge && from !== 'unknown';
  if (verdict.kind === 'held' || (isBehind && !merges && verdict.kind === 'write'))
    return conflictOf(old, incoming, verdict, rules);
  return said(await carryOut(transaction, analyzer, { standing, incoming, verdict }, { reason, person, rules, guard }));
}

async function newRecord(transaction: Transaction, analyzer: Analyzer, edit: RecordEdit): Promise<Edited> {
  const { record, mode, reason, person, rules, guard } = edit;
  if (mode !== 'replace') throw new UserError(recordErrors.editMode, { mode });
  await shareLease(transaction, 'numbers');
  return said(await writeRecord(transaction, analyzer, { record, mode: 'insert', reason, person, rules, guard }));
}

/** Content alone. Throws a UserError when it says that it is another record. */
function withoutOwn(record: MarcRecord, id: number): MarcRecord {
  if (identify(record).repeated) throw new UserError(recordErrors.twoNumbers, { record: 'The record' });
  const control = controlValue(record, '001')?.trim() ?? '';
  if (control !== '' && control.replace(/^0+/, '') !== String(id))
    throw new UserError(recordErrors.otherNumber, { control, id });
  return { leader: record.leader, fields: record.fields.filter((field) => !isOfLibrary(field)) };
}

async function baseOf(
  transaction: Transaction,
  { id, revision, marc }: StoredVersion,
  base: number,
): Promise<BaseVersion | 'unknown'> {
  if (base === revision) return { revision, record: decodeStored(marc) };
  const earlier = await storedRevision(transaction, id, base);
  return earlier === undefined ? 'unknown' : { revision: base, record: decodeStored(earlier.marc) };
}

function conflictOf(
  { id, revision, marc }: StoredVersion,
  { mode, record, base: from }: Incoming,
  verdict: Verdict,
  { modes }: ChangeRules,
): EditConflict {
  const theirs = withoutOwnLinks(decodeStored(marc), id);
  const base = from === 'unknown' || from === undefined ? undefined : withoutOwnLinks(from.record, id);
  const ours = applyMode(mode, base ?? theirs, withoutOwnLinks(record, id), modes);
  const conflicts = base === undefined ? differingTags(theirs, ours) : verdict.kind === 'held' ? verdict.conflicts : [];
  return { kind: 'conflict', id, revision, conflicts, base, theirs, ours };
}

function differingTags(one: MarcRecord, other: MarcRecord): readonly string[] {
  const [a, b] = [one, other].map(({ fields }) =>
    Map.groupBy(
      fields.filter((field) => !isOfLibrary(field)),
      ({ tag }) => tag,
    ),
  );
  const keys = (fields: typeof a, tag: string): string => JSON.stringify(fields?.get(tag)?.map(fieldKey));
  return [...new Set([...a!.keys(), ...b!.keys()])].filter((tag) => keys(a, tag) !== keys(b, tag)).sort();
}

function said({ action, id, revision, warnings, held }: Written): Edited {
  if (held !== undefined) return { kind: 'held', id, revision, held: held.id, findings: held.findings ?? [] };
  const kind = action === 'merged' || action === 'unchanged' ? action : 'written';
  return { kind, id, revision, warnings };
}
