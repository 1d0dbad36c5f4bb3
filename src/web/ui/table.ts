import { attribute, type Html, type HtmlValue, html } from '../../html/html.ts';

export interface Column<T> {
  readonly head: string;
  readonly cell: (row: T) => HtmlValue;
  readonly number?: true;
}

/**
 * A table for people who compare; scrolls by itself where it is wider than the page. The first
 * column names the row.
 */
export function table<T>(caption: string, columns: readonly Column<T>[], rows: readonly T[]): Html {
  const style = (column: Column<T>): Html => attribute('class', column.number === true ? 'number' : undefined);
  return html`<div class="table" role="region" aria-label="${caption}" tabindex="0"><table><caption class="hidden">${caption}</caption>
<thead><tr>${columns.map((column) => html`<th scope="col"${style(column)}>${column.head}</th>`)}</tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>${columns.map((column, i) =>
      i === 0
        ? html`<th scope="row"${style(column)}>${column.cell(row)}</th>`
        : html`<td${style(column)}>${column.cell(row)}</td>`,
    )}</tr>
`,
  )}</tbody></table></div>`;
}
