import { UserError } from '../../errors/errors.ts';
import { recordLabel } from '../../marc/problem.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { type Checked, type CheckIncoming, nothingFound } from '../check-incoming.ts';
import type { Identity } from '../identifiers.ts';
import { isPartial, type WriteMode } from '../modes.ts';
import type { RawBatch } from './batch-store.ts';
import type { Ruled } from './protocol.ts';

export interface ComesWhole {
  /** Its place in the batch. */
  readonly index: number;
  readonly identity: Identity;
  readonly record: MarcRecord;
  readonly position: number;
}

export interface WholeChecks {
  readonly add: (one: ComesWhole) => void;
  /** What becomes of those that the library does not have. */
  readonly end: () => ReadonlyMap<number, Ruled>;
}

/** Records in memory at once, of which questions are asked together. */
const atOnce = 500;

/**
 * Asks rules of the site of records that come whole, before they get numbers, some at a time; what
 * they find stays with the batch, for those that the library has: see `nextVersion`. So is a part
 * of a record looked at, with the rest.
 */
export function wholeChecks(
  { checks, mode }: { readonly checks?: CheckIncoming | undefined; readonly mode: WriteMode },
  batch: Pick<RawBatch, 'checked'>,
): WholeChecks {
  const ruled = new Map<number, Ruled>();
  if (checks === undefined || mode === 'hold' || isPartial(mode)) return { add: () => undefined, end: () => ruled };
  let waiting: ComesWhole[] = [];
  const look = (): void => {
    const found = checks(waiting.map(({ record }) => record));
    waiting.forEach((one, place) => {
      const checked = found[place]!;
      if (checked === nothingFound) return;
      batch.checked.set(one.index, checked);
      const verdict = ruledOf(one, checked);
      if (verdict !== undefined) ruled.set(one.index, verdict);
    });
    waiting = [];
  };
  return {
    add: (one) => {
      if (one.identity.deletes) return;
      waiting.push(one);
      if (waiting.length >= atOnce) look();
    },
    end: () => {
      look();
      return ruled;
    },
  };
}

function ruledOf({ identity, position }: ComesWhole, { refusal, holds }: Checked): Ruled | undefined {
  if (refusal === undefined) return holds.length > 0 ? 'held' : undefined;
  const values = { record: recordLabel(position, identity.control), ...refusal.values };
  const { code, message, hint } = new UserError(refusal.error, values);
  return { code, message, hint };
}
