import type { ExportFormat, FormatGroup } from '../../formats/export-format.ts';
import { exportFormats } from '../../formats/formats.ts';
import { type Html, html } from '../../html/html.ts';
import type { PageContext } from './page-context.ts';

/** Groups of formats in the order of the menus. Feeds have a link of their own. */
export const formatGroups: readonly FormatGroup[] = ['manager', 'catalogue', 'data', 'citation'];

/** As the reader's language calls it. */
export function formatName({ tr }: PageContext, { code, name }: ExportFormat): string {
  const key = `format.named.${code}`;
  return tr.has(key) ? tr.t(key) : name;
}

/**
 * Where a record's formats are, by groups, those for reference managers first, with buttons that
 * copy the text where scripts run. Citations are elsewhere.
 */
export function formatLists(context: PageContext, id: number): readonly Html[] {
  const { tr } = context;
  return formatGroups
    .filter((group) => group !== 'citation')
    .map(
      (group) =>
        html`<div><h3>${tr.t(`format.group.${group}`)}</h3><ul class="plain formats">${exportFormats
          .filter((format) => format.group === group)
          .map((format) => {
            const address = `/record/${id}/export/${format.code}`;
            const copy =
              format.pasted === true &&
              html` <button type="button" class="quiet small" data-copy-from="${address}" data-done="${tr.t('record.copied')}" hidden>${tr.t('record.copy')}<span class="hidden"> (${formatName(context, format)})</span></button>`;
            return html`<li><a href="${address}" rel="nofollow">${formatName(context, format)}</a>${copy}</li>
`;
          })}</ul></div>`,
    );
}
