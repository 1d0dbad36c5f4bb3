import { UserError } from '../../errors/errors.ts';
import { recordLabel } from '../../marc/problem.ts';
import type { Reason } from '../../marc/raw.ts';
import { recordErrors } from '../errors.ts';
import { expectedKeys } from '../identifiers.ts';
import { type Decision, decide } from '../matching.ts';
import { isPartial, type WriteMode } from '../modes.ts';
import type { BatchView } from './batch-view.ts';
import type { Batch } from './batches.ts';
import { flags, type Identified, type WriteOrder } from './protocol.ts';

/** What becomes of each record of a batch, as far as its identifiers decide it. */
export interface Plan {
  readonly order: WriteOrder;
  readonly refusals: readonly { readonly index: number; readonly reason: Reason }[];
  /** Those that delete what the library does not have, by index. */
  readonly passedOver: readonly number[];
  /** The highest record number before and after the batch. */
  readonly lastIdBefore: number;
  readonly lastIdAfter: number;
  /**
   * It replaces or takes from records that batches before it write, so it must come after their
   * commit.
   */
  readonly afterOthers: boolean;
  /** It relies on what batches before it are expected to do. */
  readonly asksPending: boolean;
  /** It relies on what its own records are expected to do. */
  readonly asksItself: boolean;
}

export interface PlanInput {
  readonly batch: Pick<Batch, 'number' | 'positions'>;
  readonly identities: Identified['identities'];
  /**
   * What rules of the site say of records that come whole, by index: of those that are new. Of a
   * record that the library has they count only where something would change.
   */
  readonly ruled: Identified['ruled'];
  /** What the database was found to refuse, by index. */
  readonly bad: ReadonlyMap<number, string>;
  /** By what records are known behind these, where that is not what was expected, by index. */
  readonly actual: ReadonlyMap<number, readonly string[]>;
  readonly mode: WriteMode;
  /** A record that is not there may get the number in its 001. */
  readonly force: boolean;
  readonly view: BatchView;
  /** The highest record number given so far. */
  readonly lastId: number;
  /**
   * A 001 without 003 is our number up to here: the records that the library had when the load of
   * this input began.
   */
  readonly known: number;
}

/**
 * Matches the records one after the other, each seeing what those before it became, and gives
 * numbers to the new ones.
 */
export function planBatch({
  batch,
  identities,
  ruled,
  bad,
  actual,
  mode,
  force,
  view,
  lastId,
  known,
}: PlanInput): Plan {
  const ids = new Int32Array(identities.length);
  const flagsOf = new Uint8Array(identities.length);
  const refusals: { index: number; reason: Reason }[] = [];
  const passedOver: number[] = [];
  const made = new Set<number>();
  const holdings = {
    holder: (key: string) => view.holder(key),
    exists: (id: number) => (id <= known && view.exists(id)) || made.has(id),
  };
  let next = lastId;
  identities.forEach((identity, index) => {
    if (identity === undefined) return;
    const problem = bad.get(index);
    const decision: Decision =
      problem === undefined
        ? decide(identity, mode, holdings, force ? next : undefined)
        : { refusal: recordErrors.refusedByDatabase, values: { reason: problem } };
    if ('passedOver' in decision) {
      passedOver.push(index);
      return;
    }
    if ('refusal' in decision) {
      const record = recordLabel(batch.positions[index]!, identity.control);
      const { code, message, hint } = new UserError(decision.refusal, { ...decision.values, record });
      refusals.push({ index, reason: { code, message, hint } });
      return;
    }
    const { ours } = decision;
    const isNew = decision.id === 0 || decision.creates === true;
    const verdict = isNew ? ruled.get(index) : undefined;
    if (verdict !== undefined && verdict !== 'held') {
      refusals.push({ index, reason: verdict });
      return;
    }
    if (decision.holds === true || verdict === 'held') {
      ids[index] = decision.creates === true ? 0 : decision.id;
      flagsOf[index] = flags.holds | (ours ? flags.ours : 0);
      return;
    }
    const id = decision.id === 0 ? ++next : decision.id;
    if (decision.creates === true) {
      next = id;
      made.add(id);
    }
    ids[index] = id;
    flagsOf[index] =
      (ours ? flags.ours : 0) |
      (isNew ? 0 : flags.replaces) |
      (identity.deletes && !isPartial(mode) ? flags.deletes : 0);
    view.take(id, actual.get(index) ?? expectedKeys(mode, identity, { id, ours }, view.keysOf(id)));
  });
  return {
    order: { batch: batch.number, ids, flags: flagsOf },
    refusals,
    passedOver,
    lastIdBefore: lastId,
    lastIdAfter: next,
    afterOthers: view.touchesPending,
    asksPending: view.asksPending,
    asksItself: view.asksItself,
  };
}
