import { orderable } from '../orderable.ts';
import { ansel, ascii, type CharacterSet, setsByFinal } from './tables.ts';

export interface Decoded {
  /** Unicode, NFC. */
  readonly text: string;
  /**
   * What could not be decoded, as "EACC character 0x213021"; each stands in the text as 〓 (EACC) or
   * U+FFFD.
   */
  readonly problems: readonly string[];
}

/**
 * Chinese, Japanese and Korean: three bytes for a character, over 15,000 of them; recognised, not
 * decoded.
 */
const eacc = 'EACC';
/** What libraries print for an ideograph they cannot. */
const geta = '〓';
const replacement = '\ufffd';

/**
 * Decodes MARC-8 (loc.gov/marc/specifications/speccharmarc8.html), given as one character for each
 * byte. Escape sequences are in force to the end of the value; every value begins with ASCII in G0
 * and ANSEL in G1. Marks that combine stand before their letter in MARC-8, after it in Unicode.
 */
export function decodeMarc8(bytes: string): Decoded {
  const decoder = new Marc8Decoder(bytes);
  return { text: orderable(decoder.run()).normalize('NFC'), problems: decoder.problems };
}

class Marc8Decoder {
  readonly problems: string[] = [];
  readonly #bytes: string;
  #at = 0;
  #g0: CharacterSet | typeof eacc = ascii;
  #g1: CharacterSet | typeof eacc = ansel;
  #text = '';
  /** Marks that wait for their letter. */
  #marks = '';
  /** Marks that were met; of interest for those whose second half is still to come. */
  readonly #openHalves = new Set<string>();

  constructor(bytes: string) {
    this.#bytes = bytes;
  }

  run(): string {
    const bytes = this.#bytes;
    while (this.#at < bytes.length) {
      const byte = bytes.charCodeAt(this.#at);
      if (byte === 0x1b) this.#escape();
      else if ((byte & 0x7f) <= 0x20 || (byte & 0x7f) === 0x7f) this.#control(byte);
      else {
        const set = byte < 0x80 ? this.#g0 : this.#g1;
        if (set === eacc) this.#ideograph();
        else this.#character(set, byte);
      }
    }
    if (this.#marks !== '') this.problems.push('combining mark without a letter');
    return this.#text + this.#marks;
  }

  #character(set: CharacterSet, byte: number): void {
    const code = (byte & 0x7f) - 0x21;
    const character = set.characters[code];
    this.#at += 1;
    if (character === undefined) {
      this.problems.push(`${set.name} character 0x${hexadecimal(byte)}`);
      this.#emit(replacement);
    } else if (!set.combining[code]) this.#emit(character);
    else if (!this.#isSecondHalf(character)) {
      this.#marks += character;
      this.#openHalves.add(character);
    }
  }

  /**
   * The marks over two letters have two halves in MARC-8, and one character (after the first
   * letter) in Unicode.
   */
  #isSecondHalf(character: string): boolean {
    const first = firstHalves.get(character);
    if (first === undefined || !this.#openHalves.has(first)) return false;
    return this.#openHalves.delete(first);
  }

  #ideograph(): void {
    let code = '';
    const side = this.#bytes.charCodeAt(this.#at) & 0x80;
    while (code.length < 6) {
      const byte = this.#bytes.charCodeAt(this.#at);
      if (Number.isNaN(byte) || byte === 0x1b || (byte & 0x80) !== side) break;
      code += hexadecimal(byte & 0x7f);
      this.#at += 1;
    }
    this.problems.push(`EACC character 0x${code}`);
    this.#emit(geta);
  }

  #control(byte: number): void {
    this.#at += 1;
    this.#emit(controls.get(byte) ?? String.fromCharCode(byte));
  }

  #emit(character: string): void {
    this.#text += character + this.#marks;
    this.#marks = '';
  }

  /**
   * ESC, perhaps "$" (several bytes), then "(" or "," for G0, ")" or "-" for G1, perhaps "!", and
   * the final that names the set.
   */
  #escape(): void {
    const [sequence, short, multiple, multipleSide, singleSide, final] =
      escapePattern.exec(this.#bytes.slice(this.#at, this.#at + 5)) ?? [];
    if (sequence === undefined) {
      const shown = [...this.#bytes.slice(this.#at, this.#at + 3)].map((char) => hexadecimal(char.charCodeAt(0)));
      this.problems.push(`escape sequence 0x${shown.join('')}`);
      this.#at += 1;
      this.#emit(replacement);
      return;
    }
    this.#at += sequence.length;
    const set = short === 's' ? ascii : multiple === '$' ? eacc : setsByFinal[short ?? final ?? ''];
    const side = multipleSide ?? singleSide;
    if (side === ')' || side === '-') this.#g1 = set ?? ansel;
    else this.#g0 = set ?? ascii;
  }
}

const escapePattern = /^\x1b(?:([gbps])|(\$)([(,)-])?1|([(,)-])!?([BENQS234]))/;

const firstHalves: ReadonlyMap<string, string> = new Map([
  ['\ufe21', '\u0361'],
  ['\ufe23', '\u0360'],
]);

/** Non-sorting characters begin and end; zero width joiner and non-joiner. */
const controls: ReadonlyMap<number, string> = new Map([
  [0x88, '\u0098'],
  [0x89, '\u009c'],
  [0x8d, '\u200d'],
  [0x8e, '\u200c'],
]);

function hexadecimal(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
