import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Queryable } from '../store/database.ts';
import { cataloguingErrors } from './errors.ts';

/** What new records begin with. */
export interface Template {
  readonly id: number;
  readonly name: string;
  /** Text MARC with placeholders. */
  readonly text: string;
  /** All who edit see it; otherwise only whose it is. */
  readonly shared: boolean;
  readonly mine: boolean;
}

export type TemplateText = Pick<Template, 'name' | 'text' | 'shared'>;

const longestName = 100;

function columns(person: number) {
  return sql`id, name, text, shared, coalesce(person_id = ${person}, false) AS mine`;
}

/** Those that a person sees, by name. */
export async function listTemplates(database: Queryable, person: number): Promise<readonly Template[]> {
  return await database.query<Template>(sql`
    SELECT ${columns(person)} FROM record_template WHERE shared OR person_id = ${person} ORDER BY name, id`);
}

/** Throws a UserError when there is none that this person sees. */
export async function readTemplate(database: Queryable, person: number, id: number): Promise<Template> {
  const [row] = await database.query<Template>(sql`
    SELECT ${columns(person)} FROM record_template WHERE id = ${id} AND (shared OR person_id = ${person})`);
  if (row === undefined) throw new UserError(cataloguingErrors.noTemplate, { id });
  return row;
}

/** Throws a UserError for a name that is none. */
export async function addTemplate(database: Queryable, person: number, template: TemplateText): Promise<number> {
  const { text, shared } = template;
  const [row] = await database.query<{ id: number }>(sql`
    INSERT INTO record_template (name, text, person_id, shared)
    VALUES (${checkName(template.name)}, ${text}, ${person}, ${shared}) RETURNING id`);
  return row!.id;
}

export async function changeTemplate(database: Queryable, id: number, template: TemplateText): Promise<void> {
  const { text, shared } = template;
  await database.query(sql`
    UPDATE record_template SET name = ${checkName(template.name)}, text = ${text}, shared = ${shared}, changed = now()
    WHERE id = ${id}`);
}

export async function removeTemplate(database: Queryable, id: number): Promise<void> {
  await database.query(sql`DELETE FROM record_template WHERE id = ${id}`);
}

function checkName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === '' || trimmed.length > longestName)
    throw new UserError(cataloguingErrors.templateName, { most: longestName });
  return trimmed;
}

/** The text with {today} as 2026-11-30, {today8} as 261130 (field 008) and {me} filled in. */
export function filledIn(text: string, { today, me }: { readonly today: Date; readonly me: string }): string {
  const day = today.toISOString().slice(0, 10);
  const values: Readonly<Record<string, string>> = {
    today: day,
    today8: day.slice(2).replaceAll('-', ''),
    me: me.replace(/[\r\n]/g, ' ').replaceAll('$', '{dollar}'),
  };
  return text.replace(/\{(today8?|me)\}/g, (_, name: string) => values[name] ?? '');
}
