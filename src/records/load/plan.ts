import { type ErrorKind, UserError } from '../../errors/errors.ts';
import { recordLabel } from '../../marc/problem.ts';
import type { Reason } from '../../marc/raw.ts';
import { recordErrors } from '../errors.ts';
import { keysAfter } from '../identifiers.ts';
import { type Decision, decide, type WriteMode } from '../matching.ts';
import type { BatchView } from './batch-view.ts';
import type { Batch } from './batches.ts';
import type { HiddenFields, HiddenPart, HiddenPaths } from './hidden.ts';
import { hasPlaceFor, type PathMask, placesAfter } from './hidden-places.ts';
import { flags, type Identified, type WriteOrder, type WrittenBatch } from './protocol.ts';

/** What becomes of each record of a batch. */
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
}

export interface PlanInput {
  readonly batch: Batch;
  readonly identities: Identified['identities'];
  /** What the database was found to refuse, by index. */
  readonly bad: ReadonlyMap<number, string>;
  readonly mode: WriteMode;
  readonly view: BatchView;
  /** At which hidden paths the records of the batch have something, and those they replace. */
  readonly hidden: HiddenOfBatch;
  /** The highest record number given so far. */
  readonly lastId: number;
  /**
   * A 001 without 003 is our number up to here: the records that the library had when the load of
   * this input began.
   */
  readonly known: number;
}

/** What of hidden fields a plan has to know. `stored` becomes what the records will have. */
export interface HiddenOfBatch {
  readonly mode: HiddenFields;
  readonly paths: HiddenPaths;
  readonly given: Identified['hidden'];
  readonly stored: Map<number, HiddenPart>;
}

/**
 * Matches the records one after the other, each seeing what those before it became, and gives
 * numbers to the new ones.
 */
export function planBatch({ batch, identities, bad, mode, view, hidden, lastId, known }: PlanInput): Plan {
  const ids = new Int32Array(identities.length);
  const flagsOf = new Uint8Array(identities.length);
  const refusals: { index: number; reason: Reason }[] = [];
  const passedOver: number[] = [];
  const holdings = { holder: (key: string) => view.holder(key), exists: (id: number) => id <= known };
  let next = lastId;
  identities.forEach((identity, index) => {
    if (identity === undefined) return;
    const problem = bad.get(index);
    const decision: Decision =
      problem === undefined
        ? decide(identity, mode, holdings)
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
    const given = hidden.given[index];
    const stored = hidden.stored.get(decision.id);
    const lost = identity.deletes || stored === undefined ? 0n : stored.mask & ~(given?.mask ?? 0n);
    const lostError = lost === 0n ? undefined : refusalOf(hidden.mode, given, stored!, lost);
    if (lostError !== undefined) {
      const record = recordLabel(batch.positions[index]!, identity.control);
      const paths = hidden.paths.namesOf(lost).join(', ');
      const { code, message, hint } = new UserError(lostError, { record, id: decision.id, paths });
      refusals.push({ index, reason: { code, message, hint } });
      return;
    }
    const id = decision.id === 0 ? ++next : decision.id;
    if (!identity.deletes && (given !== undefined || stored !== undefined))
      hidden.stored.set(id, partAfter(given, stored, lost));
    ids[index] = id;
    flagsOf[index] =
      (decision.ours ? flags.ours : 0) |
      (decision.id === 0 ? 0 : flags.replaces) |
      (identity.deletes ? flags.deletes : 0) |
      (lost === 0n ? 0 : flags.keepsHidden);
    view.take(id, keysAfter(identity, id, decision.ours, view.keysOf(id)));
  });
  return {
    order: { batch: batch.number, ids, flags: flagsOf },
    refusals,
    passedOver,
    lastIdBefore: lastId,
    lastIdAfter: next,
    afterOthers: view.touchesPending,
  };
}

/** Why a record that would lose hidden fields of the stored one is not taken. */
function refusalOf(
  mode: HiddenFields,
  given: HiddenPart | undefined,
  stored: HiddenPart,
  lost: PathMask,
): ErrorKind | undefined {
  if (mode === 'refuse') return recordErrors.hiddenLost;
  return hasPlaceFor(given, stored, lost) ? undefined : recordErrors.hiddenNoPlace;
}

function partAfter(given: HiddenPart | undefined, stored: HiddenPart | undefined, lost: PathMask): HiddenPart {
  const nothing: HiddenPart = { mask: 0n, homes: [], fields: new Map() };
  if (stored === undefined || lost === 0n) return given ?? nothing;
  return { mask: (given?.mask ?? 0n) | lost, ...placesAfter(given, stored, lost) };
}

/** What `write` would answer, for a dry run. */
export function countOnly(
  { ids, flags: flagsOf }: WriteOrder,
  positions: ArrayLike<number>,
  ifTaken: Identified['ifTaken'],
): WrittenBatch {
  let inserted = 0;
  let replaced = 0;
  let deleted = 0;
  ids.forEach((id, index) => {
    if (id === 0) return;
    const flag = flagsOf[index]!;
    if ((flag & flags.deletes) !== 0) deleted++;
    else if ((flag & flags.replaces) === 0) inserted++;
    else replaced++;
  });
  const warnings = ifTaken.flatMap(({ index, creation, instructions }) => {
    const flag = flagsOf[index]!;
    if (ids[index] === 0 || (flag & flags.deletes) !== 0) return [];
    const told = [(flag & flags.replaces) === 0 ? creation : undefined, instructions];
    return told.filter((one) => one !== undefined).map((one) => `Record ${positions[index]}: ${one}.`);
  });
  return { inserted, replaced, deleted, warnings };
}
