import { type Html, html } from '../../html/html.ts';
import type { ListedToken } from '../../people/tokens.ts';
import { dateTime } from '../ui/date-time.ts';
import type { PageContext } from '../ui/page-context.ts';
import type { Column } from '../ui/table.ts';

/** What is told of a token, and a form that ends it, with the words on its button. */
export function tokenColumns<T extends ListedToken>(
  context: PageContext,
  end: (token: T, words: Html) => Html,
): readonly Column<T>[] {
  const { tr } = context;
  const when = (date: Date | null) => (date === null ? tr.t('token.never') : dateTime(context, date));
  return [
    { head: tr.t('token.name'), cell: (one) => one.name },
    { head: tr.t('token.scopes'), cell: (one) => one.scopes.map((scope) => tr.t(`token.scope.${scope}`)).join(', ') },
    { head: tr.t('token.expires'), cell: (one) => when(one.expires) },
    { head: tr.t('token.used'), cell: (one) => when(one.lastUsed) },
    {
      head: tr.t('table.do'),
      cell: (one) => end(one, html`${tr.t('token.end')}<span class="hidden"> ${one.name}</span>`),
    },
  ];
}
