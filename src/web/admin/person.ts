import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Account, readAccount } from '../../people/account.ts';
import { removePerson, requireForGroups, requireForPerson, requireForRole } from '../../people/administer.ts';
import { audit } from '../../people/audit.ts';
import { endOfDay } from '../../people/end-of-day.ts';
import { endAll } from '../../people/given-out.ts';
import { addToGroup, groupsOf, listGroups, readGroup, removeFromGroup } from '../../people/groups.ts';
import { issueOneTime } from '../../people/one-time.ts';
import { auditLog } from '../../people/overview.ts';
import { checkEmail, giveRole, setPassword, setState, takeRole } from '../../people/people.ts';
import { memberships } from '../../people/person-for.ts';
import { requireRole } from '../../people/require-role.ts';
import { allRoles } from '../../people/roles.ts';
import { sessionsOf } from '../../people/sessions.ts';
import { tokensOf } from '../../people/tokens.ts';
import { postEmail } from '../account/e-mail.ts';
import { actorOf, doneText, formRoutes, given, problemText } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { rowNumber } from './list-range.ts';
import { accountStates } from './people-page.ts';
import { personPage } from './person-page.ts';
import { removalPage } from './removal-page.ts';

const mostGroups = 500;
const logShown = 20;

/** One person: what they may do, where they are signed in, what was done to them. */
export function adminPersonRoutes(admin: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get, post } = formRoutes(admin, environment);
  const { access } = people;
  const { database } = access;

  get('/people/:id', async (exchange) => {
    const account = await accountFor(exchange);
    return account === undefined ? exchange.notFound() : show(exchange, account);
  });

  /**
   * An address that changes something: looks who it is, does it, and comes back to the page, which
   * says `done`, or what the work resolved to.
   */
  function change(
    path: string,
    done: string,
    work: (account: Account, exchange: Exchange) => Promise<string | undefined>,
  ): void {
    post(`/people/:id/${path}`, async (exchange) => {
      const account = await accountFor(exchange);
      if (account === undefined) return exchange.notFound();
      let said: string | undefined;
      try {
        requireForPerson(exchange.snapshot.site, access.peopleRoles(), exchange.person, account);
        said = await work(account, exchange);
      } catch (error) {
        const { text, status } = problemText(exchange.page, error);
        return show(exchange, account, text, status);
      }
      access.forget({ kind: 'person', id: account.id });
      return exchange.reply.redirect(`/admin/people/${account.id}?done=${said ?? done}`, 303);
    });
  }

  change('state', 'state_changed', async (account, exchange) => {
    const state = accountStates.find((one) => one === given(exchange, 'state'));
    // Nobody locks themselves out.
    if (state === undefined || account.id === exchange.person.id) return;
    await setState(database, actorOf(exchange), account, state);
    if (account.state === 'waiting' && state === 'active')
      postEmail(exchange.page, people, account.email, 'let_in', { name: account.name }, '/account/sign-in');
  });

  change('role', 'role_given', async (account, exchange) => {
    const { site } = exchange.snapshot;
    const role = requireRole(site, access.peopleRoles(), given(exchange, 'role'));
    requireForRole(site, exchange.person, role);
    const until = given(exchange, 'until');
    const expires = endOfDay(until);
    if (until !== '' && expires === undefined) return;
    await giveRole(database, actorOf(exchange), account, role.name, expires);
  });

  change('role/take', 'role_taken', async (account, exchange) => {
    const { site } = exchange.snapshot;
    const role = requireRole(site, access.peopleRoles(), given(exchange, 'role'));
    requireForRole(site, exchange.person, role);
    await takeRole(database, actorOf(exchange), account, role.name);
  });

  for (const [path, done, work] of [
    ['group', 'group_given', addToGroup],
    ['group/take', 'group_taken', removeFromGroup],
  ] as const) {
    change(path, done, async (account, exchange) => {
      requireForGroups(exchange.snapshot.site, access.peopleRoles(), exchange.person);
      const group = await readGroup(database, rowNumber(given(exchange, 'group')) ?? 0);
      if (group !== undefined) await work(database, actorOf(exchange), group, account);
    });
  }

  change('sessions', 'sessions_ended', async (account, exchange) => {
    await endAll(database, actorOf(exchange), account, undefined);
  });

  change('password/none', 'password_taken', async (account, exchange) => {
    if (account.id !== exchange.person.id) await setPassword(database, actorOf(exchange), account, undefined);
  });

  change('password-link', 'email_sent', async (account, exchange) => {
    checkEmail(account.email);
    const secret = await issueOneTime(database, 'reset', { person: account.id, data: {} });
    const values = { name: account.name };
    postEmail(exchange.page, people, account.email, 'reset', values, `/account/new-password?token=${secret}`);
    await audit(database, actorOf(exchange), 'password link sent', account.name);
    return people.mailer.sends ? undefined : 'email_kept';
  });

  post('/people/:id/remove', async (exchange) => {
    const account = await accountFor(exchange);
    if (account === undefined) return exchange.notFound();
    const { page, snapshot, person } = exchange;
    const here = `/admin/people/${account.id}`;
    if (account.state === 'active') return exchange.reply.redirect(here, 303);
    if (given(exchange, 'sure') !== 'yes') {
      const text = page.tr.t('admin.remove_person_text', { name: account.name });
      return sendHtml(
        exchange,
        removalPage(page, { tab: 'people', name: account.name, text, action: `${here}/remove`, back: here }),
      );
    }
    try {
      requireForPerson(snapshot.site, access.peopleRoles(), person, { ...account, state: 'active' });
      await removePerson(database, actorOf(exchange), account);
    } catch (error) {
      const { text, status } = problemText(page, error);
      return show(exchange, account, text, status);
    }
    return exchange.reply.redirect('/admin/people?done=person_removed', 303);
  });

  async function accountFor({ param }: Exchange): Promise<Account | undefined> {
    const id = rowNumber(param('id'));
    return id === undefined ? undefined : await readAccount(database, id);
  }

  async function show(exchange: Exchange, account: Account, problem?: string, status = 200): Promise<FastifyReply> {
    const { page, snapshot } = exchange;
    const visit = { address: undefined, agent: undefined, referer: undefined, uri: undefined, now: Date.now() };
    const roles = allRoles(snapshot.site, access.peopleRoles());
    const [own, all] = await Promise.all([
      groupsOf(database, account.id),
      listGroups(database, { text: '', offset: 0, limit: mostGroups }),
    ]);
    const model = {
      account,
      memberships: memberships(snapshot.site, access.peopleRoles(), account, visit),
      roles: roles.map(({ name }) => name),
      ownGroups: own,
      groups: all.groups.filter(({ id }) => !own.some((group) => group.id === id)),
      sessions: await sessionsOf(database, account.id),
      tokens: await tokensOf(database, account.id),
      log: (await auditLog(database, { text: account.name, exact: true, offset: 0, limit: logShown })).rows,
      sends: people.mailer.sends,
      problem,
      done: doneText(page, exchange.args),
    };
    return sendHtml(exchange, personPage({ ...page, address: `/admin/people/${account.id}` }, model), status);
  }
}
