import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Queryable } from './database.ts';
import { storeErrors } from './errors.ts';

/** A restore that was killed leaves a library that is not whole: nobody takes it for one. */

/** In the data folder while a restore is under way. */
export function restoreMarker(dataFolder: string): string {
  return join(dataFolder, 'restore.json');
}

/** The backup that is, or was, being restored into this data folder. */
export function unfinishedRestore(dataFolder: string): string | undefined {
  try {
    return String((JSON.parse(readFileSync(restoreMarker(dataFolder), 'utf8')) as { set?: unknown }).set);
  } catch (error) {
    return error instanceof SyntaxError ? 'of an unknown name' : undefined;
  }
}

/** The same, as the database knows it. */
export async function unfinishedInDatabase(database: Queryable): Promise<string | undefined> {
  const [row] = await database.query<{ name: string }>(
    sql`SELECT name FROM restored WHERE ended IS NULL ORDER BY id DESC LIMIT 1`,
  );
  return row?.name;
}

/** Throws `restoreUnfinished`. */
export function refuseUnfinished(set: string | undefined): void {
  if (set !== undefined) throw new UserError(storeErrors.restoreUnfinished, { set });
}
