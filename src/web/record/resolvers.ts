import type { FastifyInstance } from 'fastify';
import { mayShow } from '../../access/visible.ts';
import { exportFormat, exportFormats } from '../../formats/formats.ts';
import { escapeXml } from '../../formats/xml.ts';
import { recordIdIn } from '../../index/record-id.ts';
import { emptyRequest, toUrl } from '../../search/request.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { beginExchange, type Exchange } from '../exchange/exchange.ts';
import { exportRecord } from '../reading/export-records.ts';
import { openUrlQueries, readOpenUrl } from './openurl.ts';

/** Addresses by which other programs find a record and its formats: unAPI, OpenURL, and the older /openurl of link servers. */
export function resolverRoutes(app: FastifyInstance, environment: WebEnvironment): void {
  app.get('/unapi', async (request, reply) => {
    const exchange = beginExchange(environment, request);
    const { args } = exchange;
    const id = args.get('id') ?? '';
    const name = args.get('format') ?? '';
    if (id === '' && name === '') return reply.type(xmlType).send(unapiFormats(undefined));
    const number = recordNumber(id, exchange.page.baseUrl);
    const shown = number === undefined ? 'unknown' : mayShow(exchange.person, exchange.snapshot, number);
    const version = number === undefined || shown !== 'yes' ? undefined : await exchange.record(number);
    if (version === undefined || version.deleted)
      return reply.code(404).type(textType).send('There is no such record.\n');
    // The specification wants 300 when there is a choice to make.
    if (name === '') return reply.code(300).type(xmlType).send(unapiFormats(id));
    const format = exportFormat(name);
    if (format === undefined) return reply.code(406).type(textType).send('There is no such format.\n');
    return reply.type(format.contentType).send(exportRecord(exchange, format, version, []));
  });

  app.get('/openurl', async (request, reply) => {
    const exchange = beginExchange(environment, request);
    const { args, page } = exchange;
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

/** "12", or the address of a record of ours. */
function recordNumber(id: string, baseUrl: string): number | undefined {
  return recordIdIn(id.startsWith(`${baseUrl}/record/`) ? id.slice(`${baseUrl}/record/`.length) : id);
}
