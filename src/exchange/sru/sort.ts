import type { SearchRequest } from '../../search/request.ts';
import type { Site } from '../../site/site.ts';
import type { CqlSortKey } from './cql.ts';
import { Refused } from './diagnostics.ts';
import { findIndex, standardPrefixes } from './indexes.ts';
import { isSchema } from './schemas.ts';

export type SruOrder = Pick<SearchRequest, 'sort' | 'ascending'>;

interface Key {
  readonly path: string;
  readonly ascending: boolean;
}

/** Each is a column of all records. */
const mostKeys = 5;

/** `sortBy dc.date/sort.descending`. Throws Refused; undefined: nothing is asked for. */
export function orderOfSortBy(keys: readonly CqlSortKey[], site: Site): SruOrder | undefined {
  return orderOf(
    keys.map(({ index, modifiers }) => {
      let ascending = true;
      for (const { name } of modifiers) {
        const wish = name.toLowerCase().replace(/^sort\./, '');
        if (wish === 'descending') ascending = false;
        else if (wish === 'respectcase' || wish === 'respectaccents') throw new Refused(91, name);
        else if (wish.startsWith('missing') && wish !== 'missinglow') throw new Refused(92, name);
        else if (!['ascending', 'ignorecase', 'ignoreaccents', 'missinglow'].includes(wish))
          throw new Refused(20, name);
      }
      return { path: index, ascending };
    }),
    site,
  );
}

/** SRU 1.1: `title,dc,1,0,lowValue year`. */
export function orderOfSortKeys(text: string, site: Site): SruOrder | undefined {
  const keys = text.split(/\s+/).filter((key) => key !== '');
  return orderOf(
    keys.map((key) => {
      const [path = '', schema = '', ascending = '', respectsCase = '', missing = ''] = key.split(',');
      if (schema !== '' && !isSchema(schema)) throw new Refused(87, schema);
      if (!/^(?:|[01]|true|false)$/.test(ascending)) throw new Refused(82, key);
      if (/^(?:1|true)$/.test(respectsCase)) throw new Refused(91, key);
      if (missing !== '' && missing.toLowerCase() !== 'lowvalue') throw new Refused(92, missing);
      return { path, ascending: !/^(?:0|false)$/.test(ascending) };
    }),
    site,
  );
}

function orderOf(keys: readonly Key[], site: Site): SruOrder | undefined {
  const [first] = keys;
  if (first === undefined) return undefined;
  if (keys.length > mostKeys) throw new Refused(84, String(keys.length));
  // One direction for all of them is what the engine knows.
  const other = keys.find(({ ascending }) => ascending !== first.ascending);
  if (other !== undefined) throw new Refused(82, other.path);
  return { sort: [...new Set(keys.map(({ path }) => codeOf(path, site)))].join(','), ascending: first.ascending };
}

/** An order of the site file, else a field. */
function codeOf(path: string, site: Site): string {
  const { fields } = (() => {
    try {
      return findIndex(site, path, standardPrefixes);
    } catch (error) {
      throw error instanceof Refused ? new Refused(88, path) : error;
    }
  })();
  for (const field of fields) {
    const by = field === 'datecreated' ? 'created' : field === 'datemodified' ? 'modified' : field;
    const method = site.sorts.find(({ code }) => code === field) ?? site.sorts.find((one) => one.by === by);
    if (method !== undefined) return method.code;
  }
  const field = fields.find((code) => site.fields.some((one) => one.code === code && one.index?.union.length === 0));
  if (field === undefined) throw new Refused(88, path);
  return field;
}
