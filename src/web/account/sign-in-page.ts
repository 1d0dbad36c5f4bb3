import { type HtmlValue, html } from '../../html/html.ts';
import { alert, checkbox, done, field, form } from '../ui/form.ts';
import { layout } from '../ui/layout.ts';
import type { PageContext } from '../ui/page-context.ts';

export interface SignInModel {
  readonly name: string;
  readonly remember: boolean;
  readonly back: string;
  readonly problem: string | undefined;
  readonly done: string | undefined;
  readonly mayRegister: boolean;
  /** Signing in elsewhere. */
  readonly providers: readonly { readonly name: string; readonly href: string }[];
}

export function signInPage(context: PageContext, model: SignInModel): string {
  const { tr } = context;
  const title = tr.t('account.sign_in');
  return narrowPage(
    context,
    title,
    html`${done(model.done)}${alert(model.problem)}
${form(
  context,
  '/account/sign-in',
  html`<input type="hidden" name="back" value="${model.back}">
${field({ name: 'name', label: tr.t('account.name_or_email'), value: model.name, autocomplete: 'username', focus: model.name === '' })}
${field({ name: 'password', label: tr.t('account.password'), type: 'password', autocomplete: 'current-password', focus: model.name !== '' })}
${checkbox('remember', '1', tr.t('account.remember'), model.remember)}
<button>${title}</button>`,
)}
<div class="others">${model.providers.map((provider) => html`<p><a href="${provider.href}">${tr.t('account.sign_in_with', { provider: provider.name })}</a></p>`)}
<p><a href="/account/lost-password">${tr.t('account.lost')}</a></p>
${model.mayRegister && html`<p><a href="/account/register">${tr.t('account.register')}</a></p>`}</div>`,
  );
}

/** A page with one form or message. */
export function narrowPage(context: PageContext, title: string, content: HtmlValue): string {
  return layout(context, {
    title,
    unlisted: true,
    main: html`<div class="account narrow"><h1>${title}</h1>
${content}
</div>`,
  });
}
