import type { FastifyInstance } from 'fastify';
import { endAll } from '../../people/given-out.ts';
import { endSessions, sessionsOf } from '../../people/sessions.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { actorOf, doneText, formRoutes, given, signedInWithSession } from './forms.ts';
import { sessionsPage } from './sessions-page.ts';
import { tabsOf } from './tabs.ts';

/** Where one is signed in, and ending it. */
export function sessionRoutes(app: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get, post } = formRoutes(app, environment);
  const { access } = people;

  get('/account/sessions', async (exchange) => {
    const signedIn = signedInWithSession(exchange);
    if (signedIn?.session === undefined) return exchange.reply;
    const model = {
      tabs: tabsOf(exchange.page),
      sessions: await sessionsOf(access.database, signedIn.account.id),
      current: signedIn.session.number,
      done: doneText(exchange.page, exchange.args),
    };
    return sendHtml(exchange, sessionsPage(exchange.page, model));
  });

  post('/account/sessions', async (exchange) => {
    const signedIn = signedInWithSession(exchange);
    if (signedIn?.session === undefined) return exchange.reply;
    const { account, session } = signedIn;
    const which = given(exchange, 'end');
    const number = Number(which);
    if (which === 'others') await endAll(access.database, actorOf(exchange), account, session.number);
    else if (Number.isSafeInteger(number)) await endSessions(access.database, account.id, { number });
    access.forget({ kind: 'person', id: account.id });
    return exchange.reply.redirect(
      `/account/sessions?done=${which === 'others' ? 'others_ended' : 'session_ended'}`,
      303,
    );
  });
}
