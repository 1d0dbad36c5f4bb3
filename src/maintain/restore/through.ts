import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../../config/settings.ts';
import { connect } from '../../store/database.ts';
import { includeLines } from '../../store/embedded/configuration.ts';
import { type Layout, layoutOf } from '../../store/embedded/layout.ts';
import { joinServer } from '../../store/embedded/share.ts';
import { makeOwnedFolder } from '../../store/folder-owner.ts';
import { migrate } from '../../store/migrate.ts';
import type { Store } from '../../store/open.ts';
import { makeDump } from '../backup/dump.ts';
import { folderPlace } from '../backup/folder-place.ts';
import type { Manifest } from '../backup/manifest.ts';
import type { Place } from '../backup/place.ts';
import type { Point } from './point.ts';
import { lastCommit, recovered, unpack } from './recover.ts';
import { type Restored, type RestoreOptions, restoreDump } from './restore.ts';
import { makeEmpty } from './target.ts';

/**
 * A base of another server has other roles, other databases and another configuration: it becomes a
 * server only for so long as a dump of the library is made of it, which then is restored, into any
 * server.
 */
export async function restoreThrough(options: Omit<RestoreOptions, 'manifest'>, point: Point): Promise<Restored> {
  const { settings, place, replace, signal, watch } = options;
  if (!replace) await makeEmpty({ settings, replace, signal });
  const folder = join(settings.dataFolder, 'recovering');
  makeOwnedFolder(settings.dataFolder);
  await removeScratch(folder);
  try {
    const layout = layoutOf(folder);
    watch?.onStep?.('tables');
    await unpack(options, point, layout);
    configure(layout);
    const store = await recovered(options, point, layout, () => openScratch(layout, settings, point.manifest));
    const between = withContentsOf(folderPlace(join(folder, 'dump')), place);
    let dumped: Manifest;
    try {
      await migrate(store.database);
      const { database, url } = store;
      const common = { database, url, settings, place: between, signal, withSecrets: false };
      ({ manifest: dumped } = await makeDump({ ...common, withIndex: true, withoutDocuments: true }));
    } finally {
      await store.release();
    }
    const at = (lastCommit(layout) ?? new Date(point.manifest.base!.stopped)).toISOString();
    const origin = { place, manifest: point.manifest, at };
    return await restoreDump({ ...options, place: between, manifest: dumped, origin });
  } finally {
    await removeScratch(folder);
  }
}

/** In the place of the configuration of that server, which names its own paths. */
function configure(layout: Layout): void {
  const write = (name: string, text: string): void => writeFileSync(join(layout.data, name), text, { mode: 0o600 });
  write('postgresql.conf', includeLines);
  write('postgresql.auto.conf', '');
  write('pg_hba.conf', 'local all all trust\n');
  write('pg_ident.conf', '');
  rmSync(join(layout.data, 'standby.signal'), { force: true });
}

/** As the role that the library was made with, which may read all of it. */
async function openScratch(layout: Layout, settings: Settings, { base }: Manifest): Promise<Store> {
  const server = await joinServer(layout, { anew: true });
  const url =
    base!.database === undefined
      ? server.url
      : server.url.replace(
          /\/\/[^/]*@\/[^?]*/,
          `//${encodeURIComponent(base!.role ?? '')}@/${encodeURIComponent(base!.database)}`,
        );
  const database = connect(url, { ...settings, patience: 0 });
  return {
    database,
    url,
    release: async () => {
      await database.close();
      await server.release();
    },
  };
}

/** The sets and segments of one place, and the documents of another. */
function withContentsOf(sets: Place, contents: Place): Place {
  const of = async (path: string): Promise<Place> =>
    path.startsWith('content/') && (await sets.size(path)) === undefined ? contents : sets;
  return {
    ...sets,
    read: async (path) => (await of(path)).read(path),
    size: async (path) => (await of(path)).size(path),
  };
}

/** What is left of one that was killed may still have a server. */
export async function removeScratch(folder: string): Promise<void> {
  const layout = layoutOf(folder);
  if (existsSync(layout.data))
    await joinServer(layout).then(
      (server) => server.release(),
      () => undefined,
    );
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
