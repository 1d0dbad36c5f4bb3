import type { FastifyInstance } from 'fastify';
import { readAccount } from '../../people/account.ts';
import { requireForPerson } from '../../people/administer.ts';
import { audit, auditActions } from '../../people/audit.ts';
import { allSessions, allTokens, auditLog } from '../../people/overview.ts';
import { endSessions } from '../../people/sessions.ts';
import { endToken } from '../../people/tokens.ts';
import { listRuns } from '../../records/load/runs.ts';
import { actorOf, doneText, formRoutes, given } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { listRange, rowNumber } from './list-range.ts';
import { loadsPage } from './loads-page.ts';
import { actionText, logPage } from './log-page.ts';
import { allSessionsPage } from './sessions-page.ts';
import { allTokensPage } from './tokens-page.ts';

/** Everybody's sessions and tokens, past loads, and who changed what. */
export function adminListRoutes(admin: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get, post } = formRoutes(admin, environment);
  const { access } = people;
  const { database } = access;

  get('/sessions', async (exchange) => {
    const part = listRange(exchange.args);
    const found = await allSessions(database, part);
    const model = { ...part, ...found, done: doneText(exchange.page, exchange.args) };
    return sendHtml(exchange, allSessionsPage(exchange.page, model));
  });

  get('/tokens', async (exchange) => {
    const part = listRange(exchange.args);
    const found = await allTokens(database, part);
    const model = { ...part, ...found, done: doneText(exchange.page, exchange.args) };
    return sendHtml(exchange, allTokensPage(exchange.page, model));
  });

  get('/loads', async (exchange) => {
    const part = listRange(exchange.args);
    return sendHtml(exchange, loadsPage(exchange.page, { ...part, ...(await listRuns(database, part)) }));
  });

  get('/log', async (exchange) => {
    const { page } = exchange;
    const part = listRange(exchange.args);
    const typed = part.text.toLowerCase();
    const actions = auditActions.filter((one) => actionText(page, one).toLowerCase().includes(typed));
    const found = await auditLog(database, { ...part, actions });
    return sendHtml(exchange, logPage(page, { ...part, ...found }));
  });

  for (const kind of ['sessions', 'tokens'] as const) {
    post(`/${kind}`, async (exchange) => {
      const account = await readAccount(database, rowNumber(given(exchange, 'person')) ?? 0);
      const number = rowNumber(given(exchange, 'end'));
      if (account === undefined || number === undefined) return exchange.reply.redirect(`/admin/${kind}`, 303);
      requireForPerson(exchange.snapshot.site, access.peopleRoles(), exchange.person, account);
      const actor = actorOf(exchange);
      if (kind === 'tokens') await endToken(database, actor, account, number);
      else {
        await endSessions(database, account.id, { number });
        await audit(database, actor, 'sessions ended', account.name, { number });
      }
      access.forget({ kind: 'person', id: account.id });
      return exchange.reply.redirect(`/admin/${kind}?done=${kind === 'tokens' ? 'token_ended' : 'session_ended'}`, 303);
    });
  }
}
