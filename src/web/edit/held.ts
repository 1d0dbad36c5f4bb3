import { UserError } from '../../errors/errors.ts';
import type { MarcRecord } from '../../marc/record.ts';
import type { Database } from '../../store/database.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { visibleRecord } from '../reading/visible-record.ts';
import { type Held, requireHeld, sidesOf } from '../uploads/held-of.ts';

export interface HeldOpened {
  readonly held: Held;
  /** What it makes of the record, as far as this person sees it. */
  readonly ours: MarcRecord;
  /** The version that this is made from; undefined: the newest. */
  readonly base: number | undefined;
}

/** Its number, as the address has it; 0: none. */
export function heldIn({ args }: Exchange): number {
  const text = args.get('held') ?? '';
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0;
}

/** What waits and is to be opened in the editor; undefined: none that waits for this person. */
export async function heldAsked(exchange: Exchange, database: Database): Promise<HeldOpened | undefined> {
  const id = heldIn(exchange);
  if (id === 0) return undefined;
  try {
    const held = await requireHeld(exchange, database, String(id));
    if (held.state !== 'waiting') return undefined;
    const { ours, base } = await sidesOf(exchange, database, held);
    const from = base === undefined ? undefined : held.baseRevision;
    return { held, ours: visibleRecord(exchange, ours), base: from };
  } catch (error) {
    if (error instanceof UserError && error.status < 500) return undefined;
    throw error;
  }
}
