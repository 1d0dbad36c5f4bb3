import sql from 'sql-template-tag';
import { publish, wake } from '../../index/manifest.ts';
import { parseRaw } from '../../marc/readers/parse-raw.ts';
import type { MarcRecord } from '../../marc/record.ts';
import type { Transaction } from '../../store/database.ts';
import { shareLease } from '../../store/lease.ts';
import { type Identity, identify } from '../identifiers.ts';
import { stampedBase } from '../next-version.ts';
import type { BatchContext } from './batch-context.ts';
import { BatchRows } from './batch-rows.ts';
import { type RawBatch, type ReadRecord, rawBatch, rawRecord } from './batch-store.ts';
import { BatchView } from './batch-view.ts';
import { wholeChecks } from './check-whole.ts';
import { BatchDecider } from './decide-batch.ts';
import { outcomesOf, type RecordOutcome } from './outcome.ts';
import { PendingKeys } from './pending.ts';
import { planBatch } from './plan.ts';
import type { RefusedRaw } from './protocol.ts';

/** A batch in somebody's own transaction. */
export interface LoadedBatch {
  /** In the order of the input, positions from 1. */
  readonly outcomes: readonly RecordOutcome[];
  /** Why some were refused, by position. */
  readonly reasons: ReadonlyMap<number, RefusedRaw['reason']>;
  /** Sentences that name their record. */
  readonly warnings: readonly string[];
  /** The last statement before the commit: others who publish wait for it. */
  readonly publish: () => Promise<void>;
}

/** It relied on what its own records did not do: they are to be written one by one. */
export class NotAsPlanned extends Error {}

/**
 * Writes up to some thousand records of MARCXML, those that were read already without parsing them
 * again, with their part of the index, in the caller's transaction: for those who write something
 * of their own with them. Others who insert wait until it commits. Throws NotAsPlanned, and what
 * the database throws when it refuses a record: then nothing of the transaction may stay.
 */
export async function loadBatch(
  transaction: Transaction,
  context: Omit<BatchContext, 'dryRun' | 'run' | 'encoding'>,
  records: readonly (Uint8Array | ReadRecord)[],
): Promise<LoadedBatch> {
  const whole: BatchContext = { ...context, dryRun: false, run: undefined, encoding: undefined };
  const batch = packed(records);
  const { identities, ruled, refused } = identifyAll(whole, batch);
  await shareLease(transaction, 'numbers');
  const [counter] = await transaction.query<{ last: number }>(
    sql`SELECT last_id AS last FROM record_counter FOR UPDATE`,
  );
  const { last } = counter!;
  const view = new BatchView(new PendingKeys());
  await view.load(transaction, whole.mode, identities, last);
  const plan = planBatch({
    ...{
      batch: { number: 0, positions: batch.positions },
      identities,
      ruled,
      mode: whole.mode,
      view,
    },
    ...{ bad: new Map(), actual: new Map(), force: false, lastId: last, known: last },
  });
  const decider = new BatchDecider(whole, batch, plan.order);
  const rows = new BatchRows(whole, batch, decider);
  await rows.copyAll(transaction);
  const segment = await rows.copyIndex(transaction);
  const written = decider.written();
  if (plan.asksItself && written.surprises.length > 0) throw new NotAsPlanned();
  await transaction.query(sql`UPDATE record_counter SET last_id = ${plan.lastIdAfter}`);
  const refusals = [...plan.refusals, ...written.refusals].map(({ index, reason }) => ({
    ...{ position: index + 1, control001: identities[index]?.control, reason },
  }));
  const all = [...refused, ...refusals];
  return {
    outcomes: outcomesOf(batch, plan, written, all),
    reasons: new Map(all.map(({ position, reason }) => [position, reason])),
    warnings: written.warnings,
    publish: async () => {
      if (segment === undefined) await wake(transaction);
      else await publish(transaction, { add: [segment], remove: [] });
    },
  };
}

function packed(records: readonly (Uint8Array | ReadRecord)[]): RawBatch {
  const all = records.map((one) => ('identity' in one ? one.bytes : one));
  const bytes = Buffer.concat(all);
  const ends = new Uint32Array(records.length);
  let end = 0;
  all.forEach((record, index) => {
    end += record.length;
    ends[index] = end;
  });
  const read = new Map(records.flatMap((one, index) => ('identity' in one ? [[index, one] as const] : [])));
  const data = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;
  const positions = Uint32Array.from(records, (_, index) => index + 1);
  return rawBatch({ batch: 0, format: 'marcxml', data, ends, positions }, read);
}

function identifyAll({ mode, source, checks }: BatchContext, batch: RawBatch) {
  const identities: (Identity | undefined)[] = [];
  const refused: Omit<RefusedRaw, 'raw'>[] = [];
  const whole = wholeChecks({ mode, checks }, batch);
  for (let index = 0; index < batch.count; index++) {
    const position = batch.positions[index]!;
    const known = batch.read.get(index);
    if (known !== undefined) {
      add(index, position, known.record, known.identity);
      continue;
    }
    const result = parseRaw(batch.format, { position, bytes: rawRecord(batch, index) });
    if (result.kind === 'refused') {
      refused.push({ position, control001: result.control001, reason: result.reason });
      identities.push(undefined);
      continue;
    }
    add(index, position, result.record, identify(result.record, source, result.harvested));
  }
  return { identities, refused, ruled: whole.end() };

  function add(index: number, position: number, record: MarcRecord, identity: Identity): void {
    identities.push(identity);
    whole.add({ index, identity, record, position });
    const stamp = stampedBase({ mode, record, ours: identity.number > 0 });
    if (stamp instanceof Date) batch.stamps.set(index, stamp);
  }
}
