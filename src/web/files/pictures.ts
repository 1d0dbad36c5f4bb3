import type { DocumentFile } from '../../files/documents.ts';
import { fileName, isShown } from '../../files/names.ts';
import { type Html, html, nothing } from '../../html/html.ts';
import type { PageContext } from '../ui/page-context.ts';
import { fileAddress } from './files.ts';
import { type ShownFiles, thumbnailAddress } from './shown.ts';

/**
 * Pixels of the page: whatever a picture has is fitted into them, so that nothing moves when it
 * comes.
 */
const large = { width: 640, height: 400 };
const small = { width: 112, height: 84 };
const firstPage = { width: 72, height: 102 };

/** The pictures of a record: one large, or the first large and the others in a row below it. */
export function picturesPanel({ tr }: PageContext, { pictures }: ShownFiles): Html {
  const [first, ...others] = pictures;
  if (first === undefined) return nothing;
  return html`<section class="panel pictures"><h2>${tr.t('files.pictures', { count: pictures.length })}</h2>
<figure><a href="${pictureAddress(first)}">${image(first, 'large', large)}</a>${first.description !== '' && html`<figcaption class="small muted" dir="auto">${first.description}</figcaption>`}</figure>
${others.length > 0 && html`<ul class="plain">${others.map((file) => html`<li><a class="thumbnail" href="${pictureAddress(file)}">${image(file, 'small', small)}</a></li>`)}</ul>`}</section>
`;
}

/**
 * What the button beside it opens: one link is enough for who reads with the keyboard or by ear.
 */
export function firstPageLink({ pdf }: ShownFiles): Html {
  if (pdf === undefined) return nothing;
  const { width, height } = firstPage;
  return html`<a class="thumbnail first-page" href="${fileAddress(pdf.record, fileName(pdf))}" tabindex="-1" aria-hidden="true"><img src="${thumbnailAddress(pdf, 'small')}" width="${width}" height="${height}" decoding="async" alt=""></a>`;
}

/** The picture itself, where browsers show it; else the largest that they can show. */
function pictureAddress(file: DocumentFile): string {
  return isShown(file) ? fileAddress(file.record, fileName(file)) : thumbnailAddress(file, 'large');
}

function image(file: DocumentFile, size: 'small' | 'large', { width, height }: typeof large): Html {
  const text = file.description === '' ? fileName(file) : file.description;
  return html`<img src="${thumbnailAddress(file, size)}" width="${width}" height="${height}" loading="lazy" decoding="async" alt="${text}">`;
}
