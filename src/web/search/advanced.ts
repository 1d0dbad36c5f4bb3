import { attribute, type Html, html, nothing } from '../../html/html.ts';
import { mostParts, type RequestPart, type SearchRequest } from '../../search/request.ts';
import { analyzerOf } from '../../search/search.ts';
import { toArguments } from '../../search/url-of-request.ts';
import type { Collection, Site } from '../../site/site.ts';
import type { PageContext } from '../ui/page-context.ts';
import { hiddenFields } from '../ui/search-box.ts';

const matches = ['a', 'o', 'e', 'p', 'r'] as const;
const joins = [
  ['a', 'and'],
  ['o', 'or'],
  ['n', 'not'],
] as const;

/** Collections are offered up to so many. */
const mostCollections = 100;

/**
 * The advanced form: what is in the box, conditions with a field and a way of matching each, a
 * collection, and a span of dates. A further condition unfolds, without a script.
 */
export function advancedForm(context: PageContext, request: SearchRequest, offered: ReadonlyMap<string, number>): Html {
  const { tr } = context;
  const asked = request.parts.slice(0, mostParts).map((part, i) => conditionRow(context, i, part));
  const day = (name: string, value: string, label: string): Html =>
    labelled(
      label,
      // A year or a month alone is no date to the browser.
      /^(?:\d{4}-\d\d-\d\d)?$/.test(value)
        ? html`<input type="date" name="${name}" value="${value}">`
        : html`<input type="text" name="${name}" value="${value}" size="10">`,
    );
  const places = collectionOptions(context, request, offered);
  const dates = (['created', 'modified'] as const).map((column) =>
    option(column === 'modified' ? 'm' : 'c', tr.t(`filter.dates_${column}`), request.dates.column === column),
  );
  return html`<form class="advanced" action="/search" method="get">${hiddenFields([['aas', '1'], ...keptArguments(request)])}
${request.text !== '' && html`<div class="row">${labelled(tr.t('advanced.query'), html`<input type="text" name="p" value="${request.text}">`)}</div>`}
${asked}${blankRows(context, asked.length)}
<div class="more">${places.length > 1 && labelled(tr.t('advanced.collection'), html`<select name="cc">${places}</select>`)}${labelled(tr.t('advanced.dates'), html`<select name="dt">${dates}</select>`)}${day('d1', request.dates.from, tr.t('advanced.from'))}${day('d2', request.dates.until, tr.t('advanced.until'))}<button>${tr.t('search.go')}</button> <button class="quiet" name="action_browse" value="1">${tr.t('browse.link')}</button></div>
</form>`;
}

/** Conditions that are open when none is asked. */
const rowsShown = 2;

/**
 * Of a site, by language and number of the first: the same on each page, and a third of a small
 * one.
 */
const blankKnown = new WeakMap<Site, Map<string, Html>>();

/** Conditions from this one on that nobody asked: each beyond the first ones behind its button. */
function blankRows(context: PageContext, first: number): Html {
  if (first >= mostParts) return nothing;
  const { site, tr } = context;
  const known = blankKnown.get(site) ?? new Map<string, Html>();
  blankKnown.set(site, known);
  const key = `${tr.language} ${first}`;
  let rows = known.get(key);
  if (rows === undefined) {
    rows = html`${conditionRow(context, first)}${blankRows(context, first + 1)}`;
    if (first >= rowsShown) rows = html`<details><summary>${tr.t('advanced.add_row')}</summary>${rows}</details>`;
    known.set(key, rows);
  }
  return rows;
}

function conditionRow(context: PageContext, i: number, part?: RequestPart): Html {
  const number = String(i + 1);
  return html`<div class="row">
${i > 0 && joinSelect(context, String(i), part?.join)}
${matchSelect(context, number, part?.match)}
${labelled(context.tr.t('advanced.words'), html`<input type="text" name="p${number}" value="${part?.text ?? ''}">`)}
${fieldSelect(context, number, part?.field)}
</div>
`;
}

function labelled(label: string, control: Html): Html {
  return html`<label><span>${label}</span>${control}</label>`;
}

function option(value: string, label: string, chosen: boolean): Html {
  return html`<option value="${value}"${attribute('selected', chosen)}>${label}</option>`;
}

function select(name: string, label: string, options: readonly Html[]): Html {
  return labelled(label, html`<select name="${name}">${options}</select>`);
}

function matchSelect({ tr }: PageContext, number: string, chosen?: string): Html {
  const options = matches.map((match) => option(match, tr.t(`advanced.m.${match}`), chosen === match));
  return select(`m${number}`, tr.t('advanced.match'), options);
}

function fieldSelect({ tr, site }: PageContext, number: string, chosen = ''): Html {
  const { anyField } = analyzerOf(site);
  const indexed = site.fields.filter((field) => field.index !== undefined);
  const named = indexed.filter((field) => tr.nameOf(field.names, '') !== '');
  // What joins all others is "any field" already.
  const shown = (named.length > 0 ? named : indexed).filter(({ code }) => code !== anyField);
  return select(`f${number}`, tr.t('advanced.field'), [
    option('', tr.t('advanced.any_field'), chosen === '' || chosen === anyField),
    ...shown.map((field) => option(field.code, tr.nameOf(field.names, field.code), chosen === field.code)),
  ]);
}

function joinSelect({ tr }: PageContext, number: string, chosen?: string): Html {
  return select(
    `op${number}`,
    tr.t('advanced.join'),
    joins.map(([letter, name]) => option(letter, tr.t(`advanced.op.${letter}`), chosen === name)),
  );
}

/**
 * The public part of the tree that is offered, deeper collections set in; and the one that is
 * searched.
 */
function collectionOptions(
  { tr, site }: PageContext,
  request: SearchRequest,
  offered: ReadonlyMap<string, number>,
): readonly Html[] {
  const [home] = site.collections;
  const options = [option('', tr.t('advanced.everywhere'), request.collection === '')];
  const add = (collection: Collection, depth: number): void => {
    const isAsked = collection.name === request.collection;
    if (!isAsked && (collection.restricted || !offered.has(collection.name))) return;
    const name = tr.nameOf(collection.names, collection.name);
    options.push(option(collection.name, `${'\u2003'.repeat(depth)}${name}`, isAsked));
    for (const child of collection.children) add(child, depth + 1);
  };
  for (const child of home?.children ?? []) add(child, 0);
  return options.length > mostCollections ? options.filter((_, at) => at < mostCollections) : options;
}

/** How one searches, which stays. */
function keptArguments(request: SearchRequest): readonly (readonly [string, string])[] {
  const kept = new Set(['sf', 'so', 'sp', 'rm', 'rg', 'sc', 'ln']);
  return toArguments(request).filter(([name]) => kept.has(name));
}
