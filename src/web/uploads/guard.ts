import { guardErrors } from '../../access/errors.ts';
import type { EditAction } from '../../access/may-edit.ts';
import { mayShow } from '../../access/visible.ts';
import { changesEverything, changesSome } from '../../access/write-guard.ts';
import { UserError } from '../../errors/errors.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { webErrors } from '../http/errors.ts';
import { uploadErrors } from './errors.ts';

type Asker = Pick<Exchange, 'person' | 'snapshot'>;

/** Throws a UserError for somebody who may change no record at all, or has no name. */
export function requireSome({ person, snapshot }: Asker, actions: readonly EditAction[]): void {
  if (person.name === undefined) throw new UserError(uploadErrors.signIn);
  if (!changesSome(person, snapshot, actions)) throw new UserError(webErrors.apiNotAllowed, { action: actions[0]! });
}

/** Without numbers of records that are not shown to them. */
export function toldFor({ person, snapshot }: Asker): (error: UserError) => UserError {
  if (changesEverything(person, snapshot)) return (error) => error;
  return (error) => {
    if (!/^REPERIO_(RECORD|HELD)_/.test(error.code)) return error;
    const named = [error.values['id'], error.values['other']].filter((id) => typeof id === 'number');
    const isShown = named.every((id) => mayShow(person, snapshot, id) === 'yes');
    return isShown ? error : new UserError(guardErrors.clash);
  };
}
