import type { FastifyInstance } from 'fastify';
import { collectionTree } from '../../access/collections.ts';
import { isOpenTo } from '../../access/visible.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { routesOf } from '../exchange/exchange.ts';
import { sendRestricted, sendUnknownCollection } from '../exchange/messages.ts';
import { sendHtml } from '../exchange/reply.ts';
import { collectionAddress } from '../http/url.ts';
import { collectionView } from './collection-view.ts';
import { helpPage } from './help-page.ts';
import { collectionPage } from './home-page.ts';
import { ownPage } from './own-page.ts';

/** The home page, collection pages, the library's own pages, help. */
export function collectionRoutes(app: FastifyInstance, environment: WebEnvironment): void {
  const { get } = routesOf(app, environment);
  get('/', async (exchange) => {
    const { args } = exchange;
    // Addresses of collections as Invenio had them.
    const legacy = args.get('c') ?? args.get('cc');
    if (legacy !== null && legacy !== '') return exchange.reply.redirect(collectionAddress(legacy), 301);
    if (exchange.isFresh()) return exchange.reply;
    const model = await collectionView(exchange, '');
    if (model === undefined)
      return sendRestricted(exchange, collectionTree(exchange.snapshot.site).home!.collection.name);
    return sendHtml(exchange, collectionPage(exchange.page, { ...model, advanced: isAdvanced(args) }));
  });

  get('/collection/:name', async (exchange) => {
    const name = exchange.param('name');
    const tree = collectionTree(exchange.snapshot.site);
    if (name === tree.home?.collection.name) return exchange.reply.redirect('/', 301);
    if (!tree.byName.has(name)) return sendUnknownCollection(exchange, name);
    const model = await collectionView(exchange, name);
    if (model === undefined) return sendRestricted(exchange, name);
    if (exchange.isFresh()) return exchange.reply;
    return sendHtml(exchange, collectionPage(exchange.page, { ...model, advanced: isAdvanced(exchange.args) }));
  });

  get('/pages/:slug', async (exchange) => {
    const { snapshot, person, page } = exchange;
    const own = snapshot.site.pages.find(({ slug }) => slug === exchange.param('slug'));
    if (own === undefined) return exchange.notFound();
    if (!isOpenTo(person, snapshot)) return sendRestricted(exchange, page.libraryName);
    if (exchange.isFresh()) return exchange.reply;
    return sendHtml(exchange, ownPage(page, own));
  });

  get('/help/search', async (exchange) => {
    if (exchange.isFresh()) return exchange.reply;
    return sendHtml(exchange, helpPage(exchange.page));
  });
}

function isAdvanced(args: URLSearchParams): boolean {
  return args.get('aas') === '1' || args.get('as') === '1';
}
