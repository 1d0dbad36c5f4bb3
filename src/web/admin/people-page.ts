import { html } from '../../html/html.ts';
import type { Account, AccountState } from '../../people/account.ts';
import { alert, checkbox, done, type FormProblem, field, form, placedProblem, select } from '../ui/form.ts';
import type { PageContext } from '../ui/page-context.ts';
import { type Column, table } from '../ui/table.ts';
import { adminPage, filterBox, type Part, partFoot } from './frame.ts';

export const accountStates = [
  'active',
  'unconfirmed',
  'waiting',
  'disabled',
] as const satisfies readonly AccountState[];

export interface PeopleModel extends Part {
  readonly people: readonly Account[];
  readonly state: AccountState | undefined;
  readonly role: string | undefined;
  readonly roles: readonly string[];
  readonly done: string | undefined;
}

export function peoplePage(context: PageContext, model: PeopleModel): string {
  const { tr } = context;
  const columns: readonly Column<Account>[] = [
    { head: tr.t('account.name'), cell: (one) => html`<a href="/admin/people/${one.id}">${one.name}</a>` },
    { head: tr.t('account.email'), cell: (one) => one.email },
    { head: tr.t('admin.state'), cell: (one) => tr.t(`admin.states.${one.state}`) },
    { head: tr.t('account.roles'), cell: (one) => one.memberships.map(({ role }) => role).join(', ') },
    { head: tr.t('account.groups'), cell: (one) => one.groups.join(', ') },
  ];
  const filters = html`<select name="state" aria-label="${tr.t('admin.state')}">${[
    { value: '', label: tr.t('admin.any_state') },
    ...accountStates.map((value) => ({ value, label: tr.t(`admin.states.${value}`) })),
  ].map(
    ({ value, label }) =>
      html`<option value="${value}"${value === (model.state ?? '') ? html` selected` : ''}>${label}</option>`,
  )}</select>
<select name="role" aria-label="${tr.t('admin.role')}">${[
    { value: '', label: tr.t('admin.any_role') },
    ...model.roles.map((value) => ({ value, label: value })),
  ].map(
    ({ value, label }) =>
      html`<option value="${value}"${value === (model.role ?? '') ? html` selected` : ''}>${label}</option>`,
  )}</select>`;
  return adminPage(
    context,
    'people',
    tr.t('admin.tab.people'),
    html`${done(model.done)}${filterBox(context, '/admin/people', tr.t('admin.find_person'), model.text, [], filters)}
<p><a href="/admin/people/new">${tr.t('admin.add_person')}</a></p>
${model.people.length > 0 && table(tr.t('admin.tab.people'), columns, model.people)}
${partFoot(context, model)}`,
  );
}

export interface NewPersonModel {
  readonly name: string;
  readonly email: string;
  readonly roles: readonly string[];
  /** Is e-mail sent, or only kept in the outbox? */
  readonly sends: boolean;
  readonly problem: FormProblem | undefined;
}

export function newPersonPage(context: PageContext, model: NewPersonModel): string {
  const { tr } = context;
  const { above, at } = placedProblem(model.problem, ['name', 'email']);
  const none = { value: '', label: tr.t('admin.no_role') };
  return adminPage(
    context,
    'people',
    tr.t('admin.add_person'),
    html`${alert(above)}<p>${tr.t(model.sends ? 'admin.add_text' : 'admin.add_text_kept')}</p>
${form(
  context,
  '/admin/people',
  html`${field({ name: 'name', label: tr.t('account.name'), value: model.name, problem: at('name'), focus: at('email') === undefined })}
${field({ name: 'email', label: tr.t('account.email'), type: 'email', value: model.email, problem: at('email'), focus: at('email') !== undefined })}
${select('role', tr.t('admin.role'), [none, ...model.roles.map((value) => ({ value, label: value }))], '')}
${checkbox('e-mail', '1', tr.t(model.sends ? 'admin.send_email' : 'admin.keep_email'), true)}
<button>${tr.t('admin.add_person')}</button>`,
)}`,
  );
}
