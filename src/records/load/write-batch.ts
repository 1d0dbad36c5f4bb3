import sql from 'sql-template-tag';
import { publish, wake } from '../../index/manifest.ts';
import type { Queryable, Transaction } from '../../store/database.ts';
import type { BatchContext } from './batch-context.ts';
import { BatchRows } from './batch-rows.ts';
import type { RawBatch } from './batch-store.ts';
import { BatchDecider } from './decide-batch.ts';
import type { CommitOrder, WriteOrder, WrittenBatch } from './protocol.ts';

/** Thrown when another process has assigned record numbers since this batch was numbered. */
export class NumbersMoved extends Error {}

/**
 * One transaction: records, identifiers, revisions, index data; then it calls `ready`, waits for
 * `turn`, and writes what all batches share: counter, progress, manifest. So these rows are locked
 * only for the moment of the commit, and batches commit in the order of the input.
 */
export async function writeBatch(
  context: BatchContext,
  batch: RawBatch,
  order: WriteOrder,
  turn: Promise<CommitOrder>,
  ready: (written: WrittenBatch) => void,
): Promise<void> {
  await context.database.transaction(
    async (transaction) => {
      const decider = new BatchDecider(context, batch, order);
      const rows = new BatchRows(context, batch, decider);
      await rows.copyAll(transaction);
      const segment = await rows.copyIndex(transaction);
      ready(decider.written());
      await finish(transaction, await turn, segment);
    },
    { timeout: 0 },
  );
}

/** What `writeBatch` would do, as far as the database knows the records now. */
export async function weighBatch(context: BatchContext, batch: RawBatch, order: WriteOrder): Promise<WrittenBatch> {
  const decider = new BatchDecider(context, batch, order);
  for await (const { records } of decider.pieces(context.database, false)) for (const _ of records);
  return decider.written();
}

/** Everything that the content of a record can make fail. */
export async function tryRows(
  context: BatchContext,
  batch: RawBatch,
  order: WriteOrder,
  transaction: Transaction,
): Promise<void> {
  await new BatchRows(context, batch, new BatchDecider(context, batch, order)).copyAll(transaction);
}

async function finish(transaction: Transaction, order: CommitOrder, segment: string | undefined): Promise<void> {
  const { lastIdBefore, lastIdAfter, progress } = order;
  const counted = await transaction.query(
    sql`UPDATE record_counter SET last_id = ${lastIdAfter} WHERE last_id = ${lastIdBefore} RETURNING last_id`,
  );
  if (counted.length === 0) throw new NumbersMoved();
  await saveProgress(transaction, progress);
  if (segment !== undefined) await publish(transaction, { add: [segment], remove: [] });
  else await wake(transaction);
}

async function saveProgress(transaction: Queryable, row: CommitOrder['progress']): Promise<void> {
  await transaction.query(sql`
    INSERT INTO load_progress (input, mode, position, accepted, refused, prefix, last_id_before)
    VALUES (${row.input}, ${row.mode}, ${row.position}, ${row.accepted}, ${row.refused}, ${Buffer.from(row.prefix)},
            ${row.lastIdBefore})
    ON CONFLICT (input, mode) DO UPDATE SET position = excluded.position, accepted = excluded.accepted,
      refused = excluded.refused, prefix = excluded.prefix, last_id_before = excluded.last_id_before,
      finished = false, updated = now()`);
}
