import { createHash } from 'node:crypto';
import { DatabaseError } from 'pg';
import { mayEditVersion } from '../../access/may-edit.ts';
import { editActions, guardFor } from '../../access/write-guard.ts';
import { removeDraft } from '../../cataloguing/drafts.ts';
import { endEditing } from '../../cataloguing/presence.ts';
import { UserError } from '../../errors/errors.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { audit } from '../../people/audit.ts';
import { may } from '../../people/person.ts';
import { isDeleted } from '../../records/deletion.ts';
import { type EditConflict, type Edited, editRecord } from '../../records/edit.ts';
import { recordErrors } from '../../records/errors.ts';
import { settleHeldIn } from '../../records/held.ts';
import { withHiddenOf } from '../../records/kept-hidden.ts';
import { type ChangeRules, rulesOf } from '../../records/next-version.ts';
import { analyzerOf } from '../../search/search.ts';
import type { Database, Transaction } from '../../store/database.ts';
import { idempotently } from '../../store/idempotency.ts';
import { actorOf } from '../account/forms.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { ReadVersion } from '../exchange/read-version.ts';
import { readShown } from '../reading/shown-version.ts';
import { requireHeld } from '../uploads/held-of.ts';
import { editErrors } from './errors.ts';

export interface Saving {
  /** 0: a new record. */
  readonly id: number;
  /** The revision that was opened; 0 for a new record. */
  readonly base: number;
  readonly record: MarcRecord;
  /** The newest version, as this person was shown it; undefined: a new record. */
  readonly newest: ReadVersion | undefined;
  /** The account of who saves. */
  readonly person: number;
  /** Removed with the save; 0: none. */
  readonly draft: number;
  /** What waits and is decided with it; 0: nothing. */
  readonly held: number;
  /** Of the form: sent again, it saves once. */
  readonly key: string;
}

export type Saved = Exclude<Edited, EditConflict | { readonly kind: 'held' }> | EditConflict;

/** Takes the answer out of a transaction that must not be kept. */
class NotSaved extends Error {
  readonly why: Saved;
  constructor(why: Saved) {
    super('nothing was written');
    this.why = why;
  }
}

/**
 * Writes what was edited, merged with what others changed since. Nothing is written for a conflict.
 * Throws a UserError for what is refused.
 */
export async function save(exchange: Exchange, database: Database, saving: Saving): Promise<Saved> {
  const { snapshot, person, request } = exchange;
  const rules = rulesFor(exchange);
  const base = await baseOf(exchange, saving);
  const record = completed(saving, base, rules);
  requireEditable(exchange, saving.id, record);
  const analyzer = analyzerOf(snapshot.site);
  const held = saving.held === 0 ? undefined : await heldToSettle(exchange, database, saving);
  const work = async (transaction: Transaction): Promise<Saved> => {
    const edited = await editRecord(transaction, analyzer, {
      // A version that this person may not see is none to begin with.
      ...{ id: saving.id, base: base === undefined ? 0 : saving.base, record, mode: 'replace', merge: true },
      // What others made of it meanwhile may be no business of this person's.
      ...{ person: person.name, reason: 'edit', rules, guard: guardFor(person, snapshot, editActions) },
    });
    // Its rules have looked at the text, and none of them holds what a person saves.
    if (edited.kind === 'held') throw new Error('what the editor saves does not wait');
    if (edited.kind === 'conflict' || edited.kind === 'gone') throw new NotSaved(edited);
    if (held !== undefined && (await settleHeldIn(transaction, held, person.name ?? '')))
      await audit(transaction, actorOf(exchange), 'upload accepted', String(held), { side: 'edited' });
    if (saving.draft > 0) await removeDraft(transaction, saving.person, saving.draft);
    if (saving.id > 0) await endEditing(transaction, saving.id, saving.person);
    return edited;
  };
  const header = request.headers['idempotency-key'];
  const content = JSON.stringify([saving.id, saving.base, saving.record]);
  const key = typeof header === 'string' && header !== '' ? header : formKey(saving.key, content);
  try {
    return await once(database, { scope: `edit ${person.name ?? ''}`, key, content }, work);
  } catch (error) {
    if (error instanceof NotSaved) return error.why;
    throw error;
  }
}

