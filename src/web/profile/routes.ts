import type { FastifyInstance, FastifyReply } from 'fastify';
import { type Html, html } from '../../html/html.ts';
import { may } from '../../people/person.ts';
import { sortKeyOf } from '../../profile/functions.ts';
import { isProfileId, type KeptProfile, listProfiles, readProfile } from '../../profile/kept.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { type Answering, type Exchange, routesOf } from '../exchange/exchange.ts';
import { sendNotFound } from '../exchange/messages.ts';
import { sendHtml } from '../exchange/reply.ts';
import { layout } from '../ui/layout.ts';
import { flameFile, flamePolicy } from './flame.ts';
import { comparison, profileList, profileParts } from './page.ts';

export interface ProfileRoutes {
  readonly folder: string;
  /** The plan of a statement, as PostgreSQL draws it. */
  readonly explain: (text: string, values: readonly unknown[]) => Promise<string>;
  /**
   * Somebody who may open the database asks from outside: is this secret one that they made? Good
   * once.
   */
  readonly isTicket: (secret: string) => Promise<boolean>;
  /** Looks at what this process does; undefined: another profile is being taken. */
  readonly take: (seconds: number) => Promise<KeptProfile | undefined>;
}

const longestLook = 120;

/** Kept profiles of this node. Whoever may not see them meets no such page. */
export function profileRoutes(app: FastifyInstance, environment: WebEnvironment, options: ProfileRoutes): void {
  const { folder } = options;
  const routes = routesOf(app, environment);
  const get = (path: string, answer: Answering): void =>
    routes.get(path, async (exchange) => {
      if (!may(exchange.snapshot.site, exchange.person, 'profiling')) return sendNotFound(exchange);
      exchange.reply.header('cache-control', 'private, no-store');
      return answer(exchange);
    });
  get('/profiles', async (exchange) => page(exchange, 'Profiles', profileList(await listProfiles(folder))));
  get('/profiles/compare', async (exchange) => {
    const [first, second] = await Promise.all(
      ['a', 'b'].map((name) => readProfile(folder, exchange.args.get(name) ?? '')),
    );
    if (first === undefined || second === undefined) return sendNotFound(exchange);
    return page(exchange, 'Two profiles', comparison(first, second));
  });
  get('/profiles/flame/:file', (exchange) => {
    const found = flameFile(exchange.param('file'));
    if (found === undefined) return sendNotFound(exchange);
    return exchange.reply.header('content-security-policy', flamePolicy).type(found.type).send(found.body);
  });
  get('/profiles/:id', async (exchange) => {
    const [id = '', kind] = exchange.param('id').split('.', 2);
    const found = isProfileId(id) ? await readProfile(folder, id) : undefined;
    if (found === undefined || (kind !== undefined && kind !== 'cpuprofile')) return sendNotFound(exchange);
    if (kind === 'cpuprofile') return exchange.reply.type('application/json').send(JSON.stringify(found.cpu));
    const key = sortKeyOf(exchange.args.get('sort') ?? 'cumulative');
    const plan = exchange.args.get('plan');
    const drawn = plan === null ? undefined : await planOf(options, found, Number(plan));
    return page(exchange, `Profile ${id}`, profileParts(found, key, drawn));
  });
  routes.post('/api/profile', async (exchange) => {
    const { request, reply } = exchange;
    const { secret, seconds } = (request.body ?? {}) as { readonly secret?: unknown; readonly seconds?: unknown };
    if (typeof secret !== 'string' || !(await options.isTicket(secret))) return sendNotFound(exchange);
    const profile = await options.take(Math.min(longestLook, Math.max(0.1, Number(seconds) || 10)));
    if (profile === undefined) return reply.code(409).send({ title: 'Another profile is being taken.' });
    return reply.header('cache-control', 'no-store').send(profile);
  });
}

function page(exchange: Exchange, title: string, content: Html): FastifyReply {
  const main = html`<h1>${title}</h1>${content}`;
  return sendHtml(exchange, layout(exchange.page, { title, unlisted: true, main }));
}

async function planOf({ explain }: ProfileRoutes, profile: KeptProfile, at: number): Promise<Html | undefined> {
  const statement = profile.statements[at];
  if (statement === undefined) return undefined;
  const plan = await explain(statement.text, statement.values).catch((error: unknown) =>
    error instanceof Error ? `No plan: ${error.message}` : String(error),
  );
  return html`<h3 id="plan">Plan</h3><p><code>${statement.text}</code></p><pre>${plan}</pre>`;
}
