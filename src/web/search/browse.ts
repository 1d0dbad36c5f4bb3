import type { FastifyReply } from 'fastify';
import { browseFor } from '../../access/browse.ts';
import { collectionTree } from '../../access/collections.ts';
import { isCollectionFor } from '../../access/no-collection.ts';
import { plainText } from '../../formats/mathematics.ts';
import type { BrowseWay } from '../../search/guide/browse.ts';
import { type SearchRequest, withoutFilters } from '../../search/request.ts';
import { toUrl } from '../../search/url-of-request.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendUnknownCollection } from '../exchange/messages.ts';
import { sendHtml } from '../exchange/reply.ts';
import { withParameter } from '../http/url.ts';
import { browsePage } from './browse-page.ts';
import { noticeText } from './search-view.ts';
import { browseAddress } from './url-of-search.ts';

/**
 * Is a list of terms asked for? By action=browse, or by the button of that name in Invenio's forms.
 */
export function asksToBrowse(args: URLSearchParams): boolean {
  return args.get('action') === 'browse' || args.has('action_browse');
}

/** /search?action=browse */
export function sendBrowse(exchange: Exchange, question: SearchRequest): FastifyReply {
  const { snapshot, person, page, args, timing } = exchange;
  const { byName } = collectionTree(snapshot.site);
  const unknown = [question.collection, ...question.collections].find(
    (name) => name !== '' && !isCollectionFor(person, snapshot, name),
  );
  if (unknown !== undefined) return sendUnknownCollection(exchange, unknown);
  if (exchange.isFresh()) return exchange.reply;
  const [part] = question.parts;
  const asked = question.text === '' && part !== undefined ? { text: part.text, field: part.field } : {};
  const wanted = { ...question, ...asked };
  const way = (['after', 'before'] as const).find((one) => one === args.get('way')) ?? 'around';
  const browsed = timing.search(() => browseFor(snapshot, person, wanted, way));
  const address = (text: string, direction: BrowseWay): string =>
    withParameter(browseAddress({ ...wanted, text, field: browsed.field }), 'way', direction);
  const collection = byName.get(question.collection)?.collection;
  return sendHtml(
    exchange,
    browsePage(page, {
      request: { ...wanted, field: browsed.field },
      text: way === 'around' ? wanted.text : '',
      collectionName: collection === undefined ? undefined : page.tr.nameOf(collection.names, collection.name),
      terms: browsed.terms.map(({ label, text, count, exact }) => ({
        label: plainText(label),
        count,
        exact,
        href: toUrl(withoutFilters(question), { text }),
      })),
      before: browsed.before === undefined ? undefined : address(browsed.before, 'before'),
      after: browsed.after === undefined ? undefined : address(browsed.after, 'after'),
      notices: [
        ...browsed.notices.map((notice) => noticeText(page, notice)),
        ...browsed.refused.map((name) => page.tr.t('error.restricted.text', { name })),
      ],
    }),
  );
}
