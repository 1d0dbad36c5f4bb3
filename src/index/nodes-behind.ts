import sql from 'sql-template-tag';
import { firstVersions, type IndexVersions, knownPair } from '../site/index-versions.ts';
import type { Queryable } from '../store/database.ts';

export interface NodeBehind {
  readonly name: string;
  readonly release: string;
  /**
   * A release of before nodes told what they know: it looks at no versions, and would work on an
   * index of any.
   */
  readonly isFirst: boolean;
  /** It has told of itself in the last seconds. */
  readonly runs: boolean;
}

/**
 * The nodes that do not know these versions, by name: from what each last told of itself
 * (src/monitor/nodes.ts).
 */
export async function nodesBehind(database: Queryable, versions: IndexVersions): Promise<readonly NodeBehind[]> {
  const nodes = await database.query<
    Omit<NodeBehind, 'isFirst'> & { readonly known: readonly IndexVersions[] | null }
  >(sql`
    SELECT summary ->> 'name' AS name, summary ->> 'version' AS release, summary -> 'indexVersions' AS known,
      seen > now() - interval '30 seconds' AND summary ->> 'state' IS DISTINCT FROM 'draining' AS runs
    FROM node ORDER BY 1, id`);
  return nodes
    .filter(({ known }) => knownPair(versions, known ?? [firstVersions]) === undefined)
    .map(({ name, release, runs, known }) => ({ name, release, runs, isFirst: known === null }));
}

export function nodeText({ name, release }: NodeBehind): string {
  return `${name} (release ${release})`;
}
