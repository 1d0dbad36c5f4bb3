import type { Database } from '../../store/database.ts';
import { keysToLookUp } from '../identifiers.ts';
import { fetchHolders, fetchKeys, type WriteMode } from '../matching.ts';
import type { PendingKeys } from './pending.ts';
import type { Identified } from './protocol.ts';

/**
 * Who holds which key while one batch is matched: the database, waiting batches, and the records
 * before in this batch.
 */
export class BatchView {
  readonly #pending: PendingKeys;
  readonly #holders = new Map<string, number>();
  readonly #keys = new Map<number, readonly string[]>();
  readonly #changes = new Map<number, { readonly before: readonly string[]; after: readonly string[] }>();
  touchesPending = false;
  /** Records that may be replaced. */
  known: ReadonlySet<number> = new Set();

  constructor(pending: PendingKeys) {
    this.#pending = pending;
  }

  /**
   * Looks into the waiting batches before each question, so what commits in between is found in one
   * of both.
   */
  async load(database: Database, mode: WriteMode, identities: Identified['identities']): Promise<void> {
    const ask = new Set<string>();
    const numbers = new Set<number>();
    for (const identity of identities) {
      if (identity === undefined) continue;
      if (identity.number > 0) numbers.add(identity.number);
      for (const key of keysToLookUp(identity)) {
        const holder = this.#pending.holder(key);
        if (holder === undefined) ask.add(key);
        else this.#hold(key, holder);
      }
    }
    for (const [key, holder] of await fetchHolders(database, ask)) this.#holders.set(key, holder);
    if (mode === 'insert') return;
    for (const holder of this.#holders.values()) if (holder > 0) numbers.add(holder);
    this.known = numbers;
    const askKeys: number[] = [];
    for (const id of numbers) {
      const keys = this.#pending.keys(id);
      if (keys === undefined) askKeys.push(id);
      else this.#keys.set(id, keys);
    }
    for (const [id, keys] of await fetchKeys(database, askKeys)) this.#keys.set(id, keys);
  }

  holder(key: string): number {
    return this.#holders.get(key) ?? 0;
  }

  /** What a record that is replaced or deleted is known by now. */
  keysOf(id: number): readonly string[] {
    return this.#keys.get(id) ?? [];
  }

  /** The record takes these keys instead of those it had. */
  take(id: number, keys: readonly string[]): void {
    const before = this.#keys.get(id) ?? [];
    for (const key of before) this.#holders.set(key, 0);
    for (const key of keys) this.#holders.set(key, id);
    this.#keys.set(id, keys);
    if (this.#pending.keys(id) !== undefined) this.touchesPending = true;
    const change = this.#changes.get(id);
    if (change === undefined) this.#changes.set(id, { before, after: keys });
    else change.after = keys;
  }

  /** Makes the changes known to the batches behind this one. */
  publish(batch: number): void {
    for (const [id, { before, after }] of this.#changes) this.#pending.change(batch, id, before, after);
  }

  #hold(key: string, holder: number): void {
    this.#holders.set(key, holder);
    // A key that a waiting batch took away can only be given again after it.
    if (holder === 0) this.touchesPending = true;
  }
}
