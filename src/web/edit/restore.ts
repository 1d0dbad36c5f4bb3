import type { FastifyInstance } from 'fastify';
import { mayEdit, mayEditVersion, mayRestore } from '../../access/may-edit.ts';
import { editActions, guardFor } from '../../access/write-guard.ts';
import { UserError } from '../../errors/errors.ts';
import { restoreIn } from '../../records/write.ts';
import { analyzerOf } from '../../search/search.ts';
import type { Database } from '../../store/database.ts';
import { formRoutes, given } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendNoRecord, sendNotAllowed, sendUserError } from '../exchange/messages.ts';
import { readShown } from '../reading/shown-version.ts';
import { rulesFor } from '../uploads/take.ts';
import { editorOf } from './editing.ts';
import { once, untilFound } from './save.ts';
import { numberGiven, refusalText } from './shown.ts';

/** Makes an earlier version the newest again: of a record, or of one that was deleted. */
export function restoreRoutes(app: FastifyInstance, environment: WebEnvironment, database: Database): void {
  const { post } = formRoutes(app, environment);

  post('/record/:id/restore', async (exchange) => {
    const editor = editorOf(exchange);
    if (editor === undefined) return exchange.reply;
    const revision = numberGiven(exchange, 'revision') || undefined;
    const id = await restorable(exchange, revision);
    if (typeof id !== 'number')
      return id === 'unknown' ? sendNoRecord(exchange, exchange.param('id')) : sendNotAllowed(exchange);
    const { person, snapshot, request } = exchange;
    const header = request.headers['idempotency-key'];
    const key = typeof header === 'string' && header !== '' ? header : given(exchange, 'key');
    const content = JSON.stringify(['restore', id, revision ?? 0]);
    try {
      const rules = await rulesFor(database, exchange);
      // The record may have become another one since it was looked at.
      const guard = guardFor(person, snapshot, editActions);
      const written = await once(database, { scope: `edit ${person.name ?? ''}`, key, content }, (transaction) =>
        restoreIn(transaction, analyzerOf(snapshot.site), { id, revision, person: person.name, rules, guard }),
      );
      if (written.held !== undefined) return exchange.reply.redirect(`/held/${written.held.id}`, 303);
      await untilFound(exchange, id, written.revision);
      return exchange.reply.redirect(`/record/${id}`, 303);
    } catch (error) {
      if (!(error instanceof UserError) || error.status >= 500) throw error;
      return sendUserError(exchange, error.status, { message: refusalText(exchange, error), hint: '' });
    }
  });
}

/** The number of a record whose version this person may make the newest, or why not. */
async function restorable(exchange: Exchange, revision: number | undefined): Promise<number | 'unknown' | 'forbidden'> {
  const { person, snapshot, environment } = exchange;
  const found = await exchange.record(exchange.param('id'));
  if (found.kind === 'unknown') return 'unknown';
  const id = found.kind === 'shown' ? found.version.id : found.id;
  if (found.kind === 'shown' ? !mayEdit(person, snapshot, id) : false) return 'forbidden';
  const version =
    revision === undefined ? await environment.library.before(id) : await readShown(exchange, id, revision);
  if (version === undefined) return 'unknown';
  if (found.kind !== 'shown' && !mayRestore(person, snapshot, version)) return 'forbidden';
  return mayEditVersion(person, snapshot, version) ? id : 'forbidden';
}
