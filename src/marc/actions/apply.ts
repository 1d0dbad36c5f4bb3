import { UserError } from '../../errors/errors.ts';
import { compileCheck } from '../checks/compile.ts';
import { patched } from '../checks/patch.ts';
import { checkSet } from '../checks/run.ts';
import { fieldKey, isOfLibrary, withPlaced } from '../content.ts';
import { marcErrors } from '../errors.ts';
import { compilePath } from '../path.ts';
import { controlField, dataField, type Field, type MarcRecord, type Subfield } from '../record.ts';
import { lineOf } from '../writers/text.ts';
import type { Action, Change, Deed } from './action.ts';
import { compileCondition } from './condition.ts';
import { type CompiledPattern, compilePattern, mostMade, type Pattern } from './pattern.ts';

/** What actions make of a record, and each thing that they changed in it. */
export interface Applied {
  /** The very same when nothing changed. */
  readonly record: MarcRecord;
  readonly changes: readonly Change[];
}

/** Actions, compiled once for any number of records. */
export type CompiledActions = (record: MarcRecord, leaveOut?: (change: Change) => boolean) => Applied;

/** What a knowledge base has for a key; undefined: nothing. */
export type LookUp = (base: string, key: string, ignoreCase: boolean) => string | undefined;

/** What one deed makes of one field. */
interface Made {
  /** In its place. */
  readonly stay: readonly Field[];
  /** Placed by their tags. */
  readonly come: readonly Field[];
}

type Say = (before: string, after: string) => boolean;
type DeedOnField = (field: Field, say: Say) => Made | undefined;

/** Of a record: copies of copies become more than memory can hold. */
const mostFields = 100_000;

/**
 * All fields keep their order and none of several identical ones is lost, but for what the actions
 * say. 001 and 005 are never touched. `leaveOut` may refuse each change by itself. Throws a
 * UserError for a path, an Error for a pattern that cannot be read.
 */
export function compileActions(actions: readonly Action[], look: LookUp = () => undefined): CompiledActions {
  const steps = actions.map((action) => compileStep(action, look));
  return (record, leaveOut = () => false) => {
    const changes: Change[] = [];
    let grown = 0;
    let { fields } = record;
    steps.forEach((step, action) => {
      fields = step(fields, (tag, before, after) => {
        const change = { action, tag, before, after };
        if (leaveOut(change)) return false;
        grown += Math.max(0, after.length - before.length);
        if (grown > mostMade) throw new UserError(marcErrors.grows, { most: mostMade, what: 'characters' });
        changes.push(change);
        return true;
      });
      if (fields.length > mostFields && fields.length > record.fields.length)
        throw new UserError(marcErrors.grows, { most: mostFields, what: 'fields' });
    });
    return { record: fields === record.fields ? record : { leader: record.leader, fields }, changes };
  };
}

type Step = (
  fields: readonly Field[],
  say: (tag: string, before: string, after: string) => boolean,
) => readonly Field[];

function compileStep({ on, where, do: deed }: Action, look: LookUp): Step {
  if (deed.kind === 'add-field') return adding(on, deed);
  if (deed.kind === 'fix') return fixing(deed);
  const path = compilePath(on);
  const fits = where === undefined ? () => true : compileCondition(where);
  const change = compileDeed(deed, look);
  return (fields, say) => {
    let come: Field[] | undefined;
    let stay: Field[] | undefined;
    fields.forEach((field, place) => {
      const isMeant = path.matchesField(field) && !isOfLibrary(field) && fits(field);
      const made = isMeant ? change(field, (before, after) => say(field.tag, before, after)) : undefined;
      if (made === undefined) {
        stay?.push(field);
        return;
      }
      stay ??= fields.slice(0, place);
      for (const one of made.stay) stay.push(one);
      come ??= [];
      for (const one of made.come) come.push(one);
    });
    return stay === undefined ? fields : withPlaced(stay, come ?? []);
  };
}

