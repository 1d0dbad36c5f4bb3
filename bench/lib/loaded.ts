import { fileURLToPath } from 'node:url';
import { type Library, openLibrary } from '../../src/library/open.ts';
import { prepareCorpus } from './corpus.ts';
import type { BenchOptions } from './options.ts';
import { buildPeer, peerRecords } from './peer.ts';
import { reperio, settingsOf } from './reperio.ts';

export const demoSite = fileURLToPath(new URL('../../src/demo/site.yaml', import.meta.url));

export interface Loaded {
  readonly library: Library;
  close(): Promise<void>;
}

/**
 * The library of a benchmark, with all its records and the same in the peer: loads what is missing,
 * keeps what is there.
 */
export async function openLoaded(options: BenchOptions): Promise<Loaded> {
  const corpus = await prepareCorpus(options);
  const library = await openLibrary(settingsOf(options.data));
  try {
    if (library.snapshot().records === 0) {
      if (options.file === undefined) await reperio(options.data, ['site', 'apply', demoSite]);
      await reperio(options.data, ['load', corpus.path, '--mode', 'insert', '--json']);
      await library.refresh();
    }
    const { records, site } = library.snapshot();
    const { database } = library;
    if (options.peer && (await peerRecords(database)) !== records) await buildPeer(database, site, corpus.path);
  } catch (error) {
    await library.close();
    throw error;
  }
  return { library, close: () => library.close() };
}
