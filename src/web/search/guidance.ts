import { type Html, html } from '../../html/html.ts';
import type { PageContext } from '../ui/page-context.ts';

/** A search that finds something. */
export interface Offer {
  readonly label: string;
  readonly count: number;
  readonly href: string;
}

export interface GuidanceModel {
  /** What each part of the question finds alone; some find nothing. */
  readonly terms: readonly Offer[];
  /** How many parts it has, when only the first were looked at. */
  readonly parts: { readonly count: number; readonly limit: number } | undefined;
  /** The neighbours of a condition that finds nothing, in the order of the alphabet. */
  readonly nearest: readonly { readonly asked: string; readonly offers: readonly Offer[] }[];
  /** The same question with fewer filters or in other collections. */
  readonly wider: readonly Offer[];
}

/** What stands in place of hits when there are none. */
export function guidance(context: PageContext, { terms, parts, nearest, wider }: GuidanceModel): Html {
  const { tr } = context;
  const link = ({ label, href }: Offer) => html`<a href="${href}" rel="nofollow" dir="auto">${label}</a>`;
  const row = (
    offer: Offer,
  ) => html`<tr><th scope="row">${offer.count > 0 ? link(offer) : offer.label}</th><td class="number">${tr.t('none.count', { count: offer.count })}</td></tr>
`;
  return html`<p>${tr.t(terms.length > 1 ? 'none.sentence' : 'none.one')}</p>
${wider.length > 0 && html`<table class="terms"><caption>${tr.t('none.elsewhere')}</caption><tbody>${wider.map(row)}</tbody></table>`}
${terms.some(({ count }) => count > 0) && html`<table class="terms"><caption>${tr.t('none.terms')}</caption><tbody>${terms.map(row)}</tbody></table>`}
${parts !== undefined && html`<p>${tr.t('none.first_parts', parts)}</p>`}
${nearest.map(
  ({ asked, offers }) =>
    html`<p>${tr.t('none.nearest', { term: asked })} ${offers.map((offer, i) => html`${i > 0 && ' · '}${link(offer)} <span class="number muted">${tr.number(offer.count)}</span>`)}</p>
`,
)}
<p><a href="/help/search">${tr.t('none.help')}</a></p>`;
}
