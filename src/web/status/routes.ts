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
    open.includes(request.ip) && (isTrusted(request) ? !isLoopback(request.ip) : !isForwarded(request));
  for (const path of ['/server-status', '/metrics'])
    app.get(path, async (request, reply) => {
      const { site } = environment.library.snapshot();
      if (!isOpen(request) && !may(site, personOf(request, site, environment.people?.access), 'viewserverstatus'))
        throw new UserError(webErrors.statusClosed);
      const answered = answerStatus(path, request.url.split('?')[1] ?? '', request.headers.accept ?? '', await view());
      return reply.headers(answered!.headers).send(answered!.body);
    });
}

/** A proxy that we trust has told who asks. */
function isTrusted({ ip, socket }: FastifyRequest): boolean {
  return ip !== socket.remoteAddress;
}

/**
 * A proxy that nobody told us of asks for everybody: it says so, speaks HTTP/1.0 as nginx does, or passes on a name of this machine that readers use. On the loopback address only a
 * name of that will do.
 */
function isForwarded({ headers, ip, raw }: FastifyRequest): boolean {
  const host = (headers.host ?? '').replace(/:\d+$/, '');
  const isLocal = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(host);
  if (isLoopback(ip) && !isLocal) return true;
  return raw.httpVersion === '1.0' || signs.some((name) => headers[name] !== undefined);
}

const signs = [
  ...['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-server', 'x-real-ip'],
  ...['forwarded', 'via', 'x-request-start', 'cf-connecting-ip', 'true-client-ip'],
];

function isLoopback(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}
