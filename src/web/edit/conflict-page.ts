import { attribute, type Html, html } from '../../html/html.ts';
import { isRepeatable } from '../../marc/repeatable.ts';
import { formTokenField } from '../ui/form.ts';
import { layout } from '../ui/layout.ts';
import type { PageContext } from '../ui/page-context.ts';
import { actionOf } from './edit-page.ts';
import { keyField } from './gone-page.ts';
import type { Shown } from './shown.ts';

export type Side = 'theirs' | 'ours' | 'both';

/** A tag that both changed, as text MARC. */
export interface ConflictRow {
  readonly tag: string;
  readonly base: readonly string[];
  readonly theirs: readonly string[];
  readonly ours: readonly string[];
}

export interface ConflictModel extends Shown {
  readonly rows: readonly ConflictRow[];
  /** The revision of the others. */
  readonly seen: number;
  /** Who wrote it. */
  readonly by: string | undefined;
  /** The version that both began with is still there. */
  readonly hasBase: boolean;
}

/** Three columns: what was there, what others made of it, what the reader made of it. */
export function conflictPage(context: PageContext, model: ConflictModel): string {
  const { tr } = context;
  const { id, rows, hasBase, seen, by } = model;
  const title = tr.t('edit.conflict.title', { id: String(id) });
  return layout(context, {
    ...{ title, unlisted: true },
    main: html`<div class="editor"><header><h1>${title}</h1><p class="actions"><a href="/edit">${tr.t('edit.overview')}</a></p></header>
<p class="alert" role="alert">${by === undefined ? tr.t('edit.conflict.says', { revision: seen }) : tr.t('edit.conflict.says_who', { revision: seen, name: by })}</p>
<p>${tr.t(hasBase ? 'edit.conflict.rest' : 'edit.conflict.no_base')}</p>
<form class="editor-form" method="post" action="${actionOf(model)}">${formTokenField(context)}${keyField()}
<input type="hidden" name="base" value="${model.base}"><input type="hidden" name="seen" value="${seen}"><input type="hidden" name="draft" value="${model.draft}">
<div class="table" role="region" aria-label="${title}" tabindex="0"><table class="conflict${hasBase ? '' : ' two'}"><caption class="hidden">${title}</caption>
<thead><tr><th scope="col">${tr.t('history.field')}</th>${hasBase && html`<th scope="col">${tr.t('edit.conflict.base')}</th>`}<th scope="col">${tr.t('edit.conflict.theirs')}</th><th scope="col">${tr.t('edit.conflict.ours')}</th></tr></thead>
<tbody>${rows.map((row) => conflictRow(context, row, hasBase))}</tbody></table></div>
<p class="buttons"><button name="do" value="resolve">${tr.t('edit.conflict.resolve')}</button></p>
<details><summary>${tr.t('edit.conflict.text')}</summary><label class="hidden" for="text">${tr.t('edit.text')}</label><textarea id="text" name="text" rows="16" wrap="soft" dir="ltr" spellcheck="false" autocomplete="off">
${model.text}</textarea></details>
</form></div>`,
  });
}

function conflictRow(context: PageContext, { tag, base, theirs, ours }: ConflictRow, hasBase: boolean): Html {
  const { tr } = context;
  const pick = (side: Side): Html =>
    html`<label><input type="radio" name="pick-${tag}" value="${side}"${attribute('checked', side === 'ours')}> ${tr.t(`edit.conflict.take_${side}`)}<span class="hidden">: ${tag}</span></label>`;
  const cell = (head: string, lines: readonly string[], choices: Html | false): Html =>
    html`<td data-label="${tr.t(`edit.conflict.${head}`)}">${choices}${
      lines.length === 0
        ? html`<p class="muted">${tr.t('edit.conflict.none')}</p>`
        : lines.map((line) =>
            head === 'base' || !hasBase || base.includes(line)
              ? html`<p dir="ltr"><code>${line}</code></p>`
              : html`<p dir="ltr"><ins><code>${line}</code></ins></p>`,
          )
    }</td>`;
  const both = tag !== 'LDR' && isRepeatable(tag) && pick('both');
  return html`<tr><th scope="row">${tag}</th>${hasBase && cell('base', base, false)}${cell('theirs', theirs, pick('theirs'))}${cell('ours', ours, html`${pick('ours')}${both !== false && html` ${both}`}`)}</tr>
`;
}
