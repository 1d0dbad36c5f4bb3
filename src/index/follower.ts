import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { IndexVersions } from '../site/index-versions.ts';
import { type InForce, newestSite, siteAt, siteInForce } from '../site/versions.ts';
import type { Database } from '../store/database.ts';
import { listen } from '../store/listen.ts';
import { type Poll, poll } from '../store/poll.ts';
import type { CitationSource } from './citation-source.ts';
import { DeltaSegments } from './delta-segments.ts';
import { indexErrors } from './errors.ts';
import { forgetLastView, readLastView, writeLastView } from './last-view.ts';
import { SnapshotBuilder } from './live.ts';
import { indexChannel } from './manifest.ts';
import { whyUnknown } from './require-known.ts';
import { SegmentShelf } from './segment-shelf.ts';
import { StoredBlockDamaged, writeSegmentFile } from './segment-store.ts';
import type { IndexSnapshot } from './snapshot.ts';

/** Keeps this process's view of the index up to date: see docs/ARCHITECTURE.md, "Catching up". */
export interface Follower {
  /**
   * The newest complete view. Throws `notReady` before the first. Hold it for the length of a
   * question.
   */
  snapshot(): IndexSnapshot;
  /**
   * Looks now; resolves when what was committed before the call is in `snapshot()`. Throws what
   * stands in the way.
   */
  refresh(): Promise<void>;
  state(): FollowerState;
  /** Somebody met a damaged byte in the local file of this segment: it is fetched again. */
  repair(segment: string): Promise<void>;
  close(): Promise<void>;
}

export interface FollowerState {
  /**
   * Another one when `snapshot()` may be another one; asked for without keeping the follower awake.
   */
  readonly version: string;
  /** Version of the manifest that is served, 0 before the first. */
  readonly manifest: number;
  readonly segments: number;
  readonly deltas: number;
  readonly records: number;
  /** Milliseconds since the database was last read. */
  readonly age: number;
  /** Why the newest state is not served, in a sentence; undefined when it is. */
  readonly problem: string | undefined;
  /** The view goes on no further, since a newer release has made the index. */
  readonly stays: boolean;
}

export interface FollowerOptions {
  readonly database: Database;
  readonly url: string;
  /** DATA/index; shared by all processes of a node. */
  readonly folder: string;
  readonly signal?: AbortSignal;
  /**
   * Called for a segment whose stored blocks are damaged, to make it anew; until then the last view
   * is served.
   */
  readonly repair?: (segment: string) => Promise<void>;
  /** Gives each snapshot its citation graph. */
  readonly citations?: CitationSource;
}

const mostRounds = 10;

interface State {
  readonly version: number;
  readonly segments: readonly string[];
  readonly deltas: readonly string[];
  readonly library: string;
  readonly versions: IndexVersions;
  /** The site file in force. */
  readonly site: Pick<InForce, 'number' | 'digest'>;
  /** Digests of the site files under which the live segments were made. */
  readonly digests: readonly string[];
}

export function createFollower(options: FollowerOptions): Follower {
  const follower = new IndexFollower(options);
  follower.start();
  return follower;
}

