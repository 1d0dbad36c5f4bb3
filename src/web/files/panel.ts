import type { DocumentFile } from '../../files/documents.ts';
import { fileName } from '../../files/names.ts';
import type { PageContext } from '../context.ts';
import { type Html, html, nothing } from '../html.ts';
import { fileAddress } from './files.ts';

/** The documents of a record, the newest versions first, older ones folded away. */
export function filesPanel(context: PageContext, files: readonly DocumentFile[]): Html {
  if (files.length === 0) return nothing;
  const { tr } = context;
  const item = (file: DocumentFile): Html => {
    const name = fileName(file);
    const href = fileAddress(file.record, name) + (file.newest ? '' : `?version=${file.version}`);
    const facts = [
      sizeText(context, file.bytes),
      tr.date(file.added),
      ...(file.version > 1 || !file.newest ? [tr.t('files.version', { number: file.version })] : []),
      ...(file.status === '' ? [] : [tr.t('files.restricted', { status: file.status })]),
    ];
    return html`<li><a href="${href}" dir="auto">${name}</a> <span class="muted small">${facts.join(', ')}</span>${file.description !== '' && html`<br><span class="small" dir="auto">${file.description}</span>`}</li>`;
  };
  const older = files.filter(({ newest }) => !newest);
  return html`<section class="panel"><h2>${tr.t('files.title')}</h2><ul class="plain">${files.filter(({ newest }) => newest).map(item)}</ul>${
    older.length > 0 &&
    html`<details class="small"><summary>${tr.t('files.older', { count: older.length })}</summary><ul class="plain">${older.map(item)}</ul></details>`
  }</section>`;
}

function sizeText({ tr }: PageContext, bytes: number): string {
  if (bytes < 1000) return tr.t('files.bytes', { count: bytes });
  const [unit, size] = bytes < 1e6 ? ['kB', 1e3] : bytes < 1e9 ? ['MB', 1e6] : ['GB', 1e9];
  const value = bytes / (size as number);
  return `${tr.number(value < 10 ? Math.round(value * 10) / 10 : Math.round(value))} ${unit}`;
}
