import type { FastifyInstance } from 'fastify';
import type { WebEnvironment } from '../environment.ts';

/** For supervisors and balancers: is the process alive, and should requests come to it? */
export function healthRoutes(app: FastifyInstance, environment: WebEnvironment, draining: () => boolean): void {
  app.get('/health/live', async (_, reply) =>
    reply.header('cache-control', 'no-store').type('text/plain; charset=utf-8').send('ok\n'),
  );
  app.get('/health/ready', async (_, reply) => {
    reply.header('cache-control', 'no-store').type('text/plain; charset=utf-8');
    if (draining()) return reply.code(404).send('going away\n');
    environment.library.snapshot();
    return reply.send('ready\n');
  });
}
