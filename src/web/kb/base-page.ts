import { attribute, type Html, html } from '../../html/html.ts';
import type { KnowledgeBase, KnowledgeEntry } from '../../knowledge/base.ts';
import type { KnowledgeStanding, KnowledgeUse } from '../../knowledge/uses.ts';
import { withParameter } from '../http/url.ts';
import type { ValuesFound } from '../reading/values.ts';
import { dateTime } from '../ui/date-time.ts';
import { facts } from '../ui/facts.ts';
import { alert, checkbox, done, field, form, formTokenField, select } from '../ui/form.ts';
import { layout } from '../ui/layout.ts';
import type { PageContext } from '../ui/page-context.ts';
import { paging } from '../ui/paging.ts';
import { type Column, table } from '../ui/table.ts';
import { usesText } from './texts.ts';

export interface BaseModel {
  readonly base: KnowledgeBase;
  readonly uses: readonly KnowledgeUse[];
  readonly standing: KnowledgeStanding;
  /** By which entries are chosen. */
  readonly text: string;
  readonly rows: readonly (KnowledgeEntry & { readonly count?: number })[];
  readonly total: number;
  readonly page: number;
  readonly last: number;
  /** The entry that is being changed. */
  readonly edited: KnowledgeEntry | undefined;
  /** What was typed and could not be kept. */
  readonly typed: Pick<KnowledgeEntry, 'key' | 'value'> | undefined;
  /** Of a dynamic one. */
  readonly looked: ValuesFound | undefined;
  /** What applying it would mean: it was asked for, and is to be confirmed. */
  readonly applying:
    | { readonly needsReindexing: boolean; readonly records: number; readonly seconds: number }
    | undefined;
  readonly problem: string | undefined;
  readonly done: string | undefined;
}

/** Of a long value. */
const longestShown = 300;

export function basePage(context: PageContext, model: BaseModel): string {
  const { tr } = context;
  const { base, uses } = model;
  const { name, kind } = base;
  const address = `/kb/${encodeURIComponent(name)}`;
  return layout(context, {
    ...{ title: tr.t('kb.one', { name }), unlisted: true },
    main: html`<div class="account wide"><h1><bdi>${name}</bdi></h1>${done(model.done)}${alert(model.problem)}
<p><a href="/kb">${tr.t('kb.title')}</a></p>
${facts([
  [tr.t('kb.kind'), [tr.t(`kb.kinds_long.${kind}`)]],
  [tr.t('kb.description'), base.description === '' ? [] : [base.description]],
  [tr.t('kb.path'), base.path === undefined ? [] : [html`<code>${base.path}</code>`]],
  [tr.t('kb.question'), base.question === undefined ? [] : [base.question]],
  [tr.t('kb.used'), uses.length === 0 ? [] : [usesText(context, uses)]],
  [
    tr.t('kb.changed'),
    base.changed === undefined ? [] : [html`${dateTime(context, base.changed)} <bdi>${base.changedBy ?? ''}</bdi>`],
  ],
])}
${standingNote(context, model, address)}
${kind === 'written' && entryForm(context, model, address)}
${entriesPart(context, model, address)}
${exportLinks(context, base)}
${(kind === 'written' || kind === 'taxonomy') && importForm(context, base, address)}
${placesForm(context, base, address)}
${kind !== 'site' && html`${definitionForm(context, base, address)}${removeForm(context, model, address)}`}</div>`,
  });
}

/** The site has another content of it than the library; and what applying it means. */
function standingNote(context: PageContext, { base, standing, applying }: BaseModel, address: string): Html | false {
  const { tr } = context;
  if (base.kind === 'site') return html`<p class="note">${tr.t('kb.of_site')}</p>`;
  if (standing === 'applied') return html`<p class="muted">${tr.t('kb.applied')}</p>`;
  if (standing === 'unused') return false;
  const says = tr.t(standing === 'changed' ? 'kb.not_applied' : 'kb.not_applied_indexed');
  if (applying === undefined)
    return html`<section class="note" role="status"><p>${says}</p><p class="actions"><a href="${address}?apply=1">${tr.t('kb.look_apply')}</a></p></section>`;
  const minutes = Math.max(1, Math.ceil(applying.seconds / 60));
  const cost = applying.needsReindexing
    ? tr.t('kb.cost', { records: tr.number(applying.records), minutes })
    : tr.t('kb.no_cost');
  return html`<section class="note" role="status"><p>${says}</p><p>${cost}</p>
${form(context, address, html`<p class="buttons"><button name="do" value="apply">${tr.t('kb.apply')}</button> <a href="${address}">${tr.t('kb.cancel')}</a></p>`)}</section>`;
}

function entryForm(context: PageContext, { edited, typed }: BaseModel, address: string): Html {
  const { tr } = context;
  const was = edited && html`<input type="hidden" name="was" value="${edited.value}">`;
  return html`<section><h2>${tr.t(edited === undefined ? 'kb.add' : 'kb.change')}</h2>
${form(
  context,
  address,
  html`${was}${
    edited === undefined
      ? field({ name: 'key', label: tr.t('kb.key'), value: typed?.key })
      : html`<input type="hidden" name="key" value="${edited.key}"><p class="field"><span>${tr.t('kb.key')}</span> <bdi><b>${edited.key}</b></bdi></p>`
  }${field({ name: 'value', label: tr.t('kb.value'), value: typed?.value ?? edited?.value ?? '', focus: edited !== undefined, optional: true })}
<p class="buttons"><button name="do" value="entry">${tr.t('kb.save')}</button>${edited !== undefined && html` <button class="quiet" name="do" value="remove-entry">${tr.t('kb.remove_entry')}</button> <a href="${address}">${tr.t('kb.cancel')}</a>`}</p>`,
)}</section>`;
}

