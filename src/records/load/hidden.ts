import { tagsMeant } from '../../marc/linked.ts';
import { compilePath, type MarcPath } from '../../marc/path.ts';
import type { Field, MarcRecord } from '../../marc/record.ts';
import { withoutPaths } from '../../marc/select-fields.ts';
import { type HiddenPlaces, type PathMask, placesOf, putBack } from './hidden-places.ts';

/**
 * What becomes of the hidden fields of a stored record (`hidden-paths` of the site file) when the
 * record that replaces it has none of them: it is refused, or takes them over, or they go.
 * `unseen`: whoever sends it is not shown them, so it takes them over, and may bring none itself:
 * what stands there would be lost, or told, by the answer.
 */
export type HiddenFields = 'refuse' | 'keep' | 'drop' | 'unseen';

/** What is known of hidden fields of one record: where it has some, and what else is in them. */
export interface HiddenPart extends HiddenPlaces {
  readonly mask: PathMask;
}

export class HiddenPaths {
  readonly #paths: readonly MarcPath[];
  /** Those that may leave a rest of a field. */
  readonly #partly: readonly MarcPath[];
  readonly #stored: RegExp;

  constructor(paths: readonly string[]) {
    this.#paths = paths.map(compilePath);
    this.#partly = this.#paths.filter(({ text }) => isPartly(text));
    this.#stored = new RegExp(paths.flatMap(storedPatterns).join('|'), 's');
  }

  get none(): boolean {
    return this.#paths.length === 0;
  }

  partOf(record: MarcRecord): HiddenPart | undefined {
    const mask = this.#maskOf(record);
    const looksAt = mask !== 0n || this.#mayHoldPart(record);
    return looksAt ? { mask, ...placesOf(record, this.#paths, (place) => bitOf(place)) } : undefined;
  }

  /** The record as it is shown to those who may not see what is hidden. */
  without(record: MarcRecord): MarcRecord {
    return withoutPaths(record, this.#paths);
  }

  /** As the site file writes them. */
  namesOf(mask: PathMask): readonly string[] {
    return this.#named(mask).map(({ text }) => text);
  }

  /**
   * The record with what it has none of and another one has at a hidden path. `hasPlaceFor` said
   * that there is a place for it.
   */
  withKept(record: MarcRecord, before: MarcRecord): MarcRecord {
    const lost = this.#maskOf(before) & ~this.#maskOf(record);
    return lost === 0n ? record : putBack(record, before, this.#paths, this.#named(lost));
  }

  /**
   * May a stored record have something at the paths? Most have not, and need not be read for that.
   */
  mayBeIn(stored: string): boolean {
    return !this.none && this.#stored.test(stored);
  }

  #maskOf(record: MarcRecord): PathMask {
    let mask = 0n;
    const inScripts = record.fields
      .filter(({ tag }) => tag === '880')
      .flatMap((field) => tagsMeant(field).map((tag): Field => ({ ...field, tag })));
    this.#paths.forEach((path, place) => {
      const add = (): void => {
        mask |= bitOf(place);
      };
      path.forEach(record, add);
      for (const field of inScripts) path.forEachIn(field, add);
    });
    return mask;
  }

  /** Fields that a hidden subfield may have to go back to. */
  #mayHoldPart(record: MarcRecord): boolean {
    let last = '';
    let may = false;
    return record.fields.some(({ tag }) => {
      // Thousands of fields of one tag follow each other.
      if (tag !== last) may = this.#partly.some((path) => tag === '880' || path.matchesTag(tag));
      last = tag;
      return may;
    });
  }

  #named(mask: PathMask): readonly MarcPath[] {
    return this.#paths.filter((_, place) => (mask & bitOf(place)) !== 0n);
  }
}

/** Does a path name single subfields, or characters? */
function isPartly(path: string): boolean {
  return path.includes('/') || /^.{5}[^%*]/.test(path);
}

function bitOf(place: number): PathMask {
  return 1n << BigInt(place);
}

/**
 * What the stored form of a record with a field of this path looks like (marc/stored.ts): its
 * heading begins with the tag, or is that of an 880 whose $6 has it.
 */
function storedPatterns(path: string): readonly string[] {
  if (/^ldr/i.test(path)) return [''];
  const tag = path
    .slice(0, 3)
    .replace(/[^0-9A-Za-z]/g, '.')
    .padEnd(3, '.');
  return [`,"${tag}`, `,"880.*${tag}`];
}
