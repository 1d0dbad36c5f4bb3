import { Sql } from 'sql-template-tag';
import type { Database } from '../store/database.ts';

const within = 5_000;

/**
 * How PostgreSQL would run a statement, which is not run. Throws what it says, as for values that
 * were not kept.
 */
export async function explainStatement(database: Database, text: string, values: readonly unknown[]): Promise<string> {
  // "... $1 ... $2": the pieces between the values, in order; a value may be used twice.
  const pieces = text.split(/\$(\d+)/);
  const strings = pieces.filter((_, at) => at % 2 === 0);
  const used = pieces.filter((_, at) => at % 2 === 1).map((number) => values[Number(number) - 1]);
  const statement = new Sql([`EXPLAIN ${strings[0]}`, ...strings.slice(1)], used);
  const rows = await database.transaction((transaction) => transaction.query<{ 'QUERY PLAN': string }>(statement), {
    readOnly: true,
    timeout: within,
  });
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}
