import { type Html, type HtmlValue, html } from '../../html/html.ts';
import type { Account } from '../../people/account.ts';
import type { AuditEntry } from '../../people/audit.ts';
import type { Membership } from '../../people/person-for.ts';
import type { ListedSession } from '../../people/sessions.ts';
import type { ListedToken } from '../../people/tokens.ts';
import { dateTime } from '../ui/date-time.ts';
import { facts } from '../ui/facts.ts';
import { alert, done, field, form, select } from '../ui/form.ts';
import type { PageContext } from '../ui/page-context.ts';
import { type Column, table } from '../ui/table.ts';
import { adminPage } from './frame.ts';
import { logTable } from './log-page.ts';
import { sessionColumns } from './sessions-page.ts';
import { foreignTokenColumns } from './tokens-page.ts';

export interface PersonModel {
  readonly account: Account;
  /** The roles that hold, as far as they do not hang on where the person is. */
  readonly memberships: readonly Membership[];
  readonly roles: readonly string[];
  readonly groups: readonly { readonly id: number; readonly name: string }[];
  readonly ownGroups: readonly { readonly id: number; readonly name: string }[];
  readonly sessions: readonly ListedSession[];
  readonly tokens: readonly ListedToken[];
  readonly log: readonly AuditEntry[];
  /** Is e-mail sent, or only kept in the outbox? */
  readonly sends: boolean;
  readonly problem: string | undefined;
  readonly done: string | undefined;
}

export function personPage(context: PageContext, model: PersonModel): string {
  const { tr } = context;
  const { account } = model;
  const here = `/admin/people/${account.id}`;
  const button = (action: string, label: HtmlValue, extra: HtmlValue = undefined): Html =>
    form(context, `${here}/${action}`, html`${extra}<button class="quiet">${label}</button>`, 'inline');
  const state = (to: string): Html =>
    button('state', tr.t(`admin.make.${to}`), html`<input type="hidden" name="state" value="${to}">`);
  const closed = account.state !== 'active';
  const memberColumns: readonly Column<Membership>[] = [
    {
      head: tr.t('admin.role'),
      cell: ({ role }) =>
        role.origin === 'people'
          ? html`<a href="/admin/roles/${encodeURIComponent(role.name)}">${role.name}</a>`
          : role.name,
    },
    {
      head: tr.t('admin.how'),
      cell: (one) =>
        one.by === 'rule' ? tr.t('admin.by_rule', { line: one.rule.line, rule: one.rule.text }) : tr.t('admin.member'),
    },
    {
      head: tr.t('admin.until'),
      cell: (one) => (one.by === 'member' && one.expires !== undefined ? dateTime(context, new Date(one.expires)) : ''),
    },
    {
      head: tr.t('table.do'),
      cell: (one) =>
        one.by === 'member' &&
        button(
          'role/take',
          html`${tr.t('admin.take')}<span class="hidden"> ${one.role.name}</span>`,
          html`<input type="hidden" name="role" value="${one.role.name}">`,
        ),
    },
  ];
  const dormant = account.memberships.filter(({ role }) => !model.memberships.some((one) => one.role.name === role));
  return adminPage(
    context,
    'people',
    account.name,
    html`${done(model.done)}${alert(model.problem)}
${facts([
  [tr.t('account.email'), [account.email]],
  [tr.t('admin.state'), [tr.t(`admin.states.${account.state}`)]],
  [tr.t('account.password'), [tr.t(account.hasPassword ? 'admin.has_password' : 'admin.has_no_password')]],
  [tr.t('admin.made'), [html`${dateTime(context, account.created)}, ${account.origin}`]],
  [tr.t('admin.number'), [String(account.id)]],
])}
<p class="actions">${closed ? state('active') : state('disabled')} ${account.email !== '' && button('password-link', tr.t(model.sends ? 'admin.password_email' : 'admin.password_email_kept'))} ${account.hasPassword && button('password/none', tr.t('admin.password_none'))} ${closed && button('remove', tr.t('admin.remove_person'))}</p>
<section><h2>${tr.t('account.roles')}</h2>
${model.memberships.length > 0 && table(tr.t('account.roles'), memberColumns, model.memberships)}
${dormant.length > 0 && html`<p>${tr.t('admin.dormant', { roles: dormant.map(({ role }) => role).join(', ') })}</p>`}
${
  model.roles.length > 0 &&
  form(
    context,
    `${here}/role`,
    html`${select(
      'role',
      tr.t('admin.give_role'),
      model.roles.map((value) => ({ value, label: value })),
      '',
    )}
${field({ name: 'until', label: tr.t('admin.until'), type: 'date', optional: true, hint: tr.t('token.expires_hint') })}
<button>${tr.t('admin.give')}</button>`,
  )
}</section>
<section><h2>${tr.t('account.groups')}</h2>
${
  model.ownGroups.length > 0 &&
  html`<ul>${model.ownGroups.map(
    (group) =>
      html`<li><a href="/admin/groups/${group.id}">${group.name}</a> ${button('group/take', html`${tr.t('admin.take')}<span class="hidden"> ${group.name}</span>`, html`<input type="hidden" name="group" value="${group.id}">`)}</li>`,
  )}</ul>`
}
${
  model.groups.length > 0 &&
  form(
    context,
    `${here}/group`,
    html`${select(
      'group',
      tr.t('admin.give_group'),
      model.groups.map(({ id, name }) => ({ value: String(id), label: name })),
      '',
    )}
<button>${tr.t('admin.give')}</button>`,
  )
}</section>
<section><h2>${tr.t('account.tab.sessions')}</h2>
${
  model.sessions.length === 0
    ? html`<p>${tr.t('admin.none')}</p>`
    : table(tr.t('account.tab.sessions'), sessionColumns(context), model.sessions)
}
<p>${button('sessions', tr.t('admin.end_sessions'))}</p></section>
<section><h2>${tr.t('account.tab.tokens')}</h2>
${
  model.tokens.length === 0
    ? html`<p>${tr.t('admin.none')}</p>`
    : table(
        tr.t('account.tab.tokens'),
        foreignTokenColumns(context, () => account.id),
        model.tokens,
      )
}</section>
<section><h2>${tr.t('admin.tab.log')}</h2>${logTable(context, model.log)}
<p><a href="/admin/log?${String(new URLSearchParams({ q: account.name }))}">${tr.t('admin.whole_log')}</a></p></section>`,
  );
}
