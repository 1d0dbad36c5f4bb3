import { titleOf } from '../../description/work.ts';
import { versionsOf } from '../../index/stored-records.ts';
import type { MarcPath } from '../../marc/path.ts';
import { withoutPaths } from '../../marc/select-fields.ts';
import type { Queryable } from '../../store/database.ts';

/** Of each of these records, without what is hidden. */
export async function titlesOf(
  database: Queryable,
  ids: readonly number[],
  hidden: readonly MarcPath[],
): Promise<ReadonlyMap<number, string>> {
  const titles = new Map<number, string>();
  for await (const versions of versionsOf(database, ids))
    for (const { id, record } of versions) titles.set(id, titleOf(withoutPaths(record, hidden)));
  return titles;
}
