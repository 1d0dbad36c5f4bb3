import type { FormatGroup } from '../../formats/export-format.ts';
import { exportFormats } from '../../formats/formats.ts';
import { type Html, html } from '../../html/html.ts';
import type { PageContext } from './page-context.ts';

/** Groups of formats in the order of the menus. Feeds have a link of their own. */
export const formatGroups: readonly FormatGroup[] = ['manager', 'catalogue', 'data', 'citation'];

/**
 * Where a record's formats are, those for reference managers first, with buttons that copy the text
 * where scripts run.
 */
export function recordFormats(context: PageContext, id: number): Html {
  const { tr } = context;
  const [first, ...others] = formatGroups;
  const list = (group: FormatGroup): Html =>
    html`<ul class="plain formats">${exportFormats
      .filter((format) => format.group === group)
      .map((format) => {
        const address = `/record/${id}/export/${format.code}`;
        const copy =
          format.pasted === true &&
          html` <button type="button" class="quiet small" data-copy-from="${address}" data-done="${tr.t('record.copied')}" hidden>${tr.t('record.copy')}<span class="hidden"> (${format.name})</span></button>`;
        return html`<li><a href="${address}" rel="nofollow">${format.name}</a>${copy}</li>
`;
      })}</ul>`;
  return html`<section class="panel exports"><h2>${tr.t('record.export')}</h2>
${first !== undefined && list(first)}
<details class="tools"><summary>${tr.t('record.other_formats')}</summary>${others
    .filter((group) => group !== 'citation')
    .map((group) => html`<h3>${tr.t(`format.group.${group}`)}</h3>${list(group)}`)}</details>
<abbr class="unapi-id" title="${context.baseUrl}/record/${id}"></abbr></section>`;
}
