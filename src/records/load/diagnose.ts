import { DatabaseError } from 'pg';
import sql from 'sql-template-tag';
import type { Transaction } from '../../store/database.ts';
import type { BatchContext } from './batch-context.ts';
import type { RawBatch } from './batch-store.ts';
import type { BadRecord, WriteOrder } from './protocol.ts';
import { tryRows } from './write-batch.ts';

/**
 * Which records of a batch the database refuses. Each half of the batch is tried behind a
 * savepoint, and halved again when it fails, so that one bad record among 25,000 is found in some
 * thirty tries. Nothing of it stays: the good ones are written again without the bad.
 */
export async function diagnoseBatch(
  context: BatchContext,
  batch: RawBatch,
  order: WriteOrder,
): Promise<readonly BadRecord[]> {
  const bad: BadRecord[] = [];
  const enough = new Error('diagnosed');
  const search = async (transaction: Transaction, from: number, to: number): Promise<void> => {
    await transaction.query(sql`SAVEPOINT part`);
    try {
      await tryRows(context, batch, part(order, from, to), transaction);
      await transaction.query(sql`RELEASE SAVEPOINT part`);
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      await transaction.query(sql`ROLLBACK TO SAVEPOINT part`);
      if (to - from === 1) {
        bad.push({ index: from, reason: error.message });
        return;
      }
      const middle = (from + to) >> 1;
      await search(transaction, from, middle);
      await search(transaction, middle, to);
    }
  };
  try {
    await context.database.transaction(
      async (transaction) => {
        await search(transaction, 0, batch.count);
        throw enough;
      },
      { timeout: 0 },
    );
  } catch (error) {
    if (error !== enough) throw error;
  }
  return bad;
}

function part(order: WriteOrder, from: number, to: number): WriteOrder {
  return { ...order, ids: order.ids.map((id, index) => (index >= from && index < to ? id : 0)) };
}
