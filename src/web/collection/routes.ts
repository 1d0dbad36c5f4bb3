import type { FastifyInstance } from 'fastify';
import { collectionTree } from '../../access/collections.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { beginExchange } from '../exchange/exchange.ts';
import { sendRestricted, sendUnknownCollection } from '../exchange/messages.ts';
import { caching, entityTag, notModified, sendHtml } from '../exchange/reply.ts';
import { collectionAddress } from '../http/url.ts';
import { collectionView } from './collection-view.ts';
import { helpPage } from './help-page.ts';
import { collectionPage } from './home-page.ts';

/** The home page, collection pages, help. */
export function collectionRoutes(app: FastifyInstance, environment: WebEnvironment): void {
  app.get('/', async (request, reply) => {
    const exchange = beginExchange(environment, request);
    const { args } = exchange;
    // Addresses of collections as Invenio had them.
    const legacy = args.get('c') ?? args.get('cc');
    if (legacy !== null && legacy !== '') return reply.redirect(collectionAddress(legacy), 301);
    if (notModified(request, reply, entityTag(exchange, environment), caching(exchange, environment, request)))
      return reply;
    const model = await collectionView(exchange, '');
    if (model === undefined) throw new Error('the site has no home collection');
    return sendHtml(reply, exchange, collectionPage(exchange.page, { ...model, advanced: isAdvanced(args) }));
  });

  app.get<{ Params: { name: string } }>('/collection/:name', async (request, reply) => {
    const exchange = beginExchange(environment, request);
    const { name } = request.params;
    const tree = collectionTree(exchange.snapshot.site);
    if (name === tree.home?.collection.name) return reply.redirect('/', 301);
    if (!tree.byName.has(name)) return sendUnknownCollection(exchange, reply, name);
    const model = await collectionView(exchange, name);
    if (model === undefined) return sendRestricted(exchange, reply, name);
    if (notModified(request, reply, entityTag(exchange, environment), caching(exchange, environment, request)))
      return reply;
    return sendHtml(reply, exchange, collectionPage(exchange.page, { ...model, advanced: isAdvanced(exchange.args) }));
  });

  app.get('/help/search', async (request, reply) => {
    const exchange = beginExchange(environment, request);
    if (notModified(request, reply, entityTag(exchange, environment), caching(exchange, environment, request)))
      return reply;
    return sendHtml(reply, exchange, helpPage(exchange.page));
  });
}

function isAdvanced(args: URLSearchParams): boolean {
  return args.get('aas') === '1' || args.get('as') === '1';
}
