import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../../access/ask.ts';
import { refusedEntirely } from '../../access/visible.ts';
import { robotsText } from '../../addresses/addresses.ts';
import { atomEntry, atomFeed } from '../../formats/atom.ts';
import type { ExportItem } from '../../formats/item.ts';
import { rssFormat } from '../../formats/rss.ts';
import { element, escapeXml } from '../../formats/xml.ts';
import { savePreferences } from '../../people/profile.ts';
import { emptyRequest, type SearchRequest } from '../../search/request.ts';
import { toUrl } from '../../search/url-of-request.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { type Exchange, routesOf } from '../exchange/exchange.ts';
import { sendRestricted } from '../exchange/messages.ts';

import { visitorOf } from '../exchange/visitor.ts';
import { preferenceCookie } from '../http/cookies.ts';
import { ownAddress } from '../http/own-address.ts';
import { isOwnAddress } from '../http/url.ts';
import { drawnRecords, shortened } from '../reading/read-records.ts';
import { readQuestion, readRequest } from '../search/routes.ts';
import type { PageContext } from '../ui/page-context.ts';

const feedLength = 25;
const longestFeed = 100;

/**
 * What machines ask for: feeds, assets, robots.txt, OpenSearch; and the reader's choices, which
 * leave a cookie.
 */
export function feedRoutes(app: FastifyInstance, environment: WebEnvironment): void {
  const { get } = routesOf(app, environment);
  get('/feed', async (exchange) => {
    if (exchange.isFresh('atom')) return exchange.reply;
    const refused = refusedEntirely(exchange.person, exchange.snapshot, readRequest(exchange));
    if (refused !== undefined) return sendRestricted(exchange, refused, true);
    const { question, answer } = await newest(exchange);
    const { page } = exchange;
    const entries = await feedEntries(exchange, answer.ids, (item) => atomEntry(item, page.baseUrl));
    const feed = atomFeed({
      title: feedTitle(exchange, question),
      baseUrl: page.baseUrl,
      self: page.address,
      page: toUrl(question),
      total: answer.total,
      updated: lastChange(entries),
      entries: entries.map(({ text }) => text),
    });
    return sendFeed(exchange, entries, 'application/atom+xml; charset=utf-8', feed);
  });

  get('/rss', async (exchange) => {
    if (exchange.isFresh('rss')) return exchange.reply;
    const refused = refusedEntirely(exchange.person, exchange.snapshot, readRequest(exchange));
    if (refused !== undefined) return sendRestricted(exchange, refused, true);
    const { question, answer } = await newest(exchange);
    const context = {
      total: answer.total,
      baseUrl: exchange.page.baseUrl,
      library: feedTitle(exchange, question),
      page: toUrl(question),
      single: false,
      only: [],
      paths: [],
    };
    const entries = await feedEntries(exchange, answer.ids, (item) => rssFormat.item(item, context));
    const items = entries.map(({ text }) => text).join('');
    const feed = rssFormat.head(context) + items + rssFormat.foot(context);
    return sendFeed(exchange, entries, rssFormat.contentType, feed);
  });

  app.get<{ Params: { file: string } }>('/assets/:file', async (request, reply) => {
    const asset = environment.assets(environment.library.snapshot().site).files.get(request.params.file);
    if (asset === undefined) return reply.callNotFound();
    const accepted = request.headers['accept-encoding'] ?? '';
    const coding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : undefined;
    if (coding !== undefined) reply.header('content-encoding', coding);
    if (asset.policy !== undefined) reply.header('content-security-policy', asset.policy);
    return reply
      .header('vary', 'Accept-Encoding')
      .header('cache-control', 'public, max-age=31536000, immutable')
      .type(asset.contentType)
      .send(coding === 'br' ? asset.brotli : coding === 'gzip' ? asset.gzip : asset.body);
  });
  app.get('/favicon.ico', async (_, reply) =>
    reply.redirect(environment.assets(environment.library.snapshot().site).addresses.icon, 302),
  );

  app.get('/robots.txt', async (request, reply) =>
    // Searches are endless; records and collections are what a search engine should know.
    reply
      .type('text/plain; charset=utf-8')
      .header('cache-control', 'public, max-age=3600')
      .send(robotsText(environment.baseUrl ?? ownAddress(request))),
  );

  get('/opensearchdescription', async ({ page, reply }) =>
    reply
      .type('application/opensearchdescription+xml; charset=utf-8')
      .header('cache-control', 'public, max-age=3600')
      .header('vary', 'Accept-Language, Cookie')
      .send(openSearchDescription(page)),
  );

  app.post<{ Body: URLSearchParams }>('/preferences', async (request, reply) => {
    const theme = request.body.get('theme') ?? '';
    const back = request.body.get('back') ?? '/';
    if (theme === 'light' || theme === 'dark' || theme === 'auto') await keepTheme(environment, request, reply, theme);
    return reply.redirect(isOwnAddress(back) ? back : '/', 303);
  });
}

