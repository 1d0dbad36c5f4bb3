import type { FastifyInstance } from 'fastify';
import { mayEditSome } from '../../access/may-edit.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { beginExchange } from '../exchange/exchange.ts';
import { sendNotAllowed } from '../exchange/messages.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { signInAddress } from '../http/url.ts';
import { editorAssetRoutes } from './assets.ts';
import { editRecordRoutes } from './edit.ts';
import { liveRoutes } from './live.ts';
import { newRecordRoutes } from './new.ts';
import { overviewRoutes } from './overview.ts';
import { restoreRoutes } from './restore.ts';
import { suggestRoutes } from './suggest.ts';
import { templateRoutes } from './templates.ts';

/**
 * Writing records. The guard stands before all of it, and before a body is read: forms of the
 * editor are large.
 */
export function editRoutes(app: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { database } = people.access;
  editorAssetRoutes(app);
  app.register(async (editor) => {
    editor.addHook('onRequest', async (request, reply) => {
      const exchange = beginExchange(environment, request, reply);
      const { signedIn, snapshot, person } = exchange;
      // A session: what a token may do here it does by programs' addresses, which have no forms.
      if (signedIn?.session === undefined)
        return reply.redirect(signInAddress(request.method === 'POST' ? '/edit' : request.url), 303);
      if (!mayEditSome(person, snapshot)) return sendNotAllowed(exchange);
    });
    editRecordRoutes(editor, environment, database);
    newRecordRoutes(editor, environment, database);
    restoreRoutes(editor, environment, database);
    overviewRoutes(editor, environment, database);
    templateRoutes(editor, environment, database);
    liveRoutes(editor, environment, database);
    suggestRoutes(editor, environment, database);
  });
}
