import type { DocumentFile } from '../../files/documents.ts';
import { fileName } from '../../files/names.ts';
import { type Html, html, nothing } from '../../html/html.ts';
import { withParameter } from '../http/url.ts';
import type { PageContext } from '../ui/page-context.ts';
import { paging } from '../ui/paging.ts';
import { type FilePage, fileAddress } from './files.ts';

/**
 * So many of each fit on a page that a phone can hold: in the panel of a record, and on a page of
 * nothing else.
 */
export const filesShown = { panel: 50, page: 200 } as const;

/**
 * What a record has to open: its documents and, below them, links to elsewhere. The newest versions
 * first, older ones folded away. Of very many the first ones without what is older, and where all
 * are.
 */
export function filesPanel(
  context: PageContext,
  record: number,
  { files, count }: FilePage,
  links: readonly Html[],
): Html {
  if (count === 0 && links.length === 0) return nothing;
  const { tr } = context;
  const older = count > files.length ? [] : files.filter(({ newest, format }) => !newest && !isIcon(format));
  return html`<section class="panel files"><h2>${tr.t(links.length === 0 ? 'files.title' : 'record.files')}</h2>${
    count > 0 &&
    list(
      context,
      files.filter(({ newest, format }) => newest && !isIcon(format)),
    )
  }${
    older.length > 0 &&
    html`<details class="small"><summary>${tr.t('files.older', { count: older.length })}</summary>${list(context, older)}</details>`
  }${count > files.length && html`<p class="small"><a href="/record/${record}/files">${tr.t('files.all', { count })}</a></p>`}${links.length > 0 && html`<ul class="plain">${links}</ul>`}</section>`;
}

/** All documents of a record, a page of them. */
export function filesTab(context: PageContext, { files, page, last, count }: FilePage): Html {
  const { tr } = context;
  if (count === 0) return html`<p>${tr.t('files.none')}</p>`;
  const href = (number: number): string =>
    withParameter(context.address, 'page', number === 1 ? undefined : String(number));
  return html`<section><h2>${tr.t('files.count', { count })}</h2>${list(context, files)}${paging(context, { current: page, last, href })}</section>`;
}

function list(context: PageContext, files: readonly DocumentFile[]): Html {
  const { tr } = context;
  const item = (file: DocumentFile): Html => {
    const name = fileName(file);
    const href = fileAddress(file.record, name) + (file.newest ? '' : `?version=${file.version}`);
    const facts = [
      sizeText(context, file.bytes),
      tr.t('files.added', { date: tr.date(file.added) }),
      ...(file.version > 1 || !file.newest ? [tr.t('files.version', { number: file.version })] : []),
      ...(file.status === '' ? [] : [tr.t('files.restricted', { status: file.status })]),
    ];
    return html`<li><a href="${href}" dir="auto">${name}</a> <span class="muted small">${facts.join(', ')}</span>${file.description !== '' && html`<br><span class="small" dir="auto">${file.description}</span>`}</li>`;
  };
  return html`<ul class="plain">${files.map(item)}</ul>`;
}

/** It stands for another file of the document. */
function isIcon(format: string): boolean {
  return /;icon/.test(format);
}

function sizeText({ tr }: PageContext, bytes: number): string {
  if (bytes < 1000) return tr.t('files.bytes', { count: bytes });
  const [unit, size] = bytes < 1e6 ? ['kB', 1e3] : bytes < 1e9 ? ['MB', 1e6] : ['GB', 1e9];
  const value = bytes / (size as number);
  return `${tr.number(value < 10 ? Math.round(value * 10) / 10 : Math.round(value))} ${unit}`;
}
