import type { FastifyInstance } from 'fastify';
import { requireForNewcomer, requireForRole } from '../../people/administer.ts';
import { issueOneTime } from '../../people/one-time.ts';
import { addPerson, checkEmail, checkName, listPeople } from '../../people/people.ts';
import { requireRole } from '../../people/require-role.ts';
import { allRoles } from '../../people/roles.ts';
import { postEmail } from '../account/e-mail.ts';
import { actorOf, beginForm, doneText, given, problemText, sendForm } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { listRange } from './list-range.ts';
import { accountStates, newPersonPage, peoplePage } from './people-page.ts';

/** The list of people, and adding somebody. */
export function adminPeopleRoutes(admin: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { access } = people;
  const { database } = access;

  admin.get('/people', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const { args, snapshot, page } = exchange;
    const part = listRange(args);
    const state = accountStates.find((one) => one === args.get('state'));
    const role = args.get('role') || undefined;
    const found = await listPeople(database, { ...part, state, role });
    const roles = allRoles(snapshot.site, access.peopleRoles()).map(({ name }) => name);
    const model = { ...part, ...found, state, role, roles, done: doneText(page, args) };
    return sendForm(exchange, reply, peoplePage(page, model));
  });

  admin.get('/people/new', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const roles = allRoles(exchange.snapshot.site, access.peopleRoles()).map(({ name }) => name);
    return sendForm(exchange, reply, newPersonPage(exchange.page, { name: '', email: '', roles, problem: undefined }));
  });

  admin.post('/people', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const { page, snapshot, person } = exchange;
    const [name, email, role] = [given(request, 'name'), given(request, 'email'), given(request, 'role')];
    try {
      if (role !== '') requireForRole(snapshot.site, person, requireRole(snapshot.site, access.peopleRoles(), role));
      requireForNewcomer(snapshot.site, access.peopleRoles(), person, { name, email });
      const isMailed = given(request, 'letter') === '1';
      const id = await addPerson(database, actorOf(exchange, request), {
        ...{ name, email, password: undefined, roles: role === '' ? [] : [role] },
        ...{ state: 'active', origin: 'administrator' },
      });
      if (isMailed) {
        const secret = await issueOneTime(database, 'reset', { person: id, data: {} });
        postEmail(
          page,
          people,
          checkEmail(email),
          'added',
          { name: checkName(name) },
          `/account/new-password?token=${secret}`,
        );
      }
      const done = isMailed && !people.mailer.sends ? 'person_added_kept' : 'person_added';
      return reply.redirect(`/admin/people/${id}?done=${done}`, 303);
    } catch (error) {
      const { status, ...problem } = problemText(page, error);
      const roles = allRoles(snapshot.site, access.peopleRoles()).map((one) => one.name);
      return sendForm(exchange, reply, newPersonPage(page, { name, email, roles, problem }), status);
    }
  });
}
