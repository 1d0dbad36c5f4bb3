import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ask } from '../../access/ask.ts';
import { savePreferences } from '../../access/profile.ts';
import { refusedEntirely } from '../../access/visible.ts';
import { atomFeed } from '../../formats/atom.ts';
import { element } from '../../formats/xml.ts';
import { toUrl } from '../../search/request.ts';
import { preferenceCookie } from '../cookies.ts';
import type { WebEnvironment } from '../environment.ts';
import { beginExchange } from '../exchange.ts';
import { entityTag, notModified } from '../reply.ts';
import { isOwnAddress } from '../url.ts';
import { recordBatches } from '../view/export-view.ts';
import { visitorOf } from '../visitor.ts';
import { sendRestricted } from './messages.ts';
import { readRequest } from './search.ts';

const feedLength = 25;
const longestFeed = 100;

/** What machines ask for: feeds, assets, robots.txt, OpenSearch; and the reader's choices, which leave a cookie. */
export function machineRoutes(app: FastifyInstance, environment: WebEnvironment): void {
  app.get('/feed', async (request, reply) => {
    const exchange = beginExchange(environment, request);
    if (notModified(request, reply, entityTag(exchange, environment, 'atom'))) return reply;
    const { snapshot, person, page, args, timing } = exchange;
    const size = Math.min(longestFeed, Math.max(1, Number(args.get('rg') ?? feedLength) || feedLength));
    const question = { ...readRequest(exchange), format: 'hb', first: 1, size, sort: '', ascending: false, rank: '' };
    const refused = refusedEntirely(person, snapshot, question);
    if (refused !== undefined) return sendRestricted(exchange, reply, refused, true);
    const answer = timing.search(() => ask(snapshot, person, question));
    const entries = [];
    for await (const batch of recordBatches(exchange, answer.ids)) entries.push(...batch);
    const subject = [question.text, question.collection].filter((part) => part !== '').join(' · ');
    const feed = atomFeed({
      title: page.tr.t('feed.title', {
        library: page.site.name,
        search: subject === '' ? page.tr.t('feed.all') : subject,
      }),
      baseUrl: page.baseUrl,
      self: page.address,
      page: toUrl(question),
      entries,
    });
    return reply.header('server-timing', timing.header()).type('application/atom+xml; charset=utf-8').send(feed);
  });
  app.get('/rss', async (request, reply) => reply.redirect(`/feed${request.url.slice('/rss'.length)}`, 301));

  app.get<{ Params: { file: string } }>('/assets/:file', async (request, reply) => {
    const { accent } = environment.library.snapshot().site;
    const asset = environment.assets(accent).files.get(request.params.file);
    if (asset === undefined) return reply.callNotFound();
    const accepted = request.headers['accept-encoding'] ?? '';
    const coding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : undefined;
    if (coding !== undefined) reply.header('content-encoding', coding);
    return reply
      .header('vary', 'Accept-Encoding')
      .header('cache-control', 'public, max-age=31536000, immutable')
      .type(asset.contentType)
      .send(coding === 'br' ? asset.brotli : coding === 'gzip' ? asset.gzip : asset.body);
  });
  app.get('/favicon.ico', async (_, reply) =>
    reply.redirect(environment.assets(environment.library.snapshot().site.accent).addresses.icon, 302),
  );

  app.get('/robots.txt', async (_, reply) =>
    // Searches are endless; records and collections are what a search engine should know.
    reply
      .type('text/plain; charset=utf-8')
      .send(
        'User-agent: *\nDisallow: /search\nDisallow: /feed\nDisallow: /preferences\nDisallow: /account\nDisallow: /admin\nDisallow: /record/*/export/\n',
      ),
  );

  app.get('/opensearchdescription', async (request, reply) => {
    const { page } = beginExchange(environment, request);
    const url = (type: string, path: string): string =>
      `<Url type="${type}" template="${page.baseUrl}${path}?p={searchTerms}"/>\n`;
    return reply
      .type('application/opensearchdescription+xml; charset=utf-8')
      .send(
        `<?xml version="1.0" encoding="UTF-8"?>\n<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">\n${element('ShortName', page.site.name.slice(0, 16))}\n${element(
          'Description',
          page.site.name,
        )}\n${url('text/html', '/search')}${url('application/atom+xml', '/feed')}</OpenSearchDescription>\n`,
      );
  });

  app.post<{ Body: URLSearchParams }>('/preferences', async (request, reply) => {
    const theme = request.body.get('theme') ?? '';
    const back = request.body.get('back') ?? '/';
    if (theme === 'light' || theme === 'dark' || theme === 'auto') await keepTheme(environment, request, reply, theme);
    return reply.redirect(isOwnAddress(back) ? back : '/', 303);
  });
}

/** In the browser, and for who is signed in with the account, which would bring the old one back otherwise. */
async function keepTheme(
  { people }: WebEnvironment,
  request: FastifyRequest,
  reply: FastifyReply,
  theme: 'light' | 'dark' | 'auto',
): Promise<void> {
  reply.header('set-cookie', preferenceCookie('theme', theme === 'auto' ? '' : theme));
  const account = visitorOf(request).signedIn?.account;
  if (people === undefined || account === undefined) return;
  const { theme: _, ...others } = account.preferences;
  await savePreferences(people.access.database, account.id, theme === 'auto' ? others : { ...others, theme });
  people.access.forget({ kind: 'person', id: account.id });
}
