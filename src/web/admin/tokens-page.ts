import { html } from '../../html/html.ts';
import type { OfPerson } from '../../people/overview.ts';
import type { ListedToken } from '../../people/tokens.ts';
import { tokenColumns } from '../account/token-columns.ts';
import { done, form } from '../ui/form.ts';
import type { PageContext } from '../ui/page-context.ts';
import { type Column, table } from '../ui/table.ts';
import { adminPage, filterBox, type Part, partFoot } from './frame.ts';

/** Columns for tokens of anybody; `personOf` is the number of whose it is. */
export function foreignTokenColumns<T extends ListedToken>(
  context: PageContext,
  personOf: (token: T) => number,
): readonly Column<T>[] {
  return tokenColumns<T>(context, (one, words) =>
    form(
      context,
      '/admin/tokens',
      html`<input type="hidden" name="person" value="${personOf(one)}"><button class="quiet" name="end" value="${one.id}">${words}</button>`,
      'inline',
    ),
  );
}

export interface AllTokensModel extends Part {
  readonly rows: readonly (ListedToken & OfPerson)[];
  readonly done: string | undefined;
}

export function allTokensPage(context: PageContext, model: AllTokensModel): string {
  const { tr } = context;
  const columns: readonly Column<ListedToken & OfPerson>[] = [
    { head: tr.t('account.name'), cell: (one) => html`<a href="/admin/people/${one.personId}">${one.person}</a>` },
    ...foreignTokenColumns<ListedToken & OfPerson>(context, (one) => one.personId),
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
