import { attribute, type Html, html, nothing } from '../../html/html.ts';
import type { PageContext } from '../ui/page-context.ts';

export interface FacetValue {
  readonly label: string;
  readonly count: number;
  /** The search with this value as a filter; for a chosen one, without it. */
  readonly href: string;
  readonly chosen: boolean;
}

export interface FacetList {
  readonly code: string;
  readonly title: string;
  readonly values: readonly FacetValue[];
  /** Records in all: what the bars are shares of. */
  readonly total: number;
  /** Where all values are listed; undefined when these are all. */
  readonly more: string | undefined;
}

export function facetList(context: PageContext, facet: FacetList): Html {
  if (facet.values.length === 0) return nothing;
  const { tr } = context;
  return html`<section aria-labelledby="facet-${facet.code}"><h2 id="facet-${facet.code}">${facet.title}</h2>
<ul class="facet">${facet.values.map((value) => facetItem(context, value, facet.total))}</ul>
${facet.more !== undefined && html`<a href="${facet.more}" rel="nofollow">${tr.t('facets.more')}<span class="hidden"> (${facet.title})</span></a>`}
</section>
`;
}

export function facetItem(context: PageContext, value: FacetValue, total: number): Html {
  return html`<li><a href="${value.href}" rel="nofollow" dir="auto"${attribute('aria-current', value.chosen ? 'true' : undefined)}>${value.label}</a> <span class="number">${context.tr.number(value.count)}</span><span class="share ${shareClass(value.count, total)}"></span></li>
`;
}

/** Widths are classes in steps of 5 %, since the content policy allows no style attributes. */
export function shareClass(count: number, total: number): string {
  return `w${Math.max(5, Math.min(20, Math.ceil((20 * count) / Math.max(1, total))) * 5)}`;
}
