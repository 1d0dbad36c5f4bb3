import { compilePath, type MarcPath } from '../../marc/path.ts';
import type { Field, Subfield } from '../../marc/record.ts';
import type { FieldDefinition, Site } from '../../site/site.ts';
import { foldValue } from '../../tokenizers/fold.ts';
import { ruleOf, type Tokenize, tokenizers } from '../../tokenizers/tokenizers.ts';
import type { SpaceTable } from './spaces.ts';
import { type Stemmer, stemmerFor } from './stem.ts';
import { compileSynonyms, type Synonyms } from './synonyms.ts';

/** One indexed field of the site, compiled. Spaces are own numbers of the SpaceTable. */
export interface Target {
  readonly field: FieldDefinition;
  /** Its own word space and those of the unions it is part of. */
  readonly wordSpaces: readonly number[];
  /** Its own value space; -1 when its values are those of its MARC paths, or it has none. */
  readonly valueSpace: number;
  /** "c:CODE": names and headings of several subfields; -1 when it has no values. */
  readonly composedSpace: number;
  readonly stemmer: Stemmer | undefined;
  readonly synonyms: Synonyms | undefined;
  /** Paths that name whole subfields. */
  readonly paths: readonly MarcPath[];
  /** Paths that cut characters out of a value: 008/07-10. */
  readonly slices: readonly MarcPath[];
  readonly conditions: readonly Condition[];
}

/** In the fields it fits, `code` must hold `value` (folded). */
export interface Condition {
  readonly path: MarcPath;
  readonly code: string;
  readonly value: string;
}

/**
 * What is to be done with one value: everything that depends on where it stands and not on what it
 * says.
 */
export interface ValuePlan {
  /** "m:245__a", or -1 for a slice. */
  readonly pathSpace: number;
  /** No part of a field (control fields, slices): nothing announces what comes next. */
  readonly isWhole: boolean;
  readonly split: SplitPlan | undefined;
  readonly tokenizers: readonly TokenizerPlan[];
}

/**
 * The text is split once and written to several spaces, each in one way or more (stemmed or not).
 */
export interface SplitPlan {
  readonly stemmers: readonly (Stemmer | undefined)[];
  readonly outputs: readonly { readonly space: number; readonly ways: readonly number[] }[];
  readonly synonyms: readonly {
    readonly of: Synonyms;
    readonly stemmer: Stemmer | undefined;
    readonly spaces: readonly number[];
  }[];
  /**
   * The value may be the address of a text, which has words of its own: then these spaces get
   * nothing.
   */
  readonly onlyText: readonly number[];
}

interface TokenizerPlan {
  readonly make: Tokenize;
  /** Each thing made is a word of these, at successive positions; */
  readonly wordSpaces: readonly number[];
  /** and a value of this one, unless -1. */
  readonly valueSpace: number;
}

/**
 * Has this field a value space of its own, or are its values to be looked for under its MARC paths?
 */
export function hasOwnValues(field: FieldDefinition): boolean {
  const rule = ruleOf(field.index?.tokenizer);
  if (rule?.hasValues === false) return false;
  if (field.paths.some(isSlice)) return true;
  if (rule === undefined) return false;
  return (
    rule.counts === true ||
    rule.values !== undefined ||
    rule.ofRecord !== undefined ||
    Object.keys(field.index?.when ?? {}).length > 0
  );
}

/** May whole names and headings be values of this field? */
export function hasComposed({ index, paths }: FieldDefinition): boolean {
  const rule = ruleOf(index?.tokenizer);
  return rule?.splits === true && rule.hasValues && !rule.counts && paths.length > 0;
}

function isSlice(path: string): boolean {
  return path.includes('/');
}

/**
 * The field whose word space this one uses: its own, or that of an earlier field whose words are
 * made of the same paths in the same way (exactauthor and author differ in their values only).
 */
export function wordOwner(site: Site, field: FieldDefinition): string {
  const recipe = wordRecipe(field);
  return site.fields.find((other) => wordRecipe(other) === recipe)?.code ?? field.code;
}

function wordRecipe({ code, paths, index }: FieldDefinition): string {
  const rule = ruleOf(index?.tokenizer);
  // Fields that make words of their own, and unions, are shared with none.
  if (index === undefined || !rule?.splits || rule.words !== undefined || !rule.hasValues) return code;
  return JSON.stringify([paths.toSorted(), index.stem, index.synonyms, Object.entries(index.when)]);
}

