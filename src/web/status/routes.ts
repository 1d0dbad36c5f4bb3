import type { FastifyInstance, FastifyRequest } from 'fastify';
import { checkPath, statePaths } from '../../addresses/addresses.ts';
import { UserError } from '../../errors/errors.ts';
import { answerCheck } from '../../monitor/check/answer.ts';
import type { CheckResult } from '../../monitor/check/check.ts';
import { answerStatus } from '../../monitor/status/answer.ts';
import { isLocalName, isLoopback, isOwnPeer } from '../../monitor/status/local.ts';
import type { NodeView } from '../../monitor/status/node-view.ts';
import { may } from '../../people/person.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { personOf } from '../exchange/visitor.ts';
import { webErrors } from '../http/errors.ts';
import { parseNetworks } from '../limits/networks.ts';

export interface StatusSource {
  readonly networks: string | undefined;
  /** With what the database tells of others. */
  readonly view: () => Promise<NodeView>;
  /** What the checks of this node found last; undefined: its supervisor has none. */
  readonly checks: () => Promise<readonly CheckResult[] | undefined>;
}

/**
 * For whom: the networks of the settings without more, without such a setting our own user and root
 * on this machine, and whoever may `viewserverstatus`.
 */
export function statusRoutes(
  app: FastifyInstance,
  environment: WebEnvironment,
  { networks, view, checks }: StatusSource,
): void {
  const open = networks === undefined ? undefined : parseNetworks(networks, 'status-networks');
  const isOpen = async (request: FastifyRequest): Promise<boolean> => {
    const { ip, socket } = request;
    if (open === undefined)
      return !isTrusted(request) && isLoopback(ip) && !isForwarded(request) && (await isOwnPeer(socket));
    return open.includes(ip) && (isTrusted(request) ? !isLoopback(ip) : !isForwarded(request));
  };
  const requireOpen = async (request: FastifyRequest): Promise<void> => {
    if (await isOpen(request)) return;
    const { site } = environment.library.snapshot();
    if (!may(site, personOf(request, site, environment.people?.access), 'viewserverstatus'))
      throw new UserError(webErrors.statusClosed);
  };
  const queryOf = ({ url }: FastifyRequest): string => url.split('?')[1] ?? '';
  for (const path of Object.values(statePaths))
    app.get(path, async (request, reply) => {
      await requireOpen(request);
      const answered = answerStatus(path, queryOf(request), request.headers.accept ?? '', await view());
      return reply.headers(answered!.headers).send(answered!.body);
    });
  app.get<{ Params: { name: string } }>(`${checkPath}/:name`, async (request, reply) => {
    await requireOpen(request);
    const found = await checks();
    const { status, headers, reason, body } = answerCheck(request.params.name, queryOf(request), found);
    reply.raw.statusMessage = reason;
    return reply.code(status).headers(headers).send(body);
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
