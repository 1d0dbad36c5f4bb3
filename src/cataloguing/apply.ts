import { UserError } from '../errors/errors.ts';
import { enqueueJob } from '../jobs/queue/enqueue.ts';
import type { Scope } from '../people/scopes.ts';
import type { Transaction } from '../store/database.ts';
import { changeSetKind } from './change-set-kind.ts';
import { type ChangeSet, type ChangeSetState, countToChange, lockChangeSet, setState } from './change-sets.ts';
import { cataloguingErrors } from './errors.ts';
import { reasonOf } from './outcomes.ts';

export interface Asker {
  readonly person: string | undefined;
  /** Who asks at a terminal may do everything. */
  readonly operator?: boolean;
  readonly scopes?: readonly Scope[] | undefined;
}

export interface ApplyAsked extends Asker {
  /** The setting `many`: more records need `confirmed`, their number. */
  readonly many: number;
  readonly confirmed: number | undefined;
}

/**
 * Asks for the job that writes a previewed change set; its number. Throws a UserError when it
 * cannot be.
 */
export async function askToApply(transaction: Transaction, id: number, asked: ApplyAsked): Promise<number> {
  const set = await lockChangeSet(transaction, id);
  requireState(set, ['previewed'], 'applied');
  const count = await countToChange(transaction, id);
  if (count === 0) throw new UserError(cataloguingErrors.changeSetEmpty, { id });
  if (count > asked.many && asked.confirmed !== count)
    throw new UserError(cataloguingErrors.changeSetLarge, { id, count, most: asked.many });
  const job = await enqueue(transaction, set, false, asked);
  await setState(transaction, id, 'applying', { job });
  return job;
}

/** The same for the job that takes it back. */
export async function askToUndo(transaction: Transaction, id: number, asked: Asker): Promise<number> {
  const set = await lockChangeSet(transaction, id);
  requireState(set, ['applied'], 'undone');
  const undoJob = await enqueue(transaction, set, true, asked);
  await setState(transaction, id, 'undoing', { undoJob });
  return undoJob;
}

function requireState({ id, state }: ChangeSet, allowed: readonly ChangeSetState[], what: string): void {
  if (!allowed.includes(state)) throw new UserError(cataloguingErrors.changeSetState, { id, state, what });
}

async function enqueue(
  transaction: Transaction,
  { id }: ChangeSet,
  undo: boolean,
  { person, operator, scopes }: Asker,
): Promise<number> {
  return await enqueueJob(transaction, {
    ...{ kind: changeSetKind, name: reasonOf(id, undo), person },
    arguments: { changeSet: id, undo, ...(operator && { operator }), ...(scopes !== undefined && { scopes }) },
  });
}