function adding(on: string, { value, subfields }: Extract<Deed, { kind: 'add-field' }>): Step {
  const [ind1, ind2] = indicatorsOf(on);
  const tag = on.slice(0, 3);
  const field = value === undefined ? dataField(tag, ind1, ind2, subfields) : controlField(tag, value);
  const key = fieldKey(field);
  return (fields, say) => {
    // A control field stands there once.
    const isThere = fields.some((one) => (value === undefined ? fieldKey(one) === key : one.tag === tag));
    return isThere || !say(tag, '', lineOf(field)) ? fields : withPlaced(fields, [field]);
  };
}

/** No kind that asks what is outside of a record knows how to mend it. */
const noWorld = { base: () => undefined };

function fixing({ check }: Extract<Deed, { kind: 'fix' }>): Step {
  const look = checkSet([compileCheck(check, noWorld)], Number.POSITIVE_INFINITY);
  return (fields, say) => {
    const record = { leader: '', fields };
    const findings = look(record);
    if (!findings.some(({ patch }) => patch !== undefined)) return fields;
    const mended = patched(record, findings, ({ before, after }) => {
      if (before === undefined) return say('', 'the order of tags', 'ascending');
      return say(before.tag, lineOf(before), after === undefined ? '' : lineOf(after));
    });
    return mended.fields;
  };
}

function compileDeed(deed: Exclude<Deed, { kind: 'add-field' | 'fix' }>, look: LookUp): DeedOnField {
  switch (deed.kind) {
    case 'delete-field':
      return (field, say) => (say(lineOf(field), '') ? { stay: [], come: [] } : undefined);
    case 'move-field':
    case 'copy-field':
      return elsewhere(deed);
    case 'set-indicators':
      return (field, say) => {
        if (field.value !== undefined) return undefined;
        const [ind1, ind2] = indicatorsOf(`000${deed.to}`, field);
        const other = { ...field, ind1, ind2 };
        return replacedBy(field, other, say);
      };
    case 'split-field':
      return splitField(deed.code);
    case 'replace-text':
      return replaceText(deed);
    case 'add-subfield':
      return (field, say) => {
        if (field.value !== undefined) return undefined;
        const { code, value } = deed;
        if (field.subfields.some((one) => one.code === code && one.value === value)) return undefined;
        if (!say('', told(code, value))) return undefined;
        const added = { code, value };
        return same({ ...field, subfields: deed.first ? [added, ...field.subfields] : [...field.subfields, added] });
      };
    case 'join-subfields':
      return joinSubfields(deed);
    case 'map-by-knowledge':
      return eachSubfield(deed.code, undefined, ({ code, value }) => [
        { code, value: look(deed.base, value, deed.ignoreCase) ?? value },
      ]);
    default:
      return eachSubfield(deed.code, 'only' in deed ? deed.only : undefined, (subfield) =>
        subfieldsAfter(deed, subfield),
      );
  }
}

/** What becomes of one subfield: none, one or several. */
function subfieldsAfter(
  deed: Extract<Deed, { kind: 'delete-subfield' | 'replace-subfield' | 'rename-subfield' | 'split-subfield' }>,
  { code, value }: Subfield,
): readonly Subfield[] {
  switch (deed.kind) {
    case 'delete-subfield':
      return [];
    case 'replace-subfield':
      return [{ code, value: deed.value }];
    case 'rename-subfield':
      return [{ code: deed.to, value }];
    case 'split-subfield':
      if (!value.includes(deed.at)) return [{ code, value }];
      return value
        .split(deed.at)
        .map((part) => ({ code, value: part.trim() }))
        .filter((part) => part.value !== '');
  }
}

