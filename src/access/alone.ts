import { RoaringBitmap32 } from '../index/bitmap.ts';
import { indexVersion, type RecordVersion } from '../index/entry.ts';
import { createInverter } from '../index/segment/inverter.ts';
import { memorySegment } from '../index/segment/open.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import { compilePath } from '../marc/path.ts';
import { tagsNotAsked } from '../search/asked-tags.ts';
import { analyzerOf } from '../search/search.ts';
import type { Site } from '../site/site.ts';
import { collectionTree } from './collections.ts';

/**
 * A library of this version alone, in which collections and those whom it names can be looked up;
 * nothing else is to be asked of it.
 */
export function aloneIn(snapshot: IndexSnapshot, version: RecordVersion): IndexSnapshot {
  const { site } = snapshot;
  const unread = unreadTags(site);
  const { leader, fields } = version.record;
  const record = unread.size === 0 ? version.record : { leader, fields: fields.filter(({ tag }) => !unread.has(tag)) };
  const analyzer = analyzerOf(site);
  const inverter = createInverter(analyzer.versions);
  indexVersion({ ...version, record }, analyzer, inverter);
  const segment = memorySegment(inverter.finish());
  const live = RoaringBitmap32.fromRange(0, segment.count);
  return { ...snapshot, segments: [{ segment, live }], records: segment.count };
}

const known = new WeakMap<Site, ReadonlySet<string>>();

/** A paper of 3,000 authors is asked about for every save: its authors decide nothing. */
function unreadTags(site: Site): ReadonlySet<string> {
  const before = known.get(site);
  if (before !== undefined) return before;
  const queries = [...collectionTree(site).byName.values()].flatMap(({ collection }) => collection.query ?? []);
  const naming = [...site.ownerPaths, ...site.viewerPaths].map(compilePath);
  const tags = [...tagsNotAsked(site, queries)].filter((tag) => !naming.some((path) => path.matchesTag(tag)));
  const unread = new Set(tags);
  known.set(site, unread);
  return unread;
}
