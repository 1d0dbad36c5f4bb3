import { collectionTree } from '../../access/collections.ts';
import { views } from '../../formats/format-names.ts';
import { emptyRequest, type SearchRequest } from '../../search/request.ts';
import type { Site } from '../../site/site.ts';

/**
 * The request with the format that the site file has for its collection, where the address names
 * none.
 */
export function withUsualFormat(site: Site, request: SearchRequest, isNamed: boolean): SearchRequest {
  const usual = usualOf(site, request);
  if (usual === emptyRequest.format) return request;
  return { ...request, usualFormat: usual, format: isNamed ? request.format : usual };
}

/** A collection says so itself, or what is above it does. */
function usualOf(site: Site, { collection, collections }: SearchRequest): string {
  const { home, byName } = collectionTree(site);
  const asked = collection === '' && collections.length === 1 ? collections[0]! : collection;
  const placed = asked === '' ? home : byName.get(asked);
  if (placed === undefined) return emptyRequest.format;
  const above = placed.above.map((name) => byName.get(name)?.collection).toReversed();
  const view = [placed.collection, ...above].find((one) => one?.view !== undefined)?.view;
  return views[view ?? 'list'];
}
