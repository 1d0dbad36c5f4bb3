import { attribute, type Html, html, nothing } from '../../html/html.ts';
import { type SearchRequest, toArguments } from '../../search/request.ts';
import type { Collection } from '../../site/site.ts';
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
 * The advanced form: three conditions with a field and a way of matching each, a collection, and a
 * span of dates.
 */
export function advancedForm(context: PageContext, request: SearchRequest): Html {
  const { tr } = context;
  const row = (i: number): Html => {
    const part = request.parts[i];
    const number = String(i + 1);
    return html`<div class="row">
${matchSelect(context, number, part?.match)}
<input type="text" name="p${number}" value="${part?.text ?? ''}" aria-label="${tr.t('advanced.text', { number })}">
${fieldSelect(context, number, part?.field)}
${i < 2 ? joinSelect(context, number, tr.t('advanced.join', { number }), request.parts[i + 1]?.join) : nothing}
</div>`;
  };
  const day = (name: string, value: string, label: string): Html =>
    html`<label><span>${label}</span><input type="text" name="${name}" value="${value}" size="10" placeholder="${tr.t('advanced.date_hint')}"></label>`;
  const places = collectionOptions(context, request);
  const dates = (['created', 'modified'] as const).map((column) =>
    option(column === 'modified' ? 'm' : 'c', tr.t(`filter.dates_${column}`), request.dates.column === column),
  );
  return html`<form class="advanced" action="/search" method="get">${hiddenFields([['aas', '1'], ...keptArguments(request)])}
${[0, 1, 2].map(row)}
<div class="more">${places.length > 1 && html`<label><span>${tr.t('advanced.collection')}</span><select name="cc">${places}</select></label>`}<label><span>${tr.t('advanced.dates')}</span><select name="dt">${dates}</select></label>${day('d1', request.dates.from, tr.t('advanced.from'))}${day('d2', request.dates.until, tr.t('advanced.until'))}<button>${tr.t('search.go')}</button> <button class="quiet" name="action_browse" value="1">${tr.t('browse.link')}</button></div>
</form>`;
}

/** One condition more for the question that was asked. */
export function addForm(context: PageContext, request: SearchRequest, question: string): Html {
  const { tr } = context;
  const kept = [['aas', '2'], ['p', question], ['cc', request.collection], ...keptArguments(request)] as const;
  return html`<form class="advanced" action="/search" method="get" aria-label="${tr.t('advanced.add')}">${hiddenFields([...kept].filter(([, value]) => value !== ''))}
<p class="muted">${tr.t('advanced.add')}</p>
<div class="row add">${joinSelect(context, '1', tr.t('advanced.add_join'))}${matchSelect(context, '1')}
<input type="text" name="p1" value="" aria-label="${tr.t('advanced.text', { number: '1' })}">${fieldSelect(context, '1')}<button>${tr.t('advanced.add_go')}</button></div>
</form>`;
}

function option(value: string, label: string, chosen: boolean): Html {
  return html`<option value="${value}"${attribute('selected', chosen)}>${label}</option>`;
}

function select(name: string, label: string, options: readonly Html[]): Html {
  return html`<select name="${name}" aria-label="${label}">${options}</select>`;
}

function matchSelect({ tr }: PageContext, number: string, chosen?: string): Html {
  const options = matches.map((match) => option(match, tr.t(`advanced.m.${match}`), chosen === match));
  return select(`m${number}`, tr.t('advanced.match', { number }), options);
}

function fieldSelect({ tr, site }: PageContext, number: string, chosen = ''): Html {
  const fields = site.fields.filter((field) => field.index !== undefined && tr.nameOf(field.names, '') !== '');
  const named = fields.length > 0 ? fields : site.fields.filter((field) => field.index !== undefined);
  return select(`f${number}`, tr.t('advanced.field', { number }), [
    option('', tr.t('advanced.any_field'), chosen === ''),
    ...named.map((field) => option(field.code, tr.nameOf(field.names, field.code), chosen === field.code)),
  ]);
}

function joinSelect({ tr }: PageContext, number: string, label: string, chosen?: string): Html {
  return select(
    `op${number}`,
    label,
    joins.map(([letter, name]) => option(letter, tr.t(`advanced.op.${letter}`), chosen === name)),
  );
}

/** The public part of the tree, deeper collections set in; and the one that is searched. */
function collectionOptions({ tr, site }: PageContext, request: SearchRequest): readonly Html[] {
  const [home] = site.collections;
  const options = [option('', tr.t('advanced.everywhere'), request.collection === '')];
  const add = (collection: Collection, depth: number): void => {
    if (collection.restricted && collection.name !== request.collection) return;
    const name = tr.nameOf(collection.names, collection.name);
    const isChosen = collection.name === request.collection;
    options.push(option(collection.name, `${'\u2003'.repeat(depth)}${name}`, isChosen));
    for (const child of collection.children) add(child, depth + 1);
  };
  for (const child of home?.children ?? []) add(child, 0);
  return options.length > mostCollections ? options.filter((_, at) => at < mostCollections) : options;
}

/** How one searches, which stays. */
function keptArguments(request: SearchRequest): readonly (readonly [string, string])[] {
  const kept = new Set(['sf', 'so', 'sp', 'rm', 'rg', 'sc', 'ln']);
  return [...toArguments(request)].filter(([name]) => kept.has(name));
}
