import type { FastifyInstance, FastifyReply } from 'fastify';
import { isOpenTo } from '../../access/visible.ts';
import { UserError } from '../../errors/errors.ts';
import type { KnowledgeBase, KnowledgeEntry } from '../../knowledge/base.ts';
import { entriesOf, readBase } from '../../knowledge/bases.ts';
import { writeCsv } from '../../knowledge/csv.ts';
import { knowledgeErrors } from '../../knowledge/errors.ts';
import { searchTypes, textTest } from '../../knowledge/matching.ts';
import { writeSkos } from '../../knowledge/skos.ts';
import type { Database } from '../../store/database.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { type Exchange, routesOf } from '../exchange/exchange.ts';
import { sendNotFound } from '../exchange/messages.ts';
import { valuesFound } from '../reading/values.ts';

/**
 * A knowledge base for programs, as scripts of Invenio ask for it: /kb/export?kbname=...&term=... .
 * Whoever may read the library may read its bases; a dynamic one has what they may see.
 */
export function exportRoutes(app: FastifyInstance, environment: WebEnvironment, database: Database): void {
  const { get } = routesOf(app, environment);

  get('/kb/export', async (exchange) => {
    const { snapshot, person, args } = exchange;
    if (!isOpenTo(person, snapshot)) return sendNotFound(exchange);
    const name = args.get('kbname') ?? '';
    if (name === '') return sendText(exchange, 400, 'The parameter kbname is missing: it names the knowledge base.');
    try {
      const base = await readBase(database, snapshot.site, name);
      return await sendBase(exchange, database, base);
    } catch (error) {
      if (!(error instanceof UserError) || error.code !== knowledgeErrors.noBase.code) throw error;
      return sendText(exchange, 404, error.message);
    }
  });
}

async function sendBase(exchange: Exchange, database: Database, base: KnowledgeBase): Promise<FastifyReply> {
  const { args, snapshot, page } = exchange;
  const format = args.get('format') ?? (base.kind === 'taxonomy' ? 'skos' : 'kbr');
  const type = searchTypes.find((one) => one === (args.get('searchtype') ?? 's'));
  if (type === undefined) return sendText(exchange, 400, `searchtype is one of ${searchTypes.join(', ')}.`);
  const limit = limitIn(args.get('limit'));
  if (limit === undefined) return sendText(exchange, 400, 'limit is a number from 1.');
  const term = args.get('term') ?? '';
  const isJson = format.startsWith('j');
  if (base.kind === 'dynamic') {
    const values = (await dynamicValues(exchange, base, term, type)).slice(0, limit);
    if (isJson) return sendJson(exchange, values);
    if (format === 'csv') return sendCsv(exchange, base, asEntries(values));
    return sendText(exchange, 200, values.join('\n'));
  }
  const wish = { key: args.get('searchkey') ?? '', value: term, type };
  const found = await entriesOf(database, snapshot.site, base, wish);
  switch (true) {
    case isJson:
      // As Invenio has it: what is shown, and what is meant.
      return sendJson(
        exchange,
        byValue(found)
          .slice(0, limit)
          .map(({ key, value }) => ({ label: value || key, value: key })),
      );
    case format === 'kba' || format === 'right':
      return sendText(exchange, 200, [...new Set(found.map(({ value }) => value))].sort().slice(0, limit).join('\n'));
    case format === 'csv':
      return sendCsv(exchange, base, found.slice(0, limit));
    case format === 'skos' || format === 'rdf': {
      const address = `${page.baseUrl}/kb/${encodeURIComponent(base.name)}`;
      return named(exchange, base, 'rdf')
        .type('application/rdf+xml; charset=utf-8')
        .send(writeSkos(base.name, address, found.slice(0, limit)));
    }
    default: {
      const lines = byValue(found)
        .slice(0, limit)
        .map(({ key, value }) => `${key}---${value}`);
      return sendText(exchange, 200, lines.join('\n'));
    }
  }
}

/**
 * Where the question has a "%" the term stands in its place, as Invenio does it; otherwise it is
 * looked for in the values.
 */
async function dynamicValues(
  exchange: Exchange,
  { path, question }: KnowledgeBase,
  term: string,
  type: (typeof searchTypes)[number],
): Promise<readonly string[]> {
  const isIn = question!.includes('%');
  const asked = { path: path!, question: isIn ? question!.replaceAll('%', term) : question! };
  const { values } = await valuesFound(exchange, asked);
  const fits = isIn ? () => true : textTest(term, type);
  return values.map(({ text }) => text).filter(fits);
}

function asEntries(values: readonly string[]): readonly KnowledgeEntry[] {
  return values.map((value) => ({ key: value, value }));
}

function byValue(entries: readonly KnowledgeEntry[]): readonly KnowledgeEntry[] {
  return entries.toSorted((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
}

function limitIn(text: string | null): number | undefined {
  if (text === null || text === '') return Number.POSITIVE_INFINITY;
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

/** Of what changes at any time, and of what one person sees. */
function fresh({ reply, timing }: Exchange): FastifyReply {
  return reply.header('cache-control', 'private, no-store').header('server-timing', timing.header());
}

function named(exchange: Exchange, { name }: KnowledgeBase, extension: string): FastifyReply {
  const file = encodeURIComponent(`${name}.${extension}`);
  return fresh(exchange).header('content-disposition', `attachment; filename*=UTF-8''${file}`);
}

function sendText(exchange: Exchange, status: number, text: string): FastifyReply {
  return fresh(exchange)
    .code(status)
    .type('text/plain; charset=utf-8')
    .send(text === '' ? '' : `${text}\n`);
}

function sendJson(exchange: Exchange, value: unknown): FastifyReply {
  return fresh(exchange).type('application/json; charset=utf-8').send(JSON.stringify(value));
}

function sendCsv(exchange: Exchange, base: KnowledgeBase, entries: readonly KnowledgeEntry[]): FastifyReply {
  return named(exchange, base, 'csv').type('text/csv; charset=utf-8').send(writeCsv(entries));
}
