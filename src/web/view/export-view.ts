import { Readable } from 'node:stream';
import { writeExport } from '../../formats/export.ts';
import type { ExportFormat } from '../../formats/formats.ts';
import type { ExportItem } from '../../formats/item.ts';
import { compilePath } from '../../marc/path.ts';
import type { Exchange } from '../exchange.ts';
import { visibleRecord } from './visible-record.ts';

/** Records read at once: enough that a statement's cost is shared, few enough that a batch is a few hundred kB. */
const batchSize = 100;

/** Records as this person may see them, in this order, in batches. Those deleted since they were found are left out. */
export async function* recordBatches(
  exchange: Exchange,
  ids: readonly number[],
): AsyncGenerator<readonly ExportItem[]> {
  for (let at = 0; at < ids.length; at += batchSize) {
    const batch = ids.slice(at, at + batchSize);
    const records = await exchange.records(batch);
    yield batch.flatMap((id) => {
      const one = records.get(id);
      return one === undefined || one.deleted ? [] : [{ ...one, record: visibleRecord(exchange, one.record) }];
    });
  }
}

/** An export of any number of records as a stream. Throws UserError when `only` names a MARC path that is none. */
export function exportStream(
  exchange: Exchange,
  format: ExportFormat,
  ids: readonly number[],
  total: number,
  only: readonly string[],
): Readable {
  const context = { total, baseUrl: exchange.page.baseUrl, only, paths: format.marcPaths ? only.map(compilePath) : [] };
  return Readable.from(writeExport(format, context, recordBatches(exchange, ids)));
}

const idsAtOnce = 20_000;

/** `[3,2,1]`, in pieces: a million numbers must not hold up other requests. */
export function idStream(ids: readonly number[]): Readable {
  async function* pieces(): AsyncGenerator<string> {
    yield '[';
    for (let at = 0; at < ids.length; at += idsAtOnce) {
      yield `${at === 0 ? '' : ','}${ids.slice(at, at + idsAtOnce).join(',')}`;
      await new Promise(setImmediate);
    }
    yield ']\n';
  }
  return Readable.from(pieces());
}