function entriesPart(context: PageContext, model: BaseModel, address: string): Html {
  const { tr } = context;
  const { base, rows, text, total, page, last, looked } = model;
  const title = tr.t(base.kind === 'dynamic' ? 'kb.values' : 'kb.entries');
  const short = (value: string): Html =>
    html`<bdi>${value.length <= longestShown ? value : `${value.slice(0, longestShown)}…`}</bdi>`;
  const keyCell = ({ key }: KnowledgeEntry): Html =>
    base.kind === 'written' ? html`<a href="${address}?key=${encodeURIComponent(key)}">${short(key)}</a>` : short(key);
  type Row = BaseModel['rows'][number];
  const columns: readonly Column<Row>[] =
    base.kind === 'dynamic'
      ? [
          { head: tr.t('kb.value'), cell: keyCell },
          { head: tr.t('many.records'), number: true, cell: ({ count = 0 }) => tr.number(count) },
        ]
      : [
          { head: tr.t(base.kind === 'taxonomy' ? 'kb.label' : 'kb.key'), cell: keyCell },
          {
            head: tr.t(base.kind === 'taxonomy' ? 'kb.preferred' : 'kb.value'),
            cell: ({ value }) => short(value),
          },
        ];
  const href = (number: number): string =>
    withParameter(withParameter(context.address, 'done', undefined), 'page', number === 1 ? undefined : String(number));
  return html`<section><h2>${title}</h2>
<form class="find filter" action="${address}" method="get" role="search"><input type="search" name="q" value="${text}" aria-label="${tr.t('kb.filter')}" placeholder="${tr.t('kb.filter')}" autocomplete="off" spellcheck="false">
<button>${tr.t('facets.filter')}</button></form>
${rows.length === 0 ? html`<p class="muted">${tr.t('kb.no_entries')}</p>` : table(title, columns, rows, { stacks: true })}
<p class="muted small">${tr.t('kb.count', { count: total })}${looked !== undefined && looked.looked < looked.total && html` ${tr.t('kb.looked', { looked: tr.number(looked.looked), total: tr.number(looked.total) })}`}</p>
${paging(context, { current: page, last, href })}</section>`;
}

function exportLinks({ tr }: PageContext, { name, kind }: KnowledgeBase): Html {
  const link = (format: string, label: string): Html =>
    html`<a href="/kb/export?${String(new URLSearchParams({ kbname: name, format }))}">${label}</a> `;
  return html`<section><h2>${tr.t('kb.export')}</h2><p class="actions">${link('csv', 'CSV')}${kind !== 'dynamic' && link('skos', 'SKOS')}${link('json', 'JSON')}${link('kbr', tr.t('kb.lines'))}</p></section>`;
}

function importForm(context: PageContext, { kind }: KnowledgeBase, address: string): Html {
  const { tr } = context;
  const formats = [
    { value: '', label: tr.t('kb.format_found') },
    ...['csv', 'skos', 'kbr'].map((value) => ({
      value,
      label: value === 'kbr' ? tr.t('kb.lines') : value.toUpperCase(),
    })),
  ];
  return html`<details><summary>${tr.t('kb.import')}</summary>
<form class="form" method="post" action="${address}" enctype="multipart/form-data">${formTokenField(context)}
<p>${tr.t(kind === 'taxonomy' ? 'kb.import_taxonomy' : 'kb.import_says')}</p>
<p class="field"><label for="file">${tr.t('kb.file')}</label><input id="file" name="file" type="file" accept=".csv,.txt,.tsv,.rdf,.xml"></p>
<p class="field"><label for="text">${tr.t('kb.or_text')}</label><textarea id="text" name="text" rows="6" spellcheck="false"></textarea></p>
${select('format', tr.t('kb.format'), formats, '')}
${kind === 'written' && checkbox('replace', '1', tr.t('kb.replace'))}
<p><button name="do" value="import">${tr.t('kb.import_do')}</button></p></form></details>`;
}

function placesForm(context: PageContext, { places }: KnowledgeBase, address: string): Html {
  const { tr } = context;
  return html`<details${attribute('open', places.length > 0)}><summary>${tr.t('kb.in_editor')}</summary>
${form(
  context,
  address,
  html`${field({ name: 'places', label: tr.t('kb.places'), value: places.join(' '), optional: true, hint: tr.t('kb.places_hint') })}
<p><button name="do" value="places">${tr.t('kb.save')}</button></p>`,
)}</details>`;
}

function definitionForm(
  context: PageContext,
  { kind, description, path, question }: KnowledgeBase,
  address: string,
): Html {
  const { tr } = context;
  const dynamic =
    kind === 'dynamic' &&
    html`${field({ name: 'path', label: tr.t('kb.path'), value: path, hint: tr.t('kb.path_hint') })}
${field({ name: 'question', label: tr.t('kb.question'), value: question, optional: true, hint: tr.t('kb.question_hint') })}`;
  return html`<details><summary>${tr.t('kb.definition')}</summary>
${form(
  context,
  address,
  html`${field({ name: 'description', label: tr.t('kb.description'), value: description, optional: true })}${dynamic}
<p><button name="do" value="definition">${tr.t('kb.save')}</button></p>`,
)}</details>`;
}

function removeForm(context: PageContext, { base: { name }, standing }: BaseModel, address: string): Html {
  const { tr } = context;
  const content =
    standing === 'unused'
      ? form(
          context,
          address,
          html`<p>${tr.t('kb.remove_says', { name })}</p><p><button class="quiet" name="do" value="remove">${tr.t('kb.remove_do')}</button></p>`,
        )
      : html`<p>${tr.t('kb.remove_used')}</p>`;
  return html`<details><summary>${tr.t('kb.remove')}</summary>${content}</details>`;
}
