import type { ExportItem } from '../../formats/item.ts';
import type { StoredBatch, StoredVersion } from '../../index/stored-records.ts';
import type { Field, MarcRecord } from '../../marc/record.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { RecordTooLarge, readVersion } from '../exchange/read-version.ts';
import { attempt } from '../ui/attempt.ts';
import { visibleRecord } from './visible-record.ts';

/**
 * Characters of a stored record of which something is made whole: several copies of it are in
 * memory then.
 */
export const mostCharacters = 16 * 1024 * 1024;

/** Bytes that one statement answers with, more or less. */
const batchBytes = 2 * 1024 * 1024;
const firstBatch = 64;
const largestBatch = 2000;

/**
 * Records in stored form. While one batch is used the next is read. The number of records in a
 * batch follows their size.
 */
export async function* storedBatches(
  { stored }: Pick<Exchange, 'stored'>,
  ids: readonly number[],
): AsyncGenerator<readonly StoredVersion[]> {
  let size = firstBatch;
  const read = (at: number): Promise<StoredBatch> => {
    const batch = stored(ids.slice(at, at + size), batchBytes);
    // It is awaited later; a client that goes away meanwhile never does.
    batch.catch(() => undefined);
    return batch;
  };
  let at = 0;
  let reading = ids.length === 0 ? undefined : read(0);
  while (reading !== undefined) {
    const { rows, taken } = await reading;
    at += taken;
    const bytes = rows.reduce((sum, { marc }) => sum + marc.length, 0);
    if (bytes > 0) size = Math.max(1, Math.min(largestBatch, 2 * size, Math.ceil((rows.length * batchBytes) / bytes)));
    reading = at < ids.length ? read(at) : undefined;
    yield rows;
  }
}

/**
 * What `draw` makes of each of these records as this person may see them, in this order. Deleted
 * ones are left out; so is, with a word in the log, a record that is too large or cannot be drawn,
 * since the list is for all others.
 * `mayBeCut`: the beginning of a large record will do.
 */
export async function* drawnRecords<T>(
  exchange: Exchange,
  ids: readonly number[],
  draw: (item: ExportItem) => T,
  { mayBeCut = false }: { readonly mayBeCut?: boolean } = {},
): AsyncGenerator<{ readonly id: number; readonly drawn: T }> {
  for await (const rows of storedBatches(exchange, ids)) {
    for (const row of rows) {
      if (row.deleted) continue;
      const drawn = attempt(exchange.page, row.id, () => {
        const version = readVersion(row);
        if (!mayBeCut && (version.leftOut > 0 || row.marc.length > mostCharacters))
          throw new RecordTooLarge(row.marc.length);
        return draw({ ...version, record: visibleRecord(exchange, version.record) });
      });
      if (drawn !== undefined) yield { id: row.id, drawn };
    }
  }
}

/** What a page draws of a value, and of a record: 10,000 authors with their institutes are 2 MB. */
const valueShown = 20_000;
const charactersShown = 4 * 1024 * 1024;

/** A record as a page can hold it. `leftOut`: characters that it lacks. */
export function shortened(record: MarcRecord): { readonly record: MarcRecord; readonly leftOut: number } {
  let all = 0;
  let isLong = false;
  for (const { value, subfields } of record.fields) {
    all += value?.length ?? 0;
    for (const one of subfields) {
      all += one.value.length;
      if (one.value.length > valueShown) isLong = true;
    }
  }
  if (!isLong && all <= charactersShown) return { record, leftOut: 0 };
  const cut = (value: string): string =>
    value.length <= valueShown ? value : `${value.slice(0, valueShown).toWellFormed()}…`;
  const fields: Field[] = [];
  let kept = 0;
  for (const field of record.fields) {
    const short = {
      ...field,
      ...(field.value === undefined ? {} : { value: cut(field.value) }),
      subfields: field.subfields.map(({ code, value }) => ({ code, value: cut(value) })),
    };
    const length = short.subfields.reduce((sum, { value }) => sum + value.length, short.value?.length ?? 0);
    if (kept + length > charactersShown) continue;
    kept += length;
    fields.push(short);
  }
  return { record: { leader: record.leader, fields }, leftOut: all - kept };
}
