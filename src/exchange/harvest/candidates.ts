import { judge, matchFacts, type Profile, similarity } from '../../description/similarity.ts';
import type { RecordVersion } from '../../index/entry.ts';
import type { IndexSnapshot } from '../../index/snapshot.ts';
import { versionsOf } from '../../index/stored-records.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { matching } from '../../search/search.ts';
import type { Queryable } from '../../store/database.ts';

export type SimilarFound =
  | { readonly kind: 'none' }
  | { readonly kind: 'matched'; readonly id: number }
  | { readonly kind: 'ambiguous'; readonly ids: readonly number[] };

const mostCandidates = 50;

/**
 * Which record of the library is the same work, by title, authors and date. Where `isSame` says of
 * one that the record would change nothing in it, nobody has to decide between it and others.
 */
export async function findSimilar(
  database: Queryable,
  snapshot: IndexSnapshot,
  record: MarcRecord,
  profile: Profile,
  isSame: (version: RecordVersion) => boolean,
): Promise<SimilarFound> {
  const facts = matchFacts(record);
  const ids = candidatesFor(snapshot, facts.title);
  const same: number[] = [];
  const perhaps: number[] = [];
  for await (const versions of versionsOf(database, ids))
    for (const version of versions) {
      if (version.deleted) continue;
      const verdict = judge(similarity(facts, matchFacts(version.record)), profile);
      if (verdict !== 'other' && isSame(version)) return { kind: 'matched', id: version.id };
      if (verdict === 'same') same.push(version.id);
      else if (verdict === 'perhaps') perhaps.push(version.id);
    }
  const [only, ...others] = same;
  if (only !== undefined && others.length === 0) return { kind: 'matched', id: only };
  if (same.length + perhaps.length === 0) return { kind: 'none' };
  return { kind: 'ambiguous', ids: [...same, ...perhaps] };
}

/** Records with the longest words of a title: two of them, so that one may be written otherwise. */
function candidatesFor(snapshot: IndexSnapshot, title: string): readonly number[] {
  const words = [...new Set(title.normalize('NFC').match(/[\p{L}\p{N}]+/gu) ?? [])].sort((a, b) => b.length - a.length);
  const quoted = words.slice(0, 4).map((word) => `title:"${word}"`);
  const [first, second, third, fourth] = quoted;
  if (first === undefined) return [];
  const pair = (...list: readonly (string | undefined)[]): string =>
    list.filter((one) => one !== undefined).join(' and ');
  const questions = [pair(first, second), ...(third === undefined ? [] : [pair(third, fourth ?? first)])];
  const found = new Set<number>();
  for (const question of questions)
    matching(snapshot, question).forEach((hits, place) => {
      for (const ordinal of hits) {
        if (found.size >= mostCandidates) return;
        found.add(snapshot.segments[place]!.segment.ids[ordinal]!);
      }
    });
  return [...found];
}
