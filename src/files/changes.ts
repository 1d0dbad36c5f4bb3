import sql from 'sql-template-tag';
import type { Queryable } from '../store/database.ts';
import { poll } from '../store/poll.ts';

/** How often documents of records have changed; 0: there never were any. One statement. */
export async function documentChanges(database: Queryable): Promise<string> {
  const [row] = await database.query<{ count: string }>(sql`
    SELECT coalesce((SELECT count FROM document_changes), (SELECT count(*) FROM (SELECT FROM file LIMIT 1) AS any_file))::text AS count`);
  return row!.count;
}

export interface DocumentWatch {
  /** As it was a second ago at most; while the database is away, as it was before. */
  now(): string;
  /** Reads it again. */
  look(): Promise<void>;
  close(): void;
}

/**
 * Looks each second while it is used. Lists of records go by it: they show thumbnails of documents
 * and ask for none where there are no documents, and what browsers keep of them is good until one
 * changes.
 */
export async function watchDocuments(database: Queryable): Promise<DocumentWatch> {
  let now = await documentChanges(database);
  let looking: Promise<void> | undefined;
  const look = (): Promise<void> => {
    looking ??= documentChanges(database)
      .then(
        (count) => {
          now = count;
        },
        // The next look may succeed.
        () => undefined,
      )
      .finally(() => {
        looking = undefined;
      });
    return looking;
  };
  const polling = poll(() => void look());
  return {
    now: () => {
      polling.used();
      return now;
    },
    look,
    close: () => polling.stop(),
  };
}
