import type { FastifyInstance } from 'fastify';
import { browseFor } from '../../access/browse.ts';
import { emptyRequest } from '../../search/request.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { routesOf } from '../exchange/exchange.ts';
import { editorOf } from './editing.ts';

const most = 12;

/** Fields in which the same names and headings stand. */
const alike: readonly (readonly string[])[] = [
  ['100', '700', '600', '800'],
  ['110', '710', '610', '810'],
  ['111', '711', '611', '811'],
  ['130', '730', '630', '830', '240'],
  ['260', '264'],
];

/**
 * Values that begin with what is typed, at this path and those like it, of records that the person
 * may see.
 */
export function suggestRoutes(app: FastifyInstance, environment: WebEnvironment): void {
  const { get } = routesOf(app, environment);

  get('/edit/suggest', async (exchange) => {
    if (editorOf(exchange) === undefined) return exchange.reply;
    const { args, snapshot, person, reply, timing } = exchange;
    const [path, typed] = [args.get('path') ?? '', (args.get('q') ?? '').trim()];
    reply.header('cache-control', 'private, no-store');
    if (!/^[0-9A-Za-z]{3}%%[!-~]$/.test(path) || typed === '' || typed.length > 200) return reply.send({ values: [] });
    const tag = path.slice(0, 3);
    const paths = (alike.find((tags) => tags.includes(tag)) ?? [tag]).map((one) => one + path.slice(3));
    const begins = folded(typed);
    const found = new Map<string, number>();
    for (const field of paths) {
      const request = { ...emptyRequest, field, text: typed, size: 2 * most };
      const { terms } = timing.search(() => browseFor(snapshot, person, request));
      for (const { label, count } of terms)
        if (folded(label).startsWith(begins) && label !== typed) found.set(label, (found.get(label) ?? 0) + count);
    }
    const values = [...found].map(([text, count]) => ({ text, count })).sort((a, b) => b.count - a.count);
    return reply.send({ values: values.slice(0, most) });
  });
}

function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
