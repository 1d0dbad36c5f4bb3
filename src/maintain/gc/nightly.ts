import { UserError } from '../../errors/errors.ts';
import { grouped } from '../../errors/grouped.ts';
import type { Outcome } from '../../jobs/task.ts';
import { collectGarbage } from './collect.ts';
import { gcErrors } from './errors.ts';
import type { GcContext } from './kind.ts';
import { gcKinds } from './kinds.ts';

interface NightlyContext extends Omit<GcContext, 'now' | 'advance'> {
  readonly tell: (progress: string) => void;
}

/** The periodic task: all kinds that may go without a question. */
export async function nightlyGarbage({ tell, ...context }: NightlyContext): Promise<Outcome> {
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
