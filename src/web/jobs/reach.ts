import { UserError } from '../../errors/errors.ts';
import type { JobView } from '../../jobs/queue/job.ts';
import { requireJob } from '../../jobs/queue/read.ts';
import { type JobWish, possibleWishes } from '../../jobs/queue/wishes.ts';
import { may, readsAsThemselves } from '../../people/person.ts';
import type { Queryable } from '../../store/database.ts';
import type { Exchange } from '../exchange/exchange.ts';

/** Whose jobs somebody sees: `everybody` who looks after them, else their own. */
export type Reach =
  | { readonly kind: 'everybody' }
  | { readonly kind: 'own'; readonly name: string; readonly mayChange: boolean };

type Asker = Pick<Exchange, 'person' | 'snapshot'>;

/** Undefined: a guest, who has none. */
export function reachOf({ person, snapshot }: Asker): Reach | undefined {
  if (may(snapshot.site, person, 'cfgbibsched')) return { kind: 'everybody' };
  if (person.name === undefined || !readsAsThemselves(person)) return undefined;
  const { name, scopes } = person;
  return { kind: 'own', name, mayChange: scopes === undefined || scopes.includes('edit') };
}

/** Undefined: there is none of this number that they may see. */
export async function findJob(database: Queryable, reach: Reach, id: string): Promise<JobView | undefined> {
  if (!/^[1-9]\d{0,8}$/.test(id)) return undefined;
  const job = await requireJob(database, Number(id)).catch(noneOfThem);
  return job !== undefined && (reach.kind === 'everybody' || job.person === reach.name) ? job : undefined;
}

function noneOfThem(error: unknown): undefined {
  if (error instanceof UserError && error.status < 500) return undefined;
  throw error;
}

const own: ReadonlySet<JobWish> = new Set(['sleep', 'wake', 'stop', 'acknowledge', 'delete']);

/**
 * What they may want of a job now. Of their own people may wake what sleeps; trying again what failed
 * or was stopped, and going before others, is for who looks after jobs.
 */
export function wishesOf(reach: Reach, { state }: Pick<JobView, 'state'>): readonly JobWish[] {
  const possible = possibleWishes(state);
  if (reach.kind === 'everybody') return possible;
  if (!reach.mayChange) return [];
  return possible.filter((wish) => own.has(wish) && (wish !== 'wake' || state === 'sleeping'));
}
