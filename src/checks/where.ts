import { RoaringBitmap32 } from '../index/bitmap.ts';
import type { HitSet, IndexSnapshot } from '../index/snapshot.ts';
import { matching } from '../search/search.ts';
import { collectionNamed } from '../site/parse-checks.ts';
import type { CheckRule, Collection, Site } from '../site/site.ts';

/** Of each group one question at least must find a record that the rule is about. */
export function questionsOf(
  { collections }: Pick<Site, 'collections'>,
  { where }: CheckRule,
): readonly (readonly string[])[] {
  const collection = where?.collection === undefined ? undefined : collectionNamed(collections, where.collection);
  return [
    ...(where?.query === undefined ? [] : [[where.query]]),
    ...(where?.collection === undefined ? [] : [collection === undefined ? [] : queriesIn(collection)]),
  ];
}

/** A collection without a query has what is in those below it. */
function queriesIn({ query, children }: Collection): readonly string[] {
  return query === undefined ? children.flatMap(queriesIn) : [query];
}

/** The records that a rule is about; undefined: all. The caller owns it. */
export function recordsOf(snapshot: IndexSnapshot, rule: CheckRule): HitSet | undefined {
  const groups = questionsOf(snapshot.site, rule);
  if (groups.length === 0) return undefined;
  const found = groups.map((questions) => {
    const hits = questions.map((question) => matching(snapshot, question));
    return snapshot.segments.map((_, place) => RoaringBitmap32.orMany(hits.map((one) => one[place]!)));
  });
  return snapshot.segments.map((_, place) =>
    found.map((one) => one[place]!).reduce((all, one) => RoaringBitmap32.and(all, one)),
  );
}
