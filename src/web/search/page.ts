import { idFormat, pageFormats, views } from '../../formats/format-names.ts';
import { exportFormats } from '../../formats/formats.ts';
import { plainText } from '../../formats/mathematics.ts';
import { type Html, type HtmlValue, html, nothing } from '../../html/html.ts';
import { type SearchRequest, usualFormat } from '../../search/request.ts';
import { type AskedOrder, isDescending } from '../../search/standard-order.ts';
import { toArguments, toUrl } from '../../search/url-of-request.ts';
import { type YearSpan, yearSpanText } from '../../search/year-span.ts';
import { formatGroups, formatName } from '../ui/format-menu.ts';
import type { Highlighter } from '../ui/highlight.ts';
import { gallery, type Hit, hitList } from '../ui/hit.ts';
import { layout } from '../ui/layout.ts';
import type { PageContext } from '../ui/page-context.ts';
import { paging } from '../ui/paging.ts';
import { hiddenFields, searchBox } from '../ui/search-box.ts';
import { type YearCount, yearForm, yearPicture } from '../ui/years.ts';
import { advancedForm } from './advanced.ts';
import { excludingForm, type FacetList, facetList } from './facets.ts';
import { type GuidanceModel, guidance, type Offer } from './guidance.ts';
import { type MenuItem, menu } from './menu.ts';
import { overview, type SectionModel, sectionList } from './sections.ts';

export interface SearchModel {
  /** What was searched for. */
  readonly request: SearchRequest;
  /** What was typed in the box. */
  readonly typed: string;
  readonly total: number;
  readonly hits: readonly Hit[];
  /** The engine's time. */
  readonly milliseconds: number;
  readonly highlighter: Highlighter;
  readonly facets: readonly FacetModel[];
  readonly chips: readonly Chip[];
  /** Sentences about how the question was read. */
  readonly notices: readonly string[];
  /** A spelling that finds more. */
  readonly correction: Offer | undefined;
  /** Another spelling whose hits are shown, since the question itself finds nothing. */
  readonly instead: { readonly asked: string; readonly shown: Offer; readonly only: string } | undefined;
  /** The record to which the hits are similar, when that was asked. */
  readonly similarTo: { readonly id: number; readonly title: string } | undefined;
  /** What was asked, as people read it. */
  readonly heading: string;
  /** Shown when nothing is found. */
  readonly guidance: GuidanceModel | undefined;
  /** The name of the collection searched; undefined is the whole library. */
  readonly collectionName: string | undefined;
  /** Collections that the reader is offered. */
  readonly offered: ReadonlyMap<string, number>;
  /** The terms near what is asked for. */
  readonly browse: string;
  /** sc=1: hits by collection, in place of the list. */
  readonly sections: readonly SectionModel[] | undefined;
  /**
   * The same answer split by collection, or no longer; undefined where there is nothing to split.
   */
  readonly splitHref: string | undefined;
  /** The order of the hits. */
  readonly order: AskedOrder;
  /** The question as a text to which a condition can be added. */
  readonly question: string;
  /** Hits drawn in another way, as of=hd and of=hm do. */
  readonly drawn?: HtmlValue;
  /** What may be done with hits that are marked; undefined: nothing, so there are no marks. */
  readonly marks?: Marks | undefined;
  /** What stands in place of hits and paging, as of=hcs does. */
  readonly summary?: Html;
}

export interface Marks {
  readonly many: boolean;
  readonly merges: boolean;
  /** Does the question alone find the same? */
  readonly all: boolean;
}

export type FacetModel =
  | { readonly kind: 'list'; readonly list: FacetList }
  | {
      readonly kind: 'years';
      readonly code: string;
      readonly title: string;
      readonly counts: readonly YearCount[];
      readonly chosen: YearSpan | undefined;
    };

export interface Chip {
  readonly name: string;
  readonly value: string;
  /** The search without it. */
  readonly href: string;
}

export const yearArguments = ['y1', 'y2'] as const;

