import type { Answer } from '../../access/ask.ts';
import { citationsFor } from '../../access/citations.ts';
import { collectionTree } from '../../access/collections.ts';
import { mayEditSome } from '../../access/may-edit.ts';
import { noCollection } from '../../access/no-collection.ts';
import { shownCollections } from '../../access/shown-collections.ts';
import { views } from '../../formats/format-names.ts';
import { may } from '../../people/person.ts';
import type { FacetResult } from '../../search/facets.ts';
import type { Notice } from '../../search/notices.ts';
import { plainSigns } from '../../search/query/plain-signs.ts';
import { joinLetters, type RequestPart, type SearchRequest, usualFormat } from '../../search/request.ts';
import { analyzerOf } from '../../search/search.ts';
import { toArguments, toUrl } from '../../search/url-of-request.ts';
import { parseYearSpan } from '../../search/year-span.ts';
import type { FacetDefinition, Site } from '../../site/site.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { visibleRecord } from '../reading/visible-record.ts';
import { attempt } from '../ui/attempt.ts';
import { createHighlighter, type Highlighter } from '../ui/highlight.ts';
import { type Hit, kindName } from '../ui/hit.ts';
import type { PageContext } from '../ui/page-context.ts';
import { pairText } from '../ui/pair-text.ts';
import type { FacetValue } from './facets.ts';
import { briefFragment, type Fragment, openingFragment, recordFragment } from './fragments.ts';
import type { Offer } from './guidance.ts';
import { correctionModel, guidanceModel } from './guidance-view.ts';
import { highlightWords } from './highlight-words.ts';
import type { Chip, FacetModel, Marks, SearchModel } from './page.ts';
import { splitCollections, splitView } from './split-view.ts';
import { browseAddress } from './url-of-search.ts';

/** Asks a question and makes what its page shows. At most one SQL statement. */
export async function searchView(
  exchange: Exchange,
  asked: SearchRequest,
): Promise<{ readonly model: SearchModel; readonly answer: Answer }> {
  const { snapshot, page, timing } = exchange;
  const { answer, request, correction, instead, notices } = await answerTo(exchange, asked);
  const highlighter = createHighlighter(highlightWords(answer.query, analyzerOf(snapshot.site)));
  const collection = collectionTree(snapshot.site).byName.get(request.collection)?.collection;
  const parts = splitCollections(exchange, request);
  const canSplit = answer.total > 0 && parts.length > 1;
  const isSplit = canSplit && request.split && request.format === usualFormat(request);
  const drawsHits = request.format === views.list || request.format === views.gallery;
  const model: SearchModel = {
    request,
    typed: asked.text,
    total: answer.total,
    hits: drawsHits && !isSplit ? await hitsOf(exchange, request, answer, highlighter) : [],
    correction,
    instead,
    guidance: answer.total > 0 ? undefined : await guidanceModel(exchange, request, answer.query),
    milliseconds: timing.searchMilliseconds,
    highlighter,
    facets: answer.facets
      .map((facet) => facetModel(page, request, facet, answer.total))
      .filter((facet) => facet !== undefined),
    chips: chipsOf(page, request),
    offered: shownCollections(exchange.person, snapshot),
    browse: browseAddress(asked),
    sections: isSplit ? await splitView(exchange, request, parts, highlighter) : undefined,
    order: answer.order,
    splitHref: canSplit ? toUrl(request, { split: !request.split }) : undefined,
    heading: headingOf(page, request, answer),
    question: request.field === '' && request.parts.length === 0 ? request.text : answer.understood,
    similarTo: answer.similarTo,
    marks: marksFor(exchange, request),
    notices: [
      ...(instead === undefined ? understood(page, asked, answer) : []),
      ...notices.map((notice) => noticeText(page, notice)),
      ...answer.refused.map((name) => page.tr.t('error.restricted.text', { name })),
    ],
    collectionName:
      request.collection === ''
        ? undefined
        : collection === undefined
          ? request.collection === noCollection
            ? page.tr.t('search.no_collection')
            : request.collection
          : page.tr.nameOf(collection.names, collection.name),
  };
  return { model, answer };
}

/** For who may change many records or merge them, and is signed in with a session. */
function marksFor({ signedIn, person, snapshot }: Exchange, request: SearchRequest): Marks | undefined {
  if (signedIn?.session === undefined) return undefined;
  const many = mayEditSome(person, snapshot, 'runbibeditmulti');
  const merges = may(snapshot.site, person, 'runbibmerge') && mayEditSome(person, snapshot);
  const kept = new Set(['p', 'f', 'ln', 'sf', 'so', 'sp', 'rm', 'rg', 'of', 'jrec']);
  const all = toArguments({ ...request, first: 1 }).every(([name]) => kept.has(name));
  return many || merges ? { many, merges, all } : undefined;
}

