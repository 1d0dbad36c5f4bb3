import { identitySpace } from '../index/analysis/terms.ts';
import { RoaringBitmap32 } from '../index/bitmap.ts';
import type { Segment } from '../index/segment.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import { identityOf } from '../site/identity.ts';
import { type Person, readsAsThemselves } from './person.ts';

interface Known {
  readonly siteVersion: number;
  readonly byPerson: Map<string, RoaringBitmap32>;
}

const known = new WeakMap<Segment, Known>();
/** People whose records are remembered for each segment; most own none, and an empty bitmap takes some bytes. */
const maximumKnown = 256;

/**
 * The ordinals of a segment, live or not, of records that name a person as owner or viewer: by e-mail address or by a
 * group, compared as identities. A few look-ups of terms, once for each segment. Read-only for the caller.
 */
export function recordsNaming(person: Person, snapshot: IndexSnapshot, segment: Segment): RoaringBitmap32 {
  const { siteVersion } = snapshot;
  const names = namesOf(person);
  if (names.length === 0 || !readsAsThemselves(person)) return nobody;
  let ofSegment = known.get(segment);
  if (ofSegment === undefined || ofSegment.siteVersion !== siteVersion) {
    ofSegment = { siteVersion, byPerson: new Map() };
    known.set(segment, ofSegment);
  }
  const key = names.join('\u0001');
  const before = ofSegment.byPerson.get(key);
  if (before !== undefined) return before;
  const entries = names.map((name) => segment.term(identitySpace, name));
  const found = segment.union(entries.filter((entry) => entry !== undefined));
  const [oldest] = ofSegment.byPerson.keys();
  if (ofSegment.byPerson.size >= maximumKnown && oldest !== undefined) ofSegment.byPerson.delete(oldest);
  ofSegment.byPerson.set(key, found);
  return found;
}

/** Under which names records may name a person, as the index has them. */
export function namesOf({ email = '', groups = [] }: Person): readonly string[] {
  return [email, ...groups].map(identityOf).filter((name) => name !== '');
}

const nobody = new RoaringBitmap32();
