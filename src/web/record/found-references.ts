import { citationsFor } from '../../access/citations.ts';
import type { Reference } from '../../description/references.ts';
import type { Brief } from '../../index/brief.ts';
import { analyzerOf } from '../../search/search.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { briefOf } from './citation-list.ts';

export interface FoundRecord {
  readonly id: number;
  readonly brief: Brief;
}

/** The records of this library that are meant by references, as far as the reader may open them. */
export type FindReference = (reference: Reference) => FoundRecord | undefined;

/**
 * What the citation graph says a record cites, for each reference of it. One that is met by two
 * records means neither for certain.
 */
export function referencesFound({ snapshot, person }: Exchange, id: number): FindReference {
  const view = citationsFor(snapshot, person);
  if (view === undefined) return () => undefined;
  const cited = new Set(view.cited(id));
  const { referenceKeys } = analyzerOf(snapshot.site);
  return ({ doi, reportNumber, journal, arxiv }) => {
    if (cited.size === 0) return undefined;
    for (const text of [doi, reportNumber, arxiv, journal]) {
      if (text === undefined) continue;
      const [one, ...others] = [...view.holders(referenceKeys(text))].filter((holder) => cited.has(holder));
      if (one !== undefined && others.length === 0) return { id: one, brief: briefOf(snapshot, one) };
    }
    return undefined;
  };
}
