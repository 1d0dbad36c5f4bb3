import { type Html, html, nothing } from '../../html/html.ts';
import type { Brief } from '../../index/brief.ts';
import { emptyRequest } from '../../search/request.ts';
import { toUrl } from '../../search/url-of-request.ts';
import { yearSpanText } from '../../search/year-span.ts';
import type { Collection } from '../../site/site.ts';
import { collectionAddress } from '../http/url.ts';
import { advancedForm } from '../search/advanced.ts';
import { byLine, kindName, titleHtml } from '../ui/hit.ts';
import { layout, logo } from '../ui/layout.ts';
import type { PageContext } from '../ui/page-context.ts';
import { searchBox } from '../ui/search-box.ts';
import { type YearCount, yearPicture } from '../ui/years.ts';
import { collectionName, collectionTree, type TreeNode } from './collection-tree.ts';
import { markdown } from './markdown.ts';

export interface NewRecord {
  readonly id: number;
  readonly brief: Brief;
  /** When this library got it, where that is known. */
  readonly added: Date | undefined;
}

export interface CollectionModel {
  readonly collection: Collection;
  readonly isHome: boolean;
  /** From the home collection down to the one above this. */
  readonly above: readonly Collection[];
  readonly count: number;
  readonly children: readonly TreeNode[];
  /** Only other ways in. */
  readonly virtualChildren: readonly TreeNode[];
  readonly newest: readonly NewRecord[];
  readonly years: readonly YearCount[];
  readonly yearFacet: string | undefined;
  /** Questions that find something. */
  readonly examples: readonly string[];
  /** Collections that the reader is offered. */
  readonly offered: ReadonlyMap<string, number>;
  readonly advanced: boolean;
}

/** The home page, and the page of any other collection. */
export function collectionPage(context: PageContext, model: CollectionModel): string {
  const { tr } = context;
  const name = collectionName(context, model.collection);
  const scope = model.isHome ? '' : model.collection.name;
  const request = { ...emptyRequest, collection: scope };
  const year = model.yearFacet;
  const picture =
    year === undefined
      ? nothing
      : yearPicture(context, {
          counts: model.years,
          chosen: undefined,
          href: (from, to) => toUrl(request, { facets: { [year]: [yearSpanText({ from, to })] } }),
        });
  const intro = model.isHome ? context.site.intro : undefined;
  const trees = model.children.length + model.virtualChildren.length > 0;
  return layout(context, {
    title: model.isHome ? '' : name,
    head: html`<link rel="resourcesync" href="/resourcesync/capabilities.xml">
<link rel="alternate" type="application/atom+xml" title="${tr.t('home.newest')}" href="${toUrl(request, {}, '/feed')}">
<link rel="canonical" href="${context.baseUrl}${model.isHome ? '/' : collectionAddress(model.collection.name)}">`,
    main: html`<div class="hero">
${
  !model.isHome &&
  html`<nav class="crumbs small" aria-label="${tr.t('collection.above')}"><ul class="plain inline">${model.above.map(
    (one, i) =>
      html`<li><a href="${i === 0 ? '/' : collectionAddress(one.name)}">${collectionName(context, one)}</a></li>`,
  )}</ul></nav>`
}
<h1>${model.isHome ? html`${logo(context)}${context.libraryName}` : name}</h1>
${searchBox(context, { text: '', collection: scope === '' ? undefined : scope, hidden: [], focus: model.isHome })}
${
  model.examples.length > 0 &&
  html`<p class="examples small"><span class="muted">${tr.t('home.try')}</span> ${model.examples.map(
    (query) => html`<a href="${toUrl({ ...request, text: query })}">${query}</a> `,
  )}</p>`
}
<details class="small"${model.advanced ? html` open` : nothing}><summary>${tr.t('advanced.title')}</summary>${advancedForm(context, request, model.offered)}</details>
${intro !== undefined && html`<div class="prose intro">${markdown(tr.nameOf(intro.names, intro.text))}</div>`}
</div>
<div class="columns">
<div class="stack">
${
  trees &&
  html`<section><h2>${tr.t('home.collections')}</h2>${collectionTree(context, model.children)}${
    model.virtualChildren.length > 0 &&
    html`<h3 class="focus">${tr.t('home.focus')}</h3>${collectionTree(context, model.virtualChildren, 2)}`
  }</section>`
}
${picture !== nothing && html`<section><h2>${tr.t('home.years')}</h2>${picture}</section>`}
</div>
<section><h2>${tr.t('home.newest')}</h2>
${model.newest.length === 0 ? html`<p>${tr.t(model.isHome ? 'home.empty' : 'collection.empty')}</p>` : newest(context, model.newest)}
${model.count > 0 && html`<p class="all"><a href="${toUrl(request)}">${tr.t('home.all', { count: model.count })}</a></p>`}
</section>
</div>`,
  });
}

function newest(context: PageContext, records: readonly NewRecord[]): Html {
  return html`<ul class="newest plain">${records.map(({ id, brief, added }) => {
    const kind = brief.k[0] === undefined ? '' : kindName(context, brief.k[0]);
    const day = added && addedText(context, added);
    return html`<li><h3 dir="auto"><a href="/record/${id}">${titleHtml(context, brief.t)}</a></h3>${byLine(context, brief)}<p class="muted small">${kind}${kind !== '' && day !== undefined && ' · '}${day}</p></li>
`;
  })}</ul>`;
}

function addedText({ tr }: PageContext, added: Date): Html {
  const day = html`<time datetime="${added.toISOString().slice(0, 10)}">${tr.date(added)}</time>`;
  return tr.rich('home.added', { date: day });
}
