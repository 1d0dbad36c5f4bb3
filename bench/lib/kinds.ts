import { browseFor } from '../../src/access/browse.ts';
import { suggestFor } from '../../src/access/suggest.ts';
import { visibleRecords } from '../../src/access/visible.ts';
import type { HitSet, IndexSnapshot } from '../../src/index/snapshot.ts';
import { guest } from '../../src/people/person.ts';
import { emptyRequest, type SearchRequest } from '../../src/search/request.ts';
import { count, search } from '../../src/search/search.ts';
import { dictionary, type Word, wordsNear } from './words.ts';

/** One kind of question in several variants, each for both sides. */
export interface Kind {
  readonly name: string;
  readonly variants: readonly Variant[];
}

export interface Variant {
  /** Runs it in our engine and gives a number to compare: hits, or rows of the page. */
  readonly ours: () => number;
  /**
   * The same for PostgreSQL, one row with the number as "n"; undefined when it has no such
   * question.
   */
  readonly peer: string | undefined;
  /** Should both numbers be the same? */
  readonly isComparable: boolean;
}

const variants = 8;
const pageSize = 25;
const facetCodes = ['year', 'journal', 'subject'];

/** The kinds of MEASUREMENTS B1, with words of this very library. */
export function kindsOf(snapshot: IndexSnapshot): readonly Kind[] {
  const { records } = snapshot;
  const words = dictionary(snapshot);
  const near = (share: number, n = variants * 2): readonly string[] => wordsNear(words, records, share, n);
  const common = near(0.45);
  const usual = near(0.25);
  const medium = near(0.03, variants * 3);
  const rare = near(0.0004);
  const tenth = near(0.1);
  const titled = wordsNear(dictionary(snapshot, 'title'), records, 0.01, variants);
  const keywords = wordsNear(dictionary(snapshot, 'keyword'), records, 0.005, variants);
  const top = words.slice(0, 20).map(({ text }) => text);

  const everything: HitSet = snapshot.segments.map(({ live }) => live);
  const permitted = visibleRecords(guest, snapshot, emptyRequest).hits;
  const facetted: IndexSnapshot = {
    ...snapshot,
    site: { ...snapshot.site, facets: snapshot.site.facets.filter(({ code }) => facetCodes.includes(code)) },
  };
  const authors = frequentAuthors(snapshot, everything);

  const request = (text: string, more: Partial<SearchRequest> = {}): SearchRequest => ({
    ...emptyRequest,
    text,
    ...more,
  });
  const counting =
    (text: string, visible = everything) =>
    () =>
      count(snapshot, request(text), visible);
  const page =
    (text: string, more: Partial<SearchRequest> = {}) =>
    () =>
      search(snapshot, request(text, { size: pageSize, ...more }), everything).ids.length;
  const each = (make: (at: number) => Variant): readonly Variant[] =>
    Array.from({ length: variants }, (_, at) => make(at));
  const counts = (query: (at: number) => string, where: (at: number) => string): readonly Variant[] =>
    each((at) => ({ ours: counting(query(at)), peer: sqlCount(where(at)), isComparable: true }));
  const ranked = (query: (at: number) => string, tsquery: (at: number) => string): readonly Variant[] =>
    each((at) => ({
      ours: page(query(at), { rank: 'wrd' }),
      peer: sqlRanked(tsquery(at)),
      isComparable: true,
    }));
  const c = (at: number, step = 0): string => common[(at + step) % common.length]!;
  const u = (at: number, step = 0): string => usual[(at + step) % usual.length]!;
  const m = (at: number, step = 0): string => medium[(at * 3 + step) % medium.length]!;
  const r = (at: number): string => rare[at % rare.length]!;
  const phrases = frequentPairs(top, counting);

  return [
    { name: '1 common word, count', variants: counts(c, (at) => body(c(at))) },
    { name: '1 rare word, count', variants: counts(r, (at) => body(r(at))) },
    {
      name: 'AND of 2 common',
      variants: counts(
        (at) => `${c(at)} ${c(at, 1)}`,
        (at) => body(`${c(at)} & ${c(at, 1)}`),
      ),
    },
    {
      name: 'AND of 3 common',
      variants: counts(
        (at) => `${c(at)} ${c(at, 1)} ${u(at)}`,
        (at) => body(`${c(at)} & ${c(at, 1)} & ${u(at)}`),
      ),
    },
    {
      name: 'OR of 3 medium',
      variants: counts(
        (at) => `${m(at)} or ${m(at, 1)} or ${m(at, 2)}`,
        (at) => body(`${m(at)} | ${m(at, 1)} | ${m(at, 2)}`),
      ),
    },
    {
      name: 'NOT',
      variants: counts(
        (at) => `${c(at)} not ${u(at)}`,
        (at) => body(`${c(at)} & !${u(at)}`),
      ),
    },
    {
      name: 'phrase, collocation',
      variants: collocations.map((text) => ({
        ours: counting(`"${text}"`),
        peer: sqlCount(phrase('body', text)),
        isComparable: true,
      })),
    },
    {
      name: 'phrase, two top words',
      variants: phrases.map((text) => ({
        ours: counting(`"${text}"`),
        peer: sqlCount(phrase('body', text)),
        isComparable: true,
      })),
    },
    {
      name: 'author',
      variants: authors.map((name) => ({
        ours: counting(`author:"${name}"`),
        peer: sqlCount(`authors @@ phraseto_tsquery('simple', '${name.replaceAll("'", "''")}')`),
        // A name form of ours also finds longer and shorter spellings of the same person.
        isComparable: false,
      })),
    },
    {
      name: 'prefix of 4 letters',
      variants: counts(
        (at) => `${m(at).slice(0, 4)}*`,
        (at) => body(`${m(at).slice(0, 4)}:*`),
      ),
    },
    {
      name: 'title:word',
      variants: counts(
        (at) => `title:${titled[at]}`,
        (at) => `title @@ '${titled[at]}'::tsquery`,
      ),
    },
    {
      name: 'word AND 16 years',
      variants: counts(
        (at) => `${u(at)} year:2000->2015`,
        (at) => `${body(u(at))} AND year BETWEEN 2000 AND 2015`,
      ),
    },
    {
      name: 'AND of 2 + permissions',
      variants: each((at) => ({
        ours: counting(`${c(at)} ${c(at, 1)}`, permitted),
        peer: sqlCount(`${body(`${c(at)} & ${c(at, 1)}`)} AND NOT restricted`),
        isComparable: true,
      })),
    },
    {
      name: 'newest 25, common word',
      variants: each((at) => ({ ours: page(c(at)), peer: sqlNewest(body(c(at))), isComparable: true })),
    },
    {
      name: 'newest 25, rare AND',
      variants: each((at) => ({
        ours: page(`${r(at)} ${c(at)}`),
        peer: sqlNewest(body(`${r(at)} & ${c(at)}`)),
        isComparable: true,
      })),
    },
    {
      name: 'facets: year, journal, subject',
      variants: each((at) => ({
        ours: () => search(facetted, request(tenth[at]!, { size: 0 }), everything, { facets: true }).total,
        peer: sqlFacets(body(tenth[at]!)),
        isComparable: true,
      })),
    },
    { name: 'BM25 top 25, 1 common', variants: ranked(c, c) },
    {
      name: 'BM25 top 25, OR of 2',
      variants: ranked(
        (at) => `${c(at)} or ${u(at)}`,
        (at) => `${c(at)} | ${u(at)}`,
      ),
    },
    {
      name: 'BM25 top 25, OR of 3',
      variants: ranked(
        (at) => `${c(at)} or ${c(at, 1)} or ${u(at)}`,
        (at) => `${c(at)} | ${c(at, 1)} | ${u(at)}`,
      ),
    },
    {
      name: 'BM25 top 25, AND of 2',
      variants: ranked(
        (at) => `${c(at)} ${u(at)}`,
        (at) => `${c(at)} & ${u(at)}`,
      ),
    },
    {
      name: 'regular expression',
      variants: each((at) => ({
        ours: counting(`keyword:/${keywords[at]!.slice(1, 5)}/`),
        peer: undefined,
        isComparable: false,
      })),
    },
    {
      name: 'prefix of 2 letters, 10,000 terms',
      variants: manyTerms(words).map((prefix) => ({
        ours: counting(`${prefix}*`),
        peer: sqlCount(body(`${prefix}:*`)),
        isComparable: true,
      })),
    },
    {
      name: 'pattern of 10,000 terms',
      variants: manyTerms(words).map((prefix) => ({
        ours: counting(`/^${prefix}.*[a-z]$/`),
        peer: undefined,
        isComparable: false,
      })),
    },
    {
      name: 'sorted by title, common word',
      variants: each((at) => ({
        ours: page(c(at), { sort: 'title', ascending: true }),
        peer: undefined,
        isComparable: false,
      })),
    },
    {
      name: 'all facets + permissions, common',
      variants: each((at) => ({
        ours: () => search(snapshot, request(c(at), { size: 0 }), permitted, { facets: true }).total,
        peer: undefined,
        isComparable: false,
      })),
    },
    {
      name: 'suggestions for 3 letters',
      variants: each((at) => ({
        ours: () => suggestFor(snapshot, guest, u(at).slice(0, 3), { limit: 8 }).length,
        peer: undefined,
        isComparable: false,
      })),
    },
    {
      name: 'browse around a word',
      variants: each((at) => ({
        ours: () => browseFor(snapshot, guest, request(m(at), { size: 20 })).terms.length,
        peer: undefined,
        isComparable: false,
      })),
    },
    {
      name: 'all ids of a common word',
      variants: each((at) => ({
        ours: () => search(snapshot, request(c(at), { size: Number.POSITIVE_INFINITY }), everything).ids.length,
        peer: `SELECT count(*) AS n FROM (SELECT id FROM bench_peer.record WHERE ${body(c(at))} OFFSET 0) AS hit`,
        isComparable: true,
      })),
    },
  ];
}

