import fc from 'fast-check';
import { graphInMemory } from '../../citations/memory.ts';
import { type Analyzer, compileAnalyzer } from '../../index/analysis/analyzer.ts';
import { RoaringBitmap32 } from '../../index/bitmap.ts';
import { createInverter } from '../../index/segment/inverter.ts';
import { memorySegment } from '../../index/segment/open.ts';
import type { HitSet, IndexSnapshot } from '../../index/snapshot.ts';
import { controlField, dataField, type Field, type MarcRecord } from '../../marc/record.ts';
import { parseSite } from '../../site/parse.ts';
import type { Site } from '../../site/site.ts';

/** For tests: small libraries with a history, as segments. */
export interface Version {
  readonly id: number;
  readonly revision: number;
  readonly deleted: boolean;
  readonly created: number;
  readonly record: MarcRecord;
  /** Which segment it is in. */
  readonly segment: number;
}

const siteText = `
site: {name: Test Library, languages: [en], admin: a@b.example, hidden-paths: ["595"]}
fields:
  anyfield: {index: {union: [title, keyword, year, miscellaneous], stem: english, pairs: true}}
  title: {paths: ["245__%"], index: {tokenizer: text, stem: english, pairs: true}}
  author: {paths: ["100__a", "700__a"], index: {tokenizer: author}}
  exactauthor: {paths: ["100__a", "700__a"], index: {tokenizer: exact-author}}
  keyword: {paths: ["6531_a"], index: {tokenizer: text}}
  year: {paths: ["260__c"], index: {tokenizer: year}}
  subject: {paths: ["65017a"]}
  authorcount: {paths: ["100__a", "700__a"], index: {tokenizer: author-count}}
  miscellaneous: {paths: ["100__a", "700__a", "500__a"], index: {tokenizer: text}}
sort:
  latest: {by: created}
  cited: {by: citations}
  title: {by: title}
  when: {by: year}
rank:
  wrd: {method: relevance, name: words}
  citation: {method: citations, name: times cited}
collections:
  - name: Home
    children:
      - {name: Books, query: '980__a:"BOOK"'}
      - name: Papers
        children:
          - {name: Articles, query: '980__a:"ARTICLE"'}
          - {name: Secret, query: '980__a:"SECRET"', restricted: true}
    virtual-children:
      - {name: Old, query: 'year:1900->1999'}
  - {name: Outside, query: '980__a:"OUTSIDE"'}
roles:
  insider: {may: [{action: viewrestrcoll, collection: Secret}]}
  boss: {may: everything}
`;

export const testSite: Site = siteOf(siteText);

function siteOf(text: string): Site {
  const { site, problems } = parseSite(text);
  if (site === undefined) throw new Error(JSON.stringify(problems));
  return site;
}

export const testAnalyzer: Analyzer = compileAnalyzer(testSite);

export const titleWords = ['higgs', 'boson', 'bosons', 'mass', 'hep-ph/0204', 'U(1)', 'Größe', 'x', 'theory'];
export const names = ['Ellis, John R', 'Ellis, J', 'de la Cruz, Ana', 'Müller, K', 'Plato'];
export const kinds = ['BOOK', 'ARTICLE', 'SECRET', 'OUTSIDE', 'NOTHING'];
export const keywords = ['dark matter', 'Dark energy', 'QCD'];
export const reports = ['R-1', 'R-2', 'R-3', 'R-4', 'R-5'];
export const years = ['1977', '1999', '2001', '2010'];

const field = (tag: string, ind1: string, ind2: string, code: string, value: string): Field =>
  dataField(tag, ind1, ind2, [{ code, value }]);

