import type { FastifyInstance } from 'fastify';
import { isPlainGuest } from '../../people/person.ts';
import { answeredFor } from './visitor.ts';

/**
 * What was made for somebody is kept by nobody else: an answer for other than plain guests is
 * private, and every answer that depends on who asks says so to caches. In one place, so that no
 * route can forget it.
 */
export function keepPrivate(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply) => {
    const person = answeredFor(request);
    if (person === undefined) return;
    const vary = String(reply.getHeader('vary') ?? '');
    const names = vary
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== '');
    const missing = ['Cookie', 'Authorization'].filter((name) => !names.includes(name));
    reply.header('vary', [...names, ...missing].join(', '));
    const control = String(reply.getHeader('cache-control') ?? '');
    if (!isPlainGuest(person) && !control.includes('no-store')) reply.header('cache-control', 'private, no-cache');
  });
}