export function searchPage(context: PageContext, model: SearchModel): string {
  const { tr } = context;
  const { request } = model;
  const like = model.similarTo === undefined ? undefined : likeTitle(context, model.similarTo);
  const asked = shortened(model.heading);
  const title =
    like ?? (asked === '' ? (model.collectionName ?? tr.t('search.title')) : tr.t('search.title_of', { text: asked }));
  const box = searchBox(context, {
    text: model.typed,
    collection: request.collection === '' ? undefined : request.collection,
    hidden: keptArguments(request),
  });
  const { embed } = request;
  const has = (letter: string): boolean => embed.length === 0 || embed.includes(letter);
  const body =
    model.guidance !== undefined
      ? html`<div class="none">${guidance(context, model.guidance)}</div>`
      : html`<div class="results" id="hits" tabindex="-1">${has('O') && model.sections !== undefined && overview(context, model.sections)}${results(context, model)}</div>${has('O') && facets(context, model)}`;
  const hasHits = model.guidance === undefined && has('B');
  return layout(context, {
    title,
    unlisted: true,
    head: html`<link rel="unapi-server" type="application/xml" title="unAPI" href="/unapi">
<link rel="canonical" href="${context.baseUrl}${toUrl({ ...request, format: usualFormat(request), language: '' })}">
<link rel="alternate" type="application/atom+xml" title="${title}" href="${toUrl({ ...request, format: usualFormat(request) }, {}, '/feed')}">`,
    find: has('S') ? box : nothing,
    skip: hasHits && html`<a class="skip" href="#hits">${tr.t('search.skip')}</a>`,
    embedded: { header: has('H'), footer: has('F') },
    main: html`${has('S') && !has('H') && box}<div class="${has('O') ? 'search' : 'search plain'}">
${has('I') ? summary(context, model) : html`<h1 class="hidden">${title}</h1>`}
${has('B') && body}
</div>`,
  });
}

/**
 * What a new question in the box keeps: where and how one searches, not the filters of the old one.
 */
function keptArguments(request: SearchRequest): readonly (readonly [string, string])[] {
  const kept = new Set(['f', 'c', 'sf', 'so', 'rm', 'rg', 'of', 'ln']);
  return toArguments(request).filter(([name]) => kept.has(name));
}

function summary(context: PageContext, model: SearchModel): Html {
  const { tr } = context;
  const { request } = model;
  const order = orders(context, request, model.order);
  const current = order.find((one) => one.current) ?? order[0]!;
  const seconds =
    model.milliseconds < 10
      ? tr.number(Math.max(0.1, Math.round(model.milliseconds * 10) / 10))
      : tr.number(Math.round(model.milliseconds));
  const count = tr.t(model.collectionName === undefined ? 'search.count' : 'search.count_in', {
    count: model.total,
    collection: model.collectionName ?? '',
  });
  const isList = model.total > 0 && model.summary === undefined && model.sections === undefined;
  const shown = isList
    ? tr.t('search.range', {
        first: request.first,
        last: Math.min(model.total, request.first + request.size - 1),
        total: model.total,
      })
    : undefined;
  return html`<div class="summary">
<h1>${heading(context, model, count)}</h1>
<div class="bar-of-tools"><span class="muted">${shown !== undefined && `${shown}, `}${tr.t('search.took', { milliseconds: seconds })}</span>
${
  model.total > 0 &&
  html`${hasFacets(context, model) && html`<a class="to-facets" href="#facets">${model.chips.length > 0 ? tr.t('facets.open_count', { count: model.chips.length }) : tr.t('facets.open')}</a>`}
${menu(tr.t('search.order', { order: current.label }), order)}
${menu(tr.t('search.formats'), formats(context, request))}`
}
${moreMenu(context, model)}
<details class="menu wide"${request.advanced ? html` open` : nothing}><summary>${tr.t('advanced.title')}</summary>${advancedForm(context, request, model.offered)}</details>
</div>
${
  model.chips.length > 0 &&
  html`<ul class="chips" aria-label="${tr.t('search.filters')}">${model.chips.map(
    (chip) =>
      html`<li><a class="chip" href="${chip.href}" rel="nofollow" aria-label="${tr.t('search.remove_filter', { name: chip.name, value: chip.value })}"><b>${chip.name}</b> <span>${chip.value}</span> <i aria-hidden="true">×</i></a></li>`,
  )}</ul>`
}
${
  model.instead !== undefined &&
  html`<p class="correction" role="status">${tr.rich('search.instead', {
    asked: html`<b dir="auto">${shortened(model.instead.asked)}</b>`,
    question: html`<b dir="auto">${shortened(model.instead.shown.label)}</b>`,
    only: html`<a href="${model.instead.only}" rel="nofollow">${tr.t('search.only_asked')}</a>`,
  })}</p>`
}
${model.notices.length > 0 && html`<div class="notices" role="status">${model.notices.map((notice) => html`<p>${notice}</p>`)}</div>`}
${
  model.correction !== undefined &&
  html`<p class="correction">${tr.rich('search.correction', { question: html`<a href="${model.correction.href}" rel="nofollow" dir="auto">${model.correction.label}</a>`, count: model.correction.count })}</p>`
}
</div>`;
}

