/**
 * One process holds many segments; what it decoded of them shares one bound for each kind of thing.
 */
export interface CacheLimits {
  /** Bytes, estimated. */
  readonly bitmaps: number;
  readonly postings: number;
  readonly dictionary: number;
}

const entryOverhead = 120;

interface Entry {
  readonly key: number;
  readonly shelf: Map<number, Entry>;
  readonly value: unknown;
  size: number;
  older: Entry | undefined;
  newer: Entry | undefined;
}

/** Least recently used goes first. */
class Cache {
  limit: number;
  used = 0;
  hits = 0;
  misses = 0;
  #oldest: Entry | undefined;
  #newest: Entry | undefined;

  constructor(limit: number) {
    this.limit = limit;
  }

  touch(entry: Entry): void {
    if (entry === this.#newest) return;
    this.#unlink(entry);
    this.#link(entry);
  }

  add(entry: Entry): void {
    this.used += entry.size;
    this.#link(entry);
    this.trim();
  }

  grow(entry: Entry, bytes: number): void {
    entry.size += bytes;
    this.used += bytes;
    this.trim();
  }

  remove(entry: Entry): void {
    entry.shelf.delete(entry.key);
    this.used -= entry.size;
    this.#unlink(entry);
  }

  trim(): void {
    while (this.used > this.limit && this.#oldest) this.remove(this.#oldest);
  }

  #link(entry: Entry): void {
    entry.older = this.#newest;
    entry.newer = undefined;
    if (this.#newest) this.#newest.newer = entry;
    else this.#oldest = entry;
    this.#newest = entry;
  }

  #unlink(entry: Entry): void {
    if (entry.older) entry.older.newer = entry.newer;
    else this.#oldest = entry.newer;
    if (entry.newer) entry.newer.older = entry.older;
    else this.#newest = entry.older;
  }
}

const megabyte = 1024 * 1024;
const caches = {
  bitmaps: new Cache(28 * megabyte),
  postings: new Cache(64 * megabyte),
  dictionary: new Cache(10 * megabyte),
};

/** Bounds of this process's caches over all segments. */
export function limitSegmentCaches(limits: CacheLimits): void {
  for (const kind of ['bitmaps', 'postings', 'dictionary'] as const) {
    caches[kind].limit = limits[kind];
    caches[kind].trim();
  }
}

/** What the caches have been good for since the process began. */
export function segmentCacheUse(): Readonly<
  Record<keyof CacheLimits, { readonly bytes: number; readonly hits: number; readonly misses: number }>
> {
  const use = ({ used, hits, misses }: Cache) => ({ bytes: used, hits, misses });
  return { bitmaps: use(caches.bitmaps), postings: use(caches.postings), dictionary: use(caches.dictionary) };
}

/** Bytes held at present, estimated. */
export function segmentCacheSizes(): CacheLimits {
  return { bitmaps: caches.bitmaps.used, postings: caches.postings.used, dictionary: caches.dictionary.used };
}

/** One segment's part of a cache. */
export class CacheShelf<V> {
  readonly #cache: Cache;
  readonly #entries = new Map<number, Entry>();

  constructor(kind: keyof CacheLimits) {
    this.#cache = caches[kind];
  }

  get(key: number): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry) {
      this.#cache.misses++;
      return undefined;
    }
    this.#cache.hits++;
    this.#cache.touch(entry);
    return entry.value as V;
  }

  set(key: number, value: V, bytes: number): void {
    const entry: Entry = {
      key,
      shelf: this.#entries,
      value,
      size: bytes + entryOverhead,
      older: undefined,
      newer: undefined,
    };
    const before = this.#entries.get(key);
    if (before) this.#cache.remove(before);
    this.#entries.set(key, entry);
    this.#cache.add(entry);
  }

  /** The value now takes more room than it did. */
  grow(key: number, bytes: number): void {
    const entry = this.#entries.get(key);
    if (entry) this.#cache.grow(entry, bytes);
  }

  clear(): void {
    for (const entry of [...this.#entries.values()]) this.#cache.remove(entry);
  }
}
