import { compileAnalyzer } from '../../index/analysis/analyzer.ts';
import type { Field } from '../../marc/record.ts';
import { writeRecord } from '../../records/change.ts';
import { inTransaction } from '../../records/write.ts';
import { currentSite } from '../../site/versions.ts';
import type { Database } from '../../store/database.ts';

/** A record that the library has by itself. Its number. */
export async function insertRecord(database: Database, fields: readonly Field[]): Promise<number> {
  const { site } = await currentSite(database);
  const record = { leader: '00000nam a2200000 a 4500', fields };
  const written = await inTransaction(database, (transaction) =>
    writeRecord(transaction, compileAnalyzer(site), { record, mode: 'insert', reason: 'test' }),
  );
  return written.id;
}
