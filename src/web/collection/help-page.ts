import { type Html, html } from '../../html/html.ts';
import { layout } from '../ui/layout.ts';
import { searchFor } from '../ui/links.ts';
import type { PageContext } from '../ui/page-context.ts';
import { emptyBox, searchBox } from '../ui/search-box.ts';

/** How to search, with the fields of this library; docs/searching.md says the same at length. */
export function helpPage(context: PageContext): string {
  const { tr, site } = context;
  const code = (text: string): Html => html`<code>${text}</code>`;
  const query = (text: string): Html => html`<a href="${searchFor(text)}"><code>${text}</code></a>`;
  const table = (
    rows: readonly (readonly [string, string])[],
  ): Html => html`<table><thead><tr><th scope="col">${tr.t('help.type')}</th><th scope="col">${tr.t('help.get')}</th></tr></thead>
<tbody>${rows.map(
    ([text, meaning]) => html`<tr><td>${query(text)}</td><td>${tr.t(meaning)}</td></tr>
`,
  )}</tbody></table>`;
  const fields = site.fields.map((field) => {
    const name = tr.nameOf(field.names, '');
    return html`<tr><td>${code(`${field.code}:`)}</td><td>${name === '' ? '' : html`${name} `}<span class="muted small">${[...field.paths].slice(0, 6).join(', ')}${field.paths.length > 6 && ' …'}${
      field.paths.length === 0 && field.index !== undefined && field.index.union.slice(0, 6).join(', ')
    }</span></td></tr>
`;
  });
  return layout(context, {
    head: html`<link rel="canonical" href="${context.baseUrl}/help/search">`,
    title: tr.t('help.title'),
    find: searchBox(context, emptyBox),
    main: html`<div class="help"><h1>${tr.t('help.title')}</h1>
<p>${tr.t('help.intro')}</p>
<h2>${tr.t('help.words')}</h2>
${table([
  ['higgs boson', 'help.both'],
  ['muon or kaon', 'help.any'],
  ['ellis -muon', 'help.not'],
  ['"dark matter"', 'help.phrase'],
  ['neutrin*', 'help.truncation'],
  ['ellis (muon or kaon)', 'help.group'],
])}
<p>${tr.t('help.words_note')}</p>
<h2>${tr.t('help.quotes')}</h2>
${table([
  ['author:"Ellis, J"', 'help.exact'],
  ["245__a:'higgs'", 'help.partial'],
  ['title:/bos(on|ons)/', 'help.regexp'],
])}
<h2>${tr.t('help.spans')}</h2>
${table([
  ['year:1992->1996', 'help.span_year'],
  ['datecreated:2026-01->2026-06', 'help.span_date'],
  ['recid:1->50', 'help.span_number'],
])}
<h2>${tr.t('help.citations')}</h2>
<p>${tr.rich('help.citations_note', { example: code('refersto:') })}</p>
${table([
  ['refersto:author:"Ellis, J"', 'help.refersto'],
  ['referstoexcludingselfcites:author:"Ellis, J"', 'help.refersto_self'],
  ['citedby:title:higgs', 'help.citedby'],
  ['cited:50+', 'help.cited'],
  ['cocitedwith:12', 'help.cocited'],
])}
<h2>${tr.t('help.marc')}</h2>
<p>${tr.t('help.marc_note')}</p>
${table([
  ['100__a:"Ellis, J"', 'help.marc_whole'],
  ['24%:higgs', 'help.marc_prefix'],
])}
<h2>${tr.t('help.address')}</h2>
<p>${tr.rich('help.programs', { api: html`<a href="/api">${tr.t('api.title')}</a>` })}</p>
<p>${tr.rich('help.address_note', { example: code('of=xm'), numbers: code('of=id') })}</p>
<h2>${tr.t('help.keys')}</h2>
<table><tbody>${(['search', 'pages', 'years', 'close'] as const).map((key) => html`<tr><td>${code(tr.t(`help.key.${key}`))}</td><td>${tr.t(`help.key_does.${key}`)}</td></tr>`)}</tbody></table>
<h2 id="fields">${tr.t('help.fields')}</h2>
<p>${tr.rich('help.fields_note', { example: code('title:higgs') })}</p>
<table><thead><tr><th scope="col">${tr.t('help.field')}</th><th scope="col">MARC</th></tr></thead><tbody>${fields}</tbody></table>
</div>`,
  });
}
