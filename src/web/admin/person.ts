import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Account, readAccount } from '../../people/account.ts';
import { removePerson, requireForGroups, requireForPerson, requireForRole } from '../../people/administer.ts';
import { audit } from '../../people/audit.ts';
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
import { actorOf, beginForm, doneText, given, problemText, sendForm } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { rowNumber } from './list-range.ts';
import { accountStates } from './people-page.ts';
import { personPage } from './person-page.ts';
import { removalPage } from './removal-page.ts';

interface PersonParams {
  readonly Params: { readonly id: string };
}
type PersonRequest = FastifyRequest<PersonParams>;

const mostGroups = 500;
const logShown = 20;

/** One person: what they may do, where they are signed in, what was done to them. */
export function adminPersonRoutes(admin: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { access } = people;
  const { database } = access;

  admin.get<PersonParams>('/people/:id', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const account = await accountFor(request);
    return account === undefined ? reply.callNotFound() : show(exchange, reply, account);
  });

  /**
   * An address that changes something: looks who it is, does it, and comes back to the page, which says `done`, or what
   * the work resolved to.
   */
  function change(
    path: string,
    done: string,
    work: (account: Account, exchange: Exchange, request: PersonRequest) => Promise<string | undefined>,
  ): void {
    admin.post<PersonParams>(`/people/:id/${path}`, async (request, reply) => {
      const exchange = beginForm(environment, request, reply);
      const account = await accountFor(request);
      if (account === undefined) return reply.callNotFound();
      let said: string | undefined;
      try {
        requireForPerson(exchange.snapshot.site, access.peopleRoles(), exchange.person, account);
        said = await work(account, exchange, request);
      } catch (error) {
        const { text, status } = problemText(exchange.page, error);
        return show(exchange, reply, account, text, status);
      }
      access.forget({ kind: 'person', id: account.id });
      return reply.redirect(`/admin/people/${account.id}?done=${said ?? done}`, 303);
    });
  }

  change('state', 'state_changed', async (account, exchange, request) => {
    const state = accountStates.find((one) => one === given(request, 'state'));
    // Nobody locks themselves out.
    if (state === undefined || account.id === exchange.person.id) return;
    await setState(database, actorOf(exchange, request), account, state);
    if (account.state === 'waiting' && state === 'active')
      postEmail(exchange.page, people, account.email, 'let_in', { name: account.name }, '/account/sign-in');
  });

  change('role', 'role_given', async (account, exchange, request) => {
    const { site } = exchange.snapshot;
    const role = requireRole(site, access.peopleRoles(), given(request, 'role'));
    requireForRole(site, exchange.person, role);
    const until = given(request, 'until');
    const expires = until === '' ? undefined : new Date(`${until}T23:59:59.999Z`);
    if (expires !== undefined && Number.isNaN(expires.getTime())) return;
    await giveRole(database, actorOf(exchange, request), account, role.name, expires);
  });

  change('role/take', 'role_taken', async (account, exchange, request) => {
    const { site } = exchange.snapshot;
    const role = requireRole(site, access.peopleRoles(), given(request, 'role'));
    requireForRole(site, exchange.person, role);
    await takeRole(database, actorOf(exchange, request), account, role.name);
  });

  for (const [path, done, work] of [
    ['group', 'group_given', addToGroup],
    ['group/take', 'group_taken', removeFromGroup],
  ] as const) {
    change(path, done, async (account, exchange, request) => {
      requireForGroups(exchange.snapshot.site, access.peopleRoles(), exchange.person);
      const group = await readGroup(database, rowNumber(given(request, 'group')) ?? 0);
      if (group !== undefined) await work(database, actorOf(exchange, request), group, account);
    });
  }

  change('sessions', 'sessions_ended', async (account, exchange, request) => {
    await endAll(database, actorOf(exchange, request), account, undefined);
  });

  change('password/none', 'password_taken', async (account, exchange, request) => {
    if (account.id !== exchange.person.id) await setPassword(database, actorOf(exchange, request), account, undefined);
  });

  change('letter', 'letter_sent', async (account, exchange, request) => {
    checkEmail(account.email);
    const secret = await issueOneTime(database, 'reset', { person: account.id, data: {} });
    const values = { name: account.name };
    postEmail(exchange.page, people, account.email, 'reset', values, `/account/new-password?token=${secret}`);
    await audit(database, actorOf(exchange, request), 'password link sent', account.name);
    return people.mailer.sends ? undefined : 'letter_kept';
  });

  admin.post<PersonParams>('/people/:id/remove', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const account = await accountFor(request);
    if (account === undefined) return reply.callNotFound();
    const { page, snapshot, person } = exchange;
    const here = `/admin/people/${account.id}`;
    if (account.state === 'active') return reply.redirect(here, 303);
    if (given(request, 'sure') !== 'yes') {
      const text = page.tr.t('admin.remove_person_text', { name: account.name });
      return sendForm(
        exchange,
        reply,
        removalPage(page, { tab: 'people', name: account.name, text, action: `${here}/remove`, back: here }),
      );
    }
    try {
      requireForPerson(snapshot.site, access.peopleRoles(), person, { ...account, state: 'active' });
      await removePerson(database, actorOf(exchange, request), account);
    } catch (error) {
      const { text, status } = problemText(page, error);
      return show(exchange, reply, account, text, status);
    }
    return reply.redirect('/admin/people?done=person_removed', 303);
  });

  async function accountFor(request: PersonRequest): Promise<Account | undefined> {
    const id = rowNumber(request.params.id);
    return id === undefined ? undefined : await readAccount(database, id);
  }

  async function show(
    exchange: Exchange,
    reply: FastifyReply,
    account: Account,
    problem?: string,
    status = 200,
  ): Promise<FastifyReply> {
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
      problem,
      done: doneText(page, exchange.args),
    };
    return sendForm(
      { ...exchange, page: { ...page, address: `/admin/people/${account.id}` } },
      reply,
      personPage({ ...page, address: `/admin/people/${account.id}` }, model),
      status,
    );
  }
}