class IndexFollower implements Follower {
  readonly #options: FollowerOptions;
  readonly #shelf: SegmentShelf;
  readonly #deltas = new DeltaSegments();
  readonly #builder = new SnapshotBuilder();
  readonly #stop = new AbortController();
  #snapshot: IndexSnapshot | undefined;
  #library = '';
  /** What the snapshot was made of. */
  #read = '';
  #manifest = 0;
  #inexact = 0;
  #checked = Number.NEGATIVE_INFINITY;
  #problem: string | undefined;
  /** Why this process stays at the view that it has. */
  #tooOld: string | undefined;
  #stays = false;
  /** There may be one, of this process or of one before. */
  #hasLastView = true;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #background: Promise<unknown> = Promise.resolve();
  #poll: Poll | undefined;
  readonly #repairing = new Set<string>();

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#shelf = new SegmentShelf(options.database, options.folder);
  }

  start(): void {
    const { url, signal } = this.#options;
    signal?.addEventListener('abort', () => void this.close(), { once: true });
    const wake = (): void => void this.refresh().catch(() => undefined);
    this.#background = listen(url, indexChannel, wake, this.#stop.signal).catch(() => undefined);
    this.#poll = poll(wake);
  }

  snapshot(): IndexSnapshot {
    this.#poll?.used();
    if (this.#snapshot === undefined) throw new UserError(indexErrors.notReady);
    return this.#snapshot;
  }

  state(): FollowerState {
    return {
      version: this.#snapshot?.version ?? '',
      manifest: this.#manifest,
      segments: this.#snapshot?.segments.length ?? 0,
      deltas: this.#deltas.count,
      records: this.#snapshot?.records ?? 0,
      age: performance.now() - this.#checked,
      problem: this.#problem,
      stays: this.#stays,
    };
  }

  refresh(): Promise<void> {
    // A look that is under way may have read before the caller committed; one more begins after it,
    // shared by all who ask meanwhile.
    if (this.#running === undefined) return this.#begin();
    this.#next ??= this.#running.catch(() => undefined).then(() => this.#begin());
    return this.#next;
  }

  async repair(segment: string): Promise<void> {
    await this.#running?.catch(() => undefined);
    await this.#shelf.drop(segment);
    this.#manifest = 0;
    await this.refresh();
  }

  async close(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    this.#stop.abort();
    this.#poll?.stop();
    await this.#background;
    await this.#next?.catch(() => undefined);
    await this.#running?.catch(() => undefined);
    await this.#shelf.close();
  }

  #begin(): Promise<void> {
    this.#next = undefined;
    const running = this.#look().finally(() => {
      if (this.#running === running) this.#running = undefined;
    });
    this.#running = running;
    return running;
  }

  async #look(): Promise<void> {
    if (this.#stop.signal.aborted) return;
    try {
      for (let round = 1; ; round++) {
        if (await this.#advance(round === mostRounds)) break;
      }
      this.#problem = this.#tooOld;
    } catch (error) {
      this.#problem = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }

  /** False when what was read changed before all of it was here; `last` throws instead. */
  async #advance(last: boolean): Promise<boolean> {
    const { database } = this.#options;
    const state = await readState(database);
    const { site, number } = await siteInForce(database, { ...state.site, ...state.versions });
    this.#checked = performance.now();
    const unknown = whyUnknown(state.versions);
    this.#tooOld = unknown?.message;
    if (unknown !== undefined) {
      await this.#stay(state, unknown);
      return true;
    }
    if (state.library !== this.#library) {
      // Another library, or the same after a restore: sequence numbers may mean other rows now.
      this.#deltas.clear();
      this.#library = state.library;
    }
    const { analysis, format } = state.versions;
    const version = [
      state.library,
      state.version,
      `${number}-${analysis}-${format}`,
      state.deltas.length,
      state.deltas.at(-1) ?? 0,
    ].join('.');
    const isNew = this.#read !== version || this.#manifest !== state.version;
    if (!isNew && !this.#stays && this.#options.citations?.hasNews !== true) return true;
    this.#stays = false;
    let segments: Awaited<ReturnType<SegmentShelf['take']>>;
    try {
      segments = await this.#shelf.take(state.segments);
    } catch (error) {
      // Gone because it was merged away meanwhile is not damage.
      if (!last && (await readState(database)).version !== state.version) return false;
      this.#askToHeal(error);
      throw error;
    }
    if (!(await this.#deltas.hold(database, state.deltas, site)) && !last) return false;
    const all = [...segments, ...this.#deltas.segments];
    const plain = this.#builder.build({ version, site, siteVersion: number, segments: all });
    const snapshot = this.#withCitations(plain, state);
    // What was served while the index was too new is of no use any more, to nobody.
    if (this.#hasLastView) forgetLastView(this.#options.folder);
    this.#hasLastView = false;
    this.#snapshot = snapshot;
    this.#read = version;
    this.#problem = undefined;
    this.#manifest = state.version;
    await this.#shelf.setLive(state.segments);
    this.#shelf.guard(snapshot);
    return true;
  }

  /**
   * A newer release has made the index in a way that we do not know: what this node had is served,
   * and said to be old. Throws `unknown` when it had nothing.
   */
  async #stay({ library }: State, unknown: UserError): Promise<void> {
    const { folder, database } = this.#options;
    if (this.#stays) return;
    if (this.#snapshot !== undefined) {
      for (const data of this.#deltas.data) writeSegmentFile(folder, data);
      writeLastView(folder, {
        library,
        version: this.#manifest,
        siteVersion: this.#snapshot.siteVersion,
        versions: this.#snapshot.site.indexed,
        segments: this.#snapshot.segments.map(({ segment }) => segment.id),
      });
    } else {
      const view = readLastView(folder, library);
      if (view === undefined) throw unknown;
      const { siteVersion, versions, version: manifest } = view;
      const site = await siteAt(database, siteVersion, versions);
      const segments = await this.#shelf.take(view.segments);
      const version = [library, manifest, siteVersion, 'last', versions.analysis, versions.format].join('.');
      this.#snapshot = this.#builder.build({ version, site, siteVersion, segments });
      this.#manifest = manifest;
      this.#shelf.guard(this.#snapshot);
    }
    this.#stays = true;
    this.#hasLastView = true;
  }

  #withCitations(snapshot: IndexSnapshot, { segments: stored, library, digests }: State): IndexSnapshot {
    const { citations } = this.#options;
    if (citations === undefined) return snapshot;
    const basis = [library, ...digests].join(' ');
    const { graph, isExact } = citations.graphFor({ segments: snapshot.segments, stored, basis });
    // Two processes may serve different graphs meanwhile: nobody may take one's pages for the
    // other's.
    const version = isExact ? snapshot.version : `${snapshot.version}.${process.pid}-${++this.#inexact}`;
    return { ...snapshot, version, citations: graph };
  }

  #askToHeal(error: unknown): void {
    const { repair } = this.#options;
    if (repair === undefined || !(error instanceof StoredBlockDamaged)) return;
    const { segment } = error;
    if (this.#repairing.has(segment)) return;
    this.#repairing.add(segment);
    void repair(segment)
      .catch(() => undefined)
      .finally(() => this.#repairing.delete(segment));
  }
}

/**
 * One statement, so one moment: segments and deltas fit together however commits are ordered. The
 * limits tell the planner that these tables have one row: nobody analyses so small ones, and it
 * takes them for thousands.
 */
async function readState(database: Database): Promise<State> {
  const [state] = await database.query<Omit<State, 'versions' | 'site'> & InForce>(sql`
    SELECT manifest.version, manifest.segments, manifest.analysis, manifest.format,
      ARRAY(SELECT seq::text FROM delta ORDER BY seq) AS deltas,
      library.id || '.' || library.timeline AS library,
      ARRAY(SELECT DISTINCT index_digest FROM segment WHERE id = ANY (manifest.segments) ORDER BY 1) AS digests,
      coalesce(site.number, 0) AS number, coalesce(site.digest, '') AS digest
    FROM (SELECT * FROM manifest LIMIT 1) AS manifest CROSS JOIN (SELECT * FROM library LIMIT 1) AS library
      LEFT JOIN ${newestSite} AS site ON true`);
  if (state === undefined) throw new Error('the manifest row is missing');
  const { analysis, format, number, digest } = state;
  return { ...state, versions: { analysis, format }, site: { number, digest } };
}
