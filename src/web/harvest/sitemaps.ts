import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { openableRecords } from '../../access/visible.ts';
import { closing, dateText, listedText, opening, syncPaths } from '../../exchange/oai/resource-sync.ts';
import { recordAddress, xmlDeclaration } from '../../formats/export-format.ts';
import type { IndexSnapshot } from '../../index/snapshot.ts';
import { guest } from '../../people/person.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { type Exchange, routesOf } from '../exchange/exchange.ts';
import { metadataLink } from './resource-sync.ts';

/**
 * Sitemaps (sitemaps.org), which are the resource list of ResourceSync too: the pages of all
 * records that everybody may open, whoever asks, read from the index. File N has the numbers from
 * 50,000 N + 1: what a file holds does not move.
 */
export function sitemapRoutes(app: FastifyInstance, environment: WebEnvironment): void {
  const { get } = routesOf(app, environment);
  get(syncPaths.resources, (exchange) => {
    if (exchange.isFresh('sitemap')) return exchange.reply;
    const { baseUrl } = exchange.page;
    const at = completeAt(exchange.snapshot);
    const files = filesOf(exchange.snapshot).map((file) =>
      listedText('sitemap', { address: `${baseUrl}/sitemaps/${file}.xml`, metadata: { at } }),
    );
    const head = opening('sitemapindex', { capability: 'resourcelist', links: [up(exchange)], metadata: { at } });
    return send(exchange, `${xmlDeclaration}${head}${files.join('')}${closing('sitemapindex')}`);
  });
  get('/sitemaps/:file', (exchange) => {
    const file = /^(0|[1-9]\d{0,5})\.xml$/.exec(exchange.param('file'))?.[1];
    const places = file === undefined ? [] : placesOf(exchange.snapshot, Number(file));
    if (places.every(({ count }) => count === 0)) return exchange.notFound();
    if (exchange.isFresh('sitemap')) return exchange.reply;
    return send(exchange, Readable.from(pieces(exchange, places), { objectMode: false }));
  });
}

/** The most that a file may have. */
const largestFile = 50_000;
const atOnce = 2_000;

function up({ page }: Exchange): { rel: string; href: string } {
  return { rel: 'up', href: page.baseUrl + syncPaths.capabilities };
}

function send({ reply, timing }: Exchange, body: string | Readable): FastifyReply {
  return reply.header('server-timing', timing.header()).type('application/xml; charset=utf-8').send(body);
}

const known = new WeakMap<IndexSnapshot, string>();

/**
 * The moment up to which a view of the index is complete for sure: that of the last change of what
 * everybody may open. A change that it lacks is given its date in the change list later than that.
 */
function completeAt(snapshot: IndexSnapshot): string {
  const before = known.get(snapshot);
  if (before !== undefined) return before;
  const open = openableRecords(guest, snapshot);
  let last = 0;
  snapshot.segments.forEach(({ segment }, place) => {
    const { modified } = segment.columns;
    for (const ordinal of open[place]!) last = Math.max(last, modified[ordinal]!);
  });
  const at = dateText(last);
  known.set(snapshot, at);
  return at;
}

/** Where numbers of a file stand in a segment: ordinals from `begin` to before `end`. */
interface Places {
  readonly segment: number;
  readonly begin: number;
  readonly end: number;
  /** Those of them that are open. */
  readonly count: number;
}

function placesOf(snapshot: IndexSnapshot, file: number): readonly Places[] {
  const open = openableRecords(guest, snapshot);
  return snapshot.segments.map(({ segment }, place) => {
    const begin = firstNotBelow(segment.ids, file * largestFile + 1);
    const end = firstNotBelow(segment.ids, (file + 1) * largestFile + 1);
    return { segment: place, begin, end, count: open[place]!.rangeCardinality(begin, end) };
  });
}

/** Files that have a record. */
function filesOf(snapshot: IndexSnapshot): readonly number[] {
  const last = Math.max(0, ...snapshot.segments.map(({ segment }) => segment.ids.at(-1) ?? 0));
  const files = Array.from({ length: Math.ceil(last / largestFile) }, (_, file) => file);
  return files.filter((file) => placesOf(snapshot, file).some(({ count }) => count > 0));
}

/** Between pieces pages have their turn. */
async function* pieces(exchange: Exchange, places: readonly Places[]): AsyncGenerator<string> {
  const { snapshot, page, giveWay } = exchange;
  const open = openableRecords(guest, snapshot);
  const links = [{ rel: 'index', href: page.baseUrl + syncPaths.resources }, up(exchange)];
  const metadata = { at: completeAt(snapshot) };
  yield `${xmlDeclaration}${opening('urlset', { capability: 'resourcelist', links, metadata })}`;
  for (const { segment: place, begin, end } of places) {
    const { segment } = snapshot.segments[place]!;
    const { modified } = segment.columns;
    for (let from = begin; from < end; from += atOnce) {
      let text = '';
      for (let ordinal = from; ordinal < Math.min(end, from + atOnce); ordinal++) {
        if (!open[place]!.has(ordinal)) continue;
        const address = recordAddress(page.baseUrl, segment.ids[ordinal]!);
        const metadata = { type: 'text/html' };
        text += listedText('url', { address, modified: modified[ordinal]!, metadata, links: [metadataLink(address)] });
      }
      if (text === '') continue;
      yield text;
      await giveWay();
    }
  }
  yield closing('urlset');
}

function firstNotBelow(ids: Uint32Array, value: number): number {
  let low = 0;
  let high = ids.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ids[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
