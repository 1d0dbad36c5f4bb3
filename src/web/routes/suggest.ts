import type { FastifyInstance } from 'fastify';
import { suggestFor } from '../../access/suggest.ts';
import { suggestionKinds } from '../../search/guide/suggest.ts';
import type { WebEnvironment } from '../environment.ts';
import { beginExchange } from '../exchange.ts';
import { entityTag, notModified } from '../reply.ts';

const standardLimit = 8;
const longestText = 200;

/**
 * GET /api/suggest?q=ell&kind=author&limit=8&cc=NAME: {"query", "suggestions": [{"kind", "text", "query", "count"}]}. `kind` is one of title, author, subject, journal,
 * or none for all of them.
 */
export function suggestRoutes(app: FastifyInstance, environment: WebEnvironment): void {
  app.get('/api/suggest', async (request, reply) => {
    const exchange = beginExchange(environment, request);
    const { args, snapshot, person, timing } = exchange;
    const query = (args.get('q') ?? '').slice(0, longestText);
    const wanted = args.get('kind') ?? '';
    const kind = suggestionKinds.find((one) => one === wanted);
    if (wanted !== '' && kind === undefined) {
      const detail = `There is no kind '${wanted}': it is one of ${suggestionKinds.join(', ')}.`;
      const problem = { type: 'about:blank', title: 'Bad Request', status: 400, detail };
      return reply.code(400).type('application/problem+json').send(JSON.stringify(problem));
    }
    if (notModified(request, reply, entityTag(exchange, environment, 'json'))) return reply;
    const asked = Number(args.get('limit') ?? '');
    const limit = Number.isInteger(asked) && asked > 0 ? asked : standardLimit;
    const scope = { collection: args.get('cc') ?? '' };
    const suggestions = timing.search(() => suggestFor(snapshot, person, query, { kind, limit }, scope));
    return reply
      .header('server-timing', timing.header())
      .type('application/json; charset=utf-8')
      .send(JSON.stringify({ query, suggestions }));
  });
}
