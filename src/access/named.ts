import { hasIdentities, identitySpace } from '../index/analysis/identities.ts';
import { RoaringBitmap32 } from '../index/bitmap.ts';
import type { Segment, TermEntry } from '../index/segment.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import { type Person, readsAsThemselves } from '../people/person.ts';
import { analyzerOf } from '../search/search.ts';
import { identityOf } from '../site/identity.ts';

interface Known {
  readonly siteVersion: number;
  readonly byPerson: Map<string, RoaringBitmap32>;
}

const known = new WeakMap<Segment, Known>();
/**
 * People whose records are remembered for each segment; most own none, and an empty bitmap takes
 * some bytes.
 */
const maximumKnown = 256;

/**
 * The ordinals of a segment, live or not, of records that name a person as owner or viewer: by
 * e-mail address or by a group, compared as identities. A few look-ups of terms, once for each
 * segment. Read-only for the caller.
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
  const found = segment.union(entriesOf(names, snapshot, segment));
  const [oldest] = ofSegment.byPerson.keys();
  if (ofSegment.byPerson.size >= maximumKnown && oldest !== undefined) ofSegment.byPerson.delete(oldest);
  ofSegment.byPerson.set(key, found);
  return found;
}

function entriesOf(names: readonly string[], { site }: IndexSnapshot, segment: Segment): readonly TermEntry[] {
  const isThere = (entry: TermEntry | undefined): entry is TermEntry => entry !== undefined;
  if (hasIdentities(site)) return names.map((name) => segment.term(identitySpace, name)).filter(isThere);
  // An index of the release before has folded values: what is ASCII alone is the same in them, for
  // anything else nobody could say whose it is.
  const plain = names.filter((name) => /^[\x20-\x7e]+$/.test(name));
  const { pathSpaces } = analyzerOf(site);
  const paths = [...site.ownerPaths, ...site.viewerPaths];
  const spaces = new Set(paths.flatMap((path) => pathSpaces(path, segment.spaces)));
  return [...spaces].flatMap((space) => plain.map((name) => segment.term(space, name))).filter(isThere);
}

/** Under which names records may name a person, as the index has them. */
export function namesOf(person: Person): readonly string[] {
  let names = namesKnown.get(person);
  if (names === undefined) {
    const { email = '', groups = [] } = person;
    names = [email, ...groups].map(identityOf).filter((name) => name !== '');
    namesKnown.set(person, names);
  }
  return names;
}

/** A page asks for each collection and segment again. */
const namesKnown = new WeakMap<Person, readonly string[]>();

const nobody = new RoaringBitmap32();
