import { html } from '../../html/html.ts';
import { alert, field, form } from '../ui/form.ts';
import type { PageContext } from '../ui/page-context.ts';
import { narrowPage } from './sign-in-page.ts';

export function lostPasswordPage(
  context: PageContext,
  model: {
    readonly email: string;
    readonly problem: string | undefined;
    /** A text that speaks of an e-mail, as `mailText` gives it. */
    readonly mail: (key: string) => string;
  },
): string {
  const { tr } = context;
  return narrowPage(
    context,
    tr.t('account.lost'),
    html`<p>${model.mail('account.lost_text')}</p>${alert(model.problem)}
${form(
  context,
  '/account/lost-password',
  html`${field({ name: 'email', label: tr.t('account.email'), type: 'email', value: model.email, autocomplete: 'email', focus: true })}
<button>${model.mail('account.lost_send')}</button>`,
)}`,
  );
}

export function newPasswordPage(
  context: PageContext,
  model: { readonly token: string; readonly name: string; readonly problem: string | undefined },
): string {
  const { tr } = context;
  return narrowPage(
    context,
    tr.t('account.new_password'),
    html`<p>${tr.t('account.new_password_for', { name: model.name })}</p>${alert(model.problem)}
${form(
  context,
  '/account/new-password',
  html`<input type="hidden" name="token" value="${model.token}"><input type="hidden" name="username" value="${model.name}" autocomplete="username">
${field({ name: 'password', label: tr.t('account.new_password'), type: 'password', autocomplete: 'new-password', shortest: 8, hint: tr.t('account.password_hint'), focus: true })}
<button>${tr.t('account.set_password')}</button>`,
)}`,
  );
}
