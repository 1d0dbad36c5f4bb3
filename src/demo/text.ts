import { readFileSync } from 'node:fs';
import { disciplines } from './disciplines.ts';
import { compileGrammar, type Grammar } from './grammar.ts';
import { type Kind, languages, type Slot } from './plan.ts';
import type { Random } from './random.ts';

/** The words of one record. */
export interface RecordText {
  readonly title: string;
  /** What stands after the colon, or empty. */
  readonly subtitle: string;
  /** The title in English, or in French for a photograph; empty when there is none. */
  readonly otherTitle: string;
  /** Empty when it has none. */
  readonly abstract: string;
  readonly keywords: readonly string[];
  /** The detector that an experiment's paper is about, or empty. */
  readonly experiment: string;
}

export interface Writer {
  /** The words of a record; `random` must stand at the record's own state. */
  write(slot: Slot, topic: number): RecordText;
}

const minimumSentences = 3;
const maximumSentences = 8;
const subtitleShare = 0.8;

/**
 * A writer in all languages and disciplines. Word lists are read and compiled when a record first
 * needs them.
 */
export function createWriter(random: Random): Writer {
  const grammars = new Map<string, Grammar>();

  function grammarOf(language: string, discipline: number): Grammar {
    const key = `${language} ${discipline}`;
    const known = grammars.get(key);
    if (known !== undefined) return known;
    const { file } = languages[language]!;
    const field = disciplines[discipline]!;
    const texts = file === 'en' ? [words(`en-${field}`), words('en')] : [words(file)];
    const made = compileGrammar(texts, field, random);
    grammars.set(key, made);
    return made;
  }

  function abstractOf(grammar: Grammar, kind: Kind, language: string): string {
    const length = minimumSentences + random.early(maximumSentences - minimumSentences + 1);
    const sentences = [
      ...several(grammar, 'opening', kind, 1),
      ...several(grammar, 'body', kind, length - 2),
      ...several(grammar, 'closing', kind, 1),
    ];
    return sentences.join(language === 'chi' || language === 'jpn' ? '' : ' ');
  }

  function keywordsOf(grammar: Grammar, kind: Kind): readonly string[] {
    const list = ownList(grammar, 'keyword', kind);
    const keywords = new Set<string>();
    for (let i = random.below(4); i >= 0; i--) keywords.add(grammar.pick(list));
    return [...keywords];
  }

  /** `count` different entries of a list, of which a kind may have more or its own. */
  function several(grammar: Grammar, list: string, kind: Kind, count: number): readonly string[] {
    const own = ownList(grammar, list, kind);
    const shared = own !== list && standsAlone.has(kind) ? 0 : grammar.size(list);
    const owned = own === list ? 0 : grammar.size(own);
    const all = shared + owned;
    const chosen: string[] = [];
    // Either stride visits every entry once: 2 only where the number of entries is odd.
    const start = random.below(all);
    const stride = all % 2 === 1 && random.unit() < 0.5 ? 2 : 1;
    for (let i = 0; i < Math.min(count, all); i++) {
      const at = (start + i * stride) % all;
      chosen.push(at < owned ? grammar.tell(own, at, 0) : grammar.tell(list, at - owned, 0));
    }
    return chosen;
  }

  return {
    write(slot, topic) {
      const { kind, language } = slot;
      const grammar = grammarOf(language, slot.discipline);
      grammar.about(topic);
      const own = ownList(grammar, 'title', kind);
      const list = own !== 'title' && (standsAlone.has(kind) || random.unit() < 0.5) ? own : 'title';
      const at = random.below(grammar.size(list));
      const title = grammar.tell(list, at, 0);
      const subtitles = ownList(grammar, 'subtitle', kind);
      // Text MARC could not tell a dollar at the end of a title from the "$$b" after it.
      const isLong = grammar.size(subtitles) > 0 && !title.endsWith('$') && random.unit() < subtitleShare;
      const subtitle = isLong ? grammar.pick(subtitles) : '';
      const otherTitle = grammar.isBilingual(list, at) ? grammar.tell(list, at, 1) : '';
      const isExperiment = language === 'eng' && disciplines[slot.discipline] === 'particle' && experimental.has(kind);
      const experiment = isExperiment ? grammar.subject('experiment') : '';
      const abstract = slot.hasAbstract ? abstractOf(grammar, kind, language) : '';
      const english = grammarOf('eng', slot.discipline);
      if (english !== grammar) english.about(topic);
      return { title, subtitle, otherTitle, abstract, keywords: keywordsOf(english, kind), experiment };
    },
  };
}

/** Kinds whose sentences have nothing to do with those of papers. */
const standsAlone: ReadonlySet<Kind> = new Set<Kind>(['PICTURE', 'BOOK']);
const experimental: ReadonlySet<Kind> = new Set<Kind>(['ARTICLE', 'PREPRINT', 'NOTE', 'INTERNALNOTE', 'REPORT']);

/** "title.thesis" when the grammar has it, else "title". */
function ownList(grammar: Grammar, list: string, kind: Kind): string {
  const own = `${list}.${kind === 'INTERNALNOTE' ? 'note' : kind.toLowerCase()}`;
  return grammar.size(own) > 0 ? own : list;
}

function words(file: string): string {
  return readFileSync(new URL(`words/${file}.txt`, import.meta.url), 'utf8');
}
