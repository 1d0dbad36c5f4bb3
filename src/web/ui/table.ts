import { attribute, type Html, type HtmlValue, html } from '../../html/html.ts';

export interface Column<T> {
  readonly head: string;
  readonly cell: (row: T) => HtmlValue;
  readonly number?: true;
}

/**
 * A table for people who compare; scrolls by itself where it is wider than the page. The first
 * column names the row. One that stacks shows each row as a list where the page is narrow, with the
 * heads as labels; its roles are written, since browsers forget those of what is no longer laid out
 * as a table.
 */
export function table<T>(
  caption: string,
  columns: readonly Column<T>[],
  rows: readonly T[],
  { stacks = false }: { readonly stacks?: boolean } = {},
): Html {
  const role = (name: string): Html => attribute('role', stacks ? name : undefined);
  const label = ({ head }: Column<T>): Html => attribute('data-label', stacks ? head : undefined);
  const style = (column: Column<T>): Html => attribute('class', column.number === true ? 'number' : undefined);
  return html`<div class="table${stacks ? ' stacks' : ''}" role="region" aria-label="${caption}" tabindex="0"><table${role('table')}><caption class="hidden">${caption}</caption>
<thead${role('rowgroup')}><tr${role('row')}>${columns.map((column) => html`<th scope="col"${role('columnheader')}${style(column)}>${column.head}</th>`)}</tr></thead>
<tbody${role('rowgroup')}>${rows.map(
    (row) => html`<tr${role('row')}>${columns.map((column, i) =>
      i === 0
        ? html`<th scope="row"${role('rowheader')}${label(column)}${style(column)}>${column.cell(row)}</th>`
        : html`<td${role('cell')}${label(column)}${style(column)}>${column.cell(row)}</td>`,
    )}</tr>
`,
  )}</tbody></table></div>`;
}
