import type { FastifyInstance } from 'fastify';
import { may } from '../../people/person.ts';
import { pageBehind } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { beginExchange } from '../exchange/exchange.ts';
import { sendNotAllowed } from '../exchange/messages.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { signInAddress } from '../http/url.ts';
import { adminDoiRoutes } from './dois.ts';
import { adminFailureRoutes } from './failures.ts';
import { adminGroupRoutes } from './groups.ts';
import { adminHarvestRoutes } from './harvest.ts';
import { adminJobRoutes } from './jobs.ts';
import { adminListRoutes } from './lists.ts';
import { adminOaiRoutes } from './oai.ts';
import { adminOverviewRoutes } from './overview.ts';
import { adminPeopleRoutes } from './people.ts';
import { adminPersonRoutes } from './person.ts';
import { adminRoleRoutes } from './roles.ts';
import { adminWebhookRoutes } from './webhooks.ts';

/**
 * Looking after people and roles. The guard stands before all of it, so that no route can forget
 * it.
 */
export function adminRoutes(app: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  app.register(
    async (admin) => {
      admin.addHook('preHandler', async (request, reply) => {
        const exchange = beginExchange(environment, request, reply);
        const { signedIn, snapshot, person, page } = exchange;
        // A session: what a token may do here it does by programs' addresses, which have no forms.
        if (signedIn?.session === undefined)
          return reply.redirect(signInAddress(request.method === 'POST' ? pageBehind(request.url) : page.address), 303);
        if (!may(snapshot.site, person, 'cfgwebaccess')) return sendNotAllowed(exchange);
      });
      adminOverviewRoutes(admin, environment, people);
      adminPeopleRoutes(admin, environment, people);
      adminPersonRoutes(admin, environment, people);
      adminRoleRoutes(admin, environment, people);
      adminGroupRoutes(admin, environment, people);
      adminListRoutes(admin, environment, people);
      adminFailureRoutes(admin, environment, people);
      adminJobRoutes(admin, environment, people);
      adminOaiRoutes(admin, environment, people);
      adminDoiRoutes(admin, environment, people);
      adminHarvestRoutes(admin, environment, people);
      adminWebhookRoutes(admin, environment, people);
    },
    { prefix: '/admin' },
  );
}
