import { UserError } from '../../errors/errors.ts';
import { recordLabel } from '../../marc/problem.ts';
import type { Reason } from '../../marc/raw.ts';
import type { MarcRecord } from '../../marc/record.ts';
import type { Checked, CheckIncoming } from '../check-incoming.ts';
import type { Identity } from '../identifiers.ts';
import { isPartial, type WriteMode } from '../modes.ts';

export interface CheckedWhole {
  readonly refused: Reason | undefined;
  readonly holds: readonly string[];
  /** Sentences that name the record. */
  readonly warnings: readonly string[];
}

const nothing: CheckedWhole = { refused: undefined, holds: [], warnings: [] };

export interface ComesWhole {
  /** Its place in the batch. */
  readonly index: number;
  readonly identity: Identity;
  readonly record: MarcRecord;
  readonly position: number;
}

/** Records in memory at once, of which questions are asked together. */
const atOnce = 500;

/**
 * Asks rules of the site of records that come whole, before they get numbers, some at a time;
 * `tell` is called for each in which something was found. A part of a record is looked at with the
 * rest: see `nextVersion`.
 */
export function wholeChecks(
  { checks, mode }: { readonly checks?: CheckIncoming | undefined; readonly mode: WriteMode },
  tell: (one: ComesWhole, checked: CheckedWhole) => void,
): { readonly add: (one: ComesWhole) => void; readonly end: () => void } {
  if (checks === undefined || mode === 'hold' || isPartial(mode)) return { add: () => undefined, end: () => undefined };
  let waiting: ComesWhole[] = [];
  const end = (): void => {
    const found = checks(waiting.map(({ record }) => record));
    waiting.forEach((one, place) => {
      const checked = checkedOf(one, found[place]!);
      if (checked !== nothing) tell(one, checked);
    });
    waiting = [];
  };
  return {
    add: (one) => {
      if (one.identity.deletes) return;
      waiting.push(one);
      if (waiting.length >= atOnce) end();
    },
    end,
  };
}

function checkedOf({ identity, position }: ComesWhole, { refusal, holds, warnings }: Checked): CheckedWhole {
  if (refusal === undefined && holds.length === 0 && warnings.length === 0) return nothing;
  const label = recordLabel(position, identity.control);
  if (refusal !== undefined) {
    const { code, message, hint } = new UserError(refusal.error, { record: label, ...refusal.values });
    return { refused: { code, message, hint }, holds: [], warnings: [] };
  }
  return { refused: undefined, holds, warnings: warnings.map((text) => `${label} breaks ${text}.`) };
}
