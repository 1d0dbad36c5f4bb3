import type { ListedDraft } from '../../cataloguing/drafts.ts';
import { type Html, html } from '../../html/html.ts';
import type { JobView } from '../../jobs/queue/job.ts';
import type { HeldEntry } from '../../records/held.ts';
import { dateTime } from '../ui/date-time.ts';
import { done, form } from '../ui/form.ts';
import { layout } from '../ui/layout.ts';
import type { PageContext } from '../ui/page-context.ts';
import { type Column, table } from '../ui/table.ts';

export interface OverviewModel {
  readonly drafts: readonly ListedDraft[];
  readonly held: readonly HeldEntry[];
  readonly jobs: readonly JobView[];
  /** Other pages that they may use; `title`: its text. */
  readonly links: readonly { readonly address: string; readonly title: string }[];
  readonly done: string | undefined;
  readonly findings: Waiting;
  readonly duplicates: Waiting;
}

/** How many there are; `more`: at least so many. */
export interface Waiting {
  readonly count: number;
  readonly more: boolean;
}

export function overviewPage(
  context: PageContext,
  { drafts, held, jobs, links, done: said, findings, duplicates }: OverviewModel,
): string {
  const { tr } = context;
  const title = tr.t('edit.overview');
  return layout(context, {
    ...{ title, unlisted: true },
    main: html`<div class="editor"><header><h1>${title}</h1><p class="actions"><a href="/record/new">${tr.t('edit.new')}</a> <a href="/edit/templates">${tr.t('edit.templates.title')}</a>${links.map((one) => html` <a href="${one.address}">${tr.t(one.title)}</a>`)}</p></header>
${done(said)}
${waitingPart(context, findings, duplicates)}
<section><h2>${tr.t('edit.drafts.title')}</h2>${drafts.length === 0 ? html`<p class="muted">${tr.t('edit.drafts.none')}</p>` : table(tr.t('edit.drafts.title'), draftColumns(context), drafts, { stacks: true })}</section>
<section><h2>${tr.t('edit.held.title')}</h2>${held.length === 0 ? html`<p class="muted">${tr.t('edit.held.none')}</p>` : html`${table(tr.t('edit.held.title'), heldColumns(context), held, { stacks: true })}<p class="small muted">${tr.t('edit.held.more')}</p>`}</section>
<section><h2>${tr.t('edit.jobs.title')}</h2>${jobs.length === 0 ? html`<p class="muted">${tr.t('edit.jobs.none')}</p>` : table(tr.t('edit.jobs.title'), jobColumns(context), jobs, { stacks: true })}</section></div>`,
  });
}

function waitingPart(context: PageContext, findings: Waiting, duplicates: Waiting): Html {
  const { tr } = context;
  const texts = {
    checks: ({ count, more }: Waiting): string =>
      more ? tr.t('checks.waiting_more', { count: tr.number(count) }) : tr.t('checks.waiting', { count }),
    duplicates: ({ count, more }: Waiting): string =>
      more ? tr.t('duplicates.waiting_more', { count: tr.number(count) }) : tr.t('duplicates.waiting', { count }),
  };
  const item = (kind: 'checks' | 'duplicates', waiting: Waiting): Html =>
    html`<li><a href="/${kind}">${texts[kind](waiting)}</a></li>`;
  const title = tr.t('edit.to_look_at');
  return html`<section><h2>${title}</h2><ul>${item('checks', findings)}${item('duplicates', duplicates)}</ul></section>`;
}

function draftColumns(context: PageContext): readonly Column<ListedDraft>[] {
  const { tr } = context;
  const address = ({ id, record }: ListedDraft): string =>
    record === undefined ? `/record/new?draft=${id}` : `/record/${record}/edit?draft=${id}`;
  return [
    {
      head: tr.t('edit.drafts.record'),
      cell: ({ record }) =>
        record === undefined ? tr.t('edit.drafts.new') : html`<a href="/record/${record}">${record}</a>`,
    },
    {
      head: tr.t('edit.drafts.title_field'),
      cell: (draft) =>
        html`<a href="${address(draft)}"><bdi>${titleOf(draft) || tr.t('edit.drafts.continue')}</bdi></a>`,
    },
    { head: tr.t('edit.drafts.saved'), cell: ({ saved }) => dateTime(context, saved) },
    {
      head: tr.t('edit.drafts.remove'),
      cell: ({ id }) =>
        form(
          context,
          '/edit/drafts/remove',
          html`<input type="hidden" name="draft" value="${id}"><button class="quiet">${tr.t('edit.drafts.remove')}</button>`,
          'inline',
        ),
    },
  ];
}

/** "$$aTitle$$bRest" as it is read. */
function titleOf({ line }: ListedDraft): string {
  return line
    .replace(/\$\$?[a-z0-9]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

function heldColumns(context: PageContext): readonly Column<HeldEntry>[] {
  const { tr } = context;
  return [
    {
      head: tr.t('edit.held.entry'),
      number: true,
      cell: ({ id }) => html`<a href="/held/${String(id)}">${String(id)}</a>`,
    },
    {
      head: tr.t('edit.drafts.record'),
      cell: ({ record }) => record !== undefined && html`<a href="/record/${record}">${record}</a>`,
    },
    {
      head: tr.t('edit.held.reason'),
      cell: ({ reason, conflicts }) =>
        `${tr.t(`edit.held.why.${reason}`)}${conflicts.length > 0 ? ` (${conflicts.join(', ')})` : ''}`,
    },
    {
      head: tr.t('edit.held.from'),
      cell: ({ person, source }) =>
        html`<bdi>${source}</bdi>${person !== undefined && html` <span class="muted">${person}</span>`}`,
    },
    { head: tr.t('edit.held.at'), cell: ({ at }) => dateTime(context, at) },
  ];
}

function jobColumns(context: PageContext): readonly Column<JobView>[] {
  const { tr } = context;
  return [
    {
      head: tr.t('admin.jobs.job'),
      number: true,
      cell: ({ id }) => html`<a href="/jobs/${String(id)}">${String(id)}</a>`,
    },
    { head: tr.t('admin.jobs.what'), cell: ({ kind, name }) => html`<code>${kind}</code> <bdi>${name}</bdi>` },
    { head: tr.t('admin.state'), cell: ({ state }) => tr.t(`admin.jobs.state.${state}`) },
    { head: tr.t('admin.at'), cell: ({ began, created }) => dateTime(context, began ?? created) },
    {
      head: tr.t('admin.jobs.how_far'),
      cell: ({ problem, did, progress }) => problem ?? did ?? progress?.sentence ?? '',
    },
  ];
}
