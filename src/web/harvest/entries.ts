/** Entries of OAI-PMH as what may be told now, and records of them as elements of a format. */
import { openView } from '../../access/open-view.ts';
import { UserError } from '../../errors/errors.ts';
import type { OaiFormat } from '../../exchange/oai/formats.ts';
import type { Entry } from '../../exchange/oai/store.ts';
import { guest } from '../../people/person.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { pdfsOfMany } from '../files/files.ts';
import { webErrors } from '../http/errors.ts';
import { writerOf } from '../reading/export-records.ts';
import { storedBatches } from '../reading/read-records.ts';
import { attempt } from '../ui/attempt.ts';

/** What may be told of an entry: harvesters are guests, whoever asks. */
export interface TellableEntry extends Entry {
  /** The record may be shown at this moment. */
  readonly live: boolean;
}

export interface Tellable {
  readonly entries: readonly TellableEntry[];
  /** As a guest, with a view of the index that has what the entries say. */
  readonly exchange: Exchange;
}

/**
 * Decides by the newest view of the index, which may know more than the entries: what is closed now
 * is told as deleted. A view that knows less is renewed first: a record told as deleted by mistake
 * would be lost to its harvester. Throws `harvestLater` when that cannot be.
 */
export async function tellable(asked: Exchange, entries: readonly Entry[]): Promise<Tellable> {
  const { library } = asked.environment;
  let snapshot = asked.snapshot;
  let see = openView(guest, snapshot);
  const agrees = ({ gone, record, revision }: Entry): boolean => {
    if (gone) return true;
    const seen = see(record);
    return seen?.open === true && seen.revision >= revision;
  };
  if (!entries.every(agrees)) {
    await library.refresh();
    snapshot = asked.newest();
    see = openView(guest, snapshot);
    const isBehind = ({ gone, record, revision }: Entry): boolean =>
      !gone && (see(record)?.revision ?? revision) < revision;
    const { stays, problem } = library.state();
    if (entries.some(isBehind) || ((stays || problem !== undefined) && !entries.every(agrees)))
      throw new UserError(webErrors.harvestLater, { seconds: retryAfter });
  }
  return {
    entries: entries.map((entry) => ({ ...entry, live: !entry.gone && see(entry.record)?.open === true })),
    exchange: { ...asked, ...asked.as({ snapshot, person: guest }) },
  };
}

/** Seconds. */
const retryAfter = 5;

/** Milliseconds of work after which others have their turn. */
const sliceTime = 10;

/**
 * The records of these entries as elements of a format, in their order. `metadata` undefined: it is
 * deleted. What cannot be written in this format is left out, which the log says.
 */
export async function* drawnEntries(
  { entries, exchange }: Tellable,
  wanted: OaiFormat,
  repository: string,
): AsyncGenerator<{ readonly entry: TellableEntry; readonly metadata: string | undefined }> {
  const { format, wrap } = wanted;
  const { baseUrl, site } = exchange.page;
  const context = { total: 0, baseUrl, library: site.name, page: '', single: false, only: [], paths: [], repository };
  const write = writerOf(exchange, format, context);
  const ids = entries.filter(({ live }) => live).map(({ record }) => record);
  const pdfs = format.namesPdfs ? await pdfsOfMany(exchange, ids) : new Map<number, readonly string[]>();
  const rows = rowsInOrder(exchange, ids);
  let began = performance.now();
  for (const entry of entries) {
    const row = entry.live ? await rows(entry.record) : undefined;
    // It was deleted since the view was made.
    if (row === undefined || row.deleted) {
      yield { entry: { ...entry, live: false }, metadata: undefined };
      continue;
    }
    const metadata = attempt(exchange.page, row.id, () => wrap(write(row, pdfs.get(row.id)), context));
    if (metadata !== undefined) yield { entry, metadata };
    if (performance.now() - began < sliceTime) continue;
    await exchange.giveWay();
    began = performance.now();
  }
}

/** Rows of records that are asked for in the order of `ids`; undefined: there is none. */
function rowsInOrder(exchange: Exchange, ids: readonly number[]) {
  const batches = storedBatches(exchange, ids);
  const order = new Map(ids.map((id, place) => [id, place]));
  const ready: { id: number; row: Awaited<ReturnType<Exchange['stored']>>['rows'][number] }[] = [];
  let at = 0;
  return async (id: number) => {
    while (at >= ready.length) {
      const batch = await batches.next();
      if (batch.done === true) return undefined;
      for (const row of batch.value) ready.push({ id: row.id, row });
    }
    const next = ready[at]!;
    // One before it has no row.
    if (order.get(next.id)! > order.get(id)!) return undefined;
    at++;
    return next.row;
  };
}
