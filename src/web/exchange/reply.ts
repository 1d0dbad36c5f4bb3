import type { FastifyReply } from 'fastify';
import type { Exchange } from './exchange.ts';

/** Answers with a page. */
export function sendHtml({ reply, timing }: Exchange, text: string, status = 200): FastifyReply {
  return reply.code(status).header('server-timing', timing.header()).type('text/html; charset=utf-8').send(text);
}
