import { compilePath } from '../../../marc/path.ts';
import type { Field, MarcRecord, Subfield } from '../../../marc/record.ts';
import { withoutPaths } from '../../../marc/select-fields.ts';
import { identityOf } from '../../../site/identity.ts';
import type { Site } from '../../../site/site.ts';
import type { TermSink } from '../../term-sink.ts';
import { hasIdentities, identitySpace } from '../identities.ts';
import { createSpaceTable } from '../spaces.ts';
import { isAddress } from './files.ts';
import { foldBoth, foldText, foldValue, stripLatexAccents, tidySpace } from './fold.ts';
import {
  compileTargets,
  conditionsHold,
  planValue,
  type SplitPlan,
  type Target,
  takes,
  type ValuePlan,
} from './plan.ts';
import { ruleOf } from './tokenizers.ts';
import { createWordNumbers } from './word-numbers.ts';
import { createWordBuffer, maximumWordLength, splitWords, wordAt } from './words.ts';

/** Between two values, so that no phrase reaches from one into the next. */
const valueGap = 100;
/** Real libraries have some thousand kinds of fields; an input made to exhaust memory has more. */
const maximumPlans = 20_000;
const none: readonly Target[] = [];
/** Plans of the subfields of fields with one tag and pair of indicators, by subfield code. */
interface FieldPlan {
  readonly conditional: readonly Target[];
  /** Those that make something of several subfields together. */
  readonly joining: readonly Target[];
  readonly byCode: Map<string, ValuePlan>;
}

/**
 * Writes all terms of a record. What to do with a subfield depends on its place only, so it is
 * worked out once for each tag, indicators and code (and for the outcome of `when` conditions) and
 * kept.
 */
