/**
 * written: keys and their values. taxonomy: labels of concepts, each with the preferred one.
 * dynamic: values of a MARC path among the records that a question finds, for whoever asks.
 */
export const knowledgeKinds = ['written', 'taxonomy', 'dynamic'] as const;
export type KnowledgeKind = (typeof knowledgeKinds)[number];

/** A knowledge base, without what stands in it. */
export interface KnowledgeBase {
  readonly name: string;
  /** `site`: of the site file, so it is changed there only. */
  readonly kind: KnowledgeKind | 'site';
  readonly description: string;
  /** Of a dynamic one. */
  readonly path: string | undefined;
  readonly question: string | undefined;
  /** 0 for a dynamic one. */
  readonly entries: number;
  readonly changed: Date | undefined;
  readonly changedBy: string | undefined;
  /** Where the editor suggests its values: tag and subfield code, as "773p". */
  readonly places: readonly string[];
}

export interface KnowledgeEntry {
  readonly key: string;
  readonly value: string;
  /** Of a taxonomy: the address of the concept whose label it is, and of those above it. */
  readonly concept?: string | undefined;
  readonly broader?: readonly string[] | undefined;
  /** Of the label, if its file says so. */
  readonly language?: string | undefined;
}

/** In characters, of a name, a key and a value. */
export const longest = { name: 100, key: 500, value: 2_000, description: 2_000 } as const;
/** All of them are in memory when a base is exported, or used by the site file. */
export const mostEntries = 100_000;
/** So many characters of a folded text are kept and compared. */
export const foldedLength = 200;
