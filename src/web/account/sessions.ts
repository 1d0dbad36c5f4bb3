import type { FastifyInstance } from 'fastify';
import { endAll } from '../../people/given-out.ts';
import { endSessions, sessionsOf } from '../../people/sessions.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { actorOf, beginForm, doneText, given, sendForm, signedInWithSession } from './forms.ts';
import { sessionsPage } from './sessions-page.ts';
import { tabsOf } from './tabs.ts';

/** Where one is signed in, and ending it. */
export function sessionRoutes(app: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { access } = people;

  app.get('/account/sessions', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const signedIn = signedInWithSession(exchange, reply);
    if (signedIn?.session === undefined) return reply;
    const model = {
      tabs: tabsOf(exchange.page),
      sessions: await sessionsOf(access.database, signedIn.account.id),
      current: signedIn.session.number,
      done: doneText(exchange.page, exchange.args),
    };
    return sendForm(exchange, reply, sessionsPage(exchange.page, model));
  });

  app.post('/account/sessions', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const signedIn = signedInWithSession(exchange, reply);
    if (signedIn?.session === undefined) return reply;
    const { account, session } = signedIn;
    const which = given(request, 'end');
    const number = Number(which);
    if (which === 'others') await endAll(access.database, actorOf(exchange, request), account, session.number);
    else if (Number.isSafeInteger(number)) await endSessions(access.database, account.id, { number });
    access.forget({ kind: 'person', id: account.id });
    return reply.redirect(`/account/sessions?done=${which === 'others' ? 'others_ended' : 'session_ended'}`, 303);
  });
}
