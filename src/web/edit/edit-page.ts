import type { ListedDraft } from '../../cataloguing/drafts.ts';
import type { Editing } from '../../cataloguing/presence.ts';
import { attribute, type Html, type HtmlValue, html } from '../../html/html.ts';
import { dateTime } from '../ui/date-time.ts';
import { alert, done, formTokenField } from '../ui/form.ts';
import { layout } from '../ui/layout.ts';
import type { PageContext } from '../ui/page-context.ts';
import type { Finding } from './finding.ts';
import { keyField } from './gone-page.ts';

export interface EditModel {
  /** 0: a new record. */
  readonly id: number;
  /** The revision that it is made from; 0 for a new record. */
  readonly base: number;
  /** As it was typed. */
  readonly text: string;
  /** The draft in which it is kept; 0: none yet. */
  readonly draft: number;
  /** What waits and is decided with the save; 0: nothing. */
  readonly held: number;
  /** Undefined: nobody has asked for a check. */
  readonly findings: readonly Finding[] | undefined;
  /** Why it was not saved. */
  readonly problem?: string | undefined;
  readonly done?: string | undefined;
  /** Others who have it open. */
  readonly others: readonly Editing[];
  /** Other drafts of it. */
  readonly drafts: readonly ListedDraft[];
  readonly preview?: Html | undefined;
  /** Of the page, for scripts and styles. */
  readonly head?: HtmlValue;
}

/** The editor: a text, and what is known of it. It is whole without a script. */
export function editPage(context: PageContext, model: EditModel): string {
  const { tr } = context;
  const { id } = model;
  const title = id === 0 ? tr.t('edit.new') : tr.t('edit.title', { id: String(id) });
  const action = actionOf(model);
  const back = id === 0 ? '/edit' : `/record/${id}`;
  return layout(context, {
    ...{ title, unlisted: true, head: model.head },
    main: html`<div class="editor">
<header><h1>${title}</h1><p class="actions"><a href="${back}">${tr.t(id === 0 ? 'edit.overview' : 'edit.back')}</a>${id !== 0 && html` <a href="/record/${id}/history">${tr.t('record.tab.history')}</a> <a href="/record/new?from=${id}">${tr.t('edit.derive')}</a> <a href="/edit">${tr.t('edit.overview')}</a>`}</p></header>
${done(model.done)}${alert(model.problem)}${model.held !== 0 && html`<p class="note">${tr.rich('edit.of_held', { held: html`<a href="/held/${model.held}">${model.held}</a>` })}</p>`}
${othersNote(context, model.others)}${offers(context, model)}
<form class="editor-form" method="post" action="${action}" id="editor">${formTokenField(context)}${keyField()}
<input type="hidden" name="base" value="${model.base}"><input type="hidden" name="draft" value="${model.draft}">
<label for="text">${tr.t('edit.text')}</label>
<p class="small muted" id="text-hint">${tr.t('edit.hint')}</p>
<textarea id="text" name="text" rows="24" wrap="soft" dir="ltr" spellcheck="false" autocapitalize="none" autocomplete="off" aria-describedby="text-hint"${attribute('aria-invalid', model.findings?.some(({ refuses }) => refuses) === true ? 'true' : undefined)}>
${model.text}</textarea>
<p class="buttons"><button name="do" value="save" aria-keyshortcuts="Control+S">${tr.t('edit.save')}</button> <button class="quiet" name="do" value="check">${tr.t('edit.check')}</button> <button class="quiet" name="do" value="preview">${tr.t('edit.preview')}</button> <button class="quiet" name="do" value="draft">${tr.t('edit.keep')}</button></p>
</form>
${model.findings !== undefined && findingsList(context, model.findings)}
${model.preview !== undefined && html`<section class="previewed" aria-label="${tr.t('edit.preview')}">${model.preview}</section>`}
</div>`,
  });
}

/** Where the form goes: with what waits, so that the script sends it too. */
export function actionOf({ id, held }: Pick<EditModel, 'id' | 'held'>): string {
  return `${id === 0 ? '/record/new' : `/record/${id}/edit`}${held === 0 ? '' : `?held=${held}`}`;
}

/** What was found, by line. */
export function findingsList(context: PageContext, findings: readonly Finding[]): Html {
  const { tr } = context;
  const title = findings.length === 0 ? tr.t('edit.no_findings') : tr.t('edit.findings', { count: findings.length });
  if (findings.length === 0) return html`<p class="done" role="status">${title}</p>`;
  return html`<section class="findings" role="status"><h2>${title}</h2><ul>${findings.slice(0, mostShown).map(
    ({ line, column, refuses, says }) =>
      html`<li${attribute('class', refuses ? 'refuses' : undefined)}><b>${tr.t('edit.place', { line, column })}</b> ${says}</li>
`,
  )}</ul>${findings.length > mostShown && html`<p class="muted">${tr.t('edit.more', { count: findings.length - mostShown })}</p>`}</section>`;
}

const mostShown = 100;

export function othersNote(context: PageContext, others: readonly Editing[]): Html | false {
  const { tr } = context;
  return (
    others.length > 0 &&
    html`<p class="note" role="status">${others.map(({ name, since }) => html`${tr.rich('edit.other', { name: html`<bdi>${name}</bdi>`, since: dateTime(context, since) })} `)}${tr.t('edit.nobody_locked')}</p>`
  );
}

function offers(context: PageContext, { id, drafts, base }: EditModel): Html | false {
  const { tr } = context;
  if (drafts.length === 0) return false;
  return html`<section class="note"><h2>${tr.t('edit.drafts_of_it', { count: drafts.length })}</h2><ul>${drafts
    .slice(0, 10)
    .map(
      (draft) =>
        html`<li><a href="/record/${id}/edit?draft=${draft.id}">${dateTime(context, draft.saved)}</a>${draft.base !== undefined && draft.base !== base && html` <span class="muted">${tr.t('edit.of_version', { revision: draft.base })}</span>`}</li>
`,
    )}</ul></section>`;
}
