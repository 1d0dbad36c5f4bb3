import { versionsText } from '../site/index-versions.ts';
import { takeLease, whileHeld } from '../store/lease.ts';
import type { IndexContext } from './context.ts';
import type { IndexWatch, OnProblem } from './entry.ts';
import type { Found, Work } from './find-work.ts';
import { foldDeltas } from './fold.ts';
import { type Merged, mergeAll, mergeNext } from './merging.ts';
import { nodesBehind, nodeText } from './nodes-behind.ts';
import { type RebuildProgress, RebuildStopped, rebuildIndex, reindexSegments } from './rebuild.ts';

export interface DoOptions {
  /** Looks once more, in our turn. */
  readonly look: () => Promise<Found>;
  /** Sentences for the log. */
  readonly say: (sentence: string) => void;
  /** Told what is begun, as the end of "while ...". */
  readonly doing: (what: string) => void;
}

/**
 * A load that began meanwhile is waited for so long at most: nothing else is done about the index
 * until then. Milliseconds.
 */
const loadsLimit = 300_000;
/** How often a rebuild says how far it is, in ms. */
const tellEvery = 10_000;

const what = {
  fold: 'folding new records into the index',
  merge: 'merging segments of the index',
  reindex: 'indexing records again',
  rebuild: 'rebuilding the index',
  take: 'rebuilding the index',
} as const satisfies Record<Work['kind'], string>;

/** Does one piece of work, if it is still to be done and nobody else works on the index. */
export async function doWork(context: IndexContext, seen: Work['kind'], options: DoOptions): Promise<void> {
  const { url, signal } = context;
  const lease = await takeLease(url, 'indexer', { label: `index ${seen}`, wait: false, ...(signal && { signal }) });
  if (lease === undefined) return;
  try {
    // The process that held the lease may have done it.
    const found = await options.look();
    const work = seen === 'take' ? found.newer : found.work;
    if (work !== undefined) await doNow({ ...context, signal: whileHeld(lease, signal) }, work, options);
  } finally {
    await lease.release();
  }
}

async function doNow(context: IndexContext, work: Work, { say, doing }: DoOptions): Promise<void> {
  const onProblem: OnProblem = (record, reason) => say(`Record ${record} could not be indexed completely: ${reason}.`);
  const watch: IndexWatch = {
    onProblem,
    onPage: (first, last) => doing(`${what[work.kind]} (records ${first} to ${last})`),
  };
  const onProgress = progressOf(say);
  doing(what[work.kind]);
  switch (work.kind) {
    case 'fold': {
      const rows = await foldDeltas(context, watch);
      return say(`Wrote ${rows} ${rows === 1 ? 'change' : 'changes'} to an index segment.`);
    }
    case 'merge': {
      const onMerge = ({ segments, records }: Merged): void =>
        say(`Merging ${segments} index segments of ${records} records.`);
      // One at a time while nobody writes: somebody may have begun to.
      if (work.isQuiet) await mergeNext(context, true, onMerge);
      else await mergeAll(context, onMerge);
      return;
    }
    case 'reindex': {
      const records = await reindexSegments(context, work.segments, watch);
      return say(`Indexed ${records} records again, which had been indexed under an earlier site file.`);
    }
    case 'rebuild': {
      say('The site file has changed what is indexed: rebuilding the index.');
      const records = await rebuildIndex(context, { ...watch, onProgress });
      return say(`The index was rebuilt: ${records} records.`);
    }
    case 'take': {
      const wanted = versionsText(work.versions);
      say(`All nodes know ${wanted}: rebuilding the index beside the live one.`);
      const why = async (): Promise<string | undefined> => {
        const nodes = await nodesBehind(context.database, work.versions);
        return nodes.length === 0 ? undefined : `these nodes no longer know it: ${nodes.map(nodeText).join(', ')}`;
      };
      try {
        const take = { versions: work.versions, kept: false };
        const onWait = (holder: string): void => say(`The new index waits for ${holder} to finish before it is used.`);
        const options = { ...watch, take, why, onProgress, onWait, waitLimit: loadsLimit };
        const records = await rebuildIndex(context, options);
        say(`The index now has ${wanted}: ${records} records.`);
      } catch (error) {
        if (!(error instanceof RebuildStopped)) throw error;
        say(`The index was not changed: ${error.message}.`);
      }
    }
  }
}

function progressOf(say: (sentence: string) => void): (progress: RebuildProgress) => void {
  const began = performance.now();
  let told = began;
  return ({ records, total }) => {
    const now = performance.now();
    if (now - told < tellEvery || records === 0) return;
    told = now;
    const left = Math.round((((now - began) / records) * Math.max(0, total - records)) / 1000);
    say(`Rebuilding the index: ${records} of ${total} records, about ${left} s left.`);
  };
}
