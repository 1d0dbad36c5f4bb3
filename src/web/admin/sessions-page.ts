import { html } from '../../html/html.ts';
import type { OfPerson } from '../../people/overview.ts';
import type { ListedSession } from '../../people/sessions.ts';
import { browserName } from '../account/sessions-page.ts';
import { dateTime } from '../ui/date-time.ts';
import { done, form } from '../ui/form.ts';
import type { PageContext } from '../ui/page-context.ts';
import { type Column, table } from '../ui/table.ts';
import { adminPage, filterBox, type Part, partFoot } from './frame.ts';

export function sessionColumns(context: PageContext): readonly Column<ListedSession>[] {
  const { tr } = context;
  return [
    { head: tr.t('session.where'), cell: (one) => one.address },
    { head: tr.t('session.with'), cell: (one) => browserName(one.agent) },
    { head: tr.t('session.began'), cell: (one) => dateTime(context, one.created) },
    { head: tr.t('session.seen'), cell: (one) => dateTime(context, one.lastSeen) },
  ];
}

export interface AllSessionsModel extends Part {
  readonly rows: readonly (ListedSession & OfPerson)[];
  readonly done: string | undefined;
}

export function allSessionsPage(context: PageContext, model: AllSessionsModel): string {
  const { tr } = context;
  const columns: readonly Column<ListedSession & OfPerson>[] = [
    { head: tr.t('account.name'), cell: (one) => html`<a href="/admin/people/${one.personId}">${one.person}</a>` },
    ...sessionColumns(context),
    {
      head: tr.t('table.do'),
      cell: (one) =>
        form(
          context,
          '/admin/sessions',
          html`<input type="hidden" name="person" value="${one.personId}"><button class="quiet" name="end" value="${one.number}">${tr.t('session.end')}<span class="hidden"> ${one.person}, ${one.address}</span></button>`,
          'inline',
        ),
    },
  ];
  return adminPage(
    context,
    'sessions',
    tr.t('admin.tab.sessions'),
    html`${done(model.done)}${filterBox(context, '/admin/sessions', tr.t('admin.find_session'), model.text)}
${model.rows.length > 0 && table(tr.t('admin.tab.sessions'), columns, model.rows)}
${partFoot(context, model)}`,
  );
}
