import type { Template } from '../../cataloguing/templates.ts';
import { html } from '../../html/html.ts';
import { layout } from '../ui/layout.ts';
import type { PageContext } from '../ui/page-context.ts';

/** With what a new record may begin. */
export function choicePage(context: PageContext, templates: readonly Template[]): string {
  const { tr } = context;
  return layout(context, {
    ...{ title: tr.t('edit.new'), unlisted: true },
    main: html`<div class="editor"><header><h1>${tr.t('edit.new')}</h1><p class="actions"><a href="/edit">${tr.t('edit.overview')}</a></p></header>
<ul class="choices"><li><a href="/record/new?template=empty">${tr.t('edit.empty')}</a></li>${templates.map(
      ({ id, name, shared }) =>
        html`<li><a href="/record/new?template=${id}"><bdi>${name}</bdi></a>${shared && html` <span class="muted small">${tr.t('edit.templates.shared')}</span>`}</li>
`,
    )}</ul>
<form class="find filter" action="/record/new" method="get"><label>${tr.t('edit.from')} <input type="number" name="from" min="1" required></label> <button>${tr.t('edit.derive')}</button></form>
<p><a href="/edit/templates">${tr.t('edit.templates.title')}</a></p></div>`,
  });
}
