import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';

export interface Pace {
  /** Bytes that a client must take in each window; 0 is without limit. */
  readonly least: number;
  /** Milliseconds. */
  readonly window: number;
}

/**
 * Ends a stream whose client takes less than a least rate: it keeps a place from others, however
 * steadily it drips. Only a window at whose end the client is behind counts, so that waiting for
 * the database is nobody's fault.
 */
export function endWhenSlow(stream: Readable, response: ServerResponse, { least, window }: Pace): void {
  if (least === 0) return;
  let taken = 0;
  const timer = setInterval(() => {
    if (response.writableNeedDrain && taken < least) stream.destroy();
    taken = 0;
  }, window);
  timer.unref();
  stream.on('data', (piece: Buffer) => {
    taken += piece.length;
  });
  // The listener alone would let it flow; whoever sends it says when.
  stream.pause();
  stream.once('close', () => clearInterval(timer));
}
