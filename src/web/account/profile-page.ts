import { attribute, type HtmlValue, html } from '../../html/html.ts';
import type { Account } from '../../people/account.ts';
import { facts } from '../ui/facts.ts';
import { alert, done, field, form, select } from '../ui/form.ts';
import { layout } from '../ui/layout.ts';
import type { PageContext } from '../ui/page-context.ts';
import { nativeName } from '../ui/translations.ts';

export const accountTabs = ['profile', 'jobs', 'sessions', 'tokens', 'identities'] as const;
export type AccountTab = (typeof accountTabs)[number];

const addresses: Readonly<Record<AccountTab, string>> = {
  profile: '/account',
  jobs: '/jobs',
  sessions: '/account/sessions',
  tokens: '/account/tokens',
  identities: '/account/identities',
};

/** A page of somebody's own account. */
export function accountPage(
  context: PageContext,
  tab: AccountTab,
  tabs: readonly AccountTab[],
  content: HtmlValue,
): string {
  const { tr, account } = context;
  const title = tr.t(`account.tab.${tab}`);
  return layout(context, {
    title,
    unlisted: true,
    main: html`<div class="account${tab === 'jobs' && ' wide'}"><h1>${account?.name}</h1>
<nav class="tabs" aria-label="${tr.t('account.tabs')}"><ul>${tabs.map(
      (one) =>
        html`<li><a href="${addresses[one]}"${attribute('aria-current', one === tab ? 'page' : undefined)}>${tr.t(`account.tab.${one}`)}</a></li>`,
    )}</ul></nav>
${content}
</div>`,
  });
}

export const pageSizes = [10, 25, 50, 100] as const;

export interface ProfileModel {
  readonly account: Account;
  readonly tabs: readonly AccountTab[];
  /** Names of the roles that hold now. */
  readonly roles: readonly string[];
  readonly problem: string | undefined;
  readonly done: string | undefined;
  /** A text that speaks of an e-mail, as `mailText` gives it. */
  readonly mail: (key: string) => string;
}

export function profilePage(context: PageContext, model: ProfileModel): string {
  const { tr } = context;
  const { account } = model;
  const { preferences } = account;
  const asIs = { value: '', label: tr.t('account.preference.system') };
  const again = field({
    name: 'current',
    label: tr.t('account.current_password'),
    type: 'password',
    autocomplete: 'current-password',
  });
  return accountPage(
    context,
    'profile',
    model.tabs,
    html`${done(model.done)}${alert(model.problem)}
${facts([
  [tr.t('account.email'), [account.email]],
  [tr.t('account.roles'), model.roles.length === 0 ? [] : [model.roles.join(', ')]],
  [tr.t('account.groups'), account.groups.length === 0 ? [] : [account.groups.join(', ')]],
  [tr.t('account.since'), [tr.date(account.created)]],
])}
<p>${form(context, '/account/sign-out', html`<button>${tr.t('account.sign_out')}</button>`, 'inline')}</p>
<section><h2>${tr.t('account.preferences')}</h2>
${form(
  context,
  '/account/preferences',
  html`${select(
    'language',
    tr.t('account.preference.language'),
    [asIs, ...context.languages.map((code) => ({ value: code, label: nativeName(code) }))],
    preferences.language ?? '',
  )}
${select(
  'size',
  tr.t('account.preference.size'),
  [asIs, ...pageSizes.map((size) => ({ value: String(size), label: String(size) }))],
  String(preferences.size ?? ''),
)}
${select(
  'theme',
  tr.t('account.preference.theme'),
  [asIs, ...(['light', 'dark'] as const).map((theme) => ({ value: theme, label: tr.t(`layout.theme.${theme}`) }))],
  preferences.theme ?? '',
)}
<button>${tr.t('account.save')}</button>`,
)}</section>
<section><h2>${tr.t('account.password')}</h2>
<p>${tr.t('account.new_password_ends')}</p>
${
  account.hasPassword
    ? form(
        context,
        '/account/password',
        html`<input type="hidden" name="username" value="${account.name}" autocomplete="username">${again}
${field({ name: 'password', label: tr.t('account.new_password'), type: 'password', autocomplete: 'new-password', shortest: 8, hint: tr.t('account.password_hint') })}
<button>${tr.t('account.set_password')}</button>`,
      )
    : html`<p>${tr.t('account.no_password')} <a href="/account/lost-password">${model.mail('account.lost_send')}</a></p>`
}</section>
${
  account.hasPassword &&
  html`<section><h2>${tr.t('account.new_email')}</h2>
${form(
  context,
  '/account/email',
  html`${field({ name: 'email', label: tr.t('account.new_email'), type: 'email', autocomplete: 'email', hint: model.mail('account.new_email_hint') })}
${field({ name: 'current-for-email', label: tr.t('account.current_password'), type: 'password', autocomplete: 'current-password' })}
<button>${model.mail('account.new_email_send')}</button>`,
)}</section>`
}`,
  );
}
