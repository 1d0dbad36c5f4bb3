import type { FastifyInstance } from 'fastify';
import type { Access } from '../../people/access.ts';
import { secretHash } from '../../people/secrets.ts';
import { endSession } from '../../people/sessions.ts';
import { signIn } from '../../people/sign-in.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { clearSessionCookie, setSessionCookie } from '../exchange/session-cookie.ts';
import { visitorOf } from '../exchange/visitor.ts';
import { sendProblem } from '../http/problem.ts';

/** For programs that sign in as a person: JSON in, a cookie out. */
export function sessionApiRoutes(app: FastifyInstance, environment: WebEnvironment, access: Access): void {
  const { baseUrl } = environment;

  app.post('/api/login', async (request, reply) => {
    const { name, password, remember } = textsOf(request.body);
    if (name === undefined || password === undefined)
      return sendProblem(reply, { status: 400, title: 'The body must be JSON as {"name": "...", "password": "..."}.' });
    const outcome = await signIn(access.database, {
      name,
      password,
      remember: remember === 'true',
      address: request.ip,
      agent: request.headers['user-agent'] ?? '',
      session: visitorOf(request).session,
    });
    if (outcome.kind === 'wrong') return sendProblem(reply, { status: 401, title: 'Wrong name or password.' });
    if (outcome.kind === 'state')
      return sendProblem(reply, { status: 403, title: `This person cannot sign in now: ${outcome.state}.` });
    setSessionCookie(request, reply, baseUrl, outcome.session, remember === 'true');
    return reply.header('cache-control', 'no-store').send({ name: outcome.name });
  });

  app.post('/api/logout', async (request, reply) => {
    const { session } = visitorOf(request);
    if (session !== undefined) {
      await endSession(access.database, session);
      access.forget({ kind: 'session', hash: secretHash(session).toString('hex') });
    }
    clearSessionCookie(request, reply, baseUrl);
    return reply.code(204).header('cache-control', 'no-store').send();
  });
}

function textsOf(body: unknown): Readonly<Record<string, string | undefined>> {
  if (typeof body !== 'object' || body === null) return {};
  return Object.fromEntries(
    Object.entries(body).flatMap(([key, value]) =>
      typeof value === 'string' || typeof value === 'boolean' ? [[key, String(value)]] : [],
    ),
  );
}