/** What is wanted less often: hits per page, other lists, and the address to keep. */
function moreMenu(context: PageContext, model: SearchModel): Html {
  const { tr } = context;
  const { request } = model;
  const sizes =
    model.total > 0
      ? [10, 25, 50, 100].map((size, i) => ({
          label: tr.t('search.per_page', { count: size }),
          href: toUrl(request, { size }),
          current: size === request.size,
          ...(i === 0 ? { heading: tr.t('search.sizes') } : {}),
        }))
      : [];
  const lists = [
    { label: tr.t('browse.link'), href: model.browse, heading: tr.t('search.lists') },
    ...(model.splitHref === undefined
      ? []
      : [{ label: tr.t(request.split ? 'split.together' : 'split.by_collection'), href: model.splitHref }]),
    ...(model.total === 0
      ? []
      : [{ label: tr.t('search.feed'), href: toUrl({ ...request, format: usualFormat(request) }, {}, '/feed') }]),
  ];
  const address = html`<div class="address"><p class="heading">${tr.t('search.link')}</p><p class="muted">${tr.t('search.link_says')}</p><p><code id="permalink">${context.baseUrl}${toUrl(request, { first: request.first })}</code> <button type="button" class="quiet" hidden data-copy="permalink" data-done="${tr.t('record.copied')}">${tr.t('record.copy')}</button></p></div>`;
  return menu(tr.t('search.more'), [...sizes, ...lists], address);
}

function hasFacets({ site }: PageContext, model: SearchModel): boolean {
  const { embed } = model.request;
  return site.facets.length > 0 && model.facets.length > 0 && (embed.length === 0 || embed.includes('O'));
}

function heading({ tr }: PageContext, model: SearchModel, count: string): HtmlValue {
  if (model.similarTo !== undefined)
    return tr.rich('search.like', {
      title: html`<a href="/record/${model.similarTo.id}" dir="auto">${shortened(recordTitle(tr, model.similarTo))}</a>`,
    });
  return html`${count}${model.heading !== '' && html` ${tr.rich('search.for', { text: html`<span dir="auto">${shortened(model.heading)}</span>` })}`}`;
}

function likeTitle({ tr }: PageContext, record: NonNullable<SearchModel['similarTo']>): string {
  return tr.t('search.like', { title: shortened(recordTitle(tr, record)) });
}

function recordTitle(tr: PageContext['tr'], { id, title }: NonNullable<SearchModel['similarTo']>): string {
  return title === '' ? tr.t('search.record', { id }) : plainText(title);
}

/** A heading holds no query of a thousand words; the box has it whole. */
function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= longestInHeading ? text : `${characters.slice(0, longestInHeading).join('')}…`;
}

const longestInHeading = 80;

function orders(
  context: PageContext,
  request: SearchRequest,
  asked: AskedOrder,
): readonly { label: string; href: string; current: boolean }[] {
  const { tr, site } = context;
  const one = (
    label: string,
    sort: string,
    ascending: boolean,
    rank: string,
  ): { label: string; href: string; current: boolean } => ({
    label,
    href: toUrl(request, { order: 'newest', sort, ascending, rank }),
    current: asked.sort === sort && asked.ascending === ascending && asked.rank === rank,
  });
  const named = (code: string, names: Readonly<Record<string, string>>): string =>
    tr.nameOf(names, tr.has(`sort.${code}`) ? tr.t(`sort.${code}`) : code);
  return [
    one(tr.t('sort.newest'), '', false, ''),
    one(tr.t('sort.oldest'), '', true, ''),
    ...site.ranks
      .filter((rank) => rank.method === 'relevance' || rank.method === 'combine')
      .map((rank) => one(rank.method === 'relevance' ? tr.t('sort.relevance') : rank.name, '', false, rank.code)),
    ...site.sorts
      .filter((sort) => sort.by !== 'created')
      .map((sort) => one(named(sort.code, sort.names), sort.code, !isDescending(sort), '')),
  ];
}