interface PageAnswer {
  readonly answer: Answer;
  /** What was searched for: pages, orders and exports go on with it. */
  readonly request: SearchRequest;
  readonly correction: Offer | undefined;
  readonly instead: SearchModel['instead'];
  readonly notices: readonly Notice[];
}

/**
 * The answer that a page shows: of a question that finds nothing that of another spelling of it, of
 * a place beyond the end the last page.
 */
async function answerTo(exchange: Exchange, asked: SearchRequest): Promise<PageAnswer> {
  const ask = (request: SearchRequest): Promise<Answer> =>
    exchange.ask(request, {
      facets: true,
      briefs: true,
      alternatives: request.alternatives,
      withoutItself: true,
    });
  const answer = await ask(asked);
  const request = { ...asked, ...answer.alternative };
  const correction = await correctionModel(exchange, asked, answer.total);
  const { notices } = answer;
  if (answer.total === 0 && correction !== undefined) {
    const corrected = { ...asked, text: correction.label, field: '', parts: [], advanced: false, first: 1 };
    const other = await ask(corrected);
    if (other.total > 0) {
      const instead = {
        asked: asked.field === '' && asked.parts.length === 0 ? asked.text : answer.understood,
        shown: correction,
        only: toUrl(asked, { alternatives: false }),
      };
      const known = new Set(notices.map(({ kind, text }) => `${kind} ${text}`));
      const more = other.notices.filter(({ kind, text }) => !known.has(`${kind} ${text}`));
      return { answer: other, request: corrected, correction: undefined, instead, notices: [...notices, ...more] };
    }
  }
  if (answer.total > 0 && answer.ids.length === 0) {
    const last = { ...request, first: Math.floor((answer.total - 1) / request.size) * request.size + 1 };
    const shown = await ask({ ...asked, first: last.first });
    const beyond: Notice = { kind: 'beyond-last', text: String(request.first) };
    return { answer: shown, request: last, correction, instead: undefined, notices: [...shown.notices, beyond] };
  }
  return { answer, request, correction, instead: undefined, notices };
}

/**
 * A page of papers by thousands would read and search megabytes to say where a name stands. Only
 * the first ones are looked into; the others show how their abstract begins.
 */
const largeAuthors = 200;
const largeRecords = 3;

/**
 * Hits with their fragments; the whole records are read, all at once, only when the brief data does
 * not say where a word was found.
 */
async function hitsOf(
  exchange: Exchange,
  request: SearchRequest,
  answer: Answer,
  highlighter: Highlighter,
): Promise<readonly Hit[]> {
  const found = answer.briefs.map((brief) => briefFragment(brief, highlighter));
  let large = 0;
  const wanted = answer.ids.filter((_, i) => {
    if (found[i] !== undefined || request.format === views.gallery) return false;
    return answer.briefs[i]!.n <= largeAuthors || ++large <= largeRecords;
  });
  const records = await exchange.recordsIfThere(wanted);
  const citations = citationsFor(exchange.snapshot, exchange.person);
  return answer.ids.map((id, i): Hit => {
    const brief = answer.briefs[i]!;
    const record = records.get(id)?.record;
    const fragment =
      found[i] ??
      (record === undefined
        ? openingFragment(brief)
        : (attempt(exchange.page, id, () => recordFragment(visibleRecord(exchange, record), brief, highlighter)) ??
          openingFragment(brief)));
    return {
      id,
      rank: request.first + i,
      brief,
      citations: citations?.count(id, 'all') ?? 0,
      fragment: fragment === 'none' ? undefined : placed(exchange.page, fragment),
    };
  });
}

function placed(page: PageContext, fragment: Fragment): Hit['fragment'] {
  return {
    text: fragment.text,
    place: fragment.place === undefined ? undefined : page.tr.t(`hit.place.${fragment.place}`),
  };
}

export function noticeText({ tr }: PageContext, notice: Notice): string {
  const { kind, text, at, limit, detail } = notice;
  return tr.t(`notice.${kind}`, { text, at: (at ?? 0) + 1, limit: limit ?? 0, detail: detail ?? '' });
}

/** How the question was read, when that is not what was typed. */
function understood({ tr }: PageContext, request: SearchRequest, answer: Answer): readonly string[] {
  // What a colon means there, or which fields were searched, is said already.
  if (answer.notices.some(({ kind }) => kind === 'colon-as-sign' || kind === 'any-field')) return [];
  if (request.text === '' || sameQuestion(request.text, answer.understood)) return [];
  return [tr.t('search.understood', { query: answer.understood })];
}

