import { html } from '../../html/html.ts';
import type { SearchRequest } from '../../search/request.ts';
import { toUrl } from '../../search/url-of-request.ts';
import { layout } from '../ui/layout.ts';
import type { PageContext } from '../ui/page-context.ts';
import { hiddenFields, searchBox } from '../ui/search-box.ts';
import { type FacetValue, facetItem } from './facets.ts';

export interface FacetPageModel {
  readonly request: SearchRequest;
  readonly code: string;
  readonly title: string;
  readonly find: string;
  readonly values: readonly FacetValue[];
  /** Records in all. */
  readonly total: number;
  /** There are more values than are listed. */
  readonly cut: boolean;
  /** Arguments of the search, which the filter form keeps. */
  readonly hidden: readonly (readonly [name: string, value: string])[];
}

/** All values of a facet, with a box that keeps those which hold a text. */
export function facetPage(context: PageContext, model: FacetPageModel): string {
  const { tr } = context;
  const title = tr.t('facets.all', { facet: model.title });
  return layout(context, {
    title,
    unlisted: true,
    find: searchBox(context, {
      text: model.request.text,
      collection: model.request.collection || undefined,
      hidden: [],
    }),
    main: html`<div class="facet-page"><p><a href="${toUrl(model.request)}">${tr.t('facets.back')}</a></p>
<h1>${title}</h1>
<form class="find" action="/search/facet" method="get">${hiddenFields(model.hidden)}<input type="hidden" name="code" value="${model.code}">
<input type="search" name="find" value="${model.find}" aria-label="${tr.t('facets.find')}" placeholder="${tr.t('facets.find')}"><button>${tr.t('facets.filter')}</button></form>
${
  model.values.length === 0
    ? html`<p>${tr.t('facets.none')}</p>`
    : html`<p class="muted small">${tr.t(model.cut ? 'facets.first' : 'facets.shown', { count: model.values.length })}</p>
<ul class="facet people">${model.values.map((value) => facetItem(context, model.code, { ...value, excludable: undefined }, model.total))}</ul>`
}
</div>`,
  });
}
