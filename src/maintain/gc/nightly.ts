import sql from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import { grouped } from '../../errors/grouped.ts';
import type { Outcome } from '../../jobs/task.ts';
import type { Queryable } from '../../store/database.ts';
import { collectGarbage } from './collect.ts';
import { gcErrors } from './errors.ts';
import type { GcContext } from './kind.ts';
import { gcKinds } from './kinds.ts';

interface NightlyContext extends Omit<GcContext, 'now' | 'advance'> {
  readonly tell: (progress: string) => void;
}

/** After so many nights without one the clock is doubted, which decides what is old. */
const doubted = 8;

/**
 * Nights since the task came to its end, by the clock of the database; undefined: as many as usual.
 */
async function missedNights(database: Queryable): Promise<number | undefined> {
  const [row] = await database.query<{ days: number }>(sql`
    SELECT floor(extract(epoch FROM now() - succeeded) / 86400)::integer AS days FROM task
    WHERE name = 'gc' AND succeeded < now() - make_interval(days => ${doubted})`);
  return row?.days;
}

/** The periodic task: all kinds that may go without a question. */
export async function nightlyGarbage({ tell, ...context }: NightlyContext): Promise<Outcome> {
  const missed = await missedNights(context.database);
  if (missed !== undefined)
    return {
      did: `Nothing: by the clock of the database the last time was ${grouped(missed)} days ago, and a clock may be wrong. What is old then goes next night.`,
    };
  let doing = '';
  let done = 0;
  const advance = (count: number): void => {
    done += count;
    tell(`${doing} ${grouped(done)}`);
  };
  try {
    const collected = await collectGarbage(
      { ...context, now: Date.now, advance },
      {
        kinds: gcKinds.filter(({ daily }) => daily),
        ...{ olderThan: undefined, dryRun: false, anyway: false },
        onKind: ({ name }) => {
          doing = name;
          done = 0;
        },
      },
    );
    const removed = collected.filter(({ count }) => count > 0);
    const did = removed.map(({ kind, count }) => `${kind.name} ${grouped(count)}`).join(', ');
    const problems = collected.flatMap(({ kind, problem }) =>
      problem === undefined ? [] : `${kind.name}: ${problem}`,
    );
    return {
      did: did === '' ? 'Nothing was left over.' : `Removed: ${did}.`,
      ...(problems.length > 0 && { problem: problems.join(' ') }),
    };
  } catch (error) {
    if (error instanceof UserError && error.code === gcErrors.running.code)
      return { did: 'Nothing: `reperio gc` is running.' };
    throw error;
  }
}