/**
 * In the browser, and for who is signed in with the account, which would bring the old one back
 * otherwise.
 */
async function keepTheme(
  { people }: WebEnvironment,
  request: FastifyRequest,
  reply: FastifyReply,
  theme: 'light' | 'dark' | 'auto',
): Promise<void> {
  reply.header('set-cookie', preferenceCookie('theme', theme === 'auto' ? '' : theme));
  const { signedIn, session } = visitorOf(request);
  // A token cannot change the account.
  if (people === undefined || signedIn === undefined || session === undefined) return;
  const { account } = signedIn;
  const { theme: _, ...others } = account.preferences;
  await savePreferences(people.access.database, account.id, theme === 'auto' ? others : { ...others, theme });
  people.access.forget({ kind: 'person', id: account.id });
}

async function newest(exchange: Exchange): Promise<{ readonly question: SearchRequest; readonly answer: Answer }> {
  const { args } = exchange;
  const size = Math.min(longestFeed, Math.max(1, Number(args.get('rg') ?? feedLength) || feedLength));
  const question = {
    ...(await readQuestion(exchange)),
    format: emptyRequest.format,
    first: 1,
    size,
    order: 'newest' as const,
    sort: '',
    ascending: false,
    rank: '',
  };
  return { question, answer: await exchange.ask(question) };
}

function feedTitle({ page }: Exchange, question: SearchRequest): string {
  const subject = [question.text, question.collection].filter((part) => part !== '').join(' · ');
  return page.tr.t('feed.title', {
    library: page.libraryName,
    search: subject === '' ? page.tr.t('feed.all') : subject,
  });
}

interface FeedEntry {
  readonly modified: Date;
  readonly text: string;
}

/** Of a feed only so much is drawn; it has the newest ones first. */
const longestFeedText = 4 * 1024 * 1024;

async function feedEntries(
  exchange: Exchange,
  ids: readonly number[],
  draw: (item: ExportItem) => string,
): Promise<readonly FeedEntry[]> {
  const entries: FeedEntry[] = [];
  let written = 0;
  const short = (item: ExportItem): FeedEntry => ({
    modified: item.modified,
    text: draw({ ...item, record: shortened(item.record).record }),
  });
  for await (const { drawn } of drawnRecords(exchange, ids, short, { mayBeCut: true })) {
    entries.push(drawn);
    written += drawn.text.length;
    if (written > longestFeedText) break;
  }
  return entries;
}

function lastChange(entries: readonly FeedEntry[]): Date {
  return new Date(entries.reduce((newest, { modified }) => Math.max(newest, modified.getTime()), 0));
}

function sendFeed(
  { reply, timing }: Exchange,
  entries: readonly FeedEntry[],
  contentType: string,
  feed: string,
): FastifyReply {
  if (entries.length > 0) reply.header('last-modified', lastChange(entries).toUTCString());
  return reply.header('server-timing', timing.header()).type(contentType).send(feed);
}

/** OpenSearch 1.1, with the suggestions that browsers show while one types. */
function openSearchDescription({ site, libraryName, baseUrl, tr, assets }: PageContext): string {
  const url = (type: string, template: string, more = ''): string =>
    `<Url type="${type}"${more} template="${escapeXml(baseUrl + template)}"/>\n`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
${element('ShortName', libraryName.slice(0, 16))}
${element('LongName', libraryName.slice(0, 48))}
${element('Description', tr.t('feed.search', { library: libraryName }))}
${url('text/html', '/search?p={searchTerms}')}${url('text/html', '/search?p={searchTerms}&jrec={startIndex?}&rg={count?}')}${url(
  'application/atom+xml',
  '/feed?p={searchTerms}',
)}${url('application/rss+xml', '/rss?p={searchTerms}')}${url(
  'application/x-suggestions+json',
  '/api/suggest?q={searchTerms}&form=opensearch',
  ' rel="suggestions"',
)}${url('application/opensearchdescription+xml', '/opensearchdescription', ' rel="self"')}${element('Contact', site.admin)}
${element('Image', baseUrl + assets.icon, ' type="image/svg+xml"')}
<Language>*</Language>
<InputEncoding>UTF-8</InputEncoding>
<OutputEncoding>UTF-8</OutputEncoding>
</OpenSearchDescription>
`;
}
