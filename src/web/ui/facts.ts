import { type Html, type HtmlValue, html, nothing } from '../../html/html.ts';

/** A list of names and values; a row without values is left out. */
export function facts(rows: readonly (readonly [name: string, values: readonly HtmlValue[]])[]): Html {
  const shown = rows.filter(([, values]) => values.length > 0);
  if (shown.length === 0) return nothing;
  return html`<dl class="facts">${shown.map(
    ([name, values]) => html`<dt>${name}</dt>${values.map((value) => html`<dd dir="auto">${value}</dd>`)}
`,
  )}</dl>`;
}