function sameQuestion(typed: string, read: string): boolean {
  const plain = (text: string): string =>
    plainSigns(text)
      .toLowerCase()
      // What stands alone is punctuation, other hyphens are minus signs, and notices say so.
      .replace(/(^|\s)[-+|&\p{Pd}\u2212](?=\s|$)/gu, '$1')
      .replace(/(^|\s)[\u2212\u2010\u2011\ufe63\uff0d](?=\S)/g, '$1-')
      .replace(/(^|\s)[\u2012-\u2015](?=\S)/g, '$1')
      .replace(/(^|\s)\+/g, '$1')
      .replace(/(^|\s)[-](?=\S)/g, '$1not ')
      .replace(/(^|\s)[|](?=\S)/g, '$1or ')
      .replace(/\sand\s/g, ' ')
      .replace(/[()\s]+/g, ' ')
      .trim();
  return plain(typed) === plain(read);
}

function facetModel(
  page: PageContext,
  request: SearchRequest,
  facet: FacetResult,
  total: number,
): FacetModel | undefined {
  const definition = page.site.facets.find((one) => one.code === facet.code);
  if (definition === undefined || facet.values.length === 0) return undefined;
  const title = facetTitle(page, definition);
  if (facet.kind === 'year') {
    const counts = facet.values.map(({ value, count }) => ({ year: Number(value), count }));
    return {
      kind: 'years',
      code: facet.code,
      title,
      counts,
      chosen: parseYearSpan(request.facets[facet.code]?.[0] ?? ''),
    };
  }
  const listed = facet.kind === 'collection' ? unfolded(page, request, facet) : facet.values;
  const excluded = (request.excluded[facet.code] ?? [])
    .filter((value) => !listed.some((one) => one.value === value))
    .map((value) => ({ value, label: value, count: 0, selected: false }));
  const values = [...listed, ...excluded].map((value) => facetValue(page, request, definition, value));
  const isLong = facet.kind === 'values' && values.length >= facetLength;
  return {
    kind: 'list',
    list: { code: facet.code, title, values, total, more: isLong ? facetPageAddress(request, facet.code) : undefined },
  };
}

/** More collections than these stand folded: those below one that is chosen are shown. */
const mostUnfolded = 15;

function unfolded(page: PageContext, request: SearchRequest, facet: FacetResult): FacetResult['values'] {
  if (facet.values.length <= mostUnfolded) return facet.values;
  const { byName } = collectionTree(page.site);
  const open = new Set(request.facets[facet.code] ?? []);
  for (const name of open) for (const above of byName.get(name)?.above ?? []) open.add(above);
  const least = leastDepth(page, facet);
  return facet.values.filter(({ value, selected }) => {
    const above = byName.get(value)?.above ?? [];
    return selected || above.length <= least || open.has(above.at(-1) ?? '');
  });
}

function leastDepth(page: PageContext, facet: FacetResult): number {
  const { byName } = collectionTree(page.site);
  return Math.min(...facet.values.map(({ value }) => byName.get(value)?.above.length ?? 0));
}

export interface ListedValue {
  readonly value: string;
  /** As the facet has it. */
  readonly label: string;
  readonly count: number;
  readonly selected: boolean;
}

/** A value of a facet as a page lists it. */
export function facetValue(
  page: PageContext,
  request: SearchRequest,
  definition: FacetDefinition,
  { value, label, count, selected }: ListedValue,
): FacetValue {
  const { code } = definition;
  const isExcluded = (request.excluded[code] ?? []).includes(value);
  const depth = definition.kind === 'collection' ? (collectionTree(page.site).byName.get(value)?.above.length ?? 0) : 0;
  return {
    label: facetLabel(page, definition, value, label),
    count,
    href: isExcluded ? excludeHref(request, code, value) : facetHref(request, code, value),
    state: isExcluded ? 'excluded' : selected ? 'chosen' : 'open',
    excludable: selected || isExcluded ? undefined : value,
    depth: Math.max(0, depth - 1),
  };
}

const facetLength = 10;

export function facetPageAddress(request: SearchRequest, code: string): string {
  const address = toUrl(request, { first: 1 }, '/search/facet');
  return `${address}${address.includes('?') ? '&' : '?'}code=${encodeURIComponent(code)}`;
}

export function facetTitle({ tr }: PageContext, { code, names }: FacetDefinition): string {
  return tr.nameOf(names, tr.has(`facets.${code}`) ? tr.t(`facets.${code}`) : code);
}

/** A value as people read it: collections and kinds of document have names, languages are coded. */
export function facetLabel(page: PageContext, definition: FacetDefinition, value: string, label: string): string {
  if (definition.kind === 'collection') {
    const collection = collectionTree(page.site).byName.get(value)?.collection;
    return collection === undefined ? label : page.tr.nameOf(collection.names, collection.name);
  }
  const names = definition.labels === undefined ? undefined : page.site.labels[definition.labels];
  if (names !== undefined && Object.hasOwn(names, value)) return page.tr.nameOf(names[value]!, label);
  if (label !== value) return label;
  switch (codesIn(page.site, definition)) {
    case 'languages':
      return page.tr.languageName(value);
    case 'kinds':
      return kindName(page, value);
    case 'none':
      return label;
  }
}

