import { html } from '../../html/html.ts';
import type { ListedSession } from '../../people/sessions.ts';
import { dateTime } from '../ui/date-time.ts';
import { done, form } from '../ui/form.ts';
import type { PageContext } from '../ui/page-context.ts';
import { type Column, table } from '../ui/table.ts';
import { type AccountTab, accountPage } from './profile-page.ts';

export interface SessionsModel {
  readonly tabs: readonly AccountTab[];
  readonly sessions: readonly ListedSession[];
  /** The session that asks. */
  readonly current: number;
  readonly done: string | undefined;
}

export function sessionsPage(context: PageContext, model: SessionsModel): string {
  const { tr } = context;
  const columns: readonly Column<ListedSession>[] = [
    { head: tr.t('session.where'), cell: (one) => one.address },
    { head: tr.t('session.with'), cell: (one) => browserName(one.agent) },
    { head: tr.t('session.began'), cell: (one) => dateTime(context, one.created) },
    { head: tr.t('session.seen'), cell: (one) => dateTime(context, one.lastSeen) },
    {
      head: tr.t('table.do'),
      cell: (one) =>
        one.number === model.current
          ? tr.t('session.this')
          : form(
              context,
              '/account/sessions',
              html`<button class="quiet" name="end" value="${one.number}">${tr.t('session.end')}<span class="hidden"> ${one.address}</span></button>`,
              'inline',
            ),
    },
  ];
  return accountPage(
    context,
    'sessions',
    model.tabs,
    html`${done(model.done)}<p>${tr.t('session.text')}</p>
${table(tr.t('account.tab.sessions'), columns, model.sessions)}
${
  model.sessions.length > 1 &&
  html`<p>${tr.t('session.end_others_text')}</p>
<p>${form(context, '/account/sessions', html`<button name="end" value="others">${tr.t('session.end_others')}</button>`, 'inline')}</p>`
}`,
  );
}

/** "Firefox on Linux" of what a browser says of itself, which is long and mostly history. */
export function browserName(agent: string): string {
  const browser = /(?:Edg|OPR|Firefox|Chrome|Safari|curl)(?=[/ ])/.exec(agent)?.[0];
  const system = /Android|iPhone|iPad|Windows|Mac OS X|Linux/.exec(agent)?.[0];
  const known = browser === 'Edg' ? 'Edge' : browser === 'OPR' ? 'Opera' : browser;
  const parts = [known, system].filter((part) => part !== undefined);
  return parts.length === 0 ? agent.slice(0, 40) : parts.join(', ');
}
