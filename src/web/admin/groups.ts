import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readAccount } from '../../people/account.ts';
import { requireForGroups, requireForPerson } from '../../people/administer.ts';
import {
  addToGroup,
  createGroup,
  deleteGroup,
  describeGroup,
  type Group,
  listGroups,
  membersOf,
  readGroup,
  removeFromGroup,
} from '../../people/groups.ts';
import { requireAccount } from '../../people/people.ts';
import { actorOf, beginForm, doneText, given, problemText, sendForm } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { groupPage, groupsPage } from './groups-page.ts';
import { listRange, rowNumber } from './list-range.ts';
import { removalPage } from './removal-page.ts';

interface GroupParams {
  readonly Params: { readonly id: string };
}

/** Groups of people, which rules and records name. */
export function adminGroupRoutes(admin: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { access } = people;
  const { database } = access;

  const list = async (
    exchange: Exchange,
    reply: FastifyReply,
    typed = { name: '', description: '' },
    problem?: string,
    status = 200,
  ) => {
    const part = listRange(exchange.args);
    const found = await listGroups(database, part);
    const model = { ...part, ...found, typed, problem, done: doneText(exchange.page, exchange.args) };
    return sendForm(exchange, reply, groupsPage(exchange.page, model), status);
  };

  admin.get('/groups', async (request, reply) => list(beginForm(environment, request, reply), reply));

  admin.post('/groups', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const typed = { name: given(request, 'name'), description: given(request, 'description').trim() };
    try {
      // A new group may have the name that rules of a role that may do everything wait for.
      requireForGroups(exchange.snapshot.site, access.peopleRoles(), exchange.person);
      const id = await createGroup(database, actorOf(exchange, request), typed.name, typed.description);
      return reply.redirect(`/admin/groups/${id}?done=group_saved`, 303);
    } catch (error) {
      const { text, status } = problemText(exchange.page, error);
      return list(exchange, reply, typed, text, status);
    }
  });

  const show = async (
    exchange: Exchange,
    reply: FastifyReply,
    group: Group,
    typed = '',
    problem?: string,
    status = 200,
  ) => {
    const part = listRange(exchange.args);
    const members = await membersOf(database, group.id, part.offset, part.limit);
    const page = { ...exchange.page, address: `/admin/groups/${group.id}` };
    const model = {
      ...part,
      total: group.members,
      group,
      members,
      typed,
      problem,
      done: doneText(page, exchange.args),
    };
    return sendForm(exchange, reply, groupPage(page, model), status);
  };

  admin.get<GroupParams>('/groups/:id', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const group = await groupFor(request);
    return group === undefined ? reply.callNotFound() : show(exchange, reply, group);
  });

  function change(
    path: string,
    done: string,
    work: (group: Group, exchange: Exchange, request: FastifyRequest) => Promise<void>,
  ): void {
    admin.post<GroupParams>(`/groups/:id${path}`, async (request, reply) => {
      const exchange = beginForm(environment, request, reply);
      const group = await groupFor(request);
      if (group === undefined) return reply.callNotFound();
      try {
        requireForGroups(exchange.snapshot.site, access.peopleRoles(), exchange.person);
        await work(group, exchange, request);
      } catch (error) {
        const { text, status } = problemText(exchange.page, error);
        return show(exchange, reply, group, given(request, 'name'), text, status);
      }
      return reply.redirect(`/admin/groups/${group.id}?done=${done}`, 303);
    });
  }

  change('', 'group_saved', async (group, exchange, request) => {
    await describeGroup(database, actorOf(exchange, request), group, given(request, 'description').trim());
  });

  change('/give', 'group_given', async (group, exchange, request) => {
    const account = await requireAccount(database, given(request, 'name'));
    requireForPerson(exchange.snapshot.site, access.peopleRoles(), exchange.person, account);
    await addToGroup(database, actorOf(exchange, request), group, account);
    access.forget({ kind: 'person', id: account.id });
  });

  change('/take', 'group_taken', async (group, exchange, request) => {
    const account = await readAccount(database, rowNumber(given(request, 'person')) ?? 0);
    if (account === undefined) return;
    requireForPerson(exchange.snapshot.site, access.peopleRoles(), exchange.person, account);
    await removeFromGroup(database, actorOf(exchange, request), group, account);
    access.forget({ kind: 'person', id: account.id });
  });

  admin.post<GroupParams>('/groups/:id/remove', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const group = await groupFor(request);
    if (group === undefined) return reply.callNotFound();
    const { page } = exchange;
    const here = `/admin/groups/${group.id}`;
    if (given(request, 'sure') !== 'yes') {
      const text = page.tr.t('admin.remove_group_text', { group: group.name });
      const model = { tab: 'groups', name: group.name, text, action: `${here}/remove`, back: here } as const;
      return sendForm(exchange, reply, removalPage(page, model));
    }
    requireForGroups(exchange.snapshot.site, access.peopleRoles(), exchange.person);
    await deleteGroup(database, actorOf(exchange, request), group);
    return reply.redirect('/admin/groups?done=group_removed', 303);
  });

  async function groupFor(request: FastifyRequest<GroupParams>): Promise<Group | undefined> {
    const id = rowNumber(request.params.id);
    return id === undefined ? undefined : await readGroup(database, id);
  }
}
