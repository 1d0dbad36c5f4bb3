import { browseAmong } from '../../access/browse.ts';
import { idFormat } from '../../formats/format-names.ts';
import { compilePath } from '../../marc/path.ts';
import { emptyRequest } from '../../search/request.ts';
import { foldValue } from '../../tokenizers/fold.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { readVersion } from '../exchange/read-version.ts';
import { storedBatches } from './read-records.ts';
import { visibleRecord } from './visible-record.ts';

/** Values of a MARC path among the records that a question finds. */
export interface ValuesAsked {
  readonly path: string;
  readonly question: string;
}

export interface ValueFound {
  readonly text: string;
  /** Records that have it, among those looked at. */
  readonly count: number;
}

export interface ValuesFound {
  /** The most frequent first. */
  readonly values: readonly ValueFound[];
  /** How many records were looked at, of how many that the question finds. */
  readonly looked: number;
  readonly total: number;
}

/** Records that are read for one list: of more the first in the order of hits. */
const mostLooked = 5_000;

/**
 * As this person sees them: neither values of records that are not shown to them nor hidden ones.
 */
export async function valuesFound(exchange: Exchange, { path, question }: ValuesAsked): Promise<ValuesFound> {
  const request = { ...emptyRequest, text: question, size: mostLooked, format: idFormat.code };
  const { ids, total } = await exchange.ask(request);
  const compiled = compilePath(path);
  const counts = new Map<string, number>();
  let looked = 0;
  for await (const rows of storedBatches(exchange, ids)) {
    for (const row of rows) {
      if (row.deleted) continue;
      looked++;
      const record = visibleRecord(exchange, readVersion(row).record);
      for (const value of new Set(compiled.values(record))) counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    await exchange.giveWay();
  }
  const values = [...counts].map(([text, count]) => ({ text, count }));
  values.sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1));
  return { values, looked, total };
}

/** Those that begin with what is typed, whatever the number of records; a few, and quickly. */
export async function valuesBeginning(
  exchange: Exchange,
  { path, question }: ValuesAsked,
  typed: string,
  most: number,
): Promise<readonly ValueFound[]> {
  const { snapshot, person, timing } = exchange;
  const { hits } = await exchange.ask({ ...emptyRequest, text: question, size: 1, format: idFormat.code });
  const begins = foldValue(typed);
  const field = { ...emptyRequest, field: path, text: typed, size: 2 * most };
  const terms = timing.search(() => browseAmong(snapshot, person, hits, field));
  const fitting = terms.filter(({ label }) => foldValue(label).startsWith(begins)).slice(0, most);
  return await Promise.all(
    fitting.map(async ({ label, text, count }) => ({
      text: (await written(exchange, path, text, label)) ?? label,
      count,
    })),
  );
}

/**
 * Dictionaries have no capitals and accents: a record that has the value says how it is written.
 * `term`: the question that finds it.
 */
async function written(exchange: Exchange, path: string, term: string, label: string): Promise<string | undefined> {
  if (label !== foldValue(label)) return undefined;
  const { ids } = await exchange.ask({ ...emptyRequest, field: path, text: term, size: 1, format: idFormat.code });
  const [row] = ids.length === 0 ? [] : (await exchange.stored(ids, 1)).rows;
  if (row === undefined) return undefined;
  const record = visibleRecord(exchange, readVersion(row).record);
  return compilePath(path)
    .values(record)
    .find((value) => foldValue(value) === label);
}
