/** The longest time between two successes, or between the beginning or end and one. */
export class GapMeter {
  #last = Date.now();
  #longest = 0;
  #at = this.#last;

  success(): void {
    const now = Date.now();
    if (now - this.#last > this.#longest) {
      this.#longest = now - this.#last;
      this.#at = this.#last;
    }
    this.#last = now;
  }

  /** Milliseconds, and since 1970. */
  get longest(): { readonly gap: number; readonly gapAt: number } {
    const open = Date.now() - this.#last;
    return open > this.#longest ? { gap: open, gapAt: this.#last } : { gap: this.#longest, gapAt: this.#at };
  }
}
