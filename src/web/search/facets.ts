import { attribute, type Html, html, nothing } from '../../html/html.ts';
import type { PageContext } from '../ui/page-context.ts';

export interface FacetValue {
  readonly label: string;
  readonly count: number;
  /** The search with this value as a filter; for a chosen or excluded one, without it. */
  readonly href: string;
  readonly state: 'open' | 'chosen' | 'excluded';
  /** As the address has it, where it can be excluded. */
  readonly excludable: string | undefined;
  /** Levels above it, for a collection below others. */
  readonly depth: number;
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
<ul class="facet">${facet.values.map((value) => facetItem(context, facet.code, value, facet.total))}</ul>
${facet.more !== undefined && html`<a href="${facet.more}">${tr.t('facets.more')}<span class="hidden"> (${facet.title})</span></a>`}
</section>
`;
}

/** The form that excludes values: a link for each would repeat the whole question. */
export const excludingForm = 'without';

/** A box that is ticked or not, drawn by the stylesheet, and a sign that excludes the value. */
export function facetItem(context: PageContext, code: string, value: FacetValue, total: number): Html {
  const { tr } = context;
  const { label, state } = value;
  if (state === 'excluded')
    return html`<li class="without${depthClass(value.depth)}"><a href="${value.href}" dir="auto">${tr.t('facets.not', { value: label })}</a></li>
`;
  return html`<li${attribute('class', depthClass(value.depth).trim() || undefined)}><a href="${value.href}" dir="auto"${attribute('aria-current', state === 'chosen' ? 'true' : undefined)}>${label}</a> <span class="number ${shareClass(value.count, total)}">${tr.number(value.count)}</span>${
    value.excludable !== undefined &&
    html`<button form="${excludingForm}" name="facet.not.${code}" value="${value.excludable}" aria-label="${tr.t('facets.not', { value: label })}">−</button>`
  }</li>
`;
}

const deepest = 3;

function depthClass(depth: number): string {
  return depth === 0 ? '' : ` d${Math.min(deepest, depth)}`;
}

/** Widths are classes in steps of 2 %, since the content policy allows no style attributes. */
export function shareClass(count: number, total: number): string {
  return `w${Math.max(1, Math.min(50, Math.round((50 * count) / Math.max(1, total)))) * 2}`;
}
