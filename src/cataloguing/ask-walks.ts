import sql from 'sql-template-tag';
import { enqueueJob } from '../jobs/queue/enqueue.ts';
import type { Queryable } from '../store/database.ts';

/** Jobs that look at the records that are new or changed. */
export const duplicatesKind = { name: 'duplicates', exclusive: 'duplicates' } as const;
export const checksKind = { name: 'checks', exclusive: 'checks' } as const;

/** The number of the job: of the one that waits already, where one does. */
export async function askForWalk(
  transaction: Queryable,
  kind: typeof duplicatesKind | typeof checksKind,
  person: string | undefined,
): Promise<number> {
  const [waiting] = await transaction.query<{ id: number }>(
    sql`SELECT id FROM job WHERE kind = ${kind.name} AND state IN ('waiting', 'running') ORDER BY id LIMIT 1`,
  );
  return waiting?.id ?? (await enqueueJob(transaction, { kind, name: kind.name, person }));
}
