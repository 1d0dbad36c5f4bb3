import type { FastifyInstance } from 'fastify';
import { browseFor } from '../../access/browse.ts';
import { basesAt, findBase } from '../../knowledge/bases.ts';
import { suggestFromBase } from '../../knowledge/suggest.ts';
import { emptyRequest } from '../../search/request.ts';
import type { Database } from '../../store/database.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { type Exchange, routesOf } from '../exchange/exchange.ts';
import { valuesBeginning } from '../reading/values.ts';
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

interface Suggestion {
  readonly text: string;
  /** Records that have it; none for a value of a knowledge base. */
  readonly count?: number;
  /** The key that was found in the base, when that is another text; the name of the base. */
  readonly key?: string;
  readonly base?: string;
}

/**
 * Values that begin with what is typed: first those of the knowledge bases that are meant for this
 * subfield, then those at this path and those like it, of records that the person may see.
 */
export function suggestRoutes(app: FastifyInstance, environment: WebEnvironment, database: Database): void {
  const { get } = routesOf(app, environment);

  get('/edit/suggest', async (exchange) => {
    if (editorOf(exchange) === undefined) return exchange.reply;
    const { args, snapshot, person, reply, timing } = exchange;
    const [path, typed] = [args.get('path') ?? '', (args.get('q') ?? '').trim()];
    reply.header('cache-control', 'private, no-store');
    if (!/^[0-9A-Za-z]{3}%%[!-~]$/.test(path) || typed === '' || typed.length > 200) return reply.send({ values: [] });
    const tag = path.slice(0, 3);
    const paths = (alike.find((tags) => tags.includes(tag)) ?? [tag]).map((one) => one + path.slice(3));
    const place = tag + path[5];
    const known = await ofBases(exchange, database, place, typed);
    const begins = folded(typed);
    const found = new Map<string, number>();
    for (const field of known.length >= most ? [] : paths) {
      const request = { ...emptyRequest, field, text: typed, size: 2 * most };
      const { terms } = timing.search(() => browseFor(snapshot, person, request));
      for (const { label, count } of terms)
        if (folded(label).startsWith(begins) && label !== typed) found.set(label, (found.get(label) ?? 0) + count);
    }
    const said = new Set(known.map(({ text }) => folded(text)));
    const others = [...found]
      .filter(([text]) => !said.has(folded(text)))
      .map(([text, count]): Suggestion => ({ text, count }))
      .sort((a, b) => b.count! - a.count!);
    const values: readonly Suggestion[] = [...known, ...others];
    return reply.send({ values: values.slice(0, most) });
  });
}

async function ofBases(
  exchange: Exchange,
  database: Database,
  place: string,
  typed: string,
): Promise<readonly Suggestion[]> {
  const { site } = exchange.snapshot;
  const found: Suggestion[] = [];
  for (const name of await basesAt(database, place)) {
    const base = await findBase(database, site, name);
    if (base === undefined) continue;
    if (base.kind === 'dynamic') {
      const asked = { path: base.path!, question: base.question!.replaceAll('%', '') };
      const values = await valuesBeginning(exchange, asked, typed, most);
      found.push(...values.map((one) => ({ ...one, base: name })));
    } else {
      const values = await suggestFromBase(database, site, base, typed, most);
      found.push(...values.map(({ value, key }) => ({ text: value, base: name, ...(key !== value && { key }) })));
    }
  }
  return found.slice(0, most);
}

function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}
