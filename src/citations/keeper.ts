import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CitationGraph } from '../index/citation-graph.ts';
import type { CitationSource, CitedIndex } from '../index/citation-source.ts';
import { SegmentDamaged } from '../index/segment/errors.ts';
import { segmentFileName } from '../index/segment/open.ts';
import { fileLock } from '../store/file-lock.ts';
import { type Base, baseOf, emptyBase } from './base.ts';
import { buildInWorker } from './build-in-worker.ts';
import { ChangeFinder } from './changes.ts';
import { GraphDamaged, openGraph, type StoredGraph } from './graph-file.ts';
import { graphFiles, graphPath, removeOtherGraphs } from './graph-folder.ts';
import { Overlays } from './overlay.ts';

export interface KeeperOptions {
  /** DATA/index; shared by all processes of a node. */
  readonly folder: string;
  /** Called when a better graph is there; resolves when the snapshot has it. */
  readonly onNews: () => Promise<void>;
  /** Somebody met a damaged byte in the local file of this segment. */
  readonly onDamage: (segment: string) => void;
  /** Records that may differ from the graph's file; more make it anew. */
  readonly mostChanges?: number;
}

/** The graph of this process, kept up to date; see docs/ARCHITECTURE.md, "Citations". */
export interface CitationKeeper extends CitationSource {
  /**
   * From now on a graph is made when one is needed; until it is called only small libraries have
   * one. Resolves when there is one.
   */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Each is looked up in the file once, 0.2 ms, and laid over the rest at every change of the index,
 * 15 us.
 */
const standardMostChanges = 1_000;
/** While a load goes on the graph is made anew now and then: it may take a sixth of one core. */
const pauseFactor = 5;
const shortestPause = 1_000;
const longestPause = 60_000;
const longestWait = 15 * 60_000;

export function createCitationKeeper(options: KeeperOptions): CitationKeeper {
  return new Keeper(options);
}

interface Layer {
  readonly basis: string;
  readonly stored: { readonly graph: StoredGraph; readonly path: string } | undefined;
  readonly finder: ChangeFinder;
  readonly overlays: Overlays;
}

class Keeper implements CitationKeeper {
  readonly #options: KeeperOptions;
  readonly #most: number;
  readonly #stop = new AbortController();
  #layer: Layer | undefined;
  #index: CitedIndex | undefined;
  #last: { readonly basis: string; readonly graph: CitationGraph } | undefined;
  #isExact = false;
  #isWanted = false;
  #hasNews = false;
  #renewing: Promise<void> | undefined;
  #notBefore = 0;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#most = options.mostChanges ?? standardMostChanges;
  }

  get hasNews(): boolean {
    return this.#hasNews;
  }

  graphFor(index: CitedIndex): { readonly graph: CitationGraph | undefined; readonly isExact: boolean } {
    this.#index = index;
    this.#hasNews = false;
    if (this.#layer?.basis !== index.basis) this.#use(index.basis, undefined);
    const graph = this.#exactGraph(index);
    this.#isExact = graph !== undefined;
    if (graph !== undefined) this.#last = { basis: index.basis, graph };
    else if (this.#isWanted) this.#renewSoon();
    return { graph: this.#last?.basis === index.basis ? this.#last.graph : undefined, isExact: this.#isExact };
  }

  async ready(): Promise<void> {
    this.#isWanted = true;
    if (!this.#isExact && this.#index !== undefined) await this.#renew();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#renewing?.catch(() => undefined);
    this.#layer?.stored?.graph.close();
  }

  #exactGraph({ segments }: CitedIndex): CitationGraph | undefined {
    const { finder, overlays, stored } = this.#layer!;
    try {
      const changes = finder.find(segments);
      return changes === undefined ? undefined : overlays.over(changes, segments);
    } catch (error) {
      if (error instanceof SegmentDamaged) {
        this.#options.onDamage(error.segment);
      } else if (error instanceof GraphDamaged) {
        if (stored !== undefined) rmSync(stored.path, { force: true });
        this.#use(this.#layer!.basis, undefined);
      } else {
        throw error;
      }
      return undefined;
    }
  }

  #use(basis: string, stored: Layer['stored']): void {
    const base: Base = stored === undefined ? emptyBase : baseOf(stored.graph);
    this.#layer = { basis, stored, finder: new ChangeFinder(base, this.#most), overlays: new Overlays(base) };
  }

  #renewSoon(): void {
    void this.#renew().catch(async () => {
      // A segment was merged away meanwhile, or is damaged and being repaired: whoever asks has the
      // older graph.
      await sleep(longestPause / 10, undefined, { signal: this.#stop.signal, ref: false }).catch(() => undefined);
      if (!this.#stop.signal.aborted && !this.#isExact) this.#renewSoon();
    });
  }

  #renew(): Promise<void> {
    if (this.#renewing === undefined) {
      const renewing = this.#findOrBuild().finally(() => {
        this.#renewing = undefined;
      });
      // Not a part of it: what is told may find that the next one is needed.
      this.#renewing = renewing.then(() => (this.#hasNews ? this.#options.onNews() : undefined));
    }
    return this.#renewing;
  }

  async #findOrBuild(): Promise<void> {
    const { signal } = this.#stop;
    const { folder, onDamage } = this.#options;
    const pause = this.#notBefore - performance.now();
    if (pause > 0) await sleep(pause, undefined, { signal, ref: false });
    let stored = await this.#openFitting();
    if (stored === undefined) {
      mkdirSync(folder, { recursive: true });
      const lock = await fileLock(join(folder, 'graph.lock'), 'exclusive', { signal, timeout: longestWait });
      try {
        // Another process of this node may have made it meanwhile.
        stored = (await this.#openFitting()) ?? (await this.#build());
      } catch (error) {
        if (error instanceof SegmentDamaged) onDamage(error.segment);
        throw error;
      } finally {
        lock.release();
      }
    }
    if (stored === undefined) return;
    this.#use(stored.graph.head.basis, stored);
    this.#hasNews = true;
  }

  /** A file that few records differ from, if there is one. */
  async #openFitting(): Promise<Layer['stored']> {
    const { basis, segments } = this.#index!;
    for (const { path, head } of graphFiles(this.#options.folder)) {
      if (head.basis !== basis || path === this.#layer?.stored?.path) continue;
      const graph = await openGraph(path).catch((error: unknown) => {
        if (error instanceof GraphDamaged) rmSync(path, { force: true });
        return undefined;
      });
      if (graph === undefined) continue;
      if (new ChangeFinder(baseOf(graph), this.#most).find(segments) !== undefined) return { graph, path };
      graph.close();
    }
    return undefined;
  }

  async #build(): Promise<Layer['stored']> {
    const { folder } = this.#options;
    const { basis, stored: segments } = this.#index!;
    const path = graphPath(folder, basis, segments);
    const paths = segments.map((id) => join(folder, segmentFileName(id)));
    const started = performance.now();
    await buildInWorker({ paths, segments, basis, path }, folder, this.#stop.signal);
    const took = performance.now() - started;
    this.#notBefore = performance.now() + Math.min(longestPause, Math.max(shortestPause, pauseFactor * took));
    removeOtherGraphs(folder, path);
    return { graph: await openGraph(path), path };
  }
}
