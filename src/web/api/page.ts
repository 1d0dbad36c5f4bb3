import { errorCatalogue } from '../../errors/errors.ts';
import { exportFormats } from '../../formats/formats.ts';
import { type Html, html } from '../../html/html.ts';
import { formatName } from '../ui/format-menu.ts';
import { layout } from '../ui/layout.ts';
import type { PageContext } from '../ui/page-context.ts';
import { emptyBox, searchBox } from '../ui/search-box.ts';
import { exampleOf } from './example.ts';
import type { Schema } from './json-schema.ts';
import type { Operation } from './operation.ts';

/**
 * The API as a page: every address with its parameters, a request to paste, and the shape of its
 * answer.
 */
export function apiPage(context: PageContext, operations: readonly Operation[]): string {
  const { tr, baseUrl } = context;
  const list = operations.map(
    (one) => html`<li><a href="#${one.id}"><code>${one.path}</code></a> <span class="muted">${one.summary}</span></li>
`,
  );
  return layout(context, {
    title: tr.t('api.title'),
    head: html`<link rel="canonical" href="${baseUrl}/api">
<link rel="service-desc" type="application/json" href="/api/openapi.json">`,
    find: searchBox(context, emptyBox),
    main: html`<div class="help api">
<h1>${tr.t('api.title')}</h1>
<p>${tr.rich('api.intro', { document: html`<a href="/api/openapi.json">/api/openapi.json</a>` })}</p>
<ul class="plain">${list}</ul>
${operations.map((one) => operation(context, one))}
<h2 id="errors">${tr.t('api.errors')}</h2>
<p>${tr.t('api.errors_note')}</p>
${errors(context)}
<h2 id="formats">${tr.t('api.formats')}</h2>
<p>${tr.rich('api.formats_note', { search: html`<code>/search?of=</code>`, record: html`<code>/record/1/export/</code>` })}</p>
${formats(context)}
</div>`,
  });
}

function operation(context: PageContext, one: Operation): Html {
  const { tr, baseUrl } = context;
  const rows = Object.entries(one.parameters.properties);
  const inPath = Object.entries(one.inPath);
  const headers = Object.entries(one.inHeader ?? {});
  const table =
    rows.length + inPath.length + headers.length === 0
      ? html`<p class="muted">${tr.t('api.no_parameters')}</p>`
      : html`<table><thead><tr><th scope="col">${tr.t('api.parameter')}</th><th scope="col">${tr.t('api.type')}</th><th scope="col">${tr.t('api.meaning')}</th></tr></thead><tbody>${inPath.map(
          ([name, text]) => row(`{${name}}`, name === 'id' ? 'integer' : 'string', text),
        )}${headers.map(([name, text]) => row(name, 'header', text))}${rows.map(([name, schema]) => row(name, typeText(schema), schema.description ?? ''))}</tbody></table>`;
  const body = exampleOf(one.body);
  const sent =
    one.takesRecords === true
      ? ` -H 'Content-Type: application/marcxml+xml' --data-binary @records.xml`
      : body === undefined
        ? ''
        : ` -H 'Content-Type: application/json' -d '${JSON.stringify(body)}'`;
  const based = headers.some(([name]) => name === 'If-Match') ? ` -H 'If-Match: "3"'` : '';
  const command = `curl${one.method === 'get' ? '' : ` -X ${one.method.toUpperCase()}`} '${baseUrl}${one.example}'${based}${sent}`;
  const answer = exampleOf(one.answer);
  return html`<section aria-labelledby="${one.id}"><h2 id="${one.id}"><code>${one.method.toUpperCase()} ${one.path}</code></h2>
<p lang="en">${one.description}</p>
${table}
<pre tabindex="0"><code>${command}</code></pre>
${answer !== undefined && html`<details class="tools"><summary>${tr.t('api.answer')}</summary><pre tabindex="0"><code>${JSON.stringify(answer, null, 2)}</code></pre></details>`}
</section>
`;
}

function typeText({ type = '', enum: choices, default: standard, minimum, maximum }: Schema): string {
  const kind = type === 'array' ? 'string, repeatable' : type;
  const range = minimum !== undefined && maximum !== undefined ? ` ${minimum}–${maximum}` : '';
  const choice = choices === undefined ? '' : ` (${choices.join(', ')})`;
  return `${kind}${range}${choice}${standard === undefined ? '' : `, default ${String(standard)}`}`;
}

function row(name: string, type: string, meaning: string): Html {
  return html`<tr><th scope="row"><code>${name}</code></th><td>${type}</td><td lang="en">${meaning}</td></tr>
`;
}

/**
 * The errors that an answer of the API may carry; those of commands and loads are in the manual.
 */
function errors({ tr }: PageContext): Html {
  const shown = errorCatalogue().filter(
    ({ code, status }) =>
      /^REPERIO_(API|PARAMETER|CURSOR|TOO_MANY|INTERNAL|FORMAT_UNKNOWN|DATABASE)/.test(code) && status >= 400,
  );
  return html`<table><thead><tr><th scope="col">${tr.t('api.code')}</th><th scope="col">${tr.t('api.status')}</th><th scope="col">${tr.t('api.meaning')}</th></tr></thead><tbody>${shown.map(
    ({
      code,
      status,
      message,
    }) => html`<tr><th scope="row"><code>${code}</code></th><td class="number">${String(status)}</td><td lang="en">${message}</td></tr>
`,
  )}</tbody></table>`;
}

function formats(context: PageContext): Html {
  const { tr } = context;
  return html`<table><thead><tr><th scope="col">${tr.t('api.code')}</th><th scope="col">${tr.t('api.format')}</th><th scope="col">${tr.t('api.type')}</th></tr></thead><tbody>${exportFormats.map(
    (format) =>
      html`<tr><th scope="row"><code>${format.code}</code></th><td>${formatName(context, format)}</td><td><code>${format.contentType.split(';')[0]!}</code></td></tr>
`,
  )}</tbody></table>`;
}