export function compileTerms(site: Site): (record: MarcRecord, sink: TermSink) => void {
  const spaces = createSpaceTable();
  const targets = compileTargets(site, spaces).map(withStandardPaths);
  const placed = targets.filter((target) => !ruleOf(target.field.index?.tokenizer)?.counts);
  const counted = targets.filter((target) => ruleOf(target.field.index?.tokenizer)?.counts);
  const sliced = placed.flatMap((target) => target.slices.map((path) => ({ path, plan: planValue([target], -1) })));
  const hidden = site.hiddenPaths.map(compilePath);
  const naming = hasIdentities(site) ? [...site.ownerPaths, ...site.viewerPaths].map(compilePath) : [];
  const identities = spaces.number(identitySpace);
  const fieldPlans = new Map<string, FieldPlan>();
  const buffer = createWordBuffer();
  const extra = createWordBuffer();
  const wordNumbers = createWordNumbers();
  /** Numbers of the words in `buffer`, for each way of the plan. */
  const terms: number[][] = [];
  let positions = new Uint32Array(256);

  function fieldPlan(field: Field): FieldPlan {
    const key = field.tag + field.ind1 + field.ind2;
    const known = fieldPlans.get(key);
    if (known !== undefined) return known;
    if (fieldPlans.size >= maximumPlans) fieldPlans.clear();
    const fits = (target: Target): boolean => target.paths.some((path) => path.matchesField(field));
    const made: FieldPlan = {
      conditional: placed.filter((target) => target.conditions.some((condition) => condition.path.matchesField(field))),
      joining: placed.filter((target) => ruleOf(target.field.index?.tokenizer)?.ofField !== undefined && fits(target)),
      byCode: new Map(),
    };
    fieldPlans.set(key, made);
    return made;
  }

  function valuePlan(
    of: FieldPlan,
    refused: readonly Target[],
    field: Field,
    subfield: Subfield | undefined,
  ): ValuePlan {
    const key = (subfield?.code ?? '') + refused.map((target) => `-${target.field.code}`).join('');
    const known = of.byCode.get(key);
    if (known !== undefined) return known;
    const wanted = placed.filter((target) => takes(target, field, subfield) && !refused.includes(target));
    if (of.byCode.size >= maximumPlans) of.byCode.clear();
    const made = planValue(wanted, spaces.number(`m:${placeName(field, subfield)}`));
    of.byCode.set(key, made);
    return made;
  }

  function position(space: number): number {
    if (space >= positions.length) {
      const longer = new Uint32Array(2 * space);
      longer.set(positions);
      positions = longer;
    }
    return positions[space] as number;
  }

  function write(value: string, plan: ValuePlan, sink: TermSink): void {
    const { folded, value: tidy } = foldBoth(value);
    if (plan.pathSpace >= 0) sink.value(spaces.of(sink, plan.pathSpace), tidy);
    if (plan.split !== undefined) writeWords(folded, plan.split, sink);
    for (const { make, wordSpaces, valueSpace } of plan.tokenizers)
      writeMade(make(folded), wordSpaces, valueSpace, sink);
  }

  function writeWords(folded: string, plan: SplitPlan, sink: TermSink): void {
    splitWords(stripLatexAccents(folded), buffer);
    const { positions: places, count } = buffer;
    const { stemmers, outputs } = plan;
    const silent = plan.onlyText.length > 0 && isAddress(folded) ? plan.onlyText : undefined;
    for (let way = 0; way < stemmers.length; way++) {
      terms[way] = wordNumbers.numbered(sink, buffer, stemmers[way], terms[way] ?? []);
    }
    for (const { space, ways } of outputs) {
      if (silent?.includes(space)) continue;
      const base = position(space);
      const number = spaces.of(sink, space);
      const first = terms[ways[0] as number] as number[];
      for (let at = 0; at < count; at++) sink.word(number, first[at] as number, base + (places[at] as number));
      for (let other = 1; other < ways.length; other++) {
        const again = terms[ways[other] as number] as number[];
        for (let at = 0; at < count; at++) {
          if (again[at] !== first[at]) sink.word(number, again[at] as number, base + (places[at] as number));
        }
      }
    }
    for (const synonyms of plan.synonyms) writeSynonyms(folded, synonyms, sink);
    for (const { space } of outputs) positions[space] = (positions[space] as number) + buffer.groups + valueGap;
  }

  /**
   * Synonyms of each word stand where the word stands; those of the whole value where it begins.
   */
  function writeSynonyms(folded: string, plan: SplitPlan['synonyms'][number], sink: TermSink): void {
    const writeAll = (synonym: string, place: number): void => {
      splitWords(stripLatexAccents(foldText(synonym)), extra);
      for (let at = 0; at < extra.count; at++) {
        const word = wordAt(extra, at);
        const term = plan.stemmer === undefined ? word : plan.stemmer(word);
        for (const space of plan.spaces) {
          sink.word(spaces.of(sink, space), sink.term(term), position(space) + place + (extra.positions[at] as number));
        }
      }
    };
    for (let at = 0; at < buffer.count; at++) {
      for (const synonym of plan.of(wordAt(buffer, at))) writeAll(synonym, buffer.positions[at] as number);
    }
    if (buffer.count > 1) for (const synonym of plan.of(tidySpace(folded))) writeAll(synonym, 0);
  }

  function writeMade(made: Iterable<string>, wordSpaces: readonly number[], valueSpace: number, sink: TermSink): void {
    let count = 0;
    for (const term of made) {
      if (term === '') continue;
      if (valueSpace >= 0) sink.value(spaces.of(sink, valueSpace), term);
      const word = term.length > maximumWordLength ? term.substring(0, maximumWordLength) : term;
      for (const space of wordSpaces) sink.word(spaces.of(sink, space), sink.term(word), position(space) + count);
      count++;
    }
    if (count > 0) for (const space of wordSpaces) positions[space] = position(space) + count + valueGap;
  }

  function writeHidden(value: string, field: Field, subfield: Subfield | undefined, sink: TermSink): void {
    sink.value(spaces.of(sink, spaces.number(`m:${placeName(field, subfield)}`)), tidySpace(foldText(value)));
  }

  function writeIdentity(value: string, sink: TermSink): void {
    const identity = identityOf(value);
    if (identity !== '') sink.value(spaces.of(sink, identities), identity);
  }

  function writeField(field: Field, sink: TermSink): void {
    const plan = fieldPlan(field);
    const refused =
      plan.conditional.length === 0
        ? none
        : plan.conditional.filter((target) => !conditionsHold(target.conditions, field));
    if (field.value !== undefined) {
      write(field.value, valuePlan(plan, refused, field, undefined), sink);
      return;
    }
    for (const subfield of field.subfields) {
      const known = refused.length === 0 ? plan.byCode.get(subfield.code) : undefined;
      write(subfield.value, known ?? valuePlan(plan, refused, field, subfield), sink);
    }
    for (const target of plan.joining) {
      const form = ruleOf(target.field.index?.tokenizer)?.ofField?.(
        (code) => field.subfields.find((subfield) => subfield.code === code)?.value,
      );
      if (form !== undefined) writeMade([foldValue(form)], target.wordSpaces, target.valueSpace, sink);
    }
  }

  return (record, sink) => {
    spaces.use(sink);
    wordNumbers.use(sink);
    positions.fill(0);
    const shown = withoutPaths(record, hidden);
    for (const field of shown.fields) writeField(field, sink);
    for (const { path, plan } of sliced) path.forEach(shown, (value) => write(value, plan, sink));
    for (const target of counted) {
      let count = 0;
      for (const path of target.paths) path.forEach(shown, () => count++);
      writeMade([String(count)], target.wordSpaces, target.valueSpace, sink);
    }
    // A hidden value is found by its own path only, by those who may: among the words of a field
    // anybody would find it.
    if (shown !== record)
      for (const path of hidden)
        path.forEach(record, (value, field, subfield) => writeHidden(value, field, subfield, sink));
    for (const path of naming) path.forEach(record, (value) => writeIdentity(value, sink));
  };
}

function withStandardPaths(target: Target): Target {
  const { paths, index } = target.field;
  const standard = ruleOf(index?.tokenizer)?.standardPaths;
  return paths.length > 0 || standard === undefined ? target : { ...target, paths: standard.map(compilePath) };
}

/** "245__a", "008". */
function placeName(field: Field, subfield: Subfield | undefined): string {
  return subfield === undefined
    ? field.tag
    : (field.tag + field.ind1 + field.ind2).replaceAll(' ', '_') + subfield.code;
}
