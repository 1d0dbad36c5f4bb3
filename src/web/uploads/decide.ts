import { createHash } from 'node:crypto';
import { UserError } from '../../errors/errors.ts';
import type { Side } from '../../marc/merge.ts';
import { type Actor, audit } from '../../people/audit.ts';
import { acceptHeldIn, assignHeld, rejectHeldIn } from '../../records/held.ts';
import type { WriteMode } from '../../records/modes.ts';
import { analyzerOf } from '../../search/search.ts';
import type { Database } from '../../store/database.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { uploadErrors } from './errors.ts';
import { toldFor } from './guard.ts';
import { heldGuard, requireHeld } from './held-of.ts';
import { changeOnce } from './take.ts';

/** What is to be done with an upload that waits. */
export type HeldWish =
  | {
      readonly do: 'accept';
      readonly side: Side;
      readonly choices?: Readonly<Record<string, Side>>;
      readonly mode?: WriteMode;
    }
  | { readonly do: 'reject'; readonly reason: string }
  | { readonly do: 'assign' | 'unassign' };

export interface Decided {
  readonly id: number;
  readonly state: 'accepted' | 'rejected' | 'waiting';
  /** What was written. */
  readonly record?: number;
  readonly revision?: number;
  readonly outcome?: string;
}

/** Does it, once for each Idempotency-Key. Throws a UserError when it cannot be done, or is not theirs. */
export async function decideHeld(
  exchange: Exchange,
  database: Database,
  text: string,
  wish: HeldWish,
): Promise<Decided> {
  const { id } = await requireHeld(exchange, database, text);
  const { person, snapshot, request } = exchange;
  if (person.name === undefined) throw new UserError(uploadErrors.signIn);
  const by = person.name;
  const actor: Actor = { name: by, address: request.ip };
  const digest = createHash('sha256')
    .update(JSON.stringify([id, wish]))
    .digest();
  return await changeOnce(database, exchange, digest, async (transaction): Promise<Decided> => {
    if (wish.do === 'accept') {
      const { side, choices, mode } = wish;
      const library = { analyzer: analyzerOf(snapshot.site), site: snapshot.site };
      const written = await acceptHeldIn(transaction, library, id, {
        ...{ side, mode, by, guard: heldGuard(exchange) },
        ...(choices !== undefined && { choices }),
        also: (inside) => audit(inside, actor, 'upload accepted', String(id), { side, ...choices }),
      });
      const { id: record, revision, action } = written;
      return { id, state: 'accepted', record, revision, outcome: action };
    }
    if (wish.do === 'reject') {
      const { reason } = wish;
      const also = (inside: Parameters<typeof audit>[0]) =>
        audit(inside, actor, 'upload rejected', String(id), { reason });
      await rejectHeldIn(transaction, id, { reason, by, also });
      return { id, state: 'rejected' };
    }
    await assignHeld(transaction, id, wish.do === 'assign' ? by : undefined);
    return { id, state: 'waiting' };
  }).catch((error: unknown) => {
    throw error instanceof UserError ? toldFor(exchange)(error) : error;
  });
}
