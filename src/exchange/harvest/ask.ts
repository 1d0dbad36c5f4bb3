import { UserError } from '../../errors/errors.ts';
import { enqueueJob, type NewJob } from '../../jobs/queue/enqueue.ts';
import { addSchedule, type NewSchedule } from '../../jobs/queue/schedules.ts';
import type { Queryable } from '../../store/database.ts';
import { readDate } from './dates.ts';
import { harvestErrors } from './errors.ts';
import type { RunAsked } from './runs.ts';
import { type Source, setSchedule } from './source.ts';

export const harvestKind = { name: 'harvest' } as const;

/** What a job `harvest` is asked with. */
export interface HarvestArguments extends RunAsked {
  readonly source: number;
}

/** One run of a source at a time, those of others beside it. */
function kindOf({ id }: Pick<Source, 'id'>) {
  return { ...harvestKind, exclusive: `harvest-${id}` };
}

/** The number of the job. */
export async function askForRun(
  transaction: Queryable,
  source: Pick<Source, 'id' | 'name'>,
  asked: RunAsked,
  more: Pick<NewJob, 'person' | 'priority' | 'at' | 'hours' | 'timeZone'> = {},
): Promise<number> {
  const given: HarvestArguments = { source: source.id, ...asked };
  return await enqueueJob(transaction, { ...more, kind: kindOf(source), name: source.name, arguments: { ...given } });
}

/** The number of the schedule. */
export async function scheduleRuns(
  transaction: Queryable,
  source: Pick<Source, 'id' | 'name'>,
  more: Pick<NewSchedule, 'rhythm' | 'person' | 'hours' | 'timeZone'>,
): Promise<number> {
  const id = await addSchedule(transaction, {
    ...more,
    kind: kindOf(source),
    name: source.name,
    arguments: { source: source.id },
  });
  await setSchedule(transaction, source.id, id);
  return id;
}

/** Throws for dates that are none. Empty texts are not given. */
export function requireAsked(given: RunAsked): RunAsked {
  const asked: Record<string, string | boolean> = {};
  for (const name of ['from', 'until'] as const) {
    const text = given[name]?.trim() ?? '';
    if (text === '') continue;
    if (readDate(text) === undefined)
      throw new UserError(harvestErrors.source, {
        reason: `"${text}" is no date as 2026-01-31 or 2026-01-31T12:00:00Z`,
      });
    asked[name] = text;
  }
  const { from, until } = asked as RunAsked;
  if (from !== undefined && until !== undefined && from.slice(0, 10) > until.slice(0, 10))
    throw new UserError(harvestErrors.source, { reason: `it would end (${until}) before it begins (${from})` });
  const identifier = given.identifier?.trim() ?? '';
  if (identifier !== '') asked['identifier'] = identifier;
  if (given.again === true) asked['again'] = true;
  return asked as RunAsked;
}
