import { attribute, type Html, type HtmlValue, html } from '../../html/html.ts';
import type { LocalText } from '../../site/site.ts';
import { signInAddress, withParameter } from '../http/url.ts';
import { formTokenField } from './form.ts';
import type { PageContext } from './page-context.ts';
import { nativeName } from './translations.ts';

export interface Page {
  /** Without the library's name, which is added; empty for the home page. */
  readonly title: string;
  readonly main: HtmlValue;
  /** Meta tags, feeds and structured data of this page. */
  readonly head?: HtmlValue;
  /** A link that skips to the heart of this page; it is the second one. */
  readonly skip?: HtmlValue;
  /** The search form in the header; pages that have their own leave it out. */
  readonly find?: HtmlValue;
  /** For a page that stands within another: which of its parts are drawn. */
  readonly embedded?: { readonly header: boolean; readonly footer: boolean };
  /** Search engines should neither list this page nor follow from it. */
  readonly unlisted?: boolean;
}

/** A whole document around a page. */
export function layout(context: PageContext, page: Page): string {
  const { libraryName, tr, assets } = context;
  const { header = true, footer: hasFooter = true } = page.embedded ?? {};
  const title = page.title === '' ? libraryName : `${page.title} · ${libraryName}`;
  return html`<!doctype html>
<html lang="${tr.language}" dir="${tr.direction}"${attribute('data-theme', context.theme)}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${page.unlisted === true && html`<meta name="robots" content="noindex, nofollow">`}
<link rel="stylesheet" href="${assets.style}">
<link rel="icon" href="${assets.icon}" type="image/svg+xml">
<link rel="search" type="application/opensearchdescription+xml" title="${libraryName}" href="/opensearchdescription">
<script src="${assets.script}" defer></script>
${page.head}
</head>
<body>
<a class="skip" href="#main">${tr.t('layout.skip')}</a>${page.skip}
${
  header &&
  html`<header class="top"><div class="frame">
${page.title !== '' && html`<a class="name" href="/">${logo(context)}${libraryName}</a>`}
${page.find}
<nav aria-label="${tr.t('layout.navigation')}"><ul class="plain">
<li><a href="/help/search">${tr.t('layout.help')}</a></li>${accountLinks(context)}
</ul></nav>
</div></header>`
}
${context.banners.length > 0 && html`<div class="banners frame" role="status">${context.banners.map((banner) => html`<p>${banner}</p>`)}</div>`}
<main id="main" class="frame" tabindex="-1">
${page.main}
</main>
${hasFooter && footer(context)}
</body>
</html>
`.text;
}

function accountLinks(context: PageContext): HtmlValue {
  const { tr, account, hasAccounts, address } = context;
  if (!hasAccounts) return undefined;
  if (account === undefined) {
    const back = address.startsWith('/account/') ? '/' : address;
    return html`
<li><a href="${signInAddress(back)}" rel="nofollow">${tr.t('account.sign_in')}</a></li>`;
  }
  return html`${
    account.sends === true &&
    html`
<li><a href="/upload">${tr.t('upload.title')}</a></li>`
  }${
    account.edits &&
    html`
<li><a href="/edit">${tr.t('edit.overview')}</a></li>`
  }${
    account.administers &&
    html`
<li><a href="/admin">${tr.t('layout.administration')}</a></li>`
  }
<li><a href="/account">${account.name}</a></li>`;
}

/** The name stands beside it, so it says nothing of its own. */
export function logo({ assets }: PageContext): HtmlValue {
  return assets.logo !== undefined && html`<img class="logo" src="${assets.logo}" alt="">`;
}

function footer(context: PageContext): Html {
  const { tr, site } = context;
  const local = ({ text, names }: LocalText): string => tr.nameOf(names, text);
  const links = [
    ...context.ownPages
      .filter(({ inFooter }) => inFooter)
      .map(({ slug, title }) => html`<li><a href="/pages/${slug}">${local(title)}</a></li>`),
    ...site.links.map(({ text, address }) => html`<li><a href="${address}">${local(text)}</a></li>`),
  ];
  const choice = (theme: 'light' | 'dark' | 'auto'): Html =>
    html`<button class="quiet" name="theme" value="${theme}" aria-pressed="${String(
      (context.theme ?? 'auto') === theme,
    )}">${tr.t(`layout.theme.${theme}`)}</button>`;
  const languages = context.languages.map((language) => {
    const current = language === tr.language;
    return html`<li><a href="${withParameter(context.address, 'ln', language)}" lang="${language}" hreflang="${language}"${attribute(
      'aria-current',
      current ? 'true' : undefined,
    )}>${nativeName(language)}</a></li>`;
  });
  return html`<footer class="foot"><div class="frame">
${links.length > 0 && html`<ul class="plain links"${attribute('aria-label', tr.t('layout.links'))}>${links}</ul>`}
${languages.length > 1 && html`<ul class="plain"${attribute('aria-label', tr.t('layout.languages'))}>${languages}</ul>`}
<form method="post" action="/preferences"><span>${tr.t('layout.theme.label')}</span>
${context.formToken !== undefined && formTokenField(context)}<input type="hidden" name="back" value="${context.address}">${choice('auto')} ${choice('light')} ${choice('dark')}</form>
${context.site.admin !== '' && html`<span>${tr.rich('layout.contact', { admin: html`<a href="mailto:${context.site.admin}">${context.site.admin}</a>` })}</span>`}
</div></footer>`;
}
