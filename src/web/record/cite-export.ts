import type { Work } from '../../description/work.ts';
import { type CitationRun, citationRuns, citationStyles } from '../../formats/citation.ts';
import { attribute, type Html, html } from '../../html/html.ts';
import { formatLists } from '../ui/format-menu.ts';
import type { PageContext } from '../ui/page-context.ts';

/**
 * Citing and exporting a record, behind one button. Without scripts too: the browser opens it, and
 * the style that is chosen is the one that is seen.
 */
export function citeAndExport(context: PageContext, model: { readonly id: number; readonly work: Work }): Html {
  const { tr } = context;
  const address = `${context.baseUrl}/record/${model.id}`;
  const styles = citationStyles.map(({ style, name }, i) => {
    const id = `cite-${style}`;
    return html`<label><input type="radio" name="style"${attribute('checked', i === 0)}> ${name}</label>
<div class="cite"><span id="${id}" dir="auto">${runs(citationRuns(model.work, style, address))}</span>
<button type="button" class="quiet small" data-copy="${id}" data-done="${tr.t('record.copied')}" hidden>${tr.t('record.copy')}<span class="hidden"> (${name})</span></button></div>`;
  });
  return html`<details class="menu cite-export"><summary>${tr.t('record.cite_export')}</summary><div class="sheet">
<h2>${tr.t('record.cite')}</h2>
<fieldset class="styles"><legend class="hidden">${tr.t('record.styles')}</legend>${styles}</fieldset>
<h2>${tr.t('record.export')}</h2>
<div class="format-groups">${formatLists(context, model.id)}</div>
</div></details><abbr class="unapi-id" title="${address}"></abbr>`;
}

function runs(list: readonly CitationRun[]): readonly Html[] {
  return list.map(({ text, italic }) => (italic ? html`<i>${text}</i>` : html`${text}`));
}
