import { type Access, openAccess } from '../access/access.ts';
import type { RegistrationPolicy } from '../access/registration.ts';
import type { Mailer } from '../mail/mailer.ts';
import type { Database } from '../store/database.ts';
import type { WebPeople } from './people.ts';

/** For tests: people in a database of the test's own, without mail unless a mailer is given. */
export async function testPeople(
  store: { readonly database: Database; readonly url: string },
  {
    mailer = silent,
    registration = 'open',
  }: { readonly mailer?: Mailer; readonly registration?: RegistrationPolicy } = {},
): Promise<WebPeople & { readonly access: Access }> {
  const access = await openAccess(store);
  return { access, mailer, registration, mailFrom: undefined, linkBase: () => 'https://library.example' };
}

const silent: Mailer = { post: () => {}, settled: async () => {}, close: async () => {} };
