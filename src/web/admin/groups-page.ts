import { html } from '../../html/html.ts';
import type { Group, GroupMember } from '../../people/groups.ts';
import { dateTime } from '../ui/date-time.ts';
import { alert, done, field, form } from '../ui/form.ts';
import type { PageContext } from '../ui/page-context.ts';
import { type Column, table } from '../ui/table.ts';
import { adminPage, filterBox, type Part, partFoot } from './frame.ts';

export interface GroupsModel extends Part {
  readonly groups: readonly Group[];
  readonly typed: { readonly name: string; readonly description: string };
  readonly problem: string | undefined;
  readonly done: string | undefined;
}

export function groupsPage(context: PageContext, model: GroupsModel): string {
  const { tr } = context;
  const columns: readonly Column<Group>[] = [
    { head: tr.t('admin.group'), cell: (one) => html`<a href="/admin/groups/${one.id}">${one.name}</a>` },
    { head: tr.t('admin.description'), cell: (one) => one.description },
    { head: tr.t('admin.members'), cell: (one) => tr.number(one.members), number: true },
  ];
  return adminPage(
    context,
    'groups',
    tr.t('admin.tab.groups'),
    html`${done(model.done)}${filterBox(context, '/admin/groups', tr.t('admin.find_group'), model.text)}
${model.groups.length > 0 && table(tr.t('admin.tab.groups'), columns, model.groups)}
${partFoot(context, model)}
<section><h2>${tr.t('admin.add_group')}</h2>${alert(model.problem)}
${form(
  context,
  '/admin/groups',
  html`${field({ name: 'name', label: tr.t('admin.group'), value: model.typed.name, hint: tr.t('admin.group_hint') })}
${field({ name: 'description', label: tr.t('admin.description'), value: model.typed.description, optional: true })}
<button>${tr.t('admin.add_group')}</button>`,
)}</section>`,
  );
}

export interface GroupModel extends Part {
  readonly group: Group;
  readonly members: readonly GroupMember[];
  readonly typed: string;
  readonly problem: string | undefined;
  readonly done: string | undefined;
}

export function groupPage(context: PageContext, model: GroupModel): string {
  const { tr } = context;
  const here = `/admin/groups/${model.group.id}`;
  const columns: readonly Column<GroupMember>[] = [
    { head: tr.t('account.name'), cell: (one) => html`<a href="/admin/people/${one.id}">${one.name}</a>` },
    { head: tr.t('account.email'), cell: (one) => one.email },
    { head: tr.t('account.since'), cell: (one) => dateTime(context, one.added) },
    {
      head: tr.t('table.do'),
      cell: (one) =>
        form(
          context,
          `${here}/take`,
          html`<button class="quiet" name="person" value="${one.id}">${tr.t('admin.take')}<span class="hidden"> ${one.name}</span></button>`,
          'inline',
        ),
    },
  ];
  return adminPage(
    context,
    'groups',
    model.group.name,
    html`${done(model.done)}${alert(model.problem)}
${model.members.length > 0 && table(tr.t('admin.members'), columns, model.members)}
${partFoot(context, model)}
<section><h2>${tr.t('admin.add_member')}</h2>
${form(
  context,
  `${here}/give`,
  html`${field({ name: 'name', label: tr.t('account.name'), value: model.typed })}<button>${tr.t('admin.give')}</button>`,
)}</section>
<section><h2>${tr.t('admin.description')}</h2>
${form(
  context,
  here,
  html`${field({ name: 'description', label: tr.t('admin.description'), value: model.group.description, optional: true })}<button>${tr.t('account.save')}</button>`,
)}
<p>${form(context, `${here}/remove`, html`<button class="quiet">${tr.t('admin.remove_group')}</button>`, 'inline')}</p></section>`,
  );
}
