import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Queryable, Transaction } from '../store/database.ts';
import { cataloguingErrors } from './errors.ts';

/** What somebody is writing in the editor and has not saved: theirs alone. */
export interface Draft {
  readonly id: number;
  /** Undefined: a record that is not there yet. */
  readonly record: number | undefined;
  /** The version that it was made from. */
  readonly base: number | undefined;
  readonly began: Date;
  readonly saved: Date;
  readonly text: string;
}

/** As lists show it: the beginning of its title field, as it was typed. */
export type ListedDraft = Omit<Draft, 'text'> & { readonly line: string };

export interface DraftText {
  readonly record: number | undefined;
  readonly base: number | undefined;
  readonly text: string;
}

/** Of one person. One who writes more than this at once has forgotten some. */
export const mostDrafts = 200;

const listed = sql`id, record_id AS record, base_revision AS base, began, saved,
  coalesce(substring(text FROM '(?n)^=?245[^$]*([^\r\n]{1,120})'), '') AS line`;

/** The newest first; of one record, or all. */
export async function listDrafts(
  database: Queryable,
  person: number,
  { record }: { readonly record?: number } = {},
): Promise<readonly ListedDraft[]> {
  const rows = await database.query<ListedDraft & Nulls>(sql`
    SELECT ${listed} FROM draft
    WHERE person_id = ${person} AND (${record ?? null}::integer IS NULL OR record_id = ${record ?? null}::integer)
    ORDER BY saved DESC, id DESC LIMIT ${mostDrafts}`);
  return rows.map(withoutNulls);
}

interface Nulls {
  readonly record: number | null | undefined;
  readonly base: number | null | undefined;
}

function withoutNulls<T extends Nulls>(row: T): T {
  return { ...row, record: row.record ?? undefined, base: row.base ?? undefined };
}

/** Throws a UserError when this person has no such draft. */
export async function readDraft(database: Queryable, person: number, id: number): Promise<Draft> {
  const [row] = await database.query<Draft & Nulls>(sql`
    SELECT id, record_id AS record, base_revision AS base, began, saved, text FROM draft
    WHERE id = ${id} AND person_id = ${person}`);
  if (row === undefined) throw new UserError(cataloguingErrors.noDraft, { id });
  return withoutNulls(row);
}

/** Adds one and gives its number. Throws a UserError when there are too many. */
export async function addDraft(transaction: Transaction, person: number, draft: DraftText): Promise<number> {
  const { record, base, text } = draft;
  const [row] = await transaction.query<{ id: number }>(sql`
    INSERT INTO draft (person_id, record_id, base_revision, text)
    SELECT ${person}, ${record ?? null}, ${base ?? null}, ${text}
    WHERE (SELECT count(*) FROM draft WHERE person_id = ${person}) < ${mostDrafts}
    RETURNING id`);
  if (row === undefined) throw new UserError(cataloguingErrors.tooManyDrafts, { most: mostDrafts });
  return row.id;
}

/** Throws a UserError when it is gone: it was saved as a record meanwhile, or removed. */
export async function keepDraft(database: Queryable, person: number, id: number, draft: DraftText): Promise<void> {
  const [row] = await database.query(sql`
    UPDATE draft SET text = ${draft.text}, base_revision = ${draft.base ?? null}, saved = now()
    WHERE id = ${id} AND person_id = ${person} RETURNING id`);
  if (row === undefined) throw new UserError(cataloguingErrors.noDraft, { id });
}

/** One that is not there is removed already. */
export async function removeDraft(database: Queryable, person: number, id: number): Promise<void> {
  await database.query(sql`DELETE FROM draft WHERE id = ${id} AND person_id = ${person}`);
}