/** Terms of many disciplines that stand together in the demo library. */
const collocations: readonly string[] = [
  'dark matter',
  'black holes',
  'standard model',
  'cross section',
  'confidence level',
  'phase diagram',
  'magnetic field',
  'neural network',
];

function body(tsquery: string): string {
  return `body @@ '${tsquery}'::tsquery`;
}

function phrase(column: string, text: string): string {
  return `${column} @@ phraseto_tsquery('bench_peer.words', '${text}')`;
}

function sqlCount(where: string): string {
  return `SELECT count(*) AS n FROM bench_peer.record WHERE ${where}`;
}

function sqlNewest(where: string): string {
  return `SELECT count(*) AS n FROM
    (SELECT id FROM bench_peer.record WHERE ${where} ORDER BY created DESC, id DESC LIMIT ${pageSize}) AS page`;
}

function sqlRanked(tsquery: string): string {
  return `SELECT count(*) AS n FROM
    (SELECT id FROM bench_peer.record WHERE ${body(tsquery)}
     ORDER BY ts_rank(body, '${tsquery}'::tsquery) DESC LIMIT ${pageSize}) AS page`;
}

function sqlFacets(where: string): string {
  const facet = (column: string): string =>
    `(SELECT count(*) FROM (SELECT ${column}, count(*) FROM hit GROUP BY 1) AS facet)`;
  return `WITH hit AS MATERIALIZED (SELECT year, journal, subject FROM bench_peer.record WHERE ${where})
    SELECT (SELECT count(*) FROM hit) AS n, ${facetCodes.map(facet).join(', ')}`;
}

