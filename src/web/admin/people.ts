import type { FastifyInstance } from 'fastify';
import { requireForNewcomer, requireForRole } from '../../people/administer.ts';
import { issueOneTime } from '../../people/one-time.ts';
import { addPerson, checkEmail, checkName, listPeople } from '../../people/people.ts';
import { requireRole } from '../../people/require-role.ts';
import { allRoles } from '../../people/roles.ts';
import { postEmail } from '../account/e-mail.ts';
import { actorOf, doneText, formRoutes, given, problemText } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { listRange } from './list-range.ts';
import { accountStates, newPersonPage, peoplePage } from './people-page.ts';

/** The list of people, and adding somebody. */
export function adminPeopleRoutes(admin: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get, post } = formRoutes(admin, environment);
  const { access } = people;
  const { database } = access;

  get('/people', async (exchange) => {
    const { args, snapshot, page } = exchange;
    const part = listRange(args);
    const state = accountStates.find((one) => one === args.get('state'));
    const role = args.get('role') || undefined;
    const found = await listPeople(database, { ...part, state, role });
    const roles = allRoles(snapshot.site, access.peopleRoles()).map(({ name }) => name);
    const model = { ...part, ...found, state, role, roles, done: doneText(page, args) };
    return sendHtml(exchange, peoplePage(page, model));
  });

  get('/people/new', async (exchange) => {
    const roles = allRoles(exchange.snapshot.site, access.peopleRoles()).map(({ name }) => name);
    const { sends } = people.mailer;
    return sendHtml(exchange, newPersonPage(exchange.page, { name: '', email: '', roles, sends, problem: undefined }));
  });

  post('/people', async (exchange) => {
    const { page, snapshot, person } = exchange;
    const [name, email, role] = [given(exchange, 'name'), given(exchange, 'email'), given(exchange, 'role')];
    try {
      if (role !== '') requireForRole(snapshot.site, person, requireRole(snapshot.site, access.peopleRoles(), role));
      requireForNewcomer(snapshot.site, access.peopleRoles(), person, { name, email });
      const isMailed = given(exchange, 'e-mail') === '1';
      const id = await addPerson(database, actorOf(exchange), {
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
      return exchange.reply.redirect(`/admin/people/${id}?done=${done}`, 303);
    } catch (error) {
      const { status, ...problem } = problemText(page, error);
      const roles = allRoles(snapshot.site, access.peopleRoles()).map((one) => one.name);
      return sendHtml(
        exchange,
        newPersonPage(page, { name, email, roles, sends: people.mailer.sends, problem }),
        status,
      );
    }
  });
}
