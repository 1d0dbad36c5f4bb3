import { composedValue } from '../../description/composed.ts';
import { withoutIsbd } from '../../marc/isbd.ts';
import { standsFor } from '../../marc/linked.ts';
import { compilePath } from '../../marc/path.ts';
import type { Field, MarcRecord, Subfield } from '../../marc/record.ts';
import { identityOf } from '../../site/identity.ts';
import type { Site } from '../../site/site.ts';
import { isAddress } from '../../tokenizers/files.ts';
import { foldBoth, foldText, foldValue, stripLatexAccents } from '../../tokenizers/fold.ts';
import { normaliseName } from '../../tokenizers/names.ts';
import { ruleOf } from '../../tokenizers/tokenizers.ts';
import { valueForm } from '../../tokenizers/value-form.ts';
import type { TermSink } from '../term-sink.ts';
import { identitySpace } from './identities.ts';
import { readers } from './of-record.ts';
import {
  compileTargets,
  conditionsHold,
  planValue,
  type SplitPlan,
  type Target,
  takes,
  type ValuePlan,
} from './plan.ts';
import { createSpaceTable } from './spaces.ts';
import { createWordNumbers } from './word-numbers.ts';
import { addSpelling, createWordBuffer, maximumWordLength, splitWords, wordAt } from './words.ts';

/**
 * Between two values, so that no phrase reaches from one into the next. Different subfields of one
 * field are no two values: a title goes on from $a to $b.
 */
const valueGap = 100;
/** Real libraries have some thousand kinds of fields; an input made to exhaust memory has more. */
const maximumPlans = 20_000;
const none: readonly Target[] = [];
/** Plans of the subfields of fields with one tag and pair of indicators, by subfield code. */
interface FieldPlan {
  readonly conditional: readonly Target[];
  /** Those that make something of several subfields together. */
  readonly joining: readonly Target[];
  /** Those that have its whole name or heading as a value, beside that of its subfields. */
  readonly composing: readonly Target[];
  readonly byCode: Map<string, ValuePlan>;
}

/**
 * Writes all terms of a record; `shown` is the record without its hidden paths. What to do with a
 * subfield depends on its place only, so it is worked out once for each tag, indicators and code
 * (and for the outcome of `when` conditions) and kept.
 */
