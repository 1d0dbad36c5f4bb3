import type { Mailer } from '../../mail/mailer.ts';
import type { Access } from '../../people/access.ts';
import type { Providers } from '../../people/providers.ts';
import type { RegistrationPolicy } from '../../people/registration.ts';

/** What the pages need so that people can sign in. */
export interface WebPeople {
  readonly access: Access;
  readonly mailer: Mailer;
  readonly registration: RegistrationPolicy;
  readonly providers: Providers;
  /** Undefined: the administrator's address in the site file. */
  readonly mailFrom: string | undefined;
  /**
   * Where links in e-mails lead: never what a request calls us, since anybody may send a request
   * with any name.
   */
  readonly linkBase: () => string;
  /** The setting of this name: which networks that are not public may be harvested. */
  readonly harvestNetworks?: string | undefined;
  /** The settings of these names: where webhooks may send. */
  readonly webhookHosts?: string | undefined;
  readonly webhookNetworks?: string | undefined;
}
