import { UserError } from '../../errors/errors.ts';
import { recordLabel } from '../../marc/problem.ts';
import type { Reason } from '../../marc/raw.ts';
import type { MarcRecord } from '../../marc/record.ts';
import type { CheckIncoming } from '../check-incoming.ts';
import type { Identity } from '../identifiers.ts';
import { isPartial, type WriteMode } from '../modes.ts';

export interface CheckedWhole {
  readonly refused: Reason | undefined;
  readonly holds: readonly string[];
  /** Sentences that name the record. */
  readonly warnings: readonly string[];
}

const nothing: CheckedWhole = { refused: undefined, holds: [], warnings: [] };

/**
 * What rules of the site say of a record that comes whole, before it gets a number. A part of one is
 * looked at with the rest: see `nextVersion`.
 */
export function checkWhole(
  checks: CheckIncoming | undefined,
  mode: WriteMode,
  { deletes, control }: Identity,
  record: MarcRecord,
  position: number,
): CheckedWhole {
  if (checks === undefined || mode === 'hold' || isPartial(mode) || deletes) return nothing;
  const { refusal, holds, warnings } = checks(record);
  if (refusal === undefined && holds.length === 0 && warnings.length === 0) return nothing;
  const label = recordLabel(position, control);
  if (refusal !== undefined) {
    const { code, message, hint } = new UserError(refusal.error, { record: label, ...refusal.values });
    return { refused: { code, message, hint }, holds: [], warnings: [] };
  }
  return { refused: undefined, holds, warnings: warnings.map((text) => `${label} breaks ${text}.`) };
}
