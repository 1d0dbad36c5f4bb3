import sql from 'sql-template-tag';
import { tagsMeant } from '../../marc/linked.ts';
import { compilePath, type MarcPath } from '../../marc/path.ts';
import type { Field, MarcRecord } from '../../marc/record.ts';
import { takenAway } from '../../marc/select-fields.ts';
import { decodeStored } from '../../marc/stored.ts';
import type { Queryable } from '../../store/database.ts';

/**
 * What becomes of the hidden fields of a stored record (`hidden-paths` of the site file) when the
 * record that replaces it has none of them: it is refused, or takes them over, or they go.
 */
export type HiddenFields = 'refuse' | 'keep' | 'drop';

/**
 * Which of a list of paths a record has something at: a bit for each. More than fit share the last.
 */
export type PathMask = number;

const mostBits = 31;

export class HiddenPaths {
  readonly #paths: readonly MarcPath[];

  constructor(paths: readonly string[]) {
    this.#paths = paths.map(compilePath);
  }

  get none(): boolean {
    return this.#paths.length === 0;
  }

  maskOf(record: MarcRecord): PathMask {
    let mask = 0;
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

  /** As the site file writes them. */
  namesOf(mask: PathMask): readonly string[] {
    return this.#named(mask).map(({ text }) => text);
  }

  /** The record with those fields of another that it has none of. */
  withKept(record: MarcRecord, before: MarcRecord): MarcRecord {
    const lost = this.#named(this.maskOf(before) & ~this.maskOf(record));
    if (lost.length === 0) return record;
    const fields: Field[] = [...record.fields];
    for (const field of takenAway(before, lost).fields) {
      const place = fields.findLastIndex(({ tag }) => tag <= field.tag);
      fields.splice(place + 1, 0, field);
    }
    return { leader: record.leader, fields };
  }

  /**
   * Those of these records that may have something at the paths; the database looks, so that most
   * need not be sent.
   */
  async find(database: Queryable, ids: readonly number[]): Promise<Map<number, PathMask>> {
    const found = new Map<number, PathMask>();
    if (this.none || ids.length === 0) return found;
    const patterns = this.#paths.flatMap(({ text }) => storedPatterns(text));
    const rows = await database.query<{ readonly id: number; readonly marc: string }>(sql`
      SELECT id, marc FROM record WHERE id = ANY (${ids}::integer[]) AND marc LIKE ANY (${patterns}::text[])`);
    for (const { id, marc } of rows) {
      const mask = this.maskOf(decodeStored(marc));
      if (mask !== 0) found.set(id, mask);
    }
    return found;
  }

  #named(mask: PathMask): readonly MarcPath[] {
    return this.#paths.filter((_, place) => (mask & bitOf(place)) !== 0);
  }
}

function bitOf(place: number): number {
  return 1 << Math.min(place, mostBits - 1);
}

/**
 * What the stored form of a record with a field of this path looks like (marc/stored.ts): its
 * heading begins with the tag, or is that of an 880 whose $6 has it.
 */
function storedPatterns(path: string): readonly string[] {
  if (/^ldr/i.test(path)) return ['%'];
  const tag = path
    .slice(0, 3)
    .replace(/[^0-9A-Za-z]/g, '_')
    .padEnd(3, '_');
  return [`%,"${tag}%`, `%,"880%${tag}%`];
}
