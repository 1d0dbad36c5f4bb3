import { mayEditSome } from '../../access/may-edit.ts';
import { type ChangeSet, readChangeSet } from '../../cataloguing/change-sets.ts';
import { changesAllAtOnce } from '../../cataloguing/selection.ts';
import { UserError } from '../../errors/errors.ts';
import { compilePath, type MarcPath } from '../../marc/path.ts';
import { may } from '../../people/person.ts';
import type { Database } from '../../store/database.ts';
import { signedInWithSession } from '../account/forms.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendNotAllowed } from '../exchange/messages.ts';

/** May they use these pages? Otherwise it has answered. */
export function mayChangeMany(exchange: Exchange): boolean {
  if (signedInWithSession(exchange) === undefined) return false;
  if (mayEditSome(exchange.person, exchange.snapshot, 'runbibeditmulti')) return true;
  sendNotAllowed(exchange);
  return false;
}

/** Whoever may see and change everything sees the change sets of all; the others their own. */
export function seesAllSets({ person, snapshot }: Exchange): boolean {
  return changesAllAtOnce(person, snapshot) && may(snapshot.site, person, 'viewhiddenpaths');
}

/** Undefined: there is none of this number that they may see. */
export async function findSet(exchange: Exchange, database: Database): Promise<ChangeSet | undefined> {
  const text = exchange.param('id');
  if (!/^[1-9]\d{0,14}$/.test(text)) return undefined;
  const set = await readChangeSet(database, Number(text)).catch((error: unknown) => {
    if (error instanceof UserError && error.status === 404) return undefined;
    throw error;
  });
  return set !== undefined && (seesAllSets(exchange) || set.person === exchange.person.name) ? set : undefined;
}

/** What they may not see of a record, and so not change. */
export function hiddenFrom({ person, snapshot }: Exchange): readonly MarcPath[] {
  return may(snapshot.site, person, 'viewhiddenpaths') ? [] : snapshot.site.hiddenPaths.map(compilePath);
}
