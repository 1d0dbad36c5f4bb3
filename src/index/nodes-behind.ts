import sql from 'sql-template-tag';
import { firstVersions, type IndexVersions, knownPair } from '../site/index-versions.ts';
import type { Queryable } from '../store/database.ts';

/**
 * The nodes that do not know these versions, by name, with their release: from what each last told of itself
 * (src/cluster/nodes.ts).
 */
export async function nodesBehind(database: Queryable, versions: IndexVersions): Promise<readonly string[]> {
  const nodes = await database.query<{ name: string; release: string; known: readonly IndexVersions[] | null }>(sql`
    SELECT summary ->> 'name' AS name, summary ->> 'version' AS release, summary -> 'indexVersions' AS known
    FROM node ORDER BY 1, id`);
  // Releases that did not tell knew one pair.
  return nodes
    .filter(({ known }) => knownPair(versions, known ?? [firstVersions]) === undefined)
    .map(({ name, release }) => `${name} (release ${release})`);
}
