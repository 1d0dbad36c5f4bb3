import type { Queryable } from '../../store/database.ts';
import { keysToLookUp } from '../identifiers.ts';
import { fetchAliases, fetchExisting, fetchHolders, fetchKeys } from '../matching.ts';
import type { WriteMode } from '../modes.ts';
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
  /** Of records that were merged into others: these keep them. */
  #aliases: ReadonlyMap<number, readonly string[]> = new Map();
  readonly #changes = new Map<number, { readonly before: readonly string[]; after: readonly string[] }>();
  readonly #changedKeys = new Set<string>();
  /** Records that are there, and those that waiting batches wrote when they were asked. */
  readonly #existing = new Set<number>();
  touchesPending = false;
  /** Something was answered by what a waiting batch is expected to do. */
  asksPending = false;
  /** Something was answered by what a record before in this batch is expected to do. */
  asksItself = false;

  constructor(pending: PendingKeys) {
    this.#pending = pending;
  }

  /**
   * Looks into the waiting batches before each question, so what commits in between is found in one
   * of both. `known`: the highest number that a 001 without 003 may mean.
   */
  async load(database: Queryable, mode: WriteMode, identities: Identified['identities'], known: number): Promise<void> {
    const ask = new Set<string>();
    const numbers = new Set<number>();
    const claimed = new Set<number>();
    for (const identity of identities) {
      if (identity === undefined) continue;
      if (identity.number > 0) numbers.add(identity.number);
      if (identity.number > 0 && identity.number <= known) {
        if (this.#pending.keys(identity.number) === undefined) claimed.add(identity.number);
        else {
          this.#existing.add(identity.number);
          this.asksPending = true;
        }
      }
      for (const key of keysToLookUp(identity)) {
        const holder = this.#pending.holder(key);
        if (holder === undefined) ask.add(key);
        else this.#hold(key, holder);
      }
    }
    for (const [key, holder] of await fetchHolders(database, ask)) this.#holders.set(key, holder);
    for (const id of await fetchExisting(database, [...claimed])) this.#existing.add(id);
    if (mode === 'insert') return;
    for (const holder of this.#holders.values()) if (holder > 0) numbers.add(holder);
    const askKeys: number[] = [];
    for (const id of numbers) {
      const keys = this.#pending.keys(id);
      if (keys === undefined) askKeys.push(id);
      else this.#keys.set(id, keys);
    }
    for (const [id, keys] of await fetchKeys(database, askKeys)) this.#keys.set(id, keys);
    this.#aliases = await fetchAliases(database, [...numbers]);
  }

  holder(key: string): number {
    if (this.#changedKeys.has(key)) this.asksItself = true;
    return this.#holders.get(key) ?? 0;
  }

  /** Is there a record of this number? Only of numbers that were loaded is it known. */
  exists(id: number): boolean {
    return this.#existing.has(id) || this.#changes.has(id) || this.#pending.keys(id) !== undefined;
  }

  /** What a record that is replaced or deleted is known by now. */
  keysOf(id: number): readonly string[] {
    return this.#keys.get(id) ?? [];
  }

  /** The record takes these keys instead of those it had. */
  take(id: number, given: readonly string[]): void {
    const aliases = this.#aliases.get(id);
    const keys = aliases === undefined ? given : [...new Set([...given, ...aliases])];
    const before = this.#keys.get(id) ?? [];
    for (const key of before) this.#changedKeys.add(key);
    for (const key of keys) this.#changedKeys.add(key);
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
    this.asksPending = true;
    this.#holders.set(key, holder);
    // A key that a waiting batch took away can only be given again after it.
    if (holder === 0) this.touchesPending = true;
  }
}
