import type { SearchRequest } from '../../search/request.ts';
import type { PageContext } from '../context.ts';
import { attribute, type Html, html, nothing } from '../html.ts';
import { hiddenFields } from './search-box.ts';

const matches = ['a', 'o', 'e', 'p', 'r'] as const;
const joins = [
  ['a', 'and'],
  ['o', 'or'],
  ['n', 'not'],
] as const;

/** The advanced form: three conditions with a field and a way of matching each, and a span of dates. */
export function advancedForm(context: PageContext, request: SearchRequest): Html {
  const { tr } = context;
  const option = (value: string, label: string, chosen: boolean): Html =>
    html`<option value="${value}"${attribute('selected', chosen)}>${label}</option>`;
  const select = (name: string, label: string, options: readonly Html[]): Html =>
    html`<select name="${name}" aria-label="${label}">${options}</select>`;
  const fields = context.site.fields.filter((field) => field.index !== undefined && tr.nameOf(field.names, '') !== '');
  const named = fields.length > 0 ? fields : context.site.fields.filter((field) => field.index !== undefined);
  const row = (i: number): Html => {
    const part = request.parts[i];
    const number = String(i + 1);
    const anyField = option('', tr.t('advanced.any_field'), part === undefined || part.field === '');
    return html`<div class="row">
${select(
  `m${number}`,
  tr.t('advanced.match', { number }),
  matches.map((match) => option(match, tr.t(`advanced.m.${match}`), part?.match === match)),
)}
<input type="text" name="p${number}" value="${part?.text ?? ''}" aria-label="${tr.t('advanced.text', { number })}">
${select(`f${number}`, tr.t('advanced.field', { number }), [anyField, ...named.map((field) => option(field.code, tr.nameOf(field.names, field.code), part?.field === field.code))])}
${
  i < 2
    ? select(
        `op${number}`,
        tr.t('advanced.join', { number }),
        joins.map(([letter, name]) =>
          option(letter, tr.t(`advanced.op.${letter}`), request.parts[i + 1]?.join === name),
        ),
      )
    : nothing
}
</div>`;
  };
  const day = (name: string, value: string, label: string): Html =>
    html`<label><span>${label}</span><input type="text" name="${name}" value="${value}" size="10" placeholder="${tr.t('advanced.date_hint')}"></label>`;
  const kept = [
    ['aas', '1'],
    ['cc', request.collection],
    ['sf', request.sort],
    ['rm', request.rank],
  ] as const;
  return html`<form class="advanced" action="/search" method="get">${hiddenFields(kept.filter(([, value]) => value !== ''))}
${[0, 1, 2].map(row)}
<div class="more">${day('d1', request.dates.from, tr.t('advanced.added_from'))}${day('d2', request.dates.until, tr.t('advanced.added_until'))}<button>${tr.t('search.go')}</button></div>
</form>`;
}
