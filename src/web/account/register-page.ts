import { type Html, html } from '../../html/html.ts';
import type { RegistrationPolicy } from '../../people/registration.ts';
import { alert, type FormProblem, field, form, placedProblem } from '../ui/form.ts';
import type { PageContext } from '../ui/page-context.ts';
import { narrowPage } from './sign-in-page.ts';

export interface RegisterModel {
  readonly name: string;
  readonly email: string;
  readonly policy: RegistrationPolicy;
  readonly problem: FormProblem | undefined;
  /** A text that speaks of an e-mail, as `mailText` gives it. */
  readonly mail: (key: string) => string;
}

export function registerPage(context: PageContext, model: RegisterModel): string {
  const { tr } = context;
  const { above, at } = placedProblem(model.problem, ['name', 'email', 'password']);
  const wrong = ['name', 'email', 'password'].find((name) => at(name) !== undefined) ?? 'name';
  const isFocused = (name: string): boolean => name === wrong;
  return narrowPage(
    context,
    tr.t('account.register'),
    html`${model.policy === 'approval' && html`<p>${tr.t('account.register_approval')}</p>`}${alert(above)}
${form(
  context,
  '/account/register',
  html`${field({ name: 'name', label: tr.t('account.name'), value: model.name, autocomplete: 'username', hint: tr.t('account.name_hint'), problem: at('name'), focus: isFocused('name') })}
${field({ name: 'email', label: tr.t('account.email'), type: 'email', value: model.email, autocomplete: 'email', hint: model.mail('account.email_hint'), problem: at('email'), focus: isFocused('email') })}
${field({ name: 'password', label: tr.t('account.password'), type: 'password', autocomplete: 'new-password', shortest: 8, hint: tr.t('account.password_hint'), problem: at('password'), focus: isFocused('password') })}
<button>${tr.t('account.register')}</button>`,
)}`,
  );
}

export interface ConfirmRegistrationModel {
  readonly token: string;
  readonly name: string;
  readonly email: string;
  readonly hasPassword: boolean;
  /** Where an account without a password was made. */
  readonly elsewhere: readonly { readonly name: string; readonly href: string }[];
  readonly problem: string | undefined;
}

/** Which account it is, and what only who made it knows. */
export function confirmRegistrationPage(context: PageContext, model: ConfirmRegistrationModel): string {
  const { tr } = context;
  const { name, email } = model;
  const byPassword = (): Html =>
    html`<p>${tr.t('account.confirm_password')}</p>${form(
      context,
      '/account/confirm',
      html`<input type="hidden" name="token" value="${model.token}"><input type="hidden" name="username" value="${name}" autocomplete="username">
${field({ name: 'password', label: tr.t('account.password'), type: 'password', autocomplete: 'current-password', focus: true })}
<button>${tr.t('account.confirm')}</button>`,
    )}`;
  return narrowPage(
    context,
    tr.t('account.confirm'),
    html`<p>${tr.t('account.confirm_registration', { name, email })}</p>${alert(model.problem)}
${model.hasPassword ? byPassword() : model.elsewhere.map((one) => html`<p><a href="${one.href}">${tr.t('account.confirm_with', { provider: one.name })}</a></p>`)}
<p>${tr.t('account.confirm_not_you')}</p>`,
  );
}

/** Only a button is left to press: programs that look into mail follow links, and press nothing. */
export function confirmEmailPage(context: PageContext, token: string): string {
  const { tr } = context;
  return narrowPage(
    context,
    tr.t('account.confirm'),
    html`<p>${tr.t('account.confirm_email')}</p>
${form(
  context,
  '/account/email/confirm',
  html`<input type="hidden" name="token" value="${token}"><button>${tr.t('account.confirm')}</button>`,
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
