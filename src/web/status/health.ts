import type { FastifyInstance } from 'fastify';
import { probes } from '../../addresses/addresses.ts';
import type { Readiness } from './readiness.ts';

/** For supervisors and balancers: is the process alive, and should requests come to it? */
export function healthRoutes(app: FastifyInstance, readiness: Readiness): void {
  app.get(probes.live, async (_, reply) => reply.header('cache-control', 'no-store').type(plain).send('ok\n'));
  app.get(probes.ready, async (_, reply) => {
    reply.header('cache-control', 'no-store').type(plain);
    return readiness.probe() ? reply.send('ready\n') : reply.code(404).send('going away\n');
  });
}

const plain = 'text/plain; charset=utf-8';
