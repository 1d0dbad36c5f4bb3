import { RoaringBitmap32 } from '../../index/bitmap.ts';
import type { Segment, TermEntry } from '../../index/segment.ts';
import type { HitSet } from '../../index/snapshot.ts';
import type { FieldDefinition, Site } from '../../site/site.ts';
import { type Context, spacesAt } from './context.ts';
import { afterPrefix } from './matcher.ts';
import { meets } from './meets.ts';

/**
 * Authority records. A record names one in subfield 0 of a field, as "AUTHOR|(SzGeCERN)aaa0005",
 * which is what the authority record has in 035__a. Whoever asks a field that reads the naming
 * field for any name of the authority record finds the record that names it: "nuclear" finds papers
 * of CERN, whose authority record says "European Organization for Nuclear Research". Joined when a
 * question is asked, so that nothing has to be indexed anew when an authority record changes.
 */
const kinds = ['author|', 'institute|', 'journal|', 'subject|'];
const controlSpace = 'm:035__a';
const namingSpace = /^m:(\d{3}..)0$/;

/** Fields that hold the names of authority records. */
export function authorityFields(site: Site): readonly string[] {
  return site.fields.filter(({ code }) => code.startsWith('authority')).map(({ code }) => code);
}

/**
 * Does any record name an authority record in a field that this one reads? Nearly always no, and
 * cheap to say.
 */
export function readsAuthorities(field: string, context: Context): boolean {
  return context.snapshot.segments.some(({ segment }) => namingTerms(segment, field, context).length > 0);
}

/** The records that name one of these authority records in a field that this one reads. */
export function namingRecords(field: string, authorities: HitSet, context: Context): HitSet {
  const named = new Set<string>();
  for (const [index, { segment }] of context.snapshot.segments.entries()) {
    const hits = authorities[index] as RoaringBitmap32;
    if (hits.isEmpty) continue;
    for (const [control, entry] of controlsOf(segment)) {
      if (meets(segment, entry, hits)) named.add(control);
    }
  }
  return context.snapshot.segments.map(({ segment }) => {
    if (named.size === 0) return new RoaringBitmap32();
    return segment.union(namingTerms(segment, field, context).filter(({ term }) => named.has(term)));
  });
}

/** Terms of a segment that name authority records, in the fields that a logical field reads. */
function namingTerms(segment: Segment, field: string, context: Context): readonly TermEntry[] {
  const places = namesOf(segment);
  if (places.size === 0) return [];
  const patterns = fieldPatterns(context.snapshot.site, field);
  return [...places].flatMap(([place, entries]) => {
    if (!patterns.some((pattern) => fits(pattern, place))) return [];
    return spacesAt(context, segment, { kind: 'path', path: `${place}0` }).length === 0 ? [] : entries;
  });
}

const knownNames = new WeakMap<Segment, ReadonlyMap<string, readonly TermEntry[]>>();
const knownControls = new WeakMap<Segment, ReadonlyMap<string, TermEntry>>();

/** Tag and indicators ("100__") -> terms of its subfield 0 that name an authority record. */
function namesOf(segment: Segment): ReadonlyMap<string, readonly TermEntry[]> {
  const known = knownNames.get(segment);
  if (known !== undefined) return known;
  const names = new Map<string, readonly TermEntry[]>();
  for (const space of segment.spaces) {
    const place = namingSpace.exec(space)?.[1];
    const entries = place === undefined ? [] : ofKinds(segment, space);
    if (place !== undefined && entries.length > 0) names.set(place, entries);
  }
  knownNames.set(segment, names);
  return names;
}

/** Control numbers of the authority records of a segment. */
function controlsOf(segment: Segment): ReadonlyMap<string, TermEntry> {
  const known = knownControls.get(segment);
  if (known !== undefined) return known;
  const controls = new Map(ofKinds(segment, controlSpace).map((entry) => [entry.term, entry]));
  knownControls.set(segment, controls);
  return controls;
}

function ofKinds(segment: Segment, space: string): readonly TermEntry[] {
  return kinds.flatMap((kind) => [...segment.terms(space, kind, afterPrefix(kind))]);
}

const knownPatterns = new WeakMap<Site, Map<string, readonly string[]>>();

/** The MARC paths that a field and the fields it joins read. */
function fieldPatterns(site: Site, code: string): readonly string[] {
  const known = knownPatterns.get(site) ?? new Map<string, readonly string[]>();
  knownPatterns.set(site, known);
  const before = known.get(code);
  if (before !== undefined) return before;
  const byCode = new Map(site.fields.map((field) => [field.code, field]));
  const read = (field: FieldDefinition | undefined): readonly string[] =>
    field === undefined
      ? []
      : [
          ...field.paths,
          ...(field.index?.union ?? []).filter((part) => part !== code).flatMap((part) => read(byCode.get(part))),
        ];
  const found = read(byCode.get(code));
  known.set(code, found);
  return found;
}

/** Does a path ("100__a", "10%", "260%%c") read subfields of the field at "100__"? */
function fits(pattern: string, place: string): boolean {
  for (let at = 0; at < place.length; at++) {
    const wanted = pattern[at];
    if (wanted === undefined || (wanted === '%' && at === pattern.length - 1)) return true;
    if (wanted !== '%' && wanted !== place[at]) return false;
  }
  return true;
}
