import type { FastifyInstance, FastifyRequest } from 'fastify';
import { statePaths } from '../../addresses/addresses.ts';
import { UserError } from '../../errors/errors.ts';
import { answerStatus } from '../../monitor/status/answer.ts';
import { isLocalName, isLoopback, isOwnPeer } from '../../monitor/status/local.ts';
import type { NodeView } from '../../monitor/status/node-view.ts';
import { may } from '../../people/person.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { personOf } from '../exchange/visitor.ts';
import { webErrors } from '../http/errors.ts';
import { parseNetworks } from '../limits/networks.ts';

/**
 * For whom: the networks of the settings without more, without such a setting our own user and root
 * on this machine, and whoever may `viewserverstatus`.
 */
export function statusRoutes(
  app: FastifyInstance,
  environment: WebEnvironment,
  { networks, view }: { readonly networks: string | undefined; readonly view: () => Promise<NodeView> },
): void {
  const open = networks === undefined ? undefined : parseNetworks(networks, 'status-networks');
  const isOpen = async (request: FastifyRequest): Promise<boolean> => {
    const { ip, socket } = request;
    if (open === undefined)
      return !isTrusted(request) && isLoopback(ip) && !isForwarded(request) && (await isOwnPeer(socket));
    return open.includes(ip) && (isTrusted(request) ? !isLoopback(ip) : !isForwarded(request));
  };
  for (const path of Object.values(statePaths))
    app.get(path, async (request, reply) => {
      const { site } = environment.library.snapshot();
      if (
        !(await isOpen(request)) &&
        !may(site, personOf(request, site, environment.people?.access), 'viewserverstatus')
      )
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
 * A proxy that nobody told us of asks for everybody: it says so, speaks HTTP/1.0 as nginx does, or
 * passes on a name of this machine that readers use. On the loopback address only a name of that
 * will do.
 */
function isForwarded({ headers, ip, raw }: FastifyRequest): boolean {
  if (isLoopback(ip) && !isLocalName(headers.host)) return true;
  return raw.httpVersion === '1.0' || signs.some((name) => headers[name] !== undefined);
}

const signs = [
  ...['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-server', 'x-real-ip'],
  ...['forwarded', 'via', 'x-request-start', 'cf-connecting-ip', 'true-client-ip'],
];
