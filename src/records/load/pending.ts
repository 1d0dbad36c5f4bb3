/**
 * What the batches that are not committed yet will change in who holds which key. Records are
 * matched against the database and this, so a batch sees those before it as if they were committed.
 */
export class PendingKeys {
  readonly #holders = new Map<string, { readonly id: number; readonly batch: number }>();
  readonly #keys = new Map<number, { readonly keys: readonly string[]; readonly batch: number }>();

  #highest = 0;

  /** The record that will hold a key: 0 for nobody, undefined when no waiting batch touches it. */
  holder(key: string): number | undefined {
    return this.#holders.get(key)?.id;
  }

  /** The keys a record will hold; undefined when no waiting batch writes it. */
  keys(id: number): readonly string[] | undefined {
    return this.#keys.get(id)?.keys;
  }

  /** The highest number of a record that waiting batches write; 0: there is none. */
  get highest(): number {
    return this.#highest;
  }

  change(batch: number, id: number, before: readonly string[], after: readonly string[]): void {
    this.#highest = Math.max(this.#highest, id);
    for (const key of before) this.#holders.set(key, { id: 0, batch });
    for (const key of after) this.#holders.set(key, { id, batch });
    this.#keys.set(id, { keys: after, batch });
  }

  /** The database knows now what this batch changed. */
  committed(batch: number): void {
    for (const [key, entry] of this.#holders) if (entry.batch === batch) this.#holders.delete(key);
    for (const [id, entry] of this.#keys) if (entry.batch === batch) this.#keys.delete(id);
  }

  clear(): void {
    this.#holders.clear();
    this.#keys.clear();
    this.#highest = 0;
  }
}