const recordArbitrary: fc.Arbitrary<MarcRecord> = fc
  .record({
    titles: fc.array(fc.array(fc.constantFrom(...titleWords), { minLength: 1, maxLength: 6 }), { maxLength: 2 }),
    people: fc.array(fc.constantFrom(...names), { maxLength: 3 }),
    keys: fc.array(fc.constantFrom(...keywords), { maxLength: 2 }),
    year: fc.option(fc.constantFrom(...years), { nil: undefined }),
    kinds: fc.array(fc.constantFrom(...kinds), { minLength: 1, maxLength: 2 }),
    own: fc.array(fc.constantFrom(...reports), { maxLength: 1 }),
    cites: fc.array(fc.constantFrom(...reports), { maxLength: 3 }),
    hidden: fc.option(fc.constantFrom('hush', 'higgs'), { nil: undefined }),
  })
  .map(({ titles, people, keys, year, kinds: kindsOf, own, cites, hidden }) => ({
    leader: '',
    fields: [
      controlField('008', 'abcdef'),
      ...titles.map((words) => field('245', ' ', ' ', 'a', words.join(' '))),
      ...people.map((name, index) => field(index === 0 ? '100' : '700', ' ', ' ', 'a', name)),
      ...keys.map((key) => field('653', '1', ' ', 'a', key)),
      ...keys.map((key) => field('650', '1', '7', 'a', key)),
      ...(year === undefined ? [] : [field('260', ' ', ' ', 'c', year)]),
      ...own.map((number) => field('037', ' ', ' ', 'a', number)),
      ...cites.map((number) => field('999', 'C', '5', 'r', number)),
      ...kindsOf.map((kind) => field('980', ' ', ' ', 'a', kind)),
      ...(hidden === undefined ? [] : [field('595', ' ', ' ', 'a', hidden)]),
    ],
  }));

/**
 * A history of up to 12 records with up to 3 versions each, spread over up to 4 segments; some
 * versions are deletions.
 */
export const history: fc.Arbitrary<readonly Version[]> = fc
  .array(
    fc.array(
      fc.record({
        record: recordArbitrary,
        deleted: fc.boolean(),
        segment: fc.nat(3),
        created: fc.constantFrom(1000, 2000, 3000),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    { maxLength: 12 },
  )
  .map((records) =>
    records.flatMap((versions, index) => {
      // A segment holds a record once: later versions go to other segments.
      const used = new Set<number>();
      return versions.flatMap(({ segment, deleted, ...rest }, at) => {
        if (used.has(segment)) return [];
        used.add(segment);
        return [{ ...rest, segment, id: index + 1, revision: at + 1, deleted: deleted && at > 0 }];
      });
    }),
  );

/** The newest version of each record that is not deleted. */
export function liveVersions(versions: readonly Version[]): readonly Version[] {
  const newest = new Map<number, Version>();
  for (const version of versions) {
    if ((newest.get(version.id)?.revision ?? 0) < version.revision) newest.set(version.id, version);
  }
  return [...newest.values()].filter(({ deleted }) => !deleted);
}

/** What somebody may see who may not see these records. */
export function visibleBut(snapshot: IndexSnapshot, hidden: readonly number[]): HitSet {
  return snapshot.segments.map(({ segment, live }) => {
    const bits = new RoaringBitmap32(live);
    bits.removeMany(hidden.map((id) => segment.ordinalOf(id)).filter((ordinal) => ordinal !== -1));
    return bits;
  });
}

export function snapshotOf(versions: readonly Version[], site: Site = testSite): IndexSnapshot {
  const analyzer = compileAnalyzer(site);
  const live = new Set(liveVersions(versions));
  const places = [...new Set(versions.map(({ segment }) => segment))];
  const segments = places.map((place) => {
    const held = versions.filter(({ segment }) => segment === place).sort((a, b) => a.id - b.id);
    const inverter = createInverter();
    for (const { id, revision, deleted, record, created } of held) {
      inverter.begin({
        id,
        revision,
        deleted,
        columns: analyzer.columns(record, created, created),
        brief: analyzer.brief(record),
      });
      if (!deleted) analyzer.terms(record, inverter);
    }
    const ordinals = [...held.keys()].filter((ordinal) => live.has(held[ordinal] as Version));
    return { segment: memorySegment(inverter.finish()), live: new RoaringBitmap32(ordinals) };
  });
  const citations = graphInMemory(segments);
  return { version: 'test', site, siteVersion: 1, segments, records: live.size, citations };
}
