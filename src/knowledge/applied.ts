import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Queryable } from '../store/database.ts';
import type { KnowledgeKind } from './base.ts';
import { entriesOf, tableOf } from './bases.ts';
import { knowledgeErrors } from './errors.ts';

/**
 * What a site file takes of a base of the library; undefined: there is none of the name. Throws a
 * UserError for one that has no keys and values.
 */
export async function appliedEntries(
  database: Queryable,
  name: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  const [base] = await database.query<{ kind: KnowledgeKind }>(
    sql`SELECT kind FROM knowledge_base WHERE name = ${name}`,
  );
  if (base === undefined) return undefined;
  const { kind } = base;
  if (kind === 'dynamic')
    throw new UserError(knowledgeErrors.notWritten, { name, kind, what: 'the site file cannot use it' });
  const table = tableOf(await entriesOf(database, { knowledge: {}, libraryBases: [] }, { name, kind }));
  return Object.fromEntries(table);
}
