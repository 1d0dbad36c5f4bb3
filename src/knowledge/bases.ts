import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import { nearest } from '../errors/nearest.ts';
import type { Site } from '../site/site.ts';
import type { Queryable } from '../store/database.ts';
import { type KnowledgeBase, type KnowledgeEntry, type KnowledgeKind, knowledgeKinds, longest } from './base.ts';
import { knowledgeErrors } from './errors.ts';
import { type EntryWish, entryCondition, matching } from './matching.ts';

interface BaseRow {
  readonly name: string;
  readonly kind: KnowledgeKind;
  readonly description: string;
  readonly path: string | null;
  readonly question: string | null;
  readonly entries: number;
  readonly changed: Date;
  readonly changedBy: string | null;
}

interface UseRow {
  readonly place: string;
  readonly base: string;
}

type Named = Pick<Site, 'knowledge' | 'libraryBases'>;

/** Those of the library and of the site file, by name. */
export async function listBases(database: Queryable, site: Named): Promise<readonly KnowledgeBase[]> {
  const rows = await database.query<BaseRow>(sql`
    SELECT name, kind, description, path, question, changed, changed_by AS "changedBy",
      (SELECT count(*)::integer FROM knowledge_entry WHERE base = name) AS entries
    FROM knowledge_base`);
  const uses = await database.query<UseRow>(sql`SELECT place, base FROM knowledge_use ORDER BY place`);
  const placesOf = (name: string): readonly string[] =>
    uses.filter(({ base }) => base === name).map(({ place }) => place);
  const ofSite = Object.keys(site.knowledge).filter((name) => !site.libraryBases.includes(name));
  const all: readonly KnowledgeBase[] = [
    // What the site file says counts, should somebody have made one of the same name before.
    ...rows.filter(({ name }) => !ofSite.includes(name)).map((row) => baseOf(row, placesOf(row.name))),
    ...ofSite.map((name) => siteBase(site, name, placesOf(name))),
  ];
  return all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** Without how many entries it has: for what is asked at each key. Undefined: there is none. */
export async function findBase(database: Queryable, site: Named, name: string): Promise<KnowledgeBase | undefined> {
  if (Object.hasOwn(site.knowledge, name) && !site.libraryBases.includes(name)) return siteBase(site, name, []);
  const [row] = await database.query<BaseRow>(sql`
    SELECT name, kind, description, path, question, changed, changed_by AS "changedBy",
      0 AS entries
    FROM knowledge_base WHERE name = ${name}`);
  return row && baseOf(row, []);
}

/** Throws a UserError that names the nearest one when there is none. */
export async function readBase(database: Queryable, site: Named, name: string): Promise<KnowledgeBase> {
  const all = await listBases(database, site);
  const found = all.find((base) => base.name === name);
  if (found !== undefined) return found;
  const near = nearest(
    name,
    all.map((base) => base.name),
  );
  throw new UserError(knowledgeErrors.noBase, {
    name,
    meant: near === undefined ? '' : `; did you mean ${near}?`,
  });
}

function baseOf(row: BaseRow, places: readonly string[]): KnowledgeBase {
  return {
    ...row,
    path: row.path ?? undefined,
    question: row.question ?? undefined,
    changedBy: row.changedBy ?? undefined,
    places,
  };
}

function siteBase(site: Named, name: string, places: readonly string[]): KnowledgeBase {
  return {
    ...{ name, kind: 'site', description: '', path: undefined, question: undefined, places },
    ...{ entries: Object.keys(site.knowledge[name]!).length, changed: undefined, changedBy: undefined },
  };
}

/** Those that fit, in their order; none of a dynamic one. */
export async function entriesOf(
  database: Queryable,
  site: Named,
  { name, kind }: Pick<KnowledgeBase, 'name' | 'kind'>,
  wish: EntryWish = { type: 's' },
): Promise<readonly KnowledgeEntry[]> {
  if (kind === 'site') {
    const all = Object.entries(site.knowledge[name] ?? {}).map(([key, value]) => ({ key, value }));
    return matching(all, wish);
  }
  if (kind === 'dynamic') return [];
  const rows = await database.query<{ readonly [K in keyof Required<KnowledgeEntry>]: KnowledgeEntry[K] | null }>(sql`
    SELECT key, value, concept, broader, language FROM knowledge_entry
    WHERE base = ${name} AND ${entryCondition(wish)} ORDER BY position`);
  return rows.map(({ key, value, concept, broader, language }) => ({
    ...{ key: key!, value: value! },
    ...(concept !== null && { concept }),
    ...(broader !== null && { broader }),
    ...(language !== null && { language }),
  }));
}

/** Key -> value, the first where a key stands twice. For what looks up whole values. */
export function tableOf(entries: readonly KnowledgeEntry[]): ReadonlyMap<string, string> {
  const table = new Map<string, string>();
  for (const { key, value } of entries) if (!table.has(key)) table.set(key, value);
  return table;
}

export interface BaseDefinition {
  readonly description?: string | undefined;
  readonly kind?: KnowledgeKind | undefined;
  readonly path?: string | undefined;
  readonly question?: string | undefined;
}

/** Makes one. Throws a UserError for a name that is taken or is none. */
export async function addBase(
  transaction: Queryable,
  site: Named,
  name: string,
  { kind = 'written', description = '', path, question, by }: BaseDefinition & { readonly by: string | undefined },
): Promise<void> {
  requireName(name);
  if (Object.hasOwn(site.knowledge, name) && !site.libraryBases.includes(name))
    throw new UserError(knowledgeErrors.ofSite, { name });
  requireDefinition(kind, { path, question, description });
  const made = await transaction.query(sql`
    INSERT INTO knowledge_base (name, kind, description, path, question, changed, changed_by)
    VALUES (${name}, ${kind}, ${description}, ${path ?? null}, ${question ?? null}, clock_timestamp(), ${by ?? null})
    ON CONFLICT DO NOTHING RETURNING name`);
  if (made.length === 0) throw new UserError(knowledgeErrors.baseThere, { name });
}

/** Changes what is given. The kind stays. */
export async function changeBase(
  transaction: Queryable,
  name: string,
  { description, path, question, by }: Omit<BaseDefinition, 'kind'> & { readonly by: string | undefined },
): Promise<void> {
  const base = await lockBase(transaction, name, by);
  const wanted = {
    description: description ?? base.description,
    path: path ?? base.path ?? undefined,
    question: question ?? base.question ?? undefined,
  };
  requireDefinition(base.kind, wanted);
  await transaction.query(sql`
    UPDATE knowledge_base SET description = ${wanted.description}, path = ${wanted.path ?? null},
      question = ${wanted.question ?? null} WHERE name = ${name}`);
}

/** Throws a UserError when the site file uses it. */
export async function removeBase(transaction: Queryable, site: Named, name: string): Promise<void> {
  if (site.libraryBases.includes(name)) throw new UserError(knowledgeErrors.inUse, { name });
  const gone = await transaction.query(sql`DELETE FROM knowledge_base WHERE name = ${name} RETURNING name`);
  if (gone.length === 0) throw new UserError(knowledgeErrors.noBase, { name, meant: '' });
  await transaction.query(sql`DELETE FROM knowledge_use WHERE base = ${name}`);
}

interface LockedBase extends Pick<BaseRow, 'kind' | 'description' | 'path' | 'question'> {}

/** Nobody else changes it before the end of the transaction, and it counts as changed. */
export async function lockBase(transaction: Queryable, name: string, by: string | undefined): Promise<LockedBase> {
  const [base] = await transaction.query<LockedBase>(sql`
    UPDATE knowledge_base SET changed = clock_timestamp(), changed_by = ${by ?? null} WHERE name = ${name}
    RETURNING kind, description, path, question`);
  if (base === undefined) throw new UserError(knowledgeErrors.noBase, { name, meant: '' });
  return base;
}

/**
 * Where the editor suggests its values; those of before are forgotten. Throws a UserError for what
 * names no subfield.
 */
export async function setPlaces(transaction: Queryable, name: string, places: readonly string[]): Promise<void> {
  const wanted = [...new Set(places.map(placeIn))];
  await transaction.query(sql`DELETE FROM knowledge_use WHERE base = ${name}`);
  await transaction.query(sql`
    INSERT INTO knowledge_use (place, base) SELECT place, ${name} FROM unnest(${wanted}::text[]) AS place`);
}

/** "773p", "773__p" and "773%%p" are "773p". */
function placeIn(text: string): string {
  const found = /^([0-9A-Za-z]{3})(?:[_%#0-9A-Za-z ]{2})?([a-z0-9])$/.exec(text.trim());
  if (found === null) throw new UserError(knowledgeErrors.placeWrong, { place: text.slice(0, 40) });
  return `${found[1]}${found[2]}`;
}

export async function basesAt(database: Queryable, place: string): Promise<readonly string[]> {
  const rows = await database.query<UseRow>(sql`
    SELECT place, base FROM knowledge_use WHERE place = ${place} ORDER BY base`);
  return rows.map(({ base }) => base);
}

export function isKnowledgeKind(text: string): text is KnowledgeKind {
  return knowledgeKinds.some((kind) => kind === text);
}

function requireName(name: string): void {
  const isName = name.trim() === name && name !== '' && name.length <= longest.name && !/[/\\\p{Cc}]/u.test(name);
  if (!isName || name === 'new' || name === 'export' || name === '.' || name === '..')
    throw new UserError(knowledgeErrors.nameWrong, { most: longest.name });
}

function requireDefinition(
  kind: KnowledgeKind,
  { path, question, description = '' }: Pick<BaseDefinition, 'path' | 'question' | 'description'>,
): void {
  const isDynamic = kind === 'dynamic';
  const reason =
    description.length > longest.description
      ? `its description is longer than ${longest.description} characters`
      : isDynamic && (path === undefined || question === undefined)
        ? 'it has no path or no question'
        : !isDynamic && (path !== undefined || question !== undefined)
          ? `it is ${kind}, and has a path or a question`
          : path !== undefined && !/^[0-9A-Za-z%]{3}(?:[^/\s]{2}[a-z0-9]|$)/.test(path)
            ? `"${path.slice(0, 40)}" is no MARC path`
            : undefined;
  if (reason !== undefined) throw new UserError(knowledgeErrors.definition, { reason });
}