function eachSubfield(
  wanted: string | undefined,
  only: Pattern | undefined,
  change: (subfield: Subfield) => readonly Subfield[],
): DeedOnField {
  const pattern = only === undefined ? undefined : compilePattern(only);
  return (field, say) => {
    let isOther = false;
    const subfields = field.subfields.flatMap((subfield) => {
      const { code, value } = subfield;
      if ((wanted !== undefined && code !== wanted) || (pattern !== undefined && !pattern.test(value)))
        return [subfield];
      const instead = change(subfield);
      const [first] = instead;
      if (instead.length === 1 && first?.code === code && first.value === value) return [subfield];
      if (!say(told(code, value), instead.map((one) => told(one.code, one.value)).join(''))) return [subfield];
      isOther = true;
      return instead;
    });
    if (!isOther) return undefined;
    return subfields.length === 0 ? { stay: [], come: [] } : same({ ...field, subfields });
  };
}

function replaceText({ code, find, with: text }: Extract<Deed, { kind: 'replace-text' }>): DeedOnField {
  const pattern: CompiledPattern = compilePattern(find);
  const inSubfields = eachSubfield(code, undefined, ({ code: of, value }) => [
    { code: of, value: pattern.replace(value, text) },
  ]);
  return (field, say) => {
    if (field.value === undefined) return inSubfields(field, say);
    const value = pattern.replace(field.value, text);
    if (code !== undefined || value === field.value || !say(field.value, value)) return undefined;
    return same({ ...field, value });
  };
}

function elsewhere({ kind, to }: Extract<Deed, { kind: 'move-field' | 'copy-field' }>): DeedOnField {
  const tag = to.slice(0, 3);
  return (field, say) => {
    const [ind1, ind2] = field.value === undefined ? indicatorsOf(to, field) : [field.ind1, field.ind2];
    const other = { ...field, tag, ind1, ind2 };
    if (kind === 'copy-field') return say('', lineOf(other)) ? { stay: [field], come: [other] } : undefined;
    if (fieldKey(other) === fieldKey(field) || !say(lineOf(field), lineOf(other))) return undefined;
    return tag === field.tag ? same(other) : { stay: [], come: [other] };
  };
}

function splitField(wanted: string): DeedOnField {
  return (field, say) => {
    const parts = field.subfields.filter(({ code }) => code === wanted);
    if (parts.length < 2) return undefined;
    const stay = parts.map((part) => ({
      ...field,
      subfields: field.subfields.filter((one) => one.code !== wanted || one === part),
    }));
    return say(lineOf(field), stay.map(lineOf).join(' ')) ? { stay, come: [] } : undefined;
  };
}

function joinSubfields({ code, with: between }: Extract<Deed, { kind: 'join-subfields' }>): DeedOnField {
  return (field, say) => {
    const parts = field.subfields.filter((one) => one.code === code);
    if (parts.length < 2) return undefined;
    const value = parts.map((part) => part.value).join(between);
    if (!say(parts.map((part) => told(code, part.value)).join(''), told(code, value))) return undefined;
    const subfields = field.subfields.flatMap((one) =>
      one === parts[0] ? [{ code, value }] : one.code === code ? [] : [one],
    );
    return same({ ...field, subfields });
  };
}

function replacedBy(field: Field, other: Field, say: Say): Made | undefined {
  if (fieldKey(field) === fieldKey(other) || !say(lineOf(field), lineOf(other))) return undefined;
  return same(other);
}

function same(field: Field): Made {
  return { stay: [field], come: [] };
}

function told(code: string, value: string): string {
  return `$$${code}${value}`;
}

/** Of "245_0"; what it leaves out, or says with "%", is as the field has it. */
function indicatorsOf(text: string, { ind1, ind2 }: Pick<Field, 'ind1' | 'ind2'> = { ind1: ' ', ind2: ' ' }) {
  const read = (char: string | undefined, before: string): string =>
    char === undefined || char === '%' ? before : char === '_' ? ' ' : char;
  return [read(text[3], ind1), read(text[4], ind2)] as const;
}