/** Only what waits for this record, and for this person to decide. */
async function heldToSettle(exchange: Exchange, database: Database, { held, id }: Saving): Promise<number | undefined> {
  const entry = await requireHeld(exchange, database, String(held)).catch((error: unknown) => {
    if (error instanceof UserError && error.status < 500) return undefined;
    throw error;
  });
  return entry !== undefined && (entry.record ?? 0) === id ? entry.id : undefined;
}

/** The version that was opened, when this person may see it. */
async function baseOf(exchange: Exchange, { id, base, newest }: Saving): Promise<ReadVersion | undefined> {
  if (newest === undefined) return undefined;
  return base === newest.revision ? newest : await readShown(exchange, id, base);
}

/** A form sent again saves once; gone back to and changed, it is another one. */
export function formKey(key: string, content: string): string {
  return key === '' ? '' : `${key} ${content}`;
}

/** With a key, once; and again when somebody gave an identifier away since it was looked for. */
export async function once<T extends object>(
  database: Database,
  { scope, key, content }: { readonly scope: string; readonly key: string; readonly content: string },
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const digest = (text: string) => createHash('sha256').update(text);
  const attempt = (): Promise<T> =>
    key === ''
      ? database.transaction(work, { attempts: 3 })
      : idempotently(database, { scope, key: digest(key).digest('hex'), digest: digest(content).digest() }, work);
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof DatabaseError && error.code === '23505') return await attempt();
    throw error;
  }
}

/** Who sees hidden fields may take them away; for others they stay. */
function rulesFor({ snapshot, person }: Exchange): ChangeRules {
  const sees = may(snapshot.site, person, 'viewhiddenpaths');
  const rules = rulesOf(snapshot.site);
  // A strong tag stays when a load does not bring it; here somebody took it away.
  return { ...rules, modes: { ...rules.modes, strongTags: [] }, hidden: sees ? 'drop' : 'keep', always: false };
}

function completed({ id, record }: Saving, base: ReadVersion | undefined, rules: ChangeRules): MarcRecord {
  if (id === 0 || rules.hidden === 'drop' || rules.hiddenPaths.none) return record;
  const typed = rules.hiddenPaths.partOf(record)?.mask ?? 0n;
  // Whatever stands there: the answer must not tell.
  if (typed !== 0n)
    throw new UserError(recordErrors.hiddenTyped, { paths: rules.hiddenPaths.namesOf(typed).join(', ') });
  if (base === undefined) return record;
  return withHiddenOf(record, base.record, id, rules.hiddenPaths);
}

/** A number that no record has yet. */
const newNumber = 2_000_000_000;

/** Throws when it would be a record that this person may not edit. */
function requireEditable({ person, snapshot }: Exchange, id: number, record: MarcRecord): void {
  const now = new Date();
  const version = {
    ...{ id: id === 0 ? newNumber : id, revision: 1, deleted: isDeleted(record) },
    ...{ created: now, modified: now, record },
  };
  if (!mayEditVersion(person, snapshot, version)) throw new UserError(editErrors.editAway);
}

const mostWait = 2_000;

/**
 * Waits until this process finds a version, so that whoever saved it finds it too; a little at
 * most.
 */
export async function untilFound({ newest }: Exchange, id: number, revision: number): Promise<void> {
  for (const end = Date.now() + mostWait; Date.now() < end; ) {
    const found = newest().segments.some(({ segment, live }) => {
      const ordinal = segment.ordinalOf(id);
      return ordinal !== -1 && live.has(ordinal) && (segment.revisions[ordinal] ?? 0) >= revision;
    });
    if (found) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
