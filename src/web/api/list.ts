import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { recordAddress } from '../../formats/export-format.ts';
import { jsonRecord } from '../../formats/json-record.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { endWhenSlow } from '../limits/pace.ts';
import { drawnRecords } from '../reading/read-records.ts';

/**
 * An answer with records: what stands before them, what after them, and the address of what comes
 * next.
 */
export interface ListAnswer {
  readonly before: object;
  readonly ids: readonly number[];
  /** Keys of each record. */
  readonly fields: readonly string[];
  readonly after: object;
  /**
   * `last`: the place among `ids` of the last one that the answer has; null when nothing follows.
   */
  readonly next: (last: number) => string | null;
}

/** Characters that are written at once: some milliseconds of work. */
const pieceSize = 128 * 1024;
/**
 * An answer that has become so large ends, and the next one goes on: 25 papers by 3,000 authors.
 */
const longestAnswer = 8 * 1024 * 1024;

/**
 * Writes records as they are read, and no faster than the client takes them: an answer of any size
 * takes the memory of a batch.
 */
export async function sendList(exchange: Exchange, answer: ListAnswer): Promise<FastifyReply> {
  const { environment, request, reply } = exchange;
  const pieces = write(exchange, answer);
  // What fails before the first piece is told with a status of its own.
  const first = await pieces.next();
  reply.header('server-timing', exchange.timing.header()).type('application/json; charset=utf-8');
  if (first.value === undefined || first.value.isLast || request.method === 'HEAD') {
    await pieces.return();
    return reply.send(first.value?.text);
  }
  const stream = Readable.from(followed(first.value, pieces), { objectMode: false, highWaterMark: pieceSize });
  endWhenSlow(stream, reply.raw, environment.limits.pace);
  return reply.send(stream);
}

interface Piece {
  readonly text: string;
  readonly isLast: boolean;
}

async function* followed(first: Piece, rest: AsyncGenerator<Piece, void>): AsyncGenerator<Buffer> {
  yield Buffer.from(first.text);
  for await (const { text } of rest) yield Buffer.from(text);
}

async function* write(exchange: Exchange, answer: ListAnswer): AsyncGenerator<Piece, void> {
  const { before, ids, fields, after, next } = answer;
  let piece = `${JSON.stringify(before).slice(0, -1)},"records":[`;
  let written = 0;
  let last = ids.length - 1;
  let isFirst = true;
  for await (const { id, text } of records(exchange, ids, fields)) {
    piece += isFirst ? text : `,${text}`;
    isFirst = false;
    written += text.length;
    if (written > longestAnswer) {
      last = ids.indexOf(id);
      break;
    }
    if (piece.length < pieceSize) continue;
    yield { text: piece, isLast: false };
    piece = '';
    await exchange.giveWay();
  }
  const end = JSON.stringify({ ...after, next: next(last) });
  yield { text: `${piece}],${end.slice(1)}\n`, isLast: true };
}

/** Without a statement when only numbers are asked for. */
async function* records(
  exchange: Exchange,
  ids: readonly number[],
  fields: readonly string[],
): AsyncGenerator<{ readonly id: number; readonly text: string }> {
  if (fields.length === 1) {
    for (const id of ids) yield { id, text: JSON.stringify({ recid: id }) };
    return;
  }
  const { baseUrl } = exchange.page;
  const draw = drawnRecords(exchange, ids, (item) =>
    JSON.stringify(jsonRecord(item, recordAddress(baseUrl, item.id), fields)),
  );
  for await (const { id, drawn } of draw) yield { id, text: drawn };
}
