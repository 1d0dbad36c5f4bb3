import { attribute, type Html, type HtmlValue, html } from '../../html/html.ts';
import { withParameter } from '../http/url.ts';
import { layout } from '../ui/layout.ts';
import type { PageContext } from '../ui/page-context.ts';
import { paging } from '../ui/paging.ts';
import { hiddenFields } from '../ui/search-box.ts';

export const adminTabs = [
  'overview',
  'people',
  'roles',
  'groups',
  'sessions',
  'tokens',
  'loads',
  'jobs',
  'harvest',
  'oai',
  'dois',
  'webhooks',
  'log',
] as const;
export type AdminTab = (typeof adminTabs)[number];

/** A page of administration. */
export function adminPage(context: PageContext, tab: AdminTab, title: string, content: HtmlValue): string {
  const { tr } = context;
  return layout(context, {
    title,
    unlisted: true,
    main: html`<div class="account wide"><nav class="tabs" aria-label="${tr.t('admin.tabs')}"><ul>${adminTabs.map(
      (one) =>
        html`<li><a href="${one === 'overview' ? '/admin' : `/admin/${one}`}"${attribute('aria-current', one === tab ? 'page' : undefined)}>${tr.t(`admin.tab.${one}`)}</a></li>`,
    )}</ul></nav>
<h1>${title}</h1>
${content}
</div>`,
  });
}

export const rowsOnPage = 50;

/** What part of a long list is shown. */
export interface Part {
  readonly text: string;
  readonly page: number;
  readonly total: number;
}

/** A box that keeps rows with a text in them. */
export function filterBox(
  context: PageContext,
  action: string,
  label: string,
  text: string,
  hidden: readonly (readonly [name: string, value: string])[] = [],
  more: HtmlValue = undefined,
): Html {
  return html`<form class="find filter" action="${action}" method="get" role="search">${hiddenFields(hidden)}
<input type="search" name="q" value="${text}" aria-label="${label}" placeholder="${label}" autocomplete="off" spellcheck="false">${more}
<button>${context.tr.t('facets.filter')}</button></form>`;
}

/** How many there are, and the way to the others. */
export function partFoot(context: PageContext, { page, total }: Part): Html {
  const { tr } = context;
  const last = Math.max(1, Math.ceil(total / rowsOnPage));
  const href = (number: number): string =>
    withParameter(withParameter(context.address, 'done', undefined), 'page', number === 1 ? undefined : String(number));
  return html`<p class="muted small">${tr.t('admin.rows', { count: total })}</p>${paging(context, { current: page, last, href })}`;
}
