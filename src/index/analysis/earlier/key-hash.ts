import { foldText } from './fold.ts';

/**
 * What counts of a text: all letters and digits; the same with one dash for what is between them;
 * or numbers told apart as well.
 */
type Way = 'letters' | 'parts' | 'numbered';

/**
 * A key is a 64-bit hash of a normalised identifier, as two numbers of 32 bits, made character by
 * character, since a record has dozens and strings would cost more than all else of it. Of 15
 * million references to 3 million identifiers a false one is met in one of 400,000 libraries.
 */
export class KeyHash {
  #high = 0;
  #low = 0;
  #length = 0;
  #endsInDigit = false;
  /** The last run of digits: its value, where it began, and the hash before it. */
  #number = -1;
  #numberAt = 0;
  #lowBefore = 0;
  #lengthBefore = 0;

  /** Begins a key of this kind (one character). */
  begin(kind: string): void {
    this.#high = 0x811c9dc5;
    this.#low = 0x2c1b3c6d;
    this.#number = -1;
    this.#add(kind.charCodeAt(0));
    this.#endsInDigit = false;
    this.#length = 0;
  }

  /** Characters that counted since `begin`. */
  get length(): number {
    return this.#length;
  }

  /** The last run of digits that `numbered` met; -1 when there was none. */
  get number(): number {
    return this.#number;
  }

  /** Where that run began in the text given last. */
  get numberAt(): number {
    return this.#numberAt;
  }

  /** Characters that counted before that run. */
  get lengthBefore(): number {
    return this.#lengthBefore;
  }

  /** A hash of what came before that run. */
  get nameBefore(): number {
    return this.#lowBefore;
  }

  /** Goes on as if this had come before that run. */
  replaceName([high, low]: readonly [number, number]): void {
    this.#high = high;
    this.#low = low;
    this.#endsInDigit = false;
  }

  /** For `replaceName`, and to compare with `nameBefore`. */
  get state(): readonly [high: number, low: number] {
    return [this.#high, this.#low];
  }

  /** Letters and digits without case and accents; nothing else counts. */
  letters(text: string, from = 0, to = text.length): void {
    this.#write(text, from, to, 'letters');
  }

  /** The same, but what is between them counts as one dash. */
  parts(text: string, from = 0, to = text.length): void {
    this.#write(text, from, to, 'parts');
  }

  /** As `letters`, but numbers are told apart and their leading zeros do not count. */
  numbered(text: string, from = 0, to = text.length): void {
    this.#write(text, from, to, 'numbered');
  }

  /** One character as it is. */
  code(code: number): void {
    this.#add(code);
    this.#endsInDigit = false;
    this.#length++;
  }

  /** Every character, without case. */
  whole(text: string, from = 0, to = text.length): void {
    for (let at = from; at < to; at++) {
      const code = text.charCodeAt(at);
      this.#add(code >= 0x41 && code <= 0x5a ? code + 32 : code);
    }
    this.#length += to - from;
  }

  /**
   * Appends the key to a list: high half, low half. The high half of a hash is never 0: 0 and a
   * record number are the key of that record.
   */
  pushTo(keys: number[]): void {
    let high = this.#high ^ (this.#low >>> 7);
    high = Math.imul(high ^ (high >>> 16), 0x85ebca6b);
    high = Math.imul(high ^ (high >>> 13), 0xc2b2ae35);
    let low = this.#low ^ (this.#high >>> 11);
    low = Math.imul(low ^ (low >>> 15), 0x2c1b3c6d);
    low = Math.imul(low ^ (low >>> 12), 0x297a2d39);
    keys.push((high ^ (high >>> 16)) >>> 0 || 1, (low ^ (low >>> 15)) >>> 0);
  }

  #write(given: string, first: number, last: number, way: Way): void {
    const ascii = isAscii(given, first, last);
    const text = ascii ? given : foldText(given.slice(first, last));
    const to = ascii ? last : text.length;
    let gap = false;
    let inNumber = false;
    let leading = false;
    for (let at = ascii ? first : 0; at < to; at++) {
      let code = text.charCodeAt(at);
      if (code >= 0x41 && code <= 0x5a) code += 32;
      const digit = code >= 0x30 && code <= 0x39;
      if (!digit && code < 0x80 && (code < 0x61 || code > 0x7a)) {
        gap = this.#length > 0;
        inNumber = false;
        continue;
      }
      this.#length++;
      if (way === 'numbered') {
        if (digit && !inNumber) {
          this.#numberAt = at;
          this.#lowBefore = this.#low;
          this.#lengthBefore = this.#length - 1;
          if (this.#endsInDigit) this.#add(0x2e);
          this.#number = 0;
          leading = true;
        }
        inNumber = digit;
        this.#endsInDigit = digit;
        if (digit) {
          this.#number = Math.min(this.#number * 10 + code - 0x30, largestNumber);
          if (leading && code === 0x30) continue;
          leading = false;
        }
      } else if (gap && way === 'parts') this.#add(0x2d);
      gap = false;
      this.#add(code);
    }
  }

  #add(code: number): void {
    this.#high = Math.imul(this.#high ^ code, 0x01000193);
    const low = Math.imul(this.#low + code, 0x9e3779b1);
    this.#low = low ^ (low >>> 15);
  }
}

const largestNumber = 1_000_000;

export function isAscii(text: string, from = 0, to = text.length): boolean {
  for (let at = from; at < to; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}
