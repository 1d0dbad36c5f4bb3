import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { envelope, errorText, formatsText, identifyText, recordText, setsText } from '../../exchange/oai/answer.ts';
import { oaiFormat, oaiFormats } from '../../exchange/oai/formats.ts';
import { identifierOf, recordIn } from '../../exchange/oai/identifier.ts';
import { type OaiRequest, type ProtocolError, readRequest } from '../../exchange/oai/protocol.ts';
import { offeredSets } from '../../exchange/oai/sets.ts';
import type { readEntry } from '../../exchange/oai/store.ts';
import { codingFor } from '../exchange/compression.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { type Exchange, routesOf } from '../exchange/exchange.ts';
import type { WebOai } from '../exchange/web-oai.ts';
import { drawnEntries, tellable } from './entries.ts';
import { type HarvestContext, listAnswer, type Said, specsOf } from './list.ts';

/** OAI-PMH 2.0, under the address that Invenio had and a plain one. */
export function oaiRoutes(app: FastifyInstance, environment: WebEnvironment, oai: WebOai): void {
  const { get, post } = routesOf(app, environment);
  for (const path of ['/oai2d', '/oai']) {
    get(path, (exchange) => answer(exchange, oai, path, exchange.args));
    // What it asks is in its body; see src/web/http/door.ts.
    post(path, (exchange) => answer(exchange, oai, path, exchange.request.body as URLSearchParams));
  }
}

async function answer(exchange: Exchange, oai: WebOai, path: string, args: URLSearchParams): Promise<FastifyReply> {
  const settings = exchange.snapshot.site.oai;
  if (settings === undefined) return exchange.notFound();
  const request = readRequest(args);
  const baseUrl = exchange.page.baseUrl + path;
  const said =
    'code' in request
      ? { date: (await oai.source.clock()).until, content: request }
      : await sayTo({ exchange, oai, settings }, request, baseUrl);
  const { date, content } = said;
  const isWrong = typeof content !== 'string' && (content.code === 'badVerb' || content.code === 'badArgument');
  const given = 'code' in request || isWrong ? {} : request.given;
  const text = envelope({ date, baseUrl, given }, typeof content === 'string' ? content : errorText(content));
  return send(exchange, text);
}

function sayTo(context: HarvestContext, request: OaiRequest, baseUrl: string): Promise<Said> {
  switch (request.verb) {
    case 'Identify':
      return identify(context, baseUrl);
    case 'ListMetadataFormats':
      return formats(context, request.identifier);
    case 'ListSets':
      return sets(context, request.token);
    case 'GetRecord':
      return record(context, request.identifier, request.prefix);
    default:
      return listAnswer(context, request);
  }
}

async function identify({ exchange, oai, settings }: HarvestContext, baseUrl: string): Promise<Said> {
  const { until, earliest } = await oai.source.clock();
  const { page } = exchange;
  const { admin } = page.site;
  const { repository } = settings;
  const content = identifyText({
    name: page.libraryName,
    baseUrl,
    email: /^\S+@\S+$/.test(admin) ? admin : `postmaster@${repository}`,
    ...{ earliest, repository, sample: identifierOf(repository, 1) },
    icon: { url: page.baseUrl + page.assets.icon, link: `${page.baseUrl}/`, title: page.libraryName },
  });
  return { date: until, content };
}

async function formats(context: HarvestContext, identifier: string | undefined): Promise<Said> {
  if (identifier === undefined)
    return { date: (await context.oai.source.clock()).until, content: formatsText(oaiFormats) };
  const { until, entry } = await entryOf(context, identifier);
  return { date: until, content: entry === undefined ? unknownIdentifier : formatsText(oaiFormats) };
}

async function sets({ exchange, oai, settings }: HarvestContext, token: string | undefined): Promise<Said> {
  const { until: date } = await oai.source.clock();
  const offered = offeredSets(settings);
  if (token !== undefined)
    return {
      date,
      content: { code: 'badResumptionToken', message: 'The list of sets has no tokens: it is one page.' },
    };
  if (offered.length === 0) return { date, content: { code: 'noSetHierarchy', message: 'This library has no sets.' } };
  const { tr } = exchange.page;
  return { date, content: setsText(offered, ({ names, name }) => tr.nameOf(names, name)) };
}

const unknownIdentifier: ProtocolError = {
  code: 'idDoesNotExist',
  message: 'There is no record with this identifier here.',
};

async function record(context: HarvestContext, identifier: string, prefix: string): Promise<Said> {
  const { exchange, oai, settings } = context;
  const format = oaiFormat(prefix);
  const { until: date, entry } = await entryOf(context, identifier);
  if (entry === undefined) return { date, content: unknownIdentifier };
  const cannot: ProtocolError = {
    code: 'cannotDisseminateFormat',
    message: `This record is not available as "${prefix.slice(0, 40)}": see ListMetadataFormats.`,
  };
  if (format === undefined) return { date, content: cannot };
  const specs = await specsOf(oai, settings, [entry]);
  const told = await tellable(exchange, [entry]);
  for await (const { entry: drawn, metadata } of drawnEntries(told, format, settings.repository)) {
    const header = {
      identifier: identifierOf(settings.repository, drawn.record),
      ...{ stamp: drawn.place.stamp, deleted: !drawn.live, sets: specs(drawn.sets) },
    };
    return { date, content: `<GetRecord>\n${recordText(header, metadata)}</GetRecord>\n` };
  }
  return { date, content: cannot };
}

/** By our identifier, or one from elsewhere that the record has (909CO $o). */
async function entryOf({ oai, settings }: HarvestContext, identifier: string): ReturnType<typeof readEntry> {
  const ours = recordIn(settings.repository, identifier);
  const id = ours ?? (await oai.source.recordOf(identifier));
  return oai.source.entry(id ?? 0);
}

const compressed = promisify(gzip);
/** Identify says that it is compressed, so nothing that is longer than an error is not. */
const smallest = 500;

async function send({ request, reply, timing }: Exchange, text: string): Promise<FastifyReply> {
  reply
    .header('server-timing', timing.header())
    .header('cache-control', 'no-store')
    .header('vary', 'Accept-Encoding')
    .type('text/xml; charset=utf-8');
  const accepts = codingFor(request.headers['accept-encoding']?.replace(/\bbr\b/g, ''));
  if (accepts !== 'gzip' || text.length < smallest || request.method === 'HEAD') return reply.send(text);
  return reply.header('content-encoding', 'gzip').send(await compressed(text, { level: 4 }));
}
