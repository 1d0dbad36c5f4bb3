import sql from 'sql-template-tag';
import type { Site } from '../site/site.ts';
import type { Queryable } from '../store/database.ts';
import { foldValue } from '../tokenizers/fold.ts';
import type { KnowledgeBase } from './base.ts';

export interface Suggested {
  /** What is written into the record. */
  readonly value: string;
  /** What was found, when that is another text: "PRL" of "Phys. Rev. Lett.". */
  readonly key: string;
}

/** Entries that are looked through for words inside them: some ten milliseconds. */
const mostLookedThrough = 50_000;

/**
 * Values of a base whose key or value begins with what was typed, then those in which a word does.
 */
export async function suggestFromBase(
  database: Queryable,
  site: Pick<Site, 'knowledge'>,
  { name, kind }: Pick<KnowledgeBase, 'name' | 'kind'>,
  typed: string,
  most: number,
): Promise<readonly Suggested[]> {
  const wanted = foldValue(typed);
  if (wanted === '') return [];
  if (kind === 'site') return suggestFromSite(site.knowledge[name] ?? {}, wanted, most);
  const begins = `${wanted.replace(/[\\%_]/g, '\\$&')}%`;
  const found = await database.query<Suggested>(sql`
    (SELECT key, value FROM knowledge_entry WHERE base = ${name} AND folded LIKE ${begins} ORDER BY folded LIMIT ${most})
    UNION ALL
    (SELECT key, value FROM knowledge_entry WHERE base = ${name} AND folded_value LIKE ${begins}
      ORDER BY folded_value LIMIT ${most})`);
  if (found.length < most) {
    const inside = `% ${begins}`;
    const more = await database.query<Suggested>(sql`
      SELECT key, value FROM knowledge_entry
      WHERE base = ${name} AND position <= ${mostLookedThrough} AND (folded LIKE ${inside} OR folded_value LIKE ${inside})
      ORDER BY position LIMIT ${most}`);
    found.push(...more);
  }
  return eachOnce(found, most);
}

function eachOnce(found: readonly Suggested[], most: number): readonly Suggested[] {
  const seen = new Map<string, Suggested>();
  for (const { key, value } of found) if (!seen.has(value)) seen.set(value, { key, value });
  return [...seen.values()].slice(0, most);
}

type Entries = Readonly<Record<string, string>>;
interface Folded extends Suggested {
  readonly texts: readonly string[];
}
const folded = new WeakMap<Entries, readonly Folded[]>();

/** Bases of the site file are short, and in memory as it is. */
function suggestFromSite(entries: Entries, wanted: string, most: number): readonly Suggested[] {
  let all = folded.get(entries);
  if (all === undefined) {
    all = Object.entries(entries).map(([key, value]) => ({ key, value, texts: [foldValue(key), foldValue(value)] }));
    folded.set(entries, all);
  }
  const begins = all.filter(({ texts }) => texts.some((text) => text.startsWith(wanted)));
  const within = all.filter(({ texts }) => texts.some((text) => text.includes(` ${wanted}`)));
  return eachOnce([...begins, ...within], most);
}
