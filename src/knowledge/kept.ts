import type { Site } from '../site/site.ts';
import type { Queryable } from '../store/database.ts';
import { foldValue } from '../tokenizers/fold.ts';
import type { KnowledgeBase, KnowledgeEntry } from './base.ts';
import { entriesOf } from './bases.ts';

interface Kept {
  readonly stamp: string | object;
  readonly entries: readonly (KnowledgeEntry & { readonly folded: string; readonly foldedValue: string })[];
}

/** Of the bases that were asked for last; in one process there is one library. */
const kept = new Map<string, Kept>();
const mostKept = 8;

export interface Suggested {
  /** What is written into the record. */
  readonly value: string;
  /** What was found, when that is another text: "PRL" of "Phys. Rev. Lett.". */
  readonly key: string;
}

/**
 * Values of a base whose key or value begins with what was typed, or has a word that does; the
 * former first. Read anew when the base was changed.
 */
export async function suggestFromBase(
  database: Queryable,
  site: Pick<Site, 'knowledge' | 'libraryBases'>,
  base: KnowledgeBase,
  typed: string,
  most: number,
): Promise<readonly Suggested[]> {
  const wanted = foldValue(typed);
  if (wanted === '') return [];
  const begins: Suggested[] = [];
  const within: Suggested[] = [];
  const seen = new Set<string>();
  for (const { key, value, folded, foldedValue } of await keptEntries(database, site, base)) {
    if (seen.has(value)) continue;
    const isFirst = folded.startsWith(wanted) || foldedValue.startsWith(wanted);
    if (!isFirst && (within.length >= most || !(hasWord(folded, wanted) || hasWord(foldedValue, wanted)))) continue;
    seen.add(value);
    (isFirst ? begins : within).push({ value, key });
    if (begins.length >= most) break;
  }
  return [...begins, ...within].slice(0, most);
}

function hasWord(text: string, wanted: string): boolean {
  return text.includes(` ${wanted}`) || text.includes(`-${wanted}`) || text.includes(`(${wanted}`);
}

async function keptEntries(
  database: Queryable,
  site: Pick<Site, 'knowledge' | 'libraryBases'>,
  base: KnowledgeBase,
): Promise<Kept['entries']> {
  // Of the site file: as long as the site is the same.
  const stamp = base.kind === 'site' ? site.knowledge[base.name]! : base.stamp;
  const known = kept.get(base.name);
  if (known?.stamp === stamp) return known.entries;
  const entries = (await entriesOf(database, site, base)).map((entry) => ({
    ...entry,
    folded: foldValue(entry.key),
    foldedValue: foldValue(entry.value),
  }));
  kept.delete(base.name);
  kept.set(base.name, { stamp, entries });
  const [oldest] = kept.keys();
  if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest);
  return entries;
}
