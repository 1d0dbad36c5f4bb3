import { type Html, type HtmlValue, html } from '../../html/html.ts';
import type { JobView } from '../../jobs/queue/job.ts';
import type { Field } from '../../marc/record.ts';
import { type WriteMode, writeModes } from '../../records/modes.ts';
import { type UploadCounts, type UploadedRecord, type UploadOutcome, uploadOutcomes } from '../../records/upload.ts';
import type { Upload } from '../../records/uploads.ts';
import { changedWay } from '../../records/what-was-done.ts';
import { dateTime } from '../ui/date-time.ts';
import { facts } from '../ui/facts.ts';
import { alert, done, form, formTokenField, select } from '../ui/form.ts';
import { layout } from '../ui/layout.ts';
import { shortValue } from '../ui/marc-table.ts';
import type { PageContext } from '../ui/page-context.ts';
import { pairText } from '../ui/pair-text.ts';
import { type Column, table } from '../ui/table.ts';
import type { Preview } from './preview.ts';

export interface UploadFormModel {
  readonly mode: WriteMode;
  /** What was pasted. */
  readonly text: string;
  readonly problem: string | undefined;
  /** Their own, the newest first. */
  readonly uploads: readonly Upload[];
  /** May they decide of what waits? */
  readonly edits: boolean;
}

/** Where people send records, and what they have sent. */
export function uploadFormPage(context: PageContext, { mode, text, problem, uploads, edits }: UploadFormModel): string {
  const { tr } = context;
  const modes = writeModes.map((value) => ({ value, label: pairText(context, value, tr.t(`upload.modes.${value}`)) }));
  const columns: readonly Column<Upload>[] = [
    { head: tr.t('held.upload'), cell: ({ id }) => html`<a href="/upload/${String(id)}">${String(id)}</a>` },
    { head: tr.t('held.came'), cell: ({ at }) => dateTime(context, at) },
    { head: tr.t('upload.name'), cell: ({ name }) => html`<bdi>${name}</bdi>` },
    { head: tr.t('held.mode'), cell: (one) => modeText(context, one) },
    { head: tr.t('upload.became'), cell: (one) => countsText(context, one, one.ended !== undefined) },
  ];
  return page(
    context,
    tr.t('upload.title'),
    html`<h1>${tr.t('upload.title')}</h1>
<p>${tr.t('upload.says')}</p>
${edits && html`<p><a href="/held">${tr.t('held.title')}</a></p>`}${alert(problem)}
<form class="form" method="post" action="/upload" enctype="multipart/form-data">${formTokenField(context)}
${select('mode', tr.t('held.mode'), modes, mode)}
<p class="field"><label for="file">${tr.t('upload.file')}</label>
<input id="file" name="file" type="file"></p>
<p class="field"><label for="text">${tr.t('upload.paste')}</label>
<textarea id="text" name="text" rows="8" spellcheck="false" dir="ltr">${text}</textarea></p>
<p><button>${tr.t('upload.look')}</button></p></form>
<h2>${tr.t('upload.documents')}</h2>
<p>${tr.t('upload.documents_say')}</p>
<form class="form" method="post" action="/upload/documents" enctype="multipart/form-data">${formTokenField(context)}
${select(
  'mode',
  tr.t('held.mode'),
  ['append', 'revise'].map((value) => ({
    value,
    label: pairText(context, value, tr.t(`upload.document_modes.${value}`)),
  })),
  'append',
  'documents-mode',
)}
<p class="field"><label for="documents">${tr.t('upload.document_files')}</label>
<input id="documents" name="documents" type="file" multiple></p>
<p><button>${tr.t('upload.send_documents')}</button></p></form>
<h2>${tr.t('upload.yours')}</h2>
${uploads.length === 0 ? html`<p>${tr.t('upload.none')}</p>` : table(tr.t('upload.yours'), columns, uploads, { stacks: true })}`,
  );
}

/** What is to be written when somebody says so. */
export interface Confirmation {
  readonly digest: string;
  readonly name: string;
  readonly mode: WriteMode;
  /** Says that this page was drawn for who sends it. */
  readonly proof: string;
}

/** What a few records would do. */
export function previewPage(context: PageContext, { results, changes }: Preview, confirmation: Confirmation): string {
  const { tr } = context;
  const counts = Object.fromEntries(
    uploadOutcomes.map((name) => [name, results.filter(({ outcome }) => outcome === name).length]),
  );
  const isAny = results.some(({ outcome }) => outcome !== 'refused');
  return page(
    context,
    tr.t('upload.preview'),
    html`<h1>${tr.t('upload.preview')}</h1>
<p>${tr.t('upload.nothing_yet')}</p>
<p>${countsText(context, { mode: confirmation.mode, counts }, true)}</p>
${troubleTable(context, results)}
${changes.map(
  ({ id, fields }) => html`<section><h2>${tr.t('upload.change', { id: String(id) })}</h2>
<div class="table" role="region" aria-label="${tr.t('upload.change', { id: String(id) })}" tabindex="0"><table class="marc changes"><caption class="hidden">${tr.t('upload.change', { id: String(id) })}</caption><tbody>${fields.map(
    ({ before, after }) =>
      html`${before !== undefined && differenceRow(context, before, 'del')}${after !== undefined && differenceRow(context, after, 'ins')}`,
  )}</tbody></table></div></section>`,
)}
${isAny && confirmForm(context, confirmation)}
<p><a href="/upload">${tr.t('upload.again')}</a></p>`,
  );
}

