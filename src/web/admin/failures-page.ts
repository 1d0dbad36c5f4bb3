import { type Html, type HtmlValue, html } from '../../html/html.ts';
import type { FailureDetails, KeptFailure } from '../../monitor/failures/read-failures.ts';
import { dateTime } from '../ui/date-time.ts';
import { facts } from '../ui/facts.ts';
import { alert, done, field, form } from '../ui/form.ts';
import type { PageContext } from '../ui/page-context.ts';
import { pairText } from '../ui/pair-text.ts';
import { type Column, table } from '../ui/table.ts';
import { adminPage, type Part, partFoot } from './frame.ts';

export interface FailuresModel extends Omit<Part, 'text'> {
  readonly rows: readonly KeptFailure[];
  /** Resolved and muted ones too. */
  readonly all: boolean;
}

export function failuresPage(context: PageContext, model: FailuresModel): string {
  const { tr } = context;
  const columns: readonly Column<KeptFailure>[] = [
    {
      head: tr.t('admin.failures.what'),
      cell: (one) => html`<a href="/admin/failures/${one.fingerprint}">${nameOf(one)}</a>: ${one.message}`,
    },
    { head: tr.t('admin.failures.where'), cell: ({ place }) => place },
    { head: tr.t('admin.failures.count'), cell: (one) => tr.number(one.count), number: true },
    { head: tr.t('admin.failures.day'), cell: (one) => tr.number(one.lastDay), number: true },
    { head: tr.t('admin.failures.last'), cell: (one) => dateTime(context, one.lastSeen) },
    { head: tr.t('admin.state'), cell: (one) => stateText(context, one) },
  ];
  return adminPage(
    context,
    'overview',
    tr.t('admin.failures.title'),
    html`<p>${tr.t('admin.failures.text')}</p>
<p><a href="${model.all ? '/admin/failures' : '/admin/failures?all=1'}">${tr.t(model.all ? 'admin.failures.only_open' : 'admin.failures.all')}</a></p>
${model.rows.length > 0 && table(tr.t('admin.failures.title'), columns, model.rows)}
${partFoot(context, { ...model, text: '' })}`,
  );
}

export interface FailureModel {
  readonly failure: FailureDetails;
  readonly done: string | undefined;
  readonly problem: string | undefined;
  /** The release that was typed. */
  readonly typed: string;
}

export function failurePage(context: PageContext, { failure, problem, typed, ...model }: FailureModel): string {
  const { tr } = context;
  const { fingerprint, place, frames, samples, hours, regressions } = failure;
  const action = `/admin/failures/${fingerprint}`;
  const change = (state: string): Html =>
    form(
      context,
      action,
      html`<button class="quiet" name="state" value="${state}">${tr.t(`admin.failures.make.${state}`)}</button>`,
      'inline',
    );
  return adminPage(
    context,
    'overview',
    tr.t('admin.failures.one', { name: nameOf(failure) }),
    html`${done(model.done)}${alert(problem)}
<p><a href="/admin/failures">${tr.t('admin.failures.title')}</a></p>
${facts([
  [tr.t('admin.state'), [stateText(context, failure)]],
  [tr.t('admin.failures.what'), [failure.message]],
  [tr.t('admin.failures.where'), place === '' ? [] : [place]],
  [tr.t('admin.failures.code'), frames.length === 0 ? [] : [html`<code>${frames.slice(0, 3).join(' < ')}</code>`]],
  [
    tr.t('admin.failures.count'),
    [`${tr.number(failure.count)} (${pairText(context, tr.t('admin.failures.day'), tr.number(failure.lastDay))})`],
  ],
  [tr.t('admin.failures.first'), [html`${dateTime(context, failure.firstSeen)}, ${failure.firstRelease}`]],
  [tr.t('admin.failures.last'), [html`${dateTime(context, failure.lastSeen)}, ${failure.lastRelease}`]],
  [tr.t('admin.failures.back'), regressions === 0 ? [] : [tr.number(regressions)]],
  [tr.t('admin.failures.fingerprint'), [html`<code>${fingerprint}</code>`]],
])}
${failure.state !== 'resolved' && resolveForm(context, action, typed)}
<p>${failure.state !== 'open' && change('open')} ${failure.state !== 'muted' && change('muted')}</p>
${hours.length > 0 && hoursTable(context, hours)}
<h2>${tr.t('admin.failures.samples')}</h2>
${samples.map(
  ({ at, node, request, address, message, stack }) => html`<section><h3>${dateTime(context, new Date(at))}</h3>
${facts([
  [tr.t('admin.failures.node'), [node]],
  [tr.t('admin.failures.request'), request === undefined ? [] : [html`<code>${request}</code>`]],
  [tr.t('admin.failures.where'), address === undefined ? [] : [html`<code>${address}</code>`]],
])}
<pre tabindex="0" dir="ltr">${[message, ...stack].join('\n')}</pre></section>
`,
)}`,
  );
}

function resolveForm(context: PageContext, action: string, typed: string): Html {
  const { tr } = context;
  const release = field({
    name: 'release',
    label: tr.t('admin.failures.release'),
    value: typed,
    hint: tr.t('admin.failures.release_hint'),
    optional: true,
  });
  return form(
    context,
    action,
    html`${release}<button name="state" value="resolved">${tr.t('admin.failures.make.resolved')}</button>`,
  );
}

function hoursTable(context: PageContext, hours: FailureDetails['hours']): HtmlValue {
  const { tr } = context;
  const newest = hours.toReversed().slice(0, 24);
  return table(
    tr.t('admin.failures.by_hour'),
    [
      { head: tr.t('admin.failures.by_hour'), cell: ({ hour }: (typeof newest)[number]) => dateTime(context, hour) },
      { head: tr.t('admin.failures.count'), cell: ({ count }) => tr.number(count), number: true },
    ],
    newest,
  );
}

function nameOf({ type, code }: KeptFailure): string {
  return [type, code].filter(Boolean).join(' ');
}

function stateText({ tr }: PageContext, { state, resolvedIn, regressions }: KeptFailure): string {
  if (state === 'resolved' && resolvedIn !== null) return tr.t('admin.failures.resolved_in', { release: resolvedIn });
  return tr.t(state === 'open' && regressions > 0 ? 'admin.failures.is_back' : `admin.failures.state.${state}`);
}
