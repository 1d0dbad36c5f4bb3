import { attribute, type Html, html } from '../../html/html.ts';
import { suggestionKinds } from '../../search/guide/suggest.ts';
import type { PageContext } from './page-context.ts';

export interface SearchBox {
  readonly text: string;
  /** The collection searched; undefined is the whole library. */
  readonly collection: string | undefined;
  /** Arguments that stay: sorting, page size. */
  readonly hidden: readonly (readonly [name: string, value: string])[];
  /** The cursor stands in it when the page opens. */
  readonly focus?: boolean;
}

export const emptyBox: SearchBox = { text: '', collection: undefined, hidden: [] };

export function searchBox(context: PageContext, box: SearchBox): Html {
  const { tr } = context;
  const label =
    box.collection === undefined ? tr.t('search.box') : tr.t('search.box_in', { collection: box.collection });
  return html`<form class="find" action="/search" method="get" role="search" data-suggest="/api/suggest" data-label="${tr.t('suggest.label')}" data-count="${tr.t('suggest.count')}" data-recent="${tr.t('suggest.recent')}" data-clear="${tr.t('suggest.clear')}" data-cleared="${tr.t('suggest.cleared')}"${suggestionKinds.map((kind) => html` data-${kind}="${tr.t(`suggest.${kind}`)}"`)}>
<input type="search" name="p" value="${box.text}" aria-label="${label}" placeholder="${label}" autocomplete="off" autocapitalize="none" spellcheck="false"${attribute('autofocus', box.focus === true)}>
${box.collection !== undefined && html`<input type="hidden" name="cc" value="${box.collection}">`}${hiddenFields(box.hidden)}
<button>${tr.t('search.go')}</button>
</form>`;
}

export function hiddenFields(fields: readonly (readonly [name: string, value: string])[]): readonly Html[] {
  return fields.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
}
