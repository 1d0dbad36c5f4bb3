import type { FastifyInstance } from 'fastify';
import { readAccount } from '../../people/account.ts';
import { requireForPerson } from '../../people/administer.ts';
import { audit, auditActions } from '../../people/audit.ts';
import { allSessions, allTokens, auditLog } from '../../people/overview.ts';
import { endSessions } from '../../people/sessions.ts';
import { endToken } from '../../people/tokens.ts';
import { actorOf, beginForm, doneText, given, sendForm } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { listRange, rowNumber } from './list-range.ts';
import { actionText, logPage } from './log-page.ts';
import { allSessionsPage } from './sessions-page.ts';
import { allTokensPage } from './tokens-page.ts';

/** Everybody's sessions and tokens, and who changed what. */
export function adminListRoutes(admin: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { access } = people;
  const { database } = access;

  admin.get('/sessions', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const part = listRange(exchange.args);
    const found = await allSessions(database, part);
    const model = { ...part, ...found, done: doneText(exchange.page, exchange.args) };
    return sendForm(exchange, reply, allSessionsPage(exchange.page, model));
  });

  admin.get('/tokens', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const part = listRange(exchange.args);
    const found = await allTokens(database, part);
    const model = { ...part, ...found, done: doneText(exchange.page, exchange.args) };
    return sendForm(exchange, reply, allTokensPage(exchange.page, model));
  });

  admin.get('/log', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const { page } = exchange;
    const part = listRange(exchange.args);
    const typed = part.text.toLowerCase();
    const actions = auditActions.filter((one) => actionText(page, one).toLowerCase().includes(typed));
    const found = await auditLog(database, { ...part, actions });
    return sendForm(exchange, reply, logPage(page, { ...part, ...found }));
  });

  for (const kind of ['sessions', 'tokens'] as const) {
    admin.post(`/${kind}`, async (request, reply) => {
      const exchange = beginForm(environment, request, reply);
      const account = await readAccount(database, rowNumber(given(request, 'person')) ?? 0);
      const number = rowNumber(given(request, 'end'));
      if (account === undefined || number === undefined) return reply.redirect(`/admin/${kind}`, 303);
      requireForPerson(exchange.snapshot.site, access.peopleRoles(), exchange.person, account);
      const actor = actorOf(exchange, request);
      if (kind === 'tokens') await endToken(database, actor, account, number);
      else {
        await endSessions(database, account.id, { number });
        await audit(database, actor, 'sessions ended', account.name, { number });
      }
      access.forget({ kind: 'person', id: account.id });
      return reply.redirect(`/admin/${kind}?done=${kind === 'tokens' ? 'token_ended' : 'session_ended'}`, 303);
    });
  }
}