export function compileTargets(site: Site, spaces: SpaceTable): readonly Target[] {
  const unions = site.fields.filter((field) => (field.index?.union.length ?? 0) > 0);
  const partsOf = new Map(unions.map((union) => [union.code, unionParts(site, union.code)]));
  return site.fields
    .filter((field) => (field.index === undefined ? hasOwnValues(field) : field.index.union.length === 0))
    .map((field) => {
      const joined = unions.filter((union) => partsOf.get(union.code)?.has(field.code));
      const ownWords = field.index !== undefined && wordOwner(site, field) === field.code;
      const codes = [...(ownWords ? [field.code] : []), ...joined.map((union) => union.code)];
      return {
        field,
        wordSpaces: codes.map((code) => spaces.number(`w:${code}`)),
        valueSpace: hasOwnValues(field) ? spaces.number(`v:${field.code}`) : -1,
        composedSpace: hasComposed(field) ? spaces.number(`c:${field.code}`) : -1,
        stemmer: field.index?.stem === undefined ? undefined : stemmerFor(field.index.stem),
        synonyms: compileSynonyms(site, field.index?.synonyms),
        paths: field.paths.filter((path) => !isSlice(path)).map(compilePath),
        slices: field.paths.filter(isSlice).map(compilePath),
        conditions: compileConditions(field.index?.when ?? {}),
      };
    });
}

/** Codes of the fields whose terms a union joins; unions within unions are opened. */
export function unionParts(site: Site, code: string): ReadonlySet<string> {
  const parts = new Set<string>();
  const open = (union: string): void => {
    for (const part of site.fields.find((field) => field.code === union)?.index?.union ?? []) {
      if (parts.has(part)) continue;
      parts.add(part);
      open(part);
    }
  };
  open(code);
  return parts;
}

/** Does the target take this subfield (undefined: this control field), as far as its place goes? */
export function takes(target: Target, field: Field, subfield: Subfield | undefined): boolean {
  // Only the place matters: an empty value in the same place must be planned like any other.
  const probe: Field = subfield === undefined ? field : { ...field, subfields: [{ code: subfield.code, value: 'x' }] };
  let taken = false;
  for (const path of target.paths) path.forEachIn(probe, () => (taken = true));
  return taken;
}

export function compileConditions(when: Readonly<Record<string, string>>): readonly Condition[] {
  return Object.entries(when).map(([path, value]) => ({
    path: compilePath(path.slice(0, 5)),
    code: path.slice(5),
    value: foldValue(value),
  }));
}

/** Do the values of a field count? Those of other tags are not concerned. */
export function conditionsHold(conditions: readonly Condition[], field: Field): boolean {
  for (const condition of conditions) {
    if (!condition.path.matchesField(field)) continue;
    const fits = (subfield: Subfield): boolean =>
      subfield.code === condition.code && foldValue(subfield.value) === condition.value;
    if (!field.subfields.some(fits)) return false;
  }
  return true;
}

/** Joins what several targets want of one value. */
export function planValue(targets: readonly Target[], pathSpace: number, isWhole: boolean): ValuePlan {
  const ways = new Map<number, Set<Stemmer | undefined>>();
  const stemmers = new Set<Stemmer | undefined>();
  const synonyms: SplitPlan['synonyms'][number][] = [];
  const onlyText: number[] = [];
  const made: TokenizerPlan[] = [];
  for (const target of targets) {
    const { field, stemmer, wordSpaces, valueSpace } = target;
    if (field.index?.tokenizer === undefined) {
      made.push({ make: (folded) => [foldValue(folded)], wordSpaces: [], valueSpace });
      continue;
    }
    const rule = tokenizers[field.index.tokenizer];
    if (rule.splits) {
      stemmers.add(stemmer);
      for (const space of wordSpaces) ways.set(space, (ways.get(space) ?? new Set()).add(stemmer));
      if (target.synonyms !== undefined) synonyms.push({ of: target.synonyms, stemmer, spaces: wordSpaces });
      if (!rule.hasValues) onlyText.push(...wordSpaces);
    }
    if (rule.words !== undefined) made.push({ make: rule.words, wordSpaces, valueSpace: -1 });
    const make = rule.values ?? ((folded: string) => [foldValue(folded)]);
    if (valueSpace >= 0 && !rule.counts) made.push({ make, wordSpaces: [], valueSpace });
  }
  const order = [...stemmers];
  const outputs = [...ways].map(([space, set]) => ({ space, ways: [...set].map((way) => order.indexOf(way)) }));
  const split = outputs.length === 0 ? undefined : { stemmers: order, outputs, synonyms, onlyText };
  return { pathSpace, isWhole, split, tokenizers: made };
}
