import { collectionTree } from '../../access/collections.ts';
import { correcting, guiding } from '../../access/guide.ts';
import { fewHits } from '../../search/guide/correction.ts';
import type { NearQuestion } from '../../search/guide/nearest.ts';
import { leavesOf, type Query } from '../../search/query/tree.ts';
import type { SearchRequest } from '../../search/request.ts';
import { conditionsHelped } from '../../search/search.ts';
import { toUrl } from '../../search/url-of-request.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { GuidanceModel, Offer } from './guidance.ts';

/** What the page of a question that finds nothing offers instead. */
export async function guidanceModel(exchange: Exchange, request: SearchRequest, query: Query): Promise<GuidanceModel> {
  const { snapshot, person, page, patterns } = exchange;
  const { counts, nearest, unfiltered, elsewhere } = await exchange.work(guiding(snapshot, person, request, patterns));
  const whole = (text: string) => toUrl(request, { text, field: '', parts: [], advanced: false });
  const { byName } = collectionTree(snapshot.site);
  const parts = leavesOf(query).length;
  return {
    parts: parts > conditionsHelped ? { count: parts, limit: conditionsHelped } : undefined,
    // One condition alone finds nothing, which is said already.
    terms: (counts.length > 1 ? counts : []).map(({ text, count }) => ({
      label: text,
      count,
      href: toUrl(request, { text, field: '', parts: [], advanced: false, limits: [] }),
    })),
    nearest: nearest.map(({ asked, before, after }) => ({
      asked,
      offers: closest(before, after).map(({ label, text, count }) => ({ label, count, href: whole(text) })),
    })),
    wider: [
      ...(unfiltered === 0
        ? []
        : [{ label: page.tr.t('none.without_filters'), count: unfiltered, href: toUrl(request, { facets: {} }) }]),
      ...elsewhere.map(({ collection, count }) => ({
        label:
          collection === ''
            ? page.tr.t('none.everywhere')
            : page.tr.nameOf(byName.get(collection)!.collection.names, collection),
        count,
        href: toUrl(request, { collection, collections: [] }),
      })),
    ],
  };
}

const neighboursShown = 5;

/** As many on each side as there are, in all no more than fit in a line. */
function closest(before: readonly NearQuestion[], after: readonly NearQuestion[]): readonly NearQuestion[] {
  const earlier = Math.max(Math.floor(neighboursShown / 2), neighboursShown - after.length);
  const shown = before.slice(-earlier);
  return [...shown, ...after.slice(0, neighboursShown - shown.length)];
}

/** Another spelling of a question that finds little. */
export async function correctionModel(
  exchange: Exchange,
  request: SearchRequest,
  total: number,
): Promise<Offer | undefined> {
  const { snapshot, person, patterns } = exchange;
  if (total > fewHits || !request.alternatives) return undefined;
  const found = await exchange.work(correcting(snapshot, person, request, patterns));
  if (found === undefined) return undefined;
  const { text, count } = found;
  return { label: text, count, href: toUrl(request, { text, field: '', parts: [], advanced: false }) };
}
