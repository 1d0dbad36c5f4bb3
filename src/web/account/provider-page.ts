import { html } from '../../html/html.ts';
import type { ListedIdentity } from '../../people/identities.ts';
import { dateTime } from '../ui/date-time.ts';
import { alert, done, type FormProblem, field, form, placedProblem } from '../ui/form.ts';
import type { PageContext } from '../ui/page-context.ts';
import { pairText } from '../ui/pair-text.ts';
import { type Column, table } from '../ui/table.ts';
import { type AccountTab, accountPage } from './profile-page.ts';
import { narrowPage } from './sign-in-page.ts';

export interface ProviderLink {
  readonly code: string;
  readonly name: string;
}

export interface IdentitiesModel {
  readonly tabs: readonly AccountTab[];
  readonly identities: readonly ListedIdentity[];
  readonly providers: readonly ProviderLink[];
  readonly problem: string | undefined;
  readonly done: string | undefined;
}

export function identitiesPage(context: PageContext, model: IdentitiesModel): string {
  const { tr } = context;
  const nameOf = (code: string): string => model.providers.find((one) => one.code === code)?.name ?? code;
  const columns: readonly Column<ListedIdentity>[] = [
    { head: tr.t('identity.provider'), cell: (one) => nameOf(one.provider) },
    { head: tr.t('identity.label'), cell: (one) => one.label },
    { head: tr.t('identity.linked'), cell: (one) => dateTime(context, one.linked) },
    {
      head: tr.t('table.do'),
      cell: (one) =>
        form(
          context,
          '/account/identities',
          html`<input type="hidden" name="provider" value="${one.provider}"><button class="quiet" name="subject" value="${one.subject}">${tr.t('identity.unlink')}<span class="hidden"> ${nameOf(one.provider)}</span></button>`,
          'inline',
        ),
    },
  ];
  return accountPage(
    context,
    'identities',
    model.tabs,
    html`${done(model.done)}${alert(model.problem)}<p>${tr.t('identity.text')}</p>
${model.identities.length > 0 && table(tr.t('account.tab.identities'), columns, model.identities)}
<div class="others">${model.providers.map(
      (one) =>
        html`<p><a href="${providerAddress(one.code, '/account/identities')}">${tr.t('identity.link', { provider: one.name })}</a></p>`,
    )}</div>`,
  );
}

export function providerAddress(code: string, back: string): string {
  return `/account/with/${code}?${new URLSearchParams({ back })}`;
}

interface Found {
  readonly provider: ProviderLink;
  readonly label: string;
  /** The one-time secret under which it waits. */
  readonly identity: string;
}

/** Somebody who is signed in came back from a provider: is it to be theirs? */
export function linkPage(context: PageContext, { provider, label, identity }: Found): string {
  const { tr, account } = context;
  return narrowPage(
    context,
    tr.t('identity.link', { provider: provider.name }),
    html`<p>${tr.t('identity.link_text', { provider: provider.name, label, name: account?.name ?? '' })}</p>
${form(
  context,
  `/account/with/${provider.code}/link`,
  html`<input type="hidden" name="identity" value="${identity}"><button>${tr.t('identity.link', { provider: provider.name })}</button>`,
)}`,
  );
}

/** Nobody is known by this identity: sign in to link it, or make an account. */
export function newcomerPage(
  context: PageContext,
  model: Found & {
    readonly name: string;
    /** Undefined: the provider has seen none, so it is asked for and confirmed by an e-mail. */
    readonly email: string | undefined;
    readonly typedEmail: string;
    readonly mayRegister: boolean;
    readonly problem: FormProblem | undefined;
    /** A text that speaks of an e-mail, as `mailText` gives it. */
    readonly mail: (key: string) => string;
  },
): string {
  const { tr } = context;
  const { provider } = model;
  const { above, at } = placedProblem(model.problem, ['name', 'email']);
  return narrowPage(
    context,
    tr.t('identity.unknown'),
    html`<p>${tr.t('identity.unknown_text', { provider: provider.name, label: model.label })}</p>
<p><a href="/account/sign-in?${String(new URLSearchParams({ back: '/account/identities' }))}">${tr.t('identity.sign_in_first')}</a></p>
${
  model.mayRegister &&
  html`<section><h2>${tr.t('account.register')}</h2>${alert(above)}
${form(
  context,
  `/account/with/${provider.code}/register`,
  html`<input type="hidden" name="identity" value="${model.identity}">
${field({ name: 'name', label: tr.t('account.name'), value: model.name, autocomplete: 'username', hint: tr.t('account.name_hint'), problem: at('name') })}
${
  model.email === undefined
    ? field({
        name: 'email',
        label: tr.t('account.email'),
        type: 'email',
        value: model.typedEmail,
        autocomplete: 'email',
        hint: model.mail('account.email_hint'),
        problem: at('email'),
      })
    : html`<p>${pairText(context, tr.t('account.email'), model.email)}</p>`
}
<button>${tr.t('account.register')}</button>`,
)}</section>`
}`,
  );
}
