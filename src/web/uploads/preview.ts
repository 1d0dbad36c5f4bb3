import { differencesOf, type FieldDifference } from '../../marc/differences.ts';
import { decodeStored } from '../../marc/stored.ts';
import { storedRevision } from '../../records/history.ts';
import type { WriteMode } from '../../records/modes.ts';
import { type UploadedRecord, uploadRecords } from '../../records/upload.ts';
import { analyzerOf } from '../../search/search.ts';
import type { Database, Transaction } from '../../store/database.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { visibleRecord } from '../reading/visible-record.ts';
import type { Sent } from './sent.ts';
import { optionsFor, rolledBack } from './take.ts';

/** So many changed records are shown with what would change in them. */
const mostShown = 20;

export interface Preview {
  readonly results: readonly UploadedRecord[];
  /** Of the first records that would change. */
  readonly changes: readonly { readonly id: number; readonly fields: readonly FieldDifference[] }[];
}

/** What a few records would do: they are written, looked at, and taken back. */
export async function previewOf(
  database: Database,
  exchange: Exchange,
  sent: Extract<Sent, { kind: 'few' }>,
  mode: WriteMode,
): Promise<Preview> {
  const options = await optionsFor(database, exchange, { mode, force: false, reason: `upload ${mode}` });
  return await rolledBack(database, async (transaction) => {
    const results = await uploadRecords(transaction, analyzerOf(exchange.snapshot.site), sent.records, options);
    const changed = results.filter(({ id, revision, outcome }) => id > 0 && revision > 1 && outcome !== 'unchanged');
    const changes: Preview['changes'][number][] = [];
    for (const { id, revision, outcome } of changed.slice(0, mostShown))
      if (outcome !== 'held' && outcome !== 'refused')
        changes.push({ id, fields: await changeOf(transaction, exchange, id, revision) });
    return { results, changes };
  });
}

async function changeOf(
  transaction: Transaction,
  exchange: Exchange,
  id: number,
  revision: number,
): Promise<readonly FieldDifference[]> {
  const [before, after] = [
    await storedRevision(transaction, id, revision - 1),
    await storedRevision(transaction, id, revision),
  ].map((version) => version && visibleRecord(exchange, decodeStored(version.marc)));
  return before === undefined || after === undefined ? [] : differencesOf(before, after).fields;
}
