import type { FastifyInstance } from 'fastify';
import { openableRecords } from '../../access/visible.ts';
import { listPeople } from '../../people/people.ts';
import { may } from '../../people/person.ts';
import { formRoutes } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { overviewPage } from './overview-page.ts';

/** Where administration begins: how things stand, and where they are looked after. */
export function adminOverviewRoutes(admin: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get } = formRoutes(admin, environment);
  const { database } = people.access;
  get('/', async (exchange) => {
    const { snapshot, person, page } = exchange;
    const none = { text: '', role: undefined, offset: 0, limit: 0 };
    const [all, waiting] = await Promise.all([
      listPeople(database, { ...none, state: undefined }),
      listPeople(database, { ...none, state: 'waiting' }),
    ]);
    return sendHtml(
      exchange,
      overviewPage(page, {
        level: environment.level(),
        // Those that they may open: of the others even their number is not told.
        records: openableRecords(person, snapshot).reduce((sum, bits) => sum + bits.size, 0),
        people: all.total,
        waiting: waiting.total,
        mailIsSent: people.mailer.sends,
        seesStatus: may(snapshot.site, person, 'viewserverstatus'),
        seesProfiles: may(snapshot.site, person, 'profiling'),
      }),
    );
  });
}
