import sql from 'sql-template-tag';
import type { ContentStore } from '../../files/content.ts';
import { tryHoldContent } from '../../files/content-lock.ts';
import type { Database } from '../../store/database.ts';
import { isHeld } from '../../store/lease.ts';

/** busy: somebody adds a file with it just now. named: somebody has. backup: one is running. */
export type Removal = 'removed' | 'busy' | 'named' | 'backup';

/**
 * Removes bytes that no file names. The order matters. While the lock is held nobody adds a file
 * that names them (`addFile`), so what the second statement says stays true to the end. A backup
 * that begins after the third one sees a library in which they are unnamed. Who is killed after the
 * bytes are gone leaves a row of `orphan_content`, which the next look forgets.
 */
export async function removeContent(
  database: Database,
  store: Pick<ContentStore, 'remove'>,
  digest: string,
): Promise<Removal> {
  return database.transaction(
    async (transaction) => {
      const isThis = sql`digest = decode(${digest}, 'hex')`;
      if (!(await tryHoldContent(transaction, digest))) return 'busy';
      const named = await transaction.query(sql`
        (SELECT FROM file WHERE ${isThis} LIMIT 1) UNION ALL (SELECT FROM job_file WHERE ${isThis} LIMIT 1)`);
      if (named.length === 0 && (await isHeld(transaction, 'backup'))) return 'backup';
      if (named.length === 0) await store.remove(digest);
      await transaction.query(sql`DELETE FROM orphan_content WHERE ${isThis}`);
      return named.length === 0 ? 'removed' : 'named';
    },
    // Each statement sees what was committed before it.
    { isolation: 'read committed' },
  );
}
