import type { FastifyInstance } from 'fastify';
import { mayShow } from '../../access/visible.ts';
import { exportFormat, exportFormats } from '../../formats/formats.ts';
import { escapeXml } from '../../formats/xml.ts';
import { emptyRequest } from '../../search/request.ts';
import { toUrl } from '../../search/url-of-request.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { type Exchange, routesOf } from '../exchange/exchange.ts';
import { exportRecord } from '../reading/export-records.ts';
import { openUrlQueries, readOpenUrl } from './openurl.ts';

/**
 * Addresses by which other programs find a record and its formats: unAPI, OpenURL, and the older
 * /openurl of link servers.
 */
export function resolverRoutes(app: FastifyInstance, environment: WebEnvironment): void {
  const { get } = routesOf(app, environment);
  get('/unapi', async (exchange) => {
    const { args, reply } = exchange;
    const id = args.get('id') ?? '';
    const name = args.get('format') ?? '';
    if (id === '' && name === '') return reply.type(xmlType).send(unapiFormats(undefined));
    const found = await exchange.record(withoutAddress(id, exchange.page.baseUrl));
    if (found.kind !== 'shown') return reply.code(404).type(textType).send('There is no such record.\n');
    // The specification wants 300 when there is a choice to make.
    if (name === '') return reply.code(300).type(xmlType).send(unapiFormats(id));
    const format = exportFormat(name);
    if (format === undefined) return reply.code(406).type(textType).send('There is no such format.\n');
    return reply.type(format.contentType).send(exportRecord(exchange, format, found.version, []));
  });

  get('/openurl', async (exchange) => {
    const { args, page, reply } = exchange;
    const url = readOpenUrl(args, page.baseUrl);
    const { record } = url;
    if (record !== undefined && mayShow(exchange.person, exchange.snapshot, record) === 'yes')
      return reply.redirect(`/record/${record}`, 302);
    const queries = openUrlQueries(url, new Set(page.site.fields.map(({ code }) => code)));
    for (const text of queries) {
      const found = await idsFor(exchange, text);
      if (found.length === 1) return reply.redirect(`/record/${found[0]}`, 302);
      if (found.length > 1) return reply.redirect(toUrl({ ...emptyRequest, text }), 302);
    }
    // The last one is what a person would type, so it is a beginning for them.
    return reply.redirect(toUrl({ ...emptyRequest, text: queries.at(-1) ?? '' }), 302);
  });
}

const xmlType = 'application/xml; charset=utf-8';
const textType = 'text/plain; charset=utf-8';

async function idsFor(exchange: Exchange, text: string): Promise<readonly number[]> {
  return (await exchange.ask({ ...emptyRequest, text, size: 2 })).ids;
}

function unapiFormats(id: string | undefined): string {
  const formats = exportFormats
    .map(({ code, contentType }) => `<format name="${code}" type="${escapeXml(contentType.split(';')[0]!)}"/>\n`)
    .join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<formats${id === undefined ? '' : ` id="${escapeXml(id)}"`}>\n${formats}</formats>\n`;
}

/** The number of "12", or of the address of a record of ours. */
function withoutAddress(id: string, baseUrl: string): string {
  const start = `${baseUrl}/record/`;
  return id.startsWith(start) ? id.slice(start.length) : id;
}
