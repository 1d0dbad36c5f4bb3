import type { FastifyInstance } from 'fastify';
import type { Readiness } from './readiness.ts';

/** For supervisors and balancers: is the process alive, and should requests come to it? */
export function healthRoutes(app: FastifyInstance, readiness: Readiness): void {
  app.get('/health/live', async (_, reply) => reply.header('cache-control', 'no-store').type(plain).send('ok\n'));
  app.get('/health/ready', async (_, reply) => {
    reply.header('cache-control', 'no-store').type(plain);
    return readiness.probe() ? reply.send('ready\n') : reply.code(404).send('going away\n');
  });
}

const plain = 'text/plain; charset=utf-8';