function formats(context: PageContext, request: SearchRequest): readonly MenuItem[] {
  const { tr } = context;
  const pages = pageFormats.map(({ code }) => ({
    label: tr.t(`format.${code}`),
    href: toUrl(request, { format: code }),
    current: request.format === code,
  }));
  const exports = formatGroups.flatMap((group) =>
    exportFormats
      .filter((format) => format.group === group)
      .map((format, i) => ({
        label: formatName(context, format),
        href: toUrl(request, { format: format.code, first: 1, size: Number.POSITIVE_INFINITY }),
        ...(i === 0 ? { heading: tr.t(`format.group.${group}`) } : {}),
      })),
  );
  return [
    ...pages,
    ...exports,
    {
      label: tr.t(`format.${idFormat.code}`),
      href: toUrl(request, { format: idFormat.code, first: 1, size: Number.POSITIVE_INFINITY }),
      current: false,
    },
  ];
}

function facets(context: PageContext, model: SearchModel): Html {
  const { tr } = context;
  const { request } = model;
  if (!hasFacets(context, model)) return nothing;
  return html`<aside class="facets" id="facets" tabindex="-1" aria-label="${tr.t('facets.title')}"><p class="to-hits"><a href="#hits">${tr.t('facets.close')}</a></p><form id="${excludingForm}" action="/search">${hiddenFields(toArguments({ ...request, first: 1 }))}</form>${model.facets.map(
    (facet) => {
      if (facet.kind === 'list') return facetList(context, facet.list);
      const href = (from: number | undefined, to: number | undefined): string =>
        toUrl(request, { facets: { ...request.facets, [facet.code]: [yearSpanText({ from, to })] } });
      const picture = yearPicture(context, { counts: facet.counts, href, chosen: facet.chosen });
      if (picture === nothing && facet.chosen === undefined) return nothing;
      const hidden = toArguments({ ...request, first: 1, facets: { ...request.facets, [facet.code]: [] } });
      const [from, to] = [facet.chosen?.from, facet.chosen?.to].map((year) => String(year ?? ''));
      return html`<section aria-labelledby="facet-${facet.code}"><h2 id="facet-${facet.code}">${facet.title}</h2>${picture}${yearForm(context, { action: '/search', hidden, names: yearArguments, values: [from!, to!] })}</section>
`;
    },
  )}</aside>`;
}

const marksForm = 'marked';

/** What may be done with the marked hits, and with all that was found. */
function markedForm({ tr }: PageContext, { question, total }: SearchModel, { many, merges, all }: Marks): Html {
  return html`<form class="marked" id="${marksForm}" method="get" action="${many ? '/edit/many' : '/merge'}"><p><span class="muted">${tr.t('search.marked')}</span>
${many && html`<button class="quiet">${tr.t('search.change_marked')}</button> `}${merges && html`<button class="quiet" formaction="/merge">${tr.t('search.merge_marked')}</button> `}${many && all && html`<a href="/edit/many?${String(new URLSearchParams({ p: question }))}" rel="nofollow">${tr.t('search.change_all', { count: total })}</a>`}</p></form>`;
}

function results(context: PageContext, model: SearchModel): Html {
  const { request, total } = model;
  const pages = Math.ceil(total / request.size);
  const current = Math.floor((request.first - 1) / request.size) + 1;
  const href = (page: number): string => toUrl(request, { first: (page - 1) * request.size + 1 });
  if (model.summary !== undefined) return model.summary;
  if (model.sections !== undefined && model.drawn === undefined)
    return sectionList(context, model.sections, model.highlighter);
  const isList = request.format !== views.gallery && model.drawn === undefined;
  const marks = isList && model.hits.length > 0 ? model.marks : undefined;
  const list = isList
    ? hitList(context, model.hits, model.highlighter, marks && marksForm)
    : (model.drawn ?? gallery(context, model.hits, model.highlighter));
  return html`${list}
${marks !== undefined && markedForm(context, model, marks)}
${paging(context, { current: Math.min(current, pages), last: pages, href })}`;
}
