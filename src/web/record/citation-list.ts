import { citationsFor } from '../../access/citations.ts';
import type { Brief } from '../../index/brief.ts';
import type { IndexSnapshot } from '../../index/snapshot.ts';
import { finish } from '../../index/work.ts';
import { emptyRequest } from '../../search/request.ts';
import { toUrl } from '../../search/url-of-request.ts';
import { yearSpanText } from '../../search/year-span.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { yearCounts } from '../ui/years.ts';
import type { CitationList, RecordCitations } from './citations-page.ts';

const perPage = 25;
const togetherShown = 10;

/**
 * How often a record is cited by what the reader may see, and when; undefined while the graph is
 * being made.
 */
export function citationsOf({ snapshot, person }: Exchange, id: number): RecordCitations | undefined {
  const view = citationsFor(snapshot, person);
  if (view === undefined) return undefined;
  const yearFacet = snapshot.site.facets.find(({ kind }) => kind === 'year');
  return {
    id,
    count: view.count(id, 'all'),
    withoutSelf: view.count(id, 'without-self'),
    perYear: yearCounts(finish(view.perYear([id], 'all'))),
    yearHref: (from, to) => {
      const facets: Readonly<Record<string, readonly string[]>> =
        yearFacet === undefined ? {} : { [yearFacet.code]: [yearSpanText({ from, to })] };
      return toUrl({ ...emptyRequest, text: `refersto:recid:${id}`, facets });
    },
  };
}

/**
 * A page of the records that cite this one, newest or most cited first, and what is cited with it.
 */
export function citationList(exchange: Exchange, id: number, page: number): CitationList | undefined {
  const { snapshot, person, args } = exchange;
  const view = citationsFor(snapshot, person);
  const citations = citationsOf(exchange, id);
  if (view === undefined || citations === undefined) return undefined;
  const order = args.get('order') === 'cited' ? 'cited' : 'newest';
  const ids = [...view.citing(id)].reverse();
  const counts = new Map<number, number>();
  if (order === 'cited') {
    for (const one of ids) counts.set(one, view.count(one, 'all'));
    ids.sort((a, b) => counts.get(b)! - counts.get(a)! || b - a);
  }
  const pages = Math.max(1, Math.ceil(ids.length / perPage));
  const current = Math.min(page, pages);
  const first = (current - 1) * perPage;
  const together = [...view.citedWith(id)].sort(([a, many], [b, more]) => more - many || b - a);
  return {
    ...citations,
    order,
    page: current,
    pages,
    hits: ids.slice(first, first + perPage).map((one, i) => ({
      id: one,
      rank: first + i + 1,
      brief: briefOf(snapshot, one),
      citations: counts.get(one) ?? view.count(one, 'all'),
      fragment: undefined,
    })),
    together: together
      .slice(0, togetherShown)
      .map(([other, count]) => ({ id: other, count, title: briefOf(snapshot, other).t })),
    moreTogether: together.length > togetherShown,
  };
}

/** Throws for a record that is not there. */
export function briefOf(snapshot: IndexSnapshot, id: number): Brief {
  for (const { segment, live } of snapshot.segments) {
    const ordinal = segment.ordinalOf(id);
    if (ordinal !== -1 && live.has(ordinal)) return segment.brief(ordinal);
  }
  throw new Error(`record ${id} is not in the index`);
}
