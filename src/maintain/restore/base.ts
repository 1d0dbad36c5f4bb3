import { join } from 'node:path';
import sql from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import { openContentStore } from '../../files/open.ts';
import { findBinaries } from '../../store/embedded/binaries.ts';
import { layoutOf } from '../../store/embedded/layout.ts';
import { makeOwnedFolder } from '../../store/folder-owner.ts';
import { migrate } from '../../store/migrate.ts';
import { openStore, type Store } from '../../store/open.ts';
import { contentsOf } from '../backup/contents.ts';
import { restoreDocuments } from './documents.ts';
import { restoreErrors } from './errors.ts';
import type { Point } from './point.ts';
import { lastCommit, recovered, unpack } from './recover.ts';
import { begin, end, intoEmpty, type Restored, type RestoreOptions, requireWhole, timed } from './restore.ts';
import { restoreThrough } from './through.ts';

/**
 * Makes a library of a base and the archived log, up to the last commit before a point in time. The
 * index is in it. Throws as `restoreDump`.
 */
export async function restoreBase(options: Omit<RestoreOptions, 'manifest'>, point: Point): Promise<Restored> {
  const { place, settings, signal, watch = {} } = options;
  const { manifest } = point;
  const { set, server, base } = manifest;
  const wrong = (problem: string, instead: string): UserError =>
    new UserError(restoreErrors.kindWrong, { set, kind: 'base', problem, instead });
  const dumps = 'Restore a dump: `reperio backup list`.';
  if (base === undefined) throw wrong('it has no files of a server', dumps);
  const { major } = findBinaries();
  if (server.replace(/\..*/, '') !== major)
    throw wrong(
      `it is of PostgreSQL ${server}, and this release has ${major}`,
      base.embedded ? dumps : `${dumps} A server of that version reads the files in base.tar.zst of the backup.`,
    );
  await requireWhole(place, manifest);
  if (!base.embedded || settings.databaseUrl !== undefined) return await restoreThrough(options, point);
  const layout = layoutOf(settings.dataFolder);
  let tables = 0;
  const open = async (): Promise<Store> => {
    watch.onStep?.('tables');
    const opened = await timed(async () => {
      await unpack(options, point, layout);
      const store = await recovered(options, point, layout, () =>
        openStore(settings, { schema: 'any', unfinished: true, signal }),
      );
      await store.database.query(sql`SELECT pg_reload_conf()`);
      return store;
    });
    tables = opened.seconds;
    return opened.result;
  };
  return await intoEmpty(
    { ...options, manifest },
    async ({ database }) => {
      const at = (lastCommit(layout) ?? new Date(base.stopped)).toISOString();
      await database.transaction((transaction) => begin(transaction, set, at), { timeout: 0 });
      await migrate(database);
      watch.onStep?.('documents');
      const documents = await timed(async () => {
        if (options.withoutDocuments === true) return { count: 0, copied: 0, bytes: 0, lost: [] };
        // The rows are there already: the folder is made without looking for files of before.
        if (settings.files === undefined) makeOwnedFolder(join(settings.dataFolder, 'files'));
        const nothingYet = { query: async () => [] };
        const store = openContentStore(nothingYet, settings, async () => manifest.library);
        return await restoreDocuments(place, store, await contentsOf(database), { signal });
      });
      await end(database);
      const [row] = await database.query<{ records: number }>(
        sql`SELECT count(*) AS records FROM record WHERE NOT deleted`,
      );
      return {
        ...{ set, at, records: row!.records, documents: documents.result },
        took: { documents: documents.seconds, tables, index: 0 },
      };
    },
    open,
  );
}
