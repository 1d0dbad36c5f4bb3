import type { Mailer } from '../mail/mailer.ts';
import { type Access, openAccess } from '../people/access.ts';
import { operator } from '../people/audit.ts';
import { addPerson } from '../people/people.ts';
import { createProviders } from '../people/providers.ts';
import type { RegistrationPolicy } from '../people/registration.ts';
import { createRole, type RoleChanger } from '../people/role-changes.ts';
import type { Action } from '../site/actions.ts';
import type { Database } from '../store/database.ts';
import type { WebPeople } from './exchange/web-people.ts';

/** For tests: people in a database of the test's own, without mail unless a mailer is given. */
export async function testPeople(
  store: { readonly database: Database; readonly url: string },
  {
    mailer = silent,
    registration = 'open',
    secrets = new Map(),
    linkBase = 'https://library.example',
  }: {
    readonly mailer?: Mailer;
    readonly registration?: RegistrationPolicy;
    readonly secrets?: ReadonlyMap<string, string>;
    readonly linkBase?: string;
  } = {},
): Promise<WebPeople & { readonly access: Access }> {
  const access = await openAccess(store);
  const providers = createProviders(secrets);
  return { access, mailer, registration, providers, mailFrom: undefined, linkBase: () => linkBase };
}

const silent: Mailer = { sends: true, post: () => {}, settled: async () => {}, close: async () => {} };

/** For `createRole` in tests: no role is in the way. */
export const anyRole: RoleChanger = { site: { roles: [] }, everything: true };

/** Of both below. */
export const testPassword = 'a quiet library';

/** For tests: `testPeople` with olga, who may do this, and nobody, who may not. */
export async function testOperators(
  store: { readonly database: Database; readonly url: string },
  action: Action,
): ReturnType<typeof testPeople> {
  const people = await testPeople(store);
  const may = [{ action, arguments: {} }];
  await createRole(store.database, operator, 'operators', { description: '', may, rules: '' }, anyRole);
  for (const [name, roles] of [
    ['olga', ['operators']],
    ['nobody', []],
  ] as const)
    await addPerson(store.database, operator, {
      ...{ name, email: `${name}@home.example`, password: testPassword, roles },
      ...{ state: 'active', origin: 'operator' },
    });
  await people.access.refresh();
  return people;
}