function differenceRow(context: PageContext, field: Field, kind: 'del' | 'ins'): Html {
  const { tr } = context;
  const { tag, ind1, ind2, value, subfields } = field;
  const indicators = value === undefined ? `${ind1}${ind2}`.replaceAll(' ', '_') : '';
  const text = html`${
    value !== undefined
      ? html`<bdi>${shortValue(context, value)}</bdi>`
      : subfields.map((one) => html`<b>$$${one.code}</b> <bdi>${shortValue(context, one.value)}</bdi> `)
  }`;
  const sign = html`<span aria-hidden="true">${kind === 'del' ? '−' : '+'}</span><span class="hidden">${tr.t(`history.${kind}`)}</span>`;
  return html`<tr class="${kind}"><th scope="row">${tag} <span class="muted">${indicators}</span></th><td>${sign}</td><td>${kind === 'del' ? html`<del>${text}</del>` : html`<ins>${text}</ins>`}</td></tr>
`;
}

export interface UploadModel {
  readonly upload: Upload;
  readonly job: JobView | undefined;
  /** The first of those that were refused or wait. */
  readonly trouble: readonly UploadedRecord[];
  /** For a dry run: to do it now. */
  readonly confirmation: Confirmation | undefined;
  readonly done: string | undefined;
}

/** What became of an upload, or how far it is. */
export function uploadPage(context: PageContext, model: UploadModel): string {
  const { tr } = context;
  const { upload, job, trouble, confirmation } = model;
  const { id, at, ended, name, person = '' } = upload;
  const title = tr.t(upload.dryRun ? 'upload.one_dry' : 'upload.one', { id: String(id) });
  const isRunning = ended === undefined && (job?.ended ?? null) === null;
  return page(
    context,
    title,
    html`<h1>${title}</h1>${done(model.done)}
${facts([
  [tr.t('upload.name'), [name]],
  [tr.t('held.mode'), [modeText(context, upload)]],
  [tr.t('held.by'), person === '' ? [] : [person]],
  [tr.t('held.came'), [dateTime(context, at)]],
  [tr.t('upload.became'), ended === undefined ? [] : [countsText(context, upload, true)]],
  [tr.t('upload.job'), job === undefined || !isRunning ? [] : [howFar(context, job)]],
  [tr.t('admin.jobs.problem'), job === undefined || job.problem === null ? [] : [job.problem]],
  [tr.t('upload.callback'), upload.callbackProblem === undefined ? [] : [upload.callbackProblem]],
])}
${troubleTable(context, trouble)}
${confirmation !== undefined && confirmForm(context, confirmation)}
<p><a href="/upload">${tr.t('upload.again')}</a></p>`,
    isRunning ? html`<meta http-equiv="refresh" content="3">` : undefined,
  );
}

function confirmForm(context: PageContext, { digest, name, mode, proof }: Confirmation): Html {
  const hidden = Object.entries({ digest, name, mode, proof });
  return form(
    context,
    '/upload/write',
    html`${hidden.map(([key, value]) => html`<input type="hidden" name="${key}" value="${value}">`)}<p><button>${context.tr.t('upload.write')}</button></p>`,
  );
}

function howFar({ tr }: PageContext, { state, progress }: JobView): HtmlValue {
  if (progress === null) return tr.t(`admin.jobs.state.${state}`);
  const { done: part, total, sentence } = progress;
  return html`${
    total !== undefined &&
    total > 0 &&
    html`<progress max="${String(total)}" value="${String(Math.min(part, total))}" aria-label="${tr.t('admin.jobs.how_far')}"></progress> `
  }${sentence}`;
}

function troubleTable(context: PageContext, results: readonly UploadedRecord[]): HtmlValue {
  const { tr } = context;
  const rows = results.filter(({ outcome }) => outcome === 'refused' || outcome === 'held');
  const columns: readonly Column<UploadedRecord>[] = [
    { head: tr.t('upload.place'), number: true, cell: ({ position }) => tr.number(position) },
    { head: tr.t('upload.outcome'), cell: ({ outcome }) => tr.t(`upload.outcomes.${outcome}`) },
    {
      head: tr.t('held.reason'),
      cell: ({ outcome, message, hint, held, code = '' }) =>
        outcome === 'held'
          ? html`${tr.t(`held.reasons.${code.toLowerCase()}`)}${held !== undefined && html` (<a href="/held/${String(held)}">${String(held)}</a>)`}`
          : html`<span lang="en">${message} ${hint}</span>`,
    },
  ];
  return rows.length > 0 && table(tr.t('upload.trouble'), columns, rows, { stacks: true });
}

function countsText(
  { tr }: PageContext,
  { mode, counts }: { readonly mode: WriteMode; readonly counts: UploadCounts },
  isDone: boolean,
): string {
  const shown = uploadOutcomes.filter((name) => (counts[name] ?? 0) > 0);
  if (shown.length === 0) return tr.t(isDone ? 'upload.nothing' : 'upload.running');
  const said = (name: UploadOutcome): string =>
    tr.t(`upload.outcomes.${name === 'replaced' ? changedWay(mode) : name}`);
  return shown.map((name) => `${tr.number(counts[name] ?? 0)} ${said(name)}`).join(', ');
}

function modeText({ tr }: PageContext, { mode, dryRun }: Upload): string {
  return dryRun ? `${mode} (${tr.t('upload.dry')})` : mode;
}

function page(context: PageContext, title: string, main: HtmlValue, head?: Html): string {
  return layout(context, { title, unlisted: true, head, main: html`<div class="account wide">${main}</div>` });
}
