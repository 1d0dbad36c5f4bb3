import type { FastifyInstance } from 'fastify';
import type { WebEnvironment } from '../exchange/environment.ts';
import { routesOf } from '../exchange/exchange.ts';
import type { WebUploads } from '../exchange/web-uploads.ts';
import { heldRoutes } from './held.ts';
import { heldApiRoutes, heldDecisionRoutes } from './held-api.ts';
import { recordsApiRoutes } from './records-api.ts';
import { revisionsApiRoutes } from './revisions-api.ts';
import { robotRoutes } from './robot.ts';
import { uploadPageRoutes } from './upload.ts';
import { uploadsApiRoutes } from './uploads-api.ts';

/** Records that come in: from programs, robots and people, and what waits of them. */
export function uploadRoutes(app: FastifyInstance, environment: WebEnvironment, uploads: WebUploads): void {
  app.register(async (bodies) => {
    // A record in any format that is read; which it is shows in its first bytes.
    bodies.removeAllContentTypeParsers();
    bodies.addContentTypeParser('*', (_, body, done) => done(null, body));
    recordsApiRoutes(routesOf(bodies, environment), uploads);
    robotRoutes(routesOf(bodies, environment), uploads);
  });
  const routes = routesOf(app, environment);
  revisionsApiRoutes(routes);
  uploadsApiRoutes(routes, uploads);
  heldApiRoutes(routes, uploads);
  heldDecisionRoutes(routes, uploads);
  heldRoutes(app, environment, uploads);
  if (environment.files !== undefined) uploadPageRoutes(app, environment, uploads, environment.files);
}
