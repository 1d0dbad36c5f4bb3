import { describeWork } from '../../description/work.ts';
import { type Html, html } from '../../html/html.ts';
import type { MarcRecord } from '../../marc/record.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { noFiles } from '../files/files.ts';
import { shownFiles } from '../files/shown.ts';
import { shortened } from '../reading/read-records.ts';
import { recordHeading, recordInformation } from '../record/page.ts';

/** A record that is being written, as readers will see it: without its files and citations. */
export function preview(exchange: Exchange, id: number, typed: MarcRecord): Html {
  const { page } = exchange;
  const { record, leftOut } = shortened(typed);
  const now = new Date();
  const model = {
    ...{ id, created: now, modified: now, work: describeWork(record), references: 0, leftOut },
    ...{
      files: noFiles,
      shown: shownFiles(exchange, noFiles),
      citations: undefined,
      history: false,
      edit: false,
      merges: false,
    },
    ...{ fields: new Set(page.site.fields.map(({ code }) => code)), similar: { records: [], href: undefined } },
  };
  return html`<article class="preview">${recordHeading(page, model, 2)}${recordInformation(page, model)}</article>`;
}
