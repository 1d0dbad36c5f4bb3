import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { type ChangeLists, numbersOfList } from '../../exchange/oai/change-lists.ts';
import { closing, dateText, type Link, listedText, opening, syncPaths } from '../../exchange/oai/resource-sync.ts';
import { recordAddress, xmlDeclaration } from '../../formats/export-format.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { type Exchange, routesOf } from '../exchange/exchange.ts';
import type { WebOai } from '../exchange/web-oai.ts';
import { tellable } from './entries.ts';

/**
 * ResourceSync (ANSI/NISO Z39.99): what there is, as sitemaps, and what has changed, as lists made
 * of the dates for harvesters. A resource is the page of a record that everybody may open; its
 * MARCXML is linked to. Lengths and digests are not told: of a page that is drawn anew they are not
 * true for long.
 */
export function resourceSyncRoutes(app: FastifyInstance, environment: WebEnvironment, oai: WebOai | undefined): void {
  const { get } = routesOf(app, environment);
  get(syncPaths.description, (exchange) => {
    if (exchange.isFresh('resourcesync')) return exchange.reply;
    const { baseUrl } = exchange.page;
    const links = [{ rel: 'describedby', href: `${baseUrl}/` }];
    const metadata = { capability: 'capabilitylist' };
    return send(
      exchange,
      opening('urlset', { capability: 'description', links }) +
        listedText('url', { address: baseUrl + syncPaths.capabilities, metadata }) +
        closing('urlset'),
    );
  });
  get(syncPaths.capabilities, (exchange) => {
    if (exchange.isFresh('resourcesync')) return exchange.reply;
    const { baseUrl } = exchange.page;
    const links = [
      { rel: 'describedby', href: `${baseUrl}/` },
      { rel: 'up', href: baseUrl + syncPaths.description },
    ];
    const offered = [
      { address: baseUrl + syncPaths.resources, metadata: { capability: 'resourcelist' } },
      ...(changesOf(exchange, oai) === undefined
        ? []
        : [{ address: baseUrl + syncPaths.changes, metadata: { capability: 'changelist' } }]),
    ];
    return send(
      exchange,
      opening('urlset', { capability: 'capabilitylist', links }) +
        offered.map((one) => listedText('url', one)).join('') +
        closing('urlset'),
    );
  });
  get(syncPaths.changes, async (exchange) => {
    const source = changesOf(exchange, oai);
    if (source === undefined) return exchange.notFound();
    const { lists, version, before } = await source.changeLists();
    if (exchange.isFresh(`changes ${version}`)) return exchange.reply;
    const files = lists.map(({ number, from, until }) =>
      listedText('sitemap', { address: listAddress(exchange, number), metadata: datesOf({ from, until }) }),
    );
    const links = [upLink(exchange)];
    const metadata = datesOf({ from: lists[0]?.from ?? before, until: undefined });
    return send(
      exchange,
      opening('sitemapindex', { capability: 'changelist', links, metadata }) + files.join('') + closing('sitemapindex'),
    );
  });
  get('/resourcesync/changes/:file', async (exchange) => {
    const source = changesOf(exchange, oai);
    const file = /^(0|[1-9]\d{0,9})\.xml$/.exec(exchange.param('file'))?.[1];
    if (source === undefined || file === undefined) return exchange.notFound();
    const all = await source.changeLists();
    const list = all.lists.find(({ number }) => number === Number(file));
    if (list === undefined) return exchange.notFound();
    if (exchange.isFresh(`changes ${all.version}`)) return exchange.reply;
    const parts = changes(exchange, source, all.before, list);
    // What stands in the way at once is an answer of its own.
    const first = await parts.next();
    return send(exchange, Readable.from(from(first, parts), { objectMode: false }));
  });
}

/** To what describes a record: the same for every list. */
export function metadataLink(address: string): Link {
  return { rel: 'describedby', href: `${address}/export/xm`, type: 'application/marcxml+xml' };
}

type Source = WebOai['source'];

const atOnce = 2_000;

/** Undefined: nothing is offered to harvesters, so nobody writes down changes. */
function changesOf({ snapshot }: Exchange, oai: WebOai | undefined): Source | undefined {
  return snapshot.site.oai === undefined ? undefined : oai?.source;
}

function upLink({ page }: Exchange): Link {
  return { rel: 'up', href: page.baseUrl + syncPaths.capabilities };
}

function listAddress({ page }: Exchange, number: number): string {
  return `${page.baseUrl}/resourcesync/changes/${number}.xml`;
}

function datesOf({ from, until }: { from: number; until: number | undefined }) {
  return { from: dateText(from), until: until === undefined ? undefined : dateText(until) };
}

function send({ reply, timing }: Exchange, body: string | Readable): FastifyReply {
  const text = typeof body === 'string' ? xmlDeclaration + body : body;
  return reply.header('server-timing', timing.header()).type('application/xml; charset=utf-8').send(text);
}

async function* from(first: IteratorResult<string>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (first.done !== true) yield first.value;
  yield* rest;
}

/** Pieces of a list; between them pages have their turn. */
async function* changes(
  exchange: Exchange,
  source: Source,
  before: number,
  { number, from: begin, until }: ChangeLists['lists'][number],
): AsyncGenerator<string> {
  const links = [{ rel: 'index', href: exchange.page.baseUrl + syncPaths.changes }, upLink(exchange)];
  let text =
    xmlDeclaration + opening('urlset', { capability: 'changelist', links, metadata: datesOf({ from: begin, until }) });
  for (let after = number * numbersOfList; ; ) {
    const found = await source.changes({ list: number, after, before, limit: atOnce });
    const told = await tellable(exchange, found);
    told.entries.forEach(({ record, place, live }, at) => {
      const address = recordAddress(exchange.page.baseUrl, record);
      const change = !live ? 'deleted' : found[at]!.created ? 'created' : 'updated';
      const metadata = { change, datetime: dateText(place.stamp), type: live ? 'text/html' : undefined };
      // Clients of version 1.0 know no `datetime`.
      const modified = place.stamp;
      text += listedText('url', { address, modified, metadata, links: live ? [metadataLink(address)] : [] });
    });
    if (found.length < atOnce) break;
    after = found.at(-1)!.place.seq;
    yield text;
    text = '';
    await exchange.giveWay();
  }
  yield text + closing('urlset');
}
