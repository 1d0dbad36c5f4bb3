import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { securityHeaders } from './security-headers.ts';

const { STATUS_CODES } = process.getBuiltinModule('node:http');

const statuses: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

/**
 * A connection that is cut while the client still sends loses the answer on its way (RFC 9112,
 * 9.6). ms.
 */
const linger = 1_000;

/**
 * Answers what never became a request, since Node could not read it; no hook sees it, so it brings
 * the headers of all answers itself.
 */
export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  // Also what comes after the answer: it was given once.
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  // In the middle of another answer it would be read as a part of that.
  if (isAnswering(socket)) return void socket.destroy();
  const status = statuses[error.code ?? ''] ?? 400;
  const body = `${status} ${STATUS_CODES[status]}\n`;
  const headers = {
    date: new Date().toUTCString(),
    connection: 'close',
    'cache-control': 'no-store',
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    ...securityHeaders,
  };
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${body.trimEnd()}\r\n${head.join('')}\r\n${body}`);
  setTimeout(() => socket.destroy(), linger).unref();
}

/** As Node itself looks when it has to answer what it cannot read. */
function isAnswering(socket: Socket): boolean {
  return (socket as Socket & { readonly _httpMessage?: ServerResponse | null })._httpMessage?.headersSent === true;
}
