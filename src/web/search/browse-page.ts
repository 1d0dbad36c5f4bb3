import { attribute, html } from '../../html/html.ts';
import type { SearchRequest } from '../../search/request.ts';
import { layout } from '../ui/layout.ts';
import type { PageContext } from '../ui/page-context.ts';
import { hiddenFields, searchBox } from '../ui/search-box.ts';

export interface BrowseModel {
  readonly request: SearchRequest;
  /** The text whose neighbours these are; '' on a later page. */
  readonly text: string;
  readonly collectionName: string | undefined;
  readonly terms: readonly {
    readonly label: string;
    readonly count: number;
    readonly exact: boolean;
    readonly href: string;
  }[];
  /** The pages before and after. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly notices: readonly string[];
}

/** The terms of a field in alphabetical order, each a search. */
export function browsePage(context: PageContext, model: BrowseModel): string {
  const { tr, site } = context;
  const { request } = model;
  const field = site.fields.find(({ code }) => code === request.field);
  const name = field === undefined ? request.field : tr.nameOf(field.names, field.code);
  const title = request.field === '' ? tr.t('browse.words') : tr.t('browse.field', { field: name });
  const option = (value: string, label: string) =>
    html`<option value="${value}"${attribute('selected', value === request.field)}>${label}</option>`;
  const known = site.fields.filter(({ code, index }) => code === request.field || (index?.union.length ?? 0) === 0);
  const isPath = request.field !== '' && field === undefined;
  const kept = [
    ['action', 'browse'],
    ['cc', request.collection],
    ...request.collections.map((collection) => ['c', collection] as const),
    ['rg', request.size === 10 ? '' : String(request.size)],
  ] as const;
  const found = model.terms.some(({ exact }) => exact);
  return layout(context, {
    title,
    unlisted: true,
    find: searchBox(context, { text: '', collection: request.collection || undefined, hidden: [] }),
    main: html`<div class="browse"><h1>${title}</h1>
${model.collectionName !== undefined && html`<p class="muted">${tr.t('browse.in', { collection: model.collectionName })}</p>`}
<form class="find" action="/search" method="get">${hiddenFields(kept.filter(([, value]) => value !== ''))}
<select name="f" aria-label="${tr.t('browse.choose')}">${option('', tr.t('browse.words'))}${isPath && option(request.field, request.field)}${known.map((one) => option(one.code, tr.nameOf(one.names, one.code)))}</select>
<input type="search" name="p" value="${model.text}" aria-label="${tr.t('browse.near')}" placeholder="${tr.t('browse.near')}"><button>${tr.t('browse.go')}</button></form>
${model.notices.length > 0 && html`<div class="notices" role="status">${model.notices.map((notice) => html`<p>${notice}</p>`)}</div>`}
${model.text !== '' && !found && html`<p role="status">${tr.t('browse.not_there', { text: model.text })}</p>`}
${
  model.terms.length === 0
    ? html`<p>${tr.t('browse.none')}</p>`
    : html`<table class="terms"><caption class="hidden">${title}</caption><thead class="hidden"><tr><th scope="col">${tr.t('browse.term')}</th><th scope="col">${tr.t('browse.records')}</th></tr></thead>
<tbody>${model.terms.map(
        ({
          label,
          count,
          exact,
          href,
        }) => html`<tr${attribute('class', exact ? 'exact' : undefined)}><th scope="row"><a href="${href}" rel="nofollow" dir="auto"${attribute('aria-current', exact ? 'true' : undefined)}>${label}</a></th><td class="number">${tr.number(count)}</td></tr>
`,
      )}</tbody></table>`
}
${
  (model.before ?? model.after) !== undefined &&
  html`<nav aria-label="${tr.t('paging.pages')}"><ul class="pages">${model.before !== undefined && html`<li><a href="${model.before}" rel="prev nofollow">${tr.t('paging.previous')}</a></li>`}${model.after !== undefined && html`<li><a href="${model.after}" rel="next nofollow">${tr.t('paging.next')}</a></li>`}</ul></nav>`
}
</div>`,
  });
}
