import { randomUUID } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { countingFor } from '../../access/ask.ts';
import { UserError } from '../../errors/errors.ts';
import type { ExportFormat } from '../../formats/export-format.ts';
import { idFormat } from '../../formats/format-names.ts';
import { requireExportFormat } from '../../formats/formats.ts';
import { emptyRequest, type SearchRequest } from '../../search/request.ts';
import { toUrl } from '../../search/url-of-request.ts';
import type { Exchange } from '../exchange/exchange.ts';

import { webErrors } from '../http/errors.ts';
import { endWhenSlow } from '../limits/pace.ts';
import { exportStream, idList } from '../reading/export-records.ts';

/** of=id: one buffer, made in one go; there is no work left for it to hold up. */
export async function sendIds(exchange: Exchange, question: SearchRequest): Promise<FastifyReply> {
  const { timing } = exchange;
  if (exchange.isFresh('id')) return exchange.reply;
  const answer = await exchange.ask(question, { colons: wantsColons(exchange) });
  const list = idList(answer.ids);
  return exchange.reply
    .header('server-timing', timing.header())
    .header('x-total-count', answer.total)
    .type(idFormat.contentType)
    .send(list);
}

/**
 * As on the page that links it: a title that was pasted is one in every format. `ap=0`: as typed.
 */
function wantsColons({ args }: Exchange): boolean {
  return args.get('ap') !== '0';
}

/** An export with more records than this waits for a place. */
const longExport = 1000;
/** What a client is told to wait when there was no place for it. */
const retrySeconds = 30;

/** What a question finds in a format that machines read, however much it is. */
export async function sendExport(exchange: Exchange, question: SearchRequest): Promise<FastifyReply> {
  const { snapshot, person, request, reply, environment } = exchange;
  const format = requireExportFormat(question.format);
  // Documents come and go without a new view of the index: such an answer is never held already.
  const what = format.namesPdfs && environment.files !== undefined ? `${format.code} ${randomUUID()}` : format.code;
  if (exchange.isFresh(what)) return reply;
  const expected = Math.min(
    question.size,
    await exchange.work(countingFor(snapshot, person, question, exchange.patterns)),
  );
  const giveBack = expected > longExport ? await place(exchange) : () => undefined;
  try {
    const { ids, total } = await exchange.ask(question, { colons: wantsColons(exchange) });
    const page = toUrl({ ...question, format: emptyRequest.format, size: Math.min(question.size, 10), tags: [] });
    const stream = exportStream(exchange, format, { ids, total, page, single: false, only: question.tags });
    stream.once('close', giveBack);
    headers(exchange, format, total);
    if (request.method === 'HEAD') {
      stream.destroy();
      return reply.send();
    }
    endWhenSlow(stream, reply.raw, environment.limits.pace);
    return reply.send(stream);
  } catch (error) {
    giveBack();
    throw error;
  }
}

function headers({ reply, timing }: Exchange, format: ExportFormat, total: number): void {
  reply
    .header('server-timing', timing.header())
    .header('x-total-count', total)
    .header('content-disposition', `inline; filename="search.${format.extension}"`)
    .type(format.contentType);
}

async function place({ environment: { limits }, request, reply }: Exchange): Promise<() => void> {
  const giveBack = await limits.slots.take(limits.networkOf(request));
  if (giveBack !== undefined) return giveBack;
  reply.removeHeader('etag').header('retry-after', retrySeconds).header('cache-control', 'no-store');
  throw new UserError(webErrors.tooManyExports, { seconds: retrySeconds });
}
