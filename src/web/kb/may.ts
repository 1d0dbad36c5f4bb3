import { may } from '../../people/person.ts';
import { signedInWithSession } from '../account/forms.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendNotAllowed } from '../exchange/messages.ts';

/** May they look after knowledge bases? Otherwise it has answered. */
export function mayKeepBases(exchange: Exchange): boolean {
  if (signedInWithSession(exchange) === undefined) return false;
  if (may(exchange.snapshot.site, exchange.person, 'cfgbibknowledge')) return true;
  sendNotAllowed(exchange);
  return false;
}
