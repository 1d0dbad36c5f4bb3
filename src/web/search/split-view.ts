import { citationsFor } from '../../access/citations.ts';
import { collectionTree } from '../../access/collections.ts';
import { maySeeCollection } from '../../access/visible.ts';
import type { SearchRequest } from '../../search/request.ts';
import { toUrl } from '../../search/url-of-request.ts';
import type { Collection } from '../../site/site.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { Highlighter } from '../ui/highlight.ts';
import type { Hit } from '../ui/hit.ts';
import { briefFragment, openingFragment } from './fragments.ts';
import type { SectionModel } from './sections.ts';

/** Hits shown of each collection: all of them are a link away. */
const mostHits = 5;

/**
 * The collections that an answer may be split into: the first level below what is searched, as far
 * as the reader may see it.
 */
export function splitCollections({ snapshot, person }: Exchange, request: SearchRequest): readonly Collection[] {
  if (request.collections.length > 0) return [];
  const { home, byName } = collectionTree(snapshot.site);
  const searched = request.collection === '' ? home : byName.get(request.collection);
  return (searched?.collection.children ?? []).filter(({ name }) => {
    const placed = byName.get(name);
    return placed !== undefined && maySeeCollection(person, snapshot, placed);
  });
}

/** sc=1: the first hits in each collection that has some. */
export async function splitView(
  exchange: Exchange,
  request: SearchRequest,
  collections: readonly Collection[],
  highlighter: Highlighter,
): Promise<readonly SectionModel[]> {
  const { snapshot, person, page } = exchange;
  const citations = citationsFor(snapshot, person);
  const sections: SectionModel[] = [];
  for (const collection of collections) {
    const within = { ...request, collection: collection.name, first: 1, size: Math.min(request.size, mostHits) };
    const answer = await exchange.ask(within, { briefs: true });
    if (answer.total === 0) continue;
    sections.push({
      name: page.tr.nameOf(collection.names, collection.name),
      count: answer.total,
      href: toUrl(request, { collection: collection.name, split: false }),
      hits: answer.ids.map((id, i) => ({
        id,
        rank: i + 1,
        brief: answer.briefs[i]!,
        citations: citations?.count(id, 'all') ?? 0,
        fragment: fragmentOf(answer.briefs[i]!, highlighter),
      })),
    });
  }
  return sections;
}

function fragmentOf(brief: Hit['brief'], highlighter: Highlighter): Hit['fragment'] {
  const found = briefFragment(brief, highlighter);
  const fragment = found === undefined || found === 'none' ? openingFragment(brief) : found;
  return fragment === 'none' ? undefined : { text: fragment.text, place: undefined };
}
