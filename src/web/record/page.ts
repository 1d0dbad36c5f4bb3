import type { Identifier } from '../../description/identifiers.ts';
import type { Link } from '../../description/links.ts';
import type { Contributor } from '../../description/names.ts';
import { publicationLine, thesisText } from '../../description/publication.ts';
import type { RelatedWork } from '../../description/related.ts';
import { hostOf } from '../../description/web-address.ts';
import type { Work } from '../../description/work.ts';
import { plainText } from '../../formats/mathematics.ts';
import { attribute, type Html, type HtmlValue, html, join, nothing } from '../../html/html.ts';
import type { Brief } from '../../index/brief.ts';
import { type FilePage, newestPdf } from '../files/files.ts';
import { filesPanel } from '../files/panel.ts';
import { firstPageLink, picturesPanel } from '../files/pictures.ts';
import type { ShownFiles } from '../files/shown.ts';
import { dateText } from '../ui/date-time.ts';
import { facts } from '../ui/facts.ts';
import { richText } from '../ui/highlight.ts';
import { kindName, titleHtml } from '../ui/hit.ts';
import { layout } from '../ui/layout.ts';
import { fieldSearch } from '../ui/links.ts';
import type { PageContext } from '../ui/page-context.ts';
import { pairText } from '../ui/pair-text.ts';
import { citationsPanel, type RecordCitations } from './citations-page.ts';
import { citeAndExport } from './cite-export.ts';
import { recordHead } from './head.ts';
import { wherePanel } from './where.ts';

export interface RecordModel {
  readonly id: number;
  readonly created: Date;
  readonly modified: Date;
  readonly work: Work;
  readonly references: number;
  /** Characters of a very large record that are not shown; 0: none. */
  readonly leftOut: number;
  /** Documents that this person may see. */
  readonly files: FilePage;
  readonly shown: ShownFiles;
  /** Undefined while citations are being counted. */
  readonly citations: RecordCitations | undefined;
  /** May this person read its earlier versions? */
  readonly history: boolean;
  /** May this person edit it? */
  readonly edit: boolean;
  /** May they merge it with another one? */
  readonly merges: boolean;
  /** Logical fields of the site: a value becomes a link only when its field can be searched. */
  readonly fields: ReadonlySet<string>;
  /** The visible records most like it, and where all of them are. */
  readonly similar: {
    readonly records: readonly { readonly id: number; readonly brief: Brief }[];
    readonly href: string | undefined;
  };
}

const tabs = ['information', 'references', 'citations', 'marc', 'history'] as const;
export type RecordTab = (typeof tabs)[number] | 'authors' | 'files';

/** A page of a record: its head and tabs are the same on all of them. */
export function recordPage(
  context: PageContext,
  model: RecordModel,
  tab: RecordTab,
  body: HtmlValue,
  find: HtmlValue,
): string {
  return layout(context, {
    title:
      model.work.title === '' ? context.tr.t('record.number', { id: String(model.id) }) : plainText(model.work.title),
    head: recordHead(context, model),
    find,
    unlisted: tab !== 'information',
    main: html`<article class="record">
${recordHeader(context, model)}
${tabList(context, model, tab)}
${model.leftOut > 0 && html`<p class="muted">${context.tr.t('record.left_out', { size: context.tr.size(model.leftOut) })}</p>`}
${body}
</article>`,
  });
}

/** Kind, titles and names of a work, as the page of a record begins. */
export function recordHeading(context: PageContext, model: RecordModel, level: 1 | 2 = 1): Html {
  const { work } = model;
  const told = work.kinds.length > 0 || work.material === undefined ? work.kinds : [work.material];
  const kinds = told.map((kind) => kindName(context, kind));
  const line = [kinds.join(', '), work.date].filter((part) => part !== undefined && part !== '');
  const title = work.title === '' ? context.tr.t('record.untitled') : richText(work.title);
  return html`<p class="kind">${line.join(' · ')}</p>
${level === 1 ? html`<h1 dir="auto">${title}</h1>` : html`<h2 class="title" dir="auto">${title}</h2>`}
${originalTitle(model)}${work.otherTitles.map((title) => html`<p class="serif muted" dir="auto">${richText(title)}</p>`)}
${authorLine(context, model)}`;
}

function recordHeader(context: PageContext, model: RecordModel): Html {
  const edit =
    model.edit &&
    html`<p><a href="/record/${model.id}/edit" rel="nofollow">${context.tr.t('record.edit')}</a>${model.merges && html` <a href="/merge?id=${model.id}" rel="nofollow">${context.tr.t('record.merge')}</a>`}</p>`;
  return html`<header>
${recordHeading(context, model)}
<div class="record-tools">${fullText(context, model)}${citeAndExport(context, model)}${edit}</div>
</header>`;
}