type Codes = 'languages' | 'kinds' | 'none';

const codesKnown = new WeakMap<FacetDefinition, Codes>();

/** What its values are codes of: asked for each value of a page. */
function codesIn({ fields }: Site, definition: FacetDefinition): Codes {
  let codes = codesKnown.get(definition);
  if (codes === undefined) {
    const tokenizer = fields.find(({ code }) => code === definition.field)?.index?.tokenizer;
    const areKinds = tokenizer === 'material' || definition.paths.some((path) => path.startsWith('980'));
    const areLanguages = definition.code === 'language' || tokenizer === 'language';
    codes = areLanguages ? 'languages' : areKinds ? 'kinds' : 'none';
    codesKnown.set(definition, codes);
  }
  return codes;
}

/** The search with a value chosen in a facet, or no longer chosen when it was. */
export function facetHref(request: SearchRequest, code: string, value: string): string {
  return toUrl(request, { facets: toggled(request.facets, code, value) });
}

/** The search with a value excluded in a facet, or no longer when it was. */
function excludeHref(request: SearchRequest, code: string, value: string): string {
  const without = toggled(request.excluded, code, value);
  return toUrl(request, { excluded: without });
}

function toggled(
  values: Readonly<Record<string, readonly string[]>>,
  code: string,
  value: string,
): Readonly<Record<string, readonly string[]>> {
  const before = values[code] ?? [];
  const next = before.includes(value) ? before.filter((one) => one !== value) : [...before, value];
  return { ...values, [code]: next };
}

/** The field of a condition of the advanced form, as people call it. */
function partName({ tr, site }: PageContext, { field }: RequestPart): string {
  const known = site.fields.find(({ code }) => code === field);
  if (field === '') return tr.t('advanced.any_field');
  return known === undefined ? field : tr.nameOf(known.names, field);
}

/** What was asked, for a heading: "title: higgs" for a condition of the advanced form. */
function headingOf(page: PageContext, request: SearchRequest, answer: Answer): string {
  if (request.parts.length === 0) return request.field === '' ? request.text : answer.understood;
  const parts = request.parts.map((part, i) => {
    const condition = part.field === '' ? part.text : pairText(page, partName(page, part), part.text);
    return i === 0 ? condition : `${page.tr.t(`advanced.op.${joinLetters[part.join]}`)} ${condition}`;
  });
  return [...(request.text === '' ? [] : [`${request.text},`]), ...parts].join(' ');
}

function chipsOf(page: PageContext, request: SearchRequest): readonly Chip[] {
  const { tr, site } = page;
  const chips: Chip[] = [];
  for (const definition of site.facets) {
    const { code } = definition;
    const name = facetTitle(page, definition);
    const label = (value: string): string =>
      definition.kind === 'year' ? value.replace('->', '–') : facetLabel(page, definition, value, value);
    for (const value of request.facets[code] ?? [])
      chips.push({ name, value: label(value), href: facetHref(request, code, value) });
    for (const value of request.excluded[code] ?? [])
      chips.push({ name, value: tr.t('facets.not', { value: label(value) }), href: excludeHref(request, code, value) });
  }
  request.parts.forEach((part, i) => {
    chips.push({
      name: partName(page, part),
      value: part.text,
      href: toUrl(request, { parts: request.parts.filter((_, other) => other !== i) }),
    });
  });
  request.limits.forEach((limit, i) => {
    const field = site.fields.find((one) => one.code === limit.field);
    const name = field === undefined ? limit.field : tr.nameOf(field.names, field.code);
    chips.push({
      name,
      value: limit.text,
      href: toUrl(request, { limits: request.limits.filter((_, other) => other !== i) }),
    });
  });
  const { from, until, column } = request.dates;
  if (from !== '' || until !== '') {
    const key = from === '' ? 'filter.until' : until === '' ? 'filter.from' : 'filter.span';
    const value = tr.t(key, { date: from === '' ? until : from, from, to: until });
    chips.push({
      name: tr.t(`filter.dates_${column}`),
      value,
      href: toUrl(request, { dates: { column: 'created', from: '', until: '' } }),
    });
  }
  if (request.records !== undefined) {
    const { from: first, below } = request.records;
    chips.push({
      name: tr.t('filter.records'),
      value: below === first + 1 ? String(first) : `${first}–${below - 1}`,
      href: toUrl(request, { records: undefined }),
    });
  }
  return chips;
}