export function compileTerms(site: Site): (record: MarcRecord, shown: MarcRecord, sink: TermSink) => void {
  const spaces = createSpaceTable();
  const targets = compileTargets(site, spaces).map(withStandardPaths);
  const placed = targets.filter((target) => !ruleOf(target.field.index?.tokenizer)?.counts);
  const counted = targets.filter((target) => ruleOf(target.field.index?.tokenizer)?.counts);
  const ofRecord = placed.flatMap((target) => {
    const reads = ruleOf(target.field.index?.tokenizer)?.ofRecord;
    return reads === undefined ? [] : [{ reads, target }];
  });
  const sliced = placed.flatMap((target) =>
    target.slices.map((path) => ({ path, plan: planValue([target], -1, true) })),
  );
  const hidden = site.hiddenPaths.map(compilePath);
  const naming = [...site.ownerPaths, ...site.viewerPaths].map(compilePath);
  const identities = spaces.number(identitySpace);
  /** By tag, then by the two indicators as one number. */
  const fieldPlans = new Map<string, Map<number, FieldPlan>>();
  let plansKept = 0;
  const buffer = createWordBuffer();
  const extra = createWordBuffer();
  const wordNumbers = createWordNumbers();
  /** Numbers of the words in `buffer`, for each way of the plan. */
  const terms: number[][] = [];
  /** The next position of each space, ... */
  let positions = new Uint32Array(256);
  /** ... and by which field it was reached. */
  let serials = new Uint32Array(256);
  let serial = 0;
  /** Does this value go on where the one before it in its field ended? */
  let goesOn = false;

  function fieldPlan(field: Field): FieldPlan {
    const key = (field.ind1.charCodeAt(0) << 16) | field.ind2.charCodeAt(0);
    const ofTag = fieldPlans.get(field.tag);
    const known = ofTag?.get(key);
    if (known !== undefined) return known;
    if (plansKept >= maximumPlans) {
      fieldPlans.clear();
      plansKept = 0;
    }
    const fits = (target: Target): boolean => target.paths.some((path) => path.matchesField(field));
    const made: FieldPlan = {
      conditional: placed.filter((target) => target.conditions.some((condition) => condition.path.matchesField(field))),
      joining: placed.filter((target) => joins(target) && fits(target)),
      composing: placed.filter((target) => target.composedSpace >= 0 && fits(target)),
      byCode: new Map(),
    };
    plansKept++;
    const plans = fieldPlans.get(field.tag) ?? new Map<number, FieldPlan>();
    fieldPlans.set(field.tag, plans.set(key, made));
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
    const made = planValue(wanted, spaces.number(`m:${placeName(field, subfield)}`), subfield === undefined);
    of.byCode.set(key, made);
    return made;
  }

  /** Where the next value begins. */
  function position(space: number): number {
    if (space >= positions.length) {
      positions = longer(positions, 2 * space);
      serials = longer(serials, 2 * space);
    }
    const at = positions[space] as number;
    return at === 0 || (goesOn && serials[space] === serial) ? at : at + valueGap;
  }

  function leave(space: number, length: number): void {
    positions[space] = position(space) + length;
    serials[space] = serial;
  }

  function write(value: string, plan: ValuePlan, sink: TermSink): void {
    const { folded, value: tidy, expanded } = foldBoth(value);
    if (plan.pathSpace >= 0) sink.value(spaces.of(sink, plan.pathSpace), plan.isWhole ? tidy : withoutIsbd(tidy));
    if (plan.split !== undefined) writeWords(folded, expanded, plan.split, sink);
    for (const { make, wordSpaces, valueSpace } of plan.tokenizers)
      writeMade(make(valueSpace < 0 || plan.isWhole ? folded : withoutIsbd(folded)), wordSpaces, valueSpace, sink);
  }

  function writeWords(folded: string, expanded: string | undefined, plan: SplitPlan, sink: TermSink): void {
    splitWords(stripLatexAccents(folded), buffer);
    if (expanded !== undefined) addSpelling(stripLatexAccents(expanded), buffer, extra);
    const { positions: places, count } = buffer;
    const respelled = buffer.text.length > folded.length;
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
      for (let at = 0; at < count; at++) {
        // Other spellings of a word often have its stem.
        if (respelled && at > 0 && first[at] === first[at - 1] && places[at] === places[at - 1]) continue;
        sink.word(number, first[at] as number, base + (places[at] as number));
      }
      for (let other = 1; other < ways.length; other++) {
        const again = terms[ways[other] as number] as number[];
        for (let at = 0; at < count; at++) {
          if (again[at] !== first[at]) sink.word(number, again[at] as number, base + (places[at] as number));
        }
      }
    }
    for (const synonyms of plan.synonyms) writeSynonyms(folded, synonyms, sink);
    for (const { space } of outputs) leave(space, buffer.groups);
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
    if (buffer.count > 1) for (const synonym of plan.of(foldValue(folded))) writeAll(synonym, 0);
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
    if (count > 0) for (const space of wordSpaces) leave(space, count);
  }

  function writeHidden(value: string, field: Field, subfield: Subfield | undefined, sink: TermSink): void {
    const form = field.value === undefined ? valueForm(value) : foldValue(value);
    sink.value(spaces.of(sink, spaces.number(`m:${placeName(field, subfield)}`)), form);
  }

  function writeIdentity(value: string, sink: TermSink): void {
    const identity = identityOf(value);
    if (identity !== '') sink.value(spaces.of(sink, identities), identity);
  }

  /** `linked`: an 880 is read as the field it stands for; this is it as it stands. */
  function writeField(field: Field, sink: TermSink, linked?: Field): void {
    const plan = fieldPlan(field);
    const refused =
      plan.conditional.length === 0
        ? none
        : plan.conditional.filter((target) => !conditionsHold(target.conditions, field));
    goesOn = false;
    serial++;
    if (field.value !== undefined) {
      write(field.value, valuePlan(plan, refused, field, undefined), sink);
      return;
    }
    let last = '';
    for (const subfield of field.subfields) {
      goesOn = subfield.code !== last;
      last = subfield.code;
      const known = refused.length === 0 ? plan.byCode.get(subfield.code) : undefined;
      write(subfield.value, known ?? valuePlan(plan, refused, field, subfield), sink);
      if (linked !== undefined) writeHidden(subfield.value, linked, subfield, sink);
    }
    goesOn = false;
    for (const target of plan.joining) {
      if (refused.includes(target)) continue;
      writeJoined(target, field, sink);
      const form = ruleOf(target.field.index?.tokenizer)?.ofField?.(
        (code) => field.subfields.find((subfield) => subfield.code === code)?.value,
      );
      if (form !== undefined) writeMade([foldValue(form)], target.wordSpaces, target.valueSpace, sink);
    }
    if (plan.composing.length > 0) writeComposed(field, plan.composing, refused, sink);
  }

  function writeComposed(field: Field, targets: readonly Target[], refused: readonly Target[], sink: TermSink): void {
    const composed = composedValue(field);
    if (composed === undefined) return;
    for (const target of targets) {
      if (refused.includes(target)) continue;
      const isName = ruleOf(target.field.index?.tokenizer)?.names !== undefined;
      const value = valueForm(isName ? normaliseName(foldText(composed)) : composed);
      if (value !== '') sink.value(spaces.of(sink, target.composedSpace), value);
    }
  }

  function writeOfRecord(record: MarcRecord, sink: TermSink): void {
    goesOn = false;
    for (const { reads, target } of ofRecord) {
      for (const value of readers[reads](record)) {
        if (isSaid(record, target, value)) continue;
        serial++;
        writeMade([valueForm(value)], target.wordSpaces, target.valueSpace, sink);
      }
    }
  }

  function writeJoined(target: Target, field: Field, sink: TermSink): void {
    const rule = ruleOf(target.field.index?.tokenizer);
    if (rule?.ofSubfields === undefined) return;
    for (const text of rule.ofSubfields(field.subfields.filter((subfield) => takes(target, field, subfield)))) {
      const folded = foldText(text);
      writeMade(rule.joinedWords?.(folded) ?? [], target.wordSpaces, -1, sink);
      writeMade(rule.joinedValues?.(folded) ?? [], [], target.valueSpace, sink);
    }
  }

  return (record, shown, sink) => {
    spaces.use(sink);
    wordNumbers.use(sink);
    positions.fill(0);
    serials.fill(0);
    serial = 0;
    for (const field of shown.fields) {
      const stands = field.tag === '880' ? standsFor(field) : undefined;
      writeField(stands ?? field, sink, stands === undefined ? undefined : field);
    }
    goesOn = false;
    for (const { path, plan } of sliced) path.forEach(shown, (value) => write(value, plan, sink));
    if (ofRecord.length > 0) writeOfRecord(shown, sink);
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

/** Does a value that the target reads by its paths say it already? */
function isSaid(record: MarcRecord, { paths, slices }: Target, text: string): boolean {
  let found = false;
  for (const list of [paths, slices]) {
    for (const path of list) path.forEach(record, (value) => (found ||= value.includes(text)));
  }
  return found;
}

function longer(list: Uint32Array, length: number): Uint32Array<ArrayBuffer> {
  const made = new Uint32Array(length);
  made.set(list);
  return made;
}

function joins({ field }: Target): boolean {
  const rule = ruleOf(field.index?.tokenizer);
  return rule?.ofField !== undefined || rule?.ofSubfields !== undefined;
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
