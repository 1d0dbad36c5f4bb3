import type { DoiCounts, DoiRow } from '../../exchange/doi/store.ts';
import { attribute, html } from '../../html/html.ts';
import { dateTime } from '../ui/date-time.ts';
import { alert, done, field, form } from '../ui/form.ts';
import type { PageContext } from '../ui/page-context.ts';
import { type Column, table } from '../ui/table.ts';
import { adminPage, type Part, partFoot } from './frame.ts';

export interface DoiView extends Omit<DoiRow, 'record'> {
  /** Undefined: this person may not see it. */
  readonly record: number | undefined;
}

export interface DoisModel extends Part {
  /** Undefined: the library makes none. */
  readonly counts: DoiCounts | undefined;
  readonly rows: readonly DoiView[];
  readonly problems: boolean;
  readonly done: string | undefined;
  readonly problem: string | undefined;
}

/** DOIs that the library has made, and how each stands at their agency. */
export function doisPage(context: PageContext, model: DoisModel): string {
  const { tr } = context;
  const { counts, rows, problems } = model;
  const title = tr.t('admin.tab.dois');
  if (counts === undefined) {
    const none = html`<p>${tr.rich('admin.dois.none', { section: html`<code>dois</code>` })}</p>`;
    return adminPage(context, 'dois', title, none);
  }
  const tab = (isProblems: boolean, count: number) =>
    html`<li><a href="/admin/dois${isProblems ? '?problems=1' : ''}"${attribute('aria-current', isProblems === problems ? 'page' : undefined)}>${tr.t(isProblems ? 'admin.dois.problems' : 'admin.dois.all')} (${tr.number(count)})</a></li>`;
  const columns: readonly Column<DoiView>[] = [
    { head: tr.t('admin.dois.doi'), cell: ({ doi }) => html`<code>${doi}</code>` },
    {
      head: tr.t('admin.dois.record'),
      number: true,
      cell: ({ record }) => (record === undefined ? '' : html`<a href="/record/${record}">${record}</a>`),
    },
    {
      head: tr.t('admin.dois.state'),
      cell: ({ state, wanted }) =>
        state === wanted
          ? tr.t(`admin.dois.states.${state}`)
          : tr.t('admin.dois.becomes', {
              state: tr.t(`admin.dois.states.${state}`),
              wanted: tr.t(`admin.dois.states.${wanted}`),
            }),
    },
    { head: tr.t('admin.dois.since'), cell: ({ since }) => dateTime(context, since) },
    { head: tr.t('admin.dois.problem'), cell: ({ problem }) => problem ?? '' },
    {
      head: tr.t('table.do'),
      cell: ({ doi }) =>
        form(
          context,
          '/admin/dois',
          html`<button class="quiet" name="again" value="${doi}">${tr.t('admin.dois.again')}<span class="hidden"> ${doi}</span></button>`,
          'inline',
        ),
    },
  ];
  const record = field({ name: 'record', label: tr.t('admin.dois.record'), value: '' });
  return adminPage(
    context,
    'dois',
    title,
    html`${done(model.done)}${alert(model.problem)}<p>${tr.t('admin.dois.says')}</p>
<nav class="tabs" aria-label="${title}"><ul>${tab(false, counts.all)}${tab(true, counts.problems)}</ul></nav>
${rows.length === 0 ? html`<p class="muted">${tr.t('admin.dois.nothing')}</p>` : table(title, columns, rows, { stacks: true })}
${partFoot(context, model)}
<h2>${tr.t('admin.dois.reserve')}</h2>
<p class="small muted">${tr.t('admin.dois.reserve_how')}</p>
${form(context, '/admin/dois', html`${record}<p><button>${tr.t('admin.dois.reserve')}</button></p>`)}`,
  );
}
