import sql from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import { takeLease, whileHeld } from '../../store/lease.ts';
import { ageFor } from './age.ts';
import { gcErrors } from './errors.ts';
import type { Found, GcContext, GcKind } from './kind.ts';
import { gcKinds } from './kinds.ts';

export interface Collected extends Found {
  readonly kind: GcKind;
  /** That was asked for, in ms; undefined: the kind's own. */
  readonly asked: number | undefined;
}

export interface CollectOptions {
  /** With the lowest age of what goes, in ms, where one was asked for. */
  readonly kinds: readonly GcKind[];
  readonly olderThan: number | undefined;
  /** True: nothing is changed. */
  readonly dryRun: boolean;
  /** Also where it is suspiciously much. */
  readonly anyway: boolean;
  /** Told before each kind. */
  readonly onKind?: (kind: GcKind) => void;
}

/**
 * Kinds by their names; without names all but those that are removed only when they are asked for.
 * Throws `ageForAll`.
 */
export function kindsNamed(names: readonly string[], olderThan: number | undefined): readonly GcKind[] {
  if (names.length > 0) return gcKinds.filter(({ name }) => names.includes(name));
  if (olderThan !== undefined) throw new UserError(gcErrors.ageForAll);
  return gcKinds.filter(({ age }) => age !== 'asked');
}

/**
 * Removes what is left over, or says what would be. What stands in the way of one kind is its
 * problem, and the others are done. One process of all nodes removes at a time: throws `running`.
 */
export async function collectGarbage(given: GcContext, options: CollectOptions): Promise<readonly Collected[]> {
  const { kinds, olderThan, dryRun } = options;
  for (const kind of kinds) ageFor(kind, olderThan);
  const context = await withSlowerClock(given);
  if (dryRun) return eachKind(context, options);
  const lease = await takeLease(context.database.url, 'gc', { label: 'gc', wait: false, signal: context.signal });
  if (lease === undefined) throw new UserError(gcErrors.running);
  try {
    return await eachKind({ ...context, signal: whileHeld(lease, context.signal) }, options);
  } finally {
    await lease.release();
  }
}

/** A host that is ahead of the database would take what others have just written for old. */
async function withSlowerClock(context: GcContext): Promise<GcContext> {
  const [row] = await context.database.query<{ now: number }>(
    sql`SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now`,
  );
  const behind = Math.max(0, context.now() - row!.now);
  return { ...context, now: () => context.now() - behind };
}

async function eachKind(
  context: GcContext,
  { kinds, olderThan, dryRun, anyway, onKind }: CollectOptions,
): Promise<readonly Collected[]> {
  const collected: Collected[] = [];
  for (const kind of kinds) {
    context.signal.throwIfAborted();
    onKind?.(kind);
    const age = ageFor(kind, olderThan);
    const found = await (dryRun ? kind.look(context, age) : kind.remove(context, age, anyway)).catch(problemOf);
    collected.push({ ...found, kind, asked: olderThan });
  }
  return collected;
}

/** A store that is away, a disk that refuses; what is a bug stays one. */
function problemOf(error: unknown): Found {
  const isOfTheWorld = error instanceof UserError || (error instanceof Error && 'syscall' in error);
  if (!isOfTheWorld) throw error;
  return { count: 0, bytes: 0, oldest: undefined, problem: error.message };
}
