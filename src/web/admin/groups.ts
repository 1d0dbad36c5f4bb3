import type { FastifyInstance } from 'fastify';
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
import { actorOf, doneText, formRoutes, given, problemText } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { groupPage, groupsPage } from './groups-page.ts';
import { listRange, rowNumber } from './list-range.ts';
import { removalPage } from './removal-page.ts';

/** Groups of people, which rules and records name. */
export function adminGroupRoutes(admin: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get, post } = formRoutes(admin, environment);
  const { access } = people;
  const { database } = access;

  const list = async (exchange: Exchange, typed = { name: '', description: '' }, problem?: string, status = 200) => {
    const part = listRange(exchange.args);
    const found = await listGroups(database, part);
    const model = { ...part, ...found, typed, problem, done: doneText(exchange.page, exchange.args) };
    return sendHtml(exchange, groupsPage(exchange.page, model), status);
  };

  get('/groups', async (exchange) => list(exchange));

  post('/groups', async (exchange) => {
    const typed = { name: given(exchange, 'name'), description: given(exchange, 'description').trim() };
    try {
      // A new group may have the name that rules of a role that may do everything wait for.
      requireForGroups(exchange.snapshot.site, access.peopleRoles(), exchange.person);
      const id = await createGroup(database, actorOf(exchange), typed.name, typed.description);
      return exchange.reply.redirect(`/admin/groups/${id}?done=group_saved`, 303);
    } catch (error) {
      const { text, status } = problemText(exchange.page, error);
      return list(exchange, typed, text, status);
    }
  });

  const show = async (exchange: Exchange, group: Group, typed = '', problem?: string, status = 200) => {
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
    return sendHtml(exchange, groupPage(page, model), status);
  };

  get('/groups/:id', async (exchange) => {
    const group = await groupFor(exchange);
    return group === undefined ? exchange.notFound() : show(exchange, group);
  });

  function change(path: string, done: string, work: (group: Group, exchange: Exchange) => Promise<void>): void {
    post(`/groups/:id${path}`, async (exchange) => {
      const group = await groupFor(exchange);
      if (group === undefined) return exchange.notFound();
      try {
        requireForGroups(exchange.snapshot.site, access.peopleRoles(), exchange.person);
        await work(group, exchange);
      } catch (error) {
        const { text, status } = problemText(exchange.page, error);
        return show(exchange, group, given(exchange, 'name'), text, status);
      }
      return exchange.reply.redirect(`/admin/groups/${group.id}?done=${done}`, 303);
    });
  }

  change('', 'group_saved', async (group, exchange) => {
    await describeGroup(database, actorOf(exchange), group, given(exchange, 'description').trim());
  });

  change('/give', 'group_given', async (group, exchange) => {
    const account = await requireAccount(database, given(exchange, 'name'));
    requireForPerson(exchange.snapshot.site, access.peopleRoles(), exchange.person, account);
    await addToGroup(database, actorOf(exchange), group, account);
    access.forget({ kind: 'person', id: account.id });
  });

  change('/take', 'group_taken', async (group, exchange) => {
    const account = await readAccount(database, rowNumber(given(exchange, 'person')) ?? 0);
    if (account === undefined) return;
    requireForPerson(exchange.snapshot.site, access.peopleRoles(), exchange.person, account);
    await removeFromGroup(database, actorOf(exchange), group, account);
    access.forget({ kind: 'person', id: account.id });
  });

  post('/groups/:id/remove', async (exchange) => {
    const group = await groupFor(exchange);
    if (group === undefined) return exchange.notFound();
    const { page } = exchange;
    const here = `/admin/groups/${group.id}`;
    if (given(exchange, 'sure') !== 'yes') {
      const text = page.tr.t('admin.remove_group_text', { group: group.name });
      const model = { tab: 'groups', name: group.name, text, action: `${here}/remove`, back: here } as const;
      return sendHtml(exchange, removalPage(page, model));
    }
    requireForGroups(exchange.snapshot.site, access.peopleRoles(), exchange.person);
    await deleteGroup(database, actorOf(exchange), group);
    return exchange.reply.redirect('/admin/groups?done=group_removed', 303);
  });

  async function groupFor({ param }: Exchange): Promise<Group | undefined> {
    const id = rowNumber(param('id'));
    return id === undefined ? undefined : await readGroup(database, id);
  }
}
