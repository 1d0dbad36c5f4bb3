import type { OfPerson } from '../../../access/overview.ts';
import type { ListedToken } from '../../../access/tokens.ts';
import { done, form } from '../../components/form.ts';
import { type Column, table } from '../../components/table.ts';
import type { PageContext } from '../../context.ts';
import { html } from '../../html.ts';
import { moment } from '../../moment.ts';
import { adminPage, filterBox, type Part, partFoot } from './frame.ts';

export function tokenColumns<T extends ListedToken>(
  context: PageContext,
  personOf: (token: T) => number,
): readonly Column<T>[] {
  const { tr } = context;
  return [
    { head: tr.t('token.name'), cell: (one) => one.name },
    { head: tr.t('token.scopes'), cell: (one) => one.scopes.map((scope) => tr.t(`token.scope.${scope}`)).join(', ') },
    {
      head: tr.t('token.expires'),
      cell: (one) => (one.expires === null ? tr.t('token.never') : moment(context, one.expires)),
    },
    {
      head: tr.t('token.used'),
      cell: (one) => (one.lastUsed === null ? tr.t('token.never') : moment(context, one.lastUsed)),
    },
    {
      head: tr.t('table.do'),
      cell: (one) =>
        form(
          context,
          '/admin/tokens',
          html`<input type="hidden" name="person" value="${personOf(one)}"><button class="quiet" name="end" value="${one.id}">${tr.t('token.end')}<span class="hidden"> ${one.name}</span></button>`,
          'inline',
        ),
    },
  ];
}

export interface AllTokensModel extends Part {
  readonly rows: readonly (ListedToken & OfPerson)[];
  readonly done: string | undefined;
}

export function allTokensPage(context: PageContext, model: AllTokensModel): string {
  const { tr } = context;
  const columns: readonly Column<ListedToken & OfPerson>[] = [
    { head: tr.t('account.name'), cell: (one) => html`<a href="/admin/people/${one.personId}">${one.person}</a>` },
    ...tokenColumns<ListedToken & OfPerson>(context, (one) => one.personId),
  ];
  return adminPage(
    context,
    'tokens',
    tr.t('admin.tab.tokens'),
    html`${done(model.done)}${filterBox(context, '/admin/tokens', tr.t('admin.find_token'), model.text)}
${model.rows.length > 0 && table(tr.t('admin.tab.tokens'), columns, model.rows)}
${partFoot(context, model)}`,
  );
}
