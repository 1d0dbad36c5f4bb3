import { type Access, openAccess } from '../access/access.ts';
import type { RegistrationPolicy } from '../access/registration.ts';
import type { Mailer } from '../mail/mailer.ts';
import type { Database } from '../store/database.ts';
import type { WebPeople } from './people.ts';
import { createProviders } from './providers.ts';

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

const silent: Mailer = { post: () => {}, settled: async () => {}, close: async () => {} };
