import { attribute, type Html, html, nothing } from '../../html/html.ts';
import type { PageContext } from './page-context.ts';

export interface Paging {
  /** Pages from 1. */
  readonly current: number;
  readonly last: number;
  readonly href: (page: number) => string;
}

/** First, last, and the neighbours of this page; undefined is a gap. */
export function pageNumbers(current: number, last: number): readonly (number | undefined)[] {
  const near = [1, last, ...[-2, -1, 0, 1, 2].map((step) => current + step)].filter(
    (page) => page >= 1 && page <= last,
  );
  const pages = [...new Set(near)].sort((a, b) => a - b);
  return pages.flatMap((page, i) => {
    const before = pages[i - 1] ?? 0;
    if (page - before === 2) return [page - 1, page];
    return page - before > 2 ? [undefined, page] : [page];
  });
}

export function paging(context: PageContext, { current, last, href }: Paging): Html {
  if (last < 2) return nothing;
  const { tr } = context;
  const step = (page: number, rel: 'prev' | 'next', label: string): Html =>
    page < 1 || page > last ? nothing : html`<li><a href="${href(page)}" rel="${rel}">${label}</a></li>`;
  return html`<nav aria-label="${tr.t('paging.pages')}"><ul class="pages number">${step(current - 1, 'prev', tr.t('paging.previous'))}${pageNumbers(
    current,
    last,
  ).map((page) =>
    page === undefined
      ? html`<li aria-hidden="true"><span>…</span></li>`
      : html`<li><a href="${href(page)}"${attribute('aria-current', page === current ? 'page' : undefined)}><span class="hidden">${tr.t('paging.page')} </span>${tr.number(page)}</a></li>`,
  )}${step(current + 1, 'next', tr.t('paging.next'))}</ul></nav>`;
}
