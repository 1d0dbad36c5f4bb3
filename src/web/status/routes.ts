import type { FastifyInstance, FastifyRequest } from 'fastify';
import { may } from '../../access/person.ts';
import { UserError } from '../../errors/errors.ts';
import type { WebEnvironment } from '../environment.ts';
import { webErrors } from '../errors.ts';
import { parseNetworks } from '../machines/networks.ts';
import { personOf } from '../visitor.ts';
import { answerStatus, type NodeView } from './answer.ts';

/** For whom: the networks of the settings without more, and whoever may `viewserverstatus`. */
export function statusRoutes(
  app: FastifyInstance,
  environment: WebEnvironment,
  { networks, view }: { readonly networks: string; readonly view: () => Promise<NodeView> },
): void {
  const open = parseNetworks(networks, 'status-networks');
  const isOpen = (request: FastifyRequest): boolean =>
    open.includes(request.ip) && !(isLoopback(request.ip) && isForwarded(request));
  for (const path of ['/server-status', '/metrics'])
    app.get(path, async (request, reply) => {
      const { site } = environment.library.snapshot();
      if (!isOpen(request) && !may(site, personOf(request, site, environment.people?.access), 'viewserverstatus'))
        throw new UserError(webErrors.statusClosed);
      const answered = answerStatus(path, request.url.split('?')[1] ?? '', request.headers.accept ?? '', await view());
      return reply.headers(answered!.headers).send(answered!.body);
    });
}

function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}

/** A proxy on this machine asks from the loopback address for everybody: then it says so, or passes on the name that they asked for. */
function isForwarded({ headers }: FastifyRequest): boolean {
  const host = (headers.host ?? '').replace(/:\d+$/, '');
  if (!/^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(host)) return true;
  return ['x-forwarded-for', 'x-forwarded-host', 'forwarded', 'via'].some((name) => headers[name] !== undefined);
}