/** The text itself, where there is a PDF of it: what most readers came for. */
function fullText({ tr }: PageContext, { files, shown, work }: RecordModel): Html {
  const file = newestPdf(files);
  const link = work.links.find(({ url }) => /\.pdf$/i.test(url?.split(/[?#]/)[0] ?? ''));
  const href = file === undefined ? link?.url : file.href;
  if (href === undefined) return nothing;
  const size = file === undefined ? link?.size : file.bytes;
  return html`<p class="full-text">${file !== undefined && firstPageLink(shown)}<a href="${href}">${tr.t('record.full_text')} (PDF${size !== undefined && `, ${tr.size(size)}`})</a></p>`;
}

/** In its own script, as large as the title that stands for it in Latin letters. */
function originalTitle({ work: { original } }: RecordModel): Html {
  if (original === undefined || original.title === '') return nothing;
  return html`<p class="original" dir="auto">${richText(original.title)}</p>`;
}

const authorsShown = 20;

/** The first twenty authors; the rest has pages of its own, since there may be thousands. */
function authorLine(context: PageContext, model: RecordModel): Html {
  const { tr } = context;
  const list = model.work.contributors;
  const shown = list.slice(0, authorsShown).map((one, at) => contributorLink(context, one, model, at));
  const groups = model.work.collaborations.map((name) => html`<span>${name}</span>`);
  if (shown.length + groups.length === 0) return nothing;
  const rest = list.length - shown.length;
  const all = rest > 0 || list.some((one) => one.affiliations.length > 0);
  return html`<p class="authors" dir="auto">${groups.length > 0 && html`${join(groups, ', ')}${shown.length > 0 && html`<br>`}`}${join(shown, '; ')}${
    all &&
    html` <a class="small" href="/record/${model.id}/authors">${rest > 0 ? tr.t('record.all_authors', { count: list.length }) : tr.t('record.affiliations')}</a>`
  }</p>`;
}

type Described = Pick<RecordModel, 'work' | 'fields'>;

/** `at`: its place among the contributors of the work. */
export function contributorLink(context: PageContext, one: Contributor, { work, fields }: Described, at: number): Html {
  const field = one.kind === 'person' ? 'author' : 'corporate';
  const name = linked(fields, field, one.name, one.name);
  const original = inOriginal(work, at);
  const roles =
    one.relators.length > 0 && context.tr.language !== 'en'
      ? one.relators.map((relator) => context.tr.t(`relator.${relator}`)).join(', ')
      : one.role;
  return html`${name}${original !== undefined && html` <bdi>${original}</bdi>`}${roles !== undefined && html` <span class="muted">(${roles})</span>`}`;
}

/** The name in its own script: such fields stand in the order of those they stand for. */
function inOriginal({ contributors, original }: Work, at: number): string | undefined {
  if (original === undefined || original.contributors.length !== contributors.length) {
    return at === 0 ? original?.contributors[0]?.name : undefined;
  }
  return original.contributors[at]?.name;
}

function tabList(context: PageContext, model: RecordModel, current: RecordTab): Html {
  const { tr } = context;
  const cited = model.citations?.count ?? 0;
  const items = tabs.map((tab) => {
    if (tab === 'references' && model.references === 0 && current !== 'references') return nothing;
    if (tab === 'citations' && cited === 0 && current !== 'citations') return nothing;
    if (tab === 'history' && !model.history) return nothing;
    const href = tab === 'information' ? `/record/${model.id}` : `/record/${model.id}/${tab}`;
    const number = tab === 'references' ? model.references : tab === 'citations' ? cited : undefined;
    const count = number !== undefined && html` <span class="number muted">${tr.number(number)}</span>`;
    return html`<li><a href="${href}"${attribute('aria-current', tab === current ? 'page' : undefined)}>${tr.t(`record.tab.${tab}`)}${count}</a></li>`;
  });
  return html`<nav class="tabs" aria-label="${tr.t('record.tabs')}"><ul>${items}</ul></nav>`;
}

/** The information tab. */
export function recordInformation(context: PageContext, model: RecordModel): Html {
  const { tr } = context;
  const { work, fields } = model;
  return html`<div>
${picturesPanel(context, model.shown)}${work.abstracts.length > 0 && html`<section class="panel"><h2>${tr.t('record.abstract')}</h2><div class="abstract">${work.abstracts.map((text) => html`<p dir="auto">${richText(text)}</p>`)}</div></section>`}
<section class="panel"><h2>${tr.t('record.details')}</h2>${details(context, model)}</section>
${wherePanel(context, work.holdings, fields)}
${filesPanel(
  context,
  model.id,
  model.files,
  work.links.map((link) => linkItem(context, link)),
)}
</div>
<aside class="aside">
${model.citations !== undefined && citationsPanel(context, model.citations)}
${similarPanel(context, model)}
</aside>`;
}

function similarPanel(context: PageContext, { similar }: RecordModel): Html {
  if (similar.records.length === 0) return nothing;
  const { tr } = context;
  return html`<section class="panel similar"><h2>${tr.t('record.similar')}</h2><ul class="plain">${similar.records.map(
    ({ id, brief }) =>
      html`<li><a href="/record/${id}" dir="auto">${titleHtml(context, brief.t)}</a>${brief.y > 0 && html` <span class="muted number">${String(brief.y)}</span>`}</li>`,
  )}</ul>${similar.href !== undefined && html`<p class="small"><a href="${similar.href}" rel="nofollow">${tr.t('record.all_similar')}</a></p>`}</section>`;
}

function details(context: PageContext, model: RecordModel): Html {
  const { tr } = context;
  const { work, fields } = model;
  const published = work.publications.map((one) => {
    const line = publicationLine(one);
    return html`${linked(fields, 'journal', one.journal)}${line.slice(one.journal.length)}`;
  });
  const subjects = (field: string, list: readonly string[]): readonly HtmlValue[] =>
    list.length === 0
      ? []
      : [
          join(
            list.map((text) => linked(fields, field, text)),
            '; ',
          ),
        ];
  const thesis = work.thesis === undefined ? [] : [thesisText(work.thesis)].filter((text) => text !== '');
  const { original } = work;
  const both = (text: string, other: string | undefined): readonly HtmlValue[] =>
    [text, other].filter((part) => part !== undefined && part !== '').map((part) => html`<bdi>${part}</bdi>`);
  const series = work.series.map((text) => linked(fields, 'series', text));
  return facts([
    [tr.t('record.published_in'), published],
    [tr.t('record.publisher'), both(imprintText(work.imprint), original && imprintText(original.imprint))],
    [tr.t('record.thesis'), thesis],
    [tr.t('record.date'), work.date === undefined ? [] : [dateText(context, work.date)]],
    [tr.t('record.edition'), both(work.edition ?? '', original?.edition)],
    [tr.t('record.series'), series],
    [tr.t('record.extent'), work.extent === undefined ? [] : [work.extent]],
    [tr.t('record.identifiers'), work.identifiers.map((one) => identifierLink(context, one))],
    [tr.t('record.subjects'), subjects('subject', [...work.subjects, ...(original?.subjects ?? [])])],
    [tr.t('record.keywords'), subjects('keyword', work.keywords)],
    [
      tr.t('record.languages'),
      work.languages.length === 0 ? [] : [work.languages.map((code) => tr.languageName(code)).join(', ')],
    ],
    ...work.notes.map(({ kind, texts }) => [tr.t(`record.note.${kind}`), texts.map((text) => richText(text))] as const),
    ...work.related.map((one) => relatedFact(context, one)),
    [
      tr.t('record.rights'),
      work.licences.map((one) =>
        one.url === undefined ? one.text : html`<a href="${one.url}" rel="license">${one.text}</a>`,
      ),
    ],
    [
      tr.t('record.this_record'),
      [
        html`<span class="muted">${tr.t('record.dates', { id: String(model.id), created: tr.date(model.created), modified: tr.date(model.modified) })}</span>`,
      ],
    ],
  ]);
}

function imprintText({ place, publisher }: Work['imprint']): string {
  return [place, publisher].filter((part) => part !== undefined).join(': ');
}

/**
 * A value that is searched for by its field, when the site has it, and it has anything to search.
 */
function linked(
  fields: ReadonlySet<string>,
  field: string,
  text: string,
  shown: HtmlValue = richText(text),
): HtmlValue {
  return fields.has(field) && /[\p{L}\p{N}]/u.test(text)
    ? html`<a href="${fieldSearch(field, text)}">${shown}</a>`
    : shown;
}

function relatedFact(
  { tr }: PageContext,
  { relation, label, text }: RelatedWork,
): readonly [name: string, values: readonly HtmlValue[]] {
  return [label ?? tr.t(`record.relation.${relation}`), [richText(text)]];
}

function identifierLink(context: PageContext, one: Identifier): HtmlValue {
  const label = pairText(context, one.scheme, one.value);
  if (one.url !== undefined) return html`<a href="${one.url}">${label}</a>`;
  return one.kind === 'report' ? html`<a href="${fieldSearch('reportnumber', one.value)}">${label}</a>` : label;
}

function linkItem(context: PageContext, link: Link): Html {
  const { tr } = context;
  if (link.url === undefined) {
    return html`<li>${pairText(context, link.label, link.text)}</li>`;
  }
  const name = decodeName(link.url.split(/[?#]/)[0]!.split('/').at(-1) ?? '');
  const host = hostOf(link.url) ?? '';
  const facts = [host, link.size === undefined ? undefined : tr.size(link.size), link.checksum].filter(
    (part) => part !== undefined,
  );
  return html`<li><a href="${link.url}">${link.label ?? (name === '' ? host : name)}</a> <span class="muted small">${facts.join(' · ')}</span></li>`;
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
