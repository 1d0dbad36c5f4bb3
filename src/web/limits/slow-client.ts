import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerClientError } from '../http/client-error.ts';

/**
 * A form is complete by then, and an upload has brought so much: clients slower than that only hold
 * a connection.
 */
const leastBytes = 64 * 1024;

/**
 * Bodies must be complete within `window` ms or bring 64 kB in each; who is slower is answered with
 * 408 and cut.
 */
export function watchBodies(app: FastifyInstance, window: number): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (hasBody(request)) watchBody(request, reply, window);
    done();
  });
}

function hasBody({ headers }: FastifyRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function watchBody({ raw }: FastifyRequest, reply: FastifyReply, window: number): void {
  const { socket } = raw;
  let before = socket.bytesRead;
  const timer = setInterval(() => {
    const { bytesRead } = socket;
    if (raw.complete || socket.destroyed) return clearInterval(timer);
    if (bytesRead - before >= leastBytes) before = bytesRead;
    else {
      clearInterval(timer);
      // It was answered already, or its turn has not come: what stands on the connection now is the
      // answer to another request.
      if (reply.raw.socket === null) socket.destroy();
      else answerClientError(Object.assign(new Error('a slow body'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }), socket);
    }
  }, window).unref();
}
