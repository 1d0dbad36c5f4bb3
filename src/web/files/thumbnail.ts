import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';
import { UserError } from '../../errors/errors.ts';
import type { DocumentFile } from '../../files/documents.ts';
import { disposition } from '../../files/names.ts';
import { type Found, manner, type Thumbnails, type Wanted } from '../../thumbnails/kept.ts';
import { thumbnailKind, thumbnailSize, thumbnailSizes, thumbnailType } from '../../thumbnails/kinds.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendNotFound } from '../exchange/messages.ts';
import type { WebFiles } from '../exchange/web-files.ts';
import { webErrors } from '../http/errors.ts';
import { filePolicy } from '../http/security-headers.ts';
import { networkOf } from '../limits/networks.ts';
import { cachingOf, isHeld } from './deliver.ts';

/**
 * Sends the thumbnail of a document that this person may have. One that is not drawn yet is asked
 * for and waited for; in place of what is not there in time, or cannot be, stands an icon that
 * nobody keeps. Throws `thumbnailSize`.
 */
export async function deliverThumbnail(
  exchange: Exchange,
  { thumbnails, thumbnailPatience = standardPatience }: WebFiles,
  file: DocumentFile,
): Promise<FastifyReply> {
  const { request, reply, args } = exchange;
  const asked = args.get('size') ?? 'small';
  const size = thumbnailSize(asked);
  if (size === undefined)
    throw new UserError(webErrors.thumbnailSize, {
      size: asked.slice(0, 40),
      known: Object.keys(thumbnailSizes).join(' or '),
    });
  if (thumbnails === undefined || thumbnailKind(file.format) === undefined) return sendNotFound(exchange);
  const { digest, format } = file;
  const found = await findInTime(
    { ...thumbnails, ask: (wanted) => thumbnails.ask(wanted, networkOf(request.ip)) },
    { digest, format, size },
    thumbnailPatience,
    () => reply.raw.destroyed,
  );
  reply.header('content-security-policy', filePolicy);
  if (found.kind !== 'there')
    return reply.header('cache-control', 'private, no-store').type('image/svg+xml').send(icon);
  const tag = `"${digest}-${size}-${manner}"`;
  reply
    .headers(cachingOf(exchange, file, tag))
    .header('content-disposition', disposition({ document: file.document, format: 'webp' }))
    .type(thumbnailType);
  if (isHeld(request, tag, file.added)) return reply.code(304).send();
  return reply.send(found.bytes);
}

/** Milliseconds. A picture of a camera takes one. */
const standardPatience = 4_000;
const lookEvery = 50;
/** So many wait in a process at once: whoever comes then has the icon at once. */
const mostWaiting = 32;
let waiting = 0;

async function findInTime(
  thumbnails: Pick<Thumbnails, 'find' | 'ask'>,
  wanted: Wanted,
  patience: number,
  isGone: () => boolean,
): Promise<Found> {
  const found = await thumbnails.find(wanted);
  if (found.kind !== 'missing' || !(await thumbnails.ask(wanted)) || waiting >= mostWaiting) return found;
  waiting++;
  try {
    const end = performance.now() + patience;
    for (let now: Found = found; ; now = await thumbnails.find(wanted)) {
      if (now.kind !== 'missing' || isGone() || performance.now() > end) return now;
      await sleep(lookEvery);
    }
  } finally {
    waiting--;
  }
}

/** A sheet of paper, in a grey that is seen on light and dark. */
const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" stroke="#808080" stroke-width="1.5"><path d="M9 5h9l5 5v17H9zM18 5v5h5M12.500 15h7M12.500 19h7M12.500 23h4"/></svg>\n';
