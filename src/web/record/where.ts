import type { Holding, Holdings } from '../../description/holdings.ts';
import { type Html, type HtmlValue, html, nothing } from '../../html/html.ts';
import { facts } from '../ui/facts.ts';
import { richText } from '../ui/highlight.ts';
import { browseNear } from '../ui/links.ts';
import type { PageContext } from '../ui/page-context.ts';

/**
 * Where a reader finds the work: each copy with its library, shelf mark and notes; volumes; who
 * else has it.
 */
export function wherePanel(context: PageContext, holdings: Holdings, fields: ReadonlySet<string>): Html {
  const { tr } = context;
  const { copies, volumes, institutions, callNumbers } = holdings;
  const mark = (text: string): HtmlValue =>
    fields.has('callnumber')
      ? html`<a href="${browseNear('callnumber', text)}" rel="nofollow" title="${tr.t('record.on_the_shelf')}">${text}</a>`
      : text;
  const rows: readonly (readonly [name: string, values: readonly HtmlValue[]])[] = [
    [tr.t('record.call_number'), callNumbers.map((text) => mark(text))],
    [tr.t('record.volumes.work'), volumes.work.map((text) => richText(text))],
    [tr.t('record.volumes.supplements'), volumes.supplements.map((text) => richText(text))],
    [tr.t('record.volumes.indexes'), volumes.indexes.map((text) => richText(text))],
    [tr.t('record.institutions'), institutions.length === 0 ? [] : [institutions.join('; ')]],
  ];
  if (copies.length === 0 && rows.every(([, values]) => values.length === 0)) return nothing;
  return html`<section class="panel holdings"><h2>${tr.t('record.where')}</h2>${copies.length > 0 && html`<ul class="plain">${copies.map((copy) => html`<li>${copyLine(context, copy, mark)}</li>`)}</ul>`}${facts(rows)}</section>`;
}

/** "Main Library, Reading room: QC174.12 .G74 2005, copy 2 · In place". */
function copyLine({ tr }: PageContext, copy: Holding, mark: (text: string) => HtmlValue): HtmlValue {
  const place = copy.places.join(', ');
  const number = copy.copy === undefined ? '' : tr.t('record.copy_number', { number: copy.copy });
  return html`<bdi>${place}</bdi>${copy.shelfMark !== undefined && html`${place !== '' && ': '}<bdi>${mark(copy.shelfMark)}</bdi>`}${number !== '' && `, ${number}`}${copy.notes.map((note) => html` <span class="muted">· ${richText(note)}</span>`)}`;
}
