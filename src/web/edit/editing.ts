import type { FastifyReply } from 'fastify';
import { mayEdit, mayEditSome, mayRestore } from '../../access/may-edit.ts';
import type { SignedIn } from '../../people/access.ts';
import { signedInWithSession } from '../account/forms.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendNoRecord, sendNotAllowed } from '../exchange/messages.ts';
import type { ReadVersion } from '../exchange/read-version.ts';
import { sendGone } from './gone-page.ts';

/** Who edits: signed in with a session, and may edit some records. Otherwise answers. */
export function editorOf(exchange: Exchange): SignedIn | undefined {
  const signedIn = signedInWithSession(exchange);
  if (signedIn === undefined) return undefined;
  if (!mayEditSome(exchange.person, exchange.snapshot)) return answered(sendNotAllowed(exchange));
  return signedIn;
}

/** A record that this person may edit. Otherwise answers why not. */
export async function findEditable(exchange: Exchange): Promise<ReadVersion | undefined> {
  const { person, snapshot } = exchange;
  const text = exchange.param('id');
  const found = await exchange.record(text);
  switch (found.kind) {
    case 'unknown':
      return answered(sendNoRecord(exchange, text));
    case 'shown':
      return mayEdit(person, snapshot, found.version.id) ? found.version : answered(sendNotAllowed(exchange));
    case 'merged':
    case 'deleted': {
      const before = await exchange.environment.library.before(found.id);
      const restores = before !== undefined && mayRestore(person, snapshot, before);
      return answered(sendGone(exchange, found, restores));
    }
  }
}

export function answered(_reply: FastifyReply): undefined {
  return undefined;
}
