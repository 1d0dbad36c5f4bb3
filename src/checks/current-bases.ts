import sql from 'sql-template-tag';
import { appliedEntries } from '../knowledge/applied.ts';
import type { Site } from '../site/site.ts';
import type { Queryable } from '../store/database.ts';

interface Known {
  /** When each base was changed last. */
  readonly stamp: string;
  readonly site: Site;
}

const known = new WeakMap<Site, Known>();

/**
 * The site with the bases of the library that its rules name as they are now: a value that was
 * added to one is allowed at once, while the index waits until the site file is applied. The same
 * object until one of them changes.
 */
export async function withCurrentBases(database: Queryable, site: Site): Promise<Site> {
  const named = site.checks.flatMap(({ check }) => (check.kind === 'enum' ? (check.base ?? []) : []));
  const names = [...new Set(named)].filter((name) => site.libraryBases.includes(name));
  if (names.length === 0) return site;
  const rows = await database.query<{ name: string; changed: string }>(
    sql`SELECT name, changed::text AS changed FROM knowledge_base WHERE name = ANY (${names}::text[]) ORDER BY name`,
  );
  const stamp = JSON.stringify(rows);
  const before = known.get(site);
  if (before?.stamp === stamp) return before.site;
  const checkBases: Record<string, Readonly<Record<string, string>>> = {};
  for (const { name } of rows) checkBases[name] = (await appliedEntries(database, name)) ?? {};
  const current = { ...site, checkBases };
  known.set(site, { stamp, site: current });
  return current;
}
