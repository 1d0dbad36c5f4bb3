import { html } from '../../html/html.ts';
import { scopes } from '../../people/scopes.ts';
import type { ListedToken } from '../../people/tokens.ts';
import { alert, checkbox, done, field, form } from '../ui/form.ts';
import type { PageContext } from '../ui/page-context.ts';
import { table } from '../ui/table.ts';
import { type AccountTab, accountPage } from './profile-page.ts';
import { tokenColumns } from './token-columns.ts';

export interface TokensModel {
  readonly tabs: readonly AccountTab[];
  readonly tokens: readonly ListedToken[];
  /** Just made: shown this once. */
  readonly secret: string | undefined;
  readonly problem: string | undefined;
  readonly done: string | undefined;
}

export function tokensPage(context: PageContext, model: TokensModel): string {
  const { tr } = context;
  const columns = tokenColumns<ListedToken>(context, ({ id }, words) =>
    form(
      context,
      '/account/tokens/end',
      html`<button class="quiet" name="id" value="${id}">${words}</button>`,
      'inline',
    ),
  );
  return accountPage(
    context,
    'tokens',
    model.tabs,
    html`${done(model.done)}${
      model.secret !== undefined &&
      html`<div class="done" role="status"><p>${tr.t('token.shown_once')}</p><p class="secret" id="token">${model.secret}</p>
<button type="button" class="quiet small" data-copy="token" data-done="${tr.t('record.copied')}" hidden>${tr.t('record.copy')}</button></div>`
    }
<p>${tr.rich('token.text', { header: html`<code>Authorization: Bearer …</code>` })}</p>
${model.tokens.length > 0 && table(tr.t('account.tab.tokens'), columns, model.tokens)}
<section><h2>${tr.t('token.make')}</h2>${alert(model.problem)}
${form(
  context,
  '/account/tokens',
  html`${field({ name: 'name', label: tr.t('token.name'), hint: tr.t('token.name_hint') })}
<fieldset class="plain-set"><legend>${tr.t('token.scopes')}</legend>${scopes.map((scope) => checkbox('scope', scope, tr.t(`token.scope_long.${scope}`), scope === 'read'))}</fieldset>
${field({ name: 'expires', label: tr.t('token.expires'), type: 'date', optional: true, hint: tr.t('token.expires_hint') })}
<button>${tr.t('token.make')}</button>`,
)}</section>`,
  );
}