/** Count, newest hits and three facets: what a search page has to know. */
export function sqlPage(tsquery: string): string {
  const facet = (column: string): string =>
    `(SELECT json_agg(facet) FROM (SELECT ${column}, count(*) FROM hit GROUP BY 1 ORDER BY 2 DESC LIMIT 10) AS facet)`;
  return `WITH hit AS MATERIALIZED (SELECT id, created, year, journal, subject FROM bench_peer.record WHERE ${body(tsquery)})
    SELECT (SELECT count(*) FROM hit) AS n, ${facetCodes.map(facet).join(', ')},
      (SELECT json_agg(page) FROM (SELECT id FROM hit ORDER BY created DESC, id DESC LIMIT ${pageSize}) AS page)`;
}

/** Two letters that as many words begin with as possible, about 10,000. */
function manyTerms(words: readonly Word[]): readonly string[] {
  const terms = new Map<string, number>();
  for (const { text } of words) {
    const prefix = text.slice(0, 2);
    if (/^[a-z]{2}$/.test(prefix)) terms.set(prefix, (terms.get(prefix) ?? 0) + 1);
  }
  const distance = (prefix: string) => Math.abs(Math.log((terms.get(prefix) ?? 0) / 10_000));
  return [...terms.keys()].sort((a, b) => distance(a) - distance(b)).slice(0, variants);
}

/** Pairs of very common words that stand next to each other most often. */
function frequentPairs(top: readonly string[], counting: (text: string) => () => number): readonly string[] {
  const pairs = top.flatMap((a) => top.filter((b) => b !== a).map((b) => `${a} ${b}`));
  const found = pairs
    .filter((text) => !/\b(and|or|not)\b/.test(text))
    .map((text) => ({ text, hits: counting(`"${text}"`)() }));
  return found
    .sort((a, b) => b.hits - a.hits)
    .slice(0, variants)
    .map(({ text }) => text);
}

function frequentAuthors(snapshot: IndexSnapshot, visible: HitSet): readonly string[] {
  const site = { ...snapshot.site, facets: snapshot.site.facets.filter(({ code }) => code === 'author') };
  const { facets } = search({ ...snapshot, site }, { ...emptyRequest, size: 0 }, visible, { facets: true });
  const names = facets[0]?.values.map(({ value }) => value) ?? [];
  return names.slice(0, variants);
}
