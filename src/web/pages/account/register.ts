import type { RegistrationPolicy } from '../../../access/registration.ts';
import { alert, field, form } from '../../components/form.ts';
import type { PageContext } from '../../context.ts';
import { html } from '../../html.ts';
import { narrowPage } from './sign-in.ts';

export interface RegisterModel {
  readonly name: string;
  readonly email: string;
  readonly policy: RegistrationPolicy;
  readonly problem: string | undefined;
}

export function registerPage(context: PageContext, model: RegisterModel): string {
  const { tr } = context;
  return narrowPage(
    context,
    tr.t('account.register'),
    html`${model.policy === 'approval' && html`<p>${tr.t('account.register_approval')}</p>`}${alert(model.problem)}
${form(
  context,
  '/account/register',
  html`${field({ name: 'name', label: tr.t('account.name'), value: model.name, autocomplete: 'username', hint: tr.t('account.name_hint'), focus: true })}
${field({ name: 'email', label: tr.t('account.email'), type: 'email', value: model.email, autocomplete: 'email', hint: tr.t('account.email_hint') })}
${field({ name: 'password', label: tr.t('account.password'), type: 'password', autocomplete: 'new-password', shortest: 8, hint: tr.t('account.password_hint') })}
<button>${tr.t('account.register')}</button>`,
)}`,
  );
}

/** Only a button is left to press: programs that look into mail follow links, and press nothing. */
export function confirmPage(
  context: PageContext,
  model: { readonly action: string; readonly token: string; readonly kind: 'registration' | 'email' },
): string {
  const { tr } = context;
  return narrowPage(
    context,
    tr.t('account.confirm'),
    html`<p>${tr.t(`account.confirm_${model.kind}`)}</p>
${form(
  context,
  model.action,
  html`<input type="hidden" name="token" value="${model.token}"><button>${tr.t('account.confirm')}</button>`,
)}`,
  );
}

/** Something was done, or cannot be: a sentence, and where to go on. */
export function accountMessage(
  context: PageContext,
  title: string,
  text: string,
  next: { readonly href: string; readonly label: string } | undefined,
): string {
  return narrowPage(
    context,
    title,
    html`<p>${text}</p>${next !== undefined && html`<p><a href="${next.href}">${next.label}</a></p>`}`,
  );
}
