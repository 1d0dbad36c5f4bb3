import { compilePattern } from '../actions/pattern.ts';
import { fieldKey, isOfLibrary } from '../content.ts';
import { compilePath, type MarcPath } from '../path.ts';
import type { Field, MarcRecord, Subfield } from '../record.ts';
import type { Check, Finding, Patch } from './rule.ts';
import { type CheckWorld, type ValueCheck, valueCheck } from './values.ts';

/** One check, ready for any number of records. */
export interface CompiledCheck {
  /** May a field of this tag be concerned? What needs all fields has no say in it. */
  readonly tag: ((tag: string) => boolean) | undefined;
  readonly field?: (field: Field, place: number, report: Report) => void;
  readonly record?: (record: MarcRecord, report: Report) => void;
}

export type Report = (finding: Finding) => void;

const longestText = 200;

/** Throws an Error that says what is wrong with a path or an expression. */
export function compileCheck(check: Check, world: CheckWorld): CompiledCheck {
  if (check.kind === 'order') return { tag: undefined, record: orderCheck };
  const paths = check.paths.map(compilePath);
  const tag = (name: string): boolean => paths.some((path) => path.matchesTag(name));
  const ofValue = valueCheck(check, world);
  if (ofValue !== undefined) return { tag, field: eachValue(paths, ofValue) };
  switch (check.kind) {
    case 'mandatory':
      return { tag: undefined, record: mandatoryCheck(paths, check.any) };
    case 'repeated':
      return { tag: undefined, record: repeatedCheck(paths, check.once) };
    case 'rename-subfield':
      return {
        tag,
        field: (field, place, report) => {
          if (!fits(paths, field)) return;
          field.subfields.forEach((subfield, at) => {
            if (subfield.code === check.subfield)
              report(found('subfield', field, place, at, subfield, check.to, { kind: 'code', code: check.to }));
          });
        },
      };
    case 'rename-tag':
      return {
        tag,
        field: (field, place, report) => {
          if (fits(paths, field) && field.tag !== check.to && !isOfLibrary(field))
            report(found('tag', field, place, -1, undefined, check.to, { kind: 'tag', tag: check.to }));
        },
      };
    case 'fixed-field':
      return fixedFieldCheck(check, paths);
    case 'link':
      return { tag, field: linkCheck(paths, check.required, world) };
    default:
      throw new Error(`no check ${check.kind}`);
  }
}

function fits(paths: readonly MarcPath[], field: Field): boolean {
  return paths.some((path) => path.matchesField(field));
}

function found(
  fault: Finding['fault'],
  field: Field,
  place: number,
  at: number,
  subfield: Subfield | undefined,
  to = '',
  patch?: Patch,
): Finding {
  const { tag, ind1, ind2, value } = field;
  const head = value === undefined ? `${tag}${ind1}${ind2}`.replaceAll(' ', '_') : tag;
  const text = subfield?.value ?? value ?? '';
  return {
    ...{ fault, field: place, subfield: at, text: short(text), to: short(to), patch },
    path: subfield === undefined ? head : `${head}${subfield.code}`,
  };
}

/** As databases can hold it: a cut may go through a character, and a record may have half ones. */
function short(text: string): string {
  const cut = text.length <= longestText ? text : `${text.slice(0, longestText)}…`;
  return cut.replaceAll('\0', '').toWellFormed();
}

function eachValue(paths: readonly MarcPath[], check: ValueCheck): CompiledCheck['field'] {
  return (field, place, report) => {
    const { value, subfields } = field;
    // 001 and 005 are the library's.
    if (isOfLibrary(field)) return;
    const look = (text: string, at: () => number, subfield: Subfield | undefined): void => {
      const wrong = check(text, field);
      if (wrong === undefined) return;
      const { fault, to, fixed } = wrong;
      const patch: Patch | undefined = fixed === undefined ? undefined : { kind: 'value', value: fixed };
      report(found(fault, field, place, at(), subfield, fixed ?? to, patch));
    };
    if (value !== undefined) {
      if (fits(paths, field)) look(value, () => -1, undefined);
      return;
    }
    const [only] = paths;
    if (paths.length === 1) {
      only!.forEachIn(field, (text, _, subfield) => {
        // Its place is asked for when something is wrong, which is rare.
        if (subfield !== undefined) look(text, () => subfields.indexOf(subfield), subfield);
      });
      return;
    }
    const meant = new Set<Subfield>();
    for (const path of paths) path.forEachIn(field, (_, __, subfield) => subfield && meant.add(subfield));
    if (meant.size === 0) return;
    subfields.forEach((subfield, at) => {
      if (meant.has(subfield)) look(subfield.value, () => at, subfield);
    });
  };
}

function mandatoryCheck(paths: readonly MarcPath[], any: boolean): CompiledCheck['record'] {
  return (record, report) => {
    const missing = paths.filter((path) => !path.values(record).some((value) => value.trim() !== ''));
    if (missing.length === 0 || (any && missing.length < paths.length)) return;
    const none = { fault: 'missing', field: -1, subfield: -1, text: '', patch: undefined } as const;
    if (any) report({ ...none, path: missing[0]!.text, to: missing.map(({ text }) => text).join(', ') });
    else for (const path of missing) report({ ...none, path: path.text, to: path.text });
  };
}

function repeatedCheck(paths: readonly MarcPath[], once: boolean): CompiledCheck['record'] {
  return ({ fields }, report) => {
    // Few fields begin alike, and only these are compared as a whole.
    const alike = new Map<string, Field | Set<string>>();
    const met = new Map<MarcPath, number>();
    fields.forEach((field, place) => {
      const path = paths.length === 1 && paths[0]!.matchesField(field) ? paths[0] : firstFor(paths, field);
      if (path === undefined || isOfLibrary(field)) return;
      const { tag, value, subfields } = field;
      const beginning = `${tag}${value ?? subfields[0]?.value ?? ''}`;
      const others = alike.get(beginning);
      const times = met.get(path) ?? 0;
      const keys = others === undefined || others instanceof Set ? others : new Set([fieldKey(others)]);
      const key = keys === undefined ? '' : fieldKey(field);
      if (keys?.has(key) === true) report(found('identical', field, place, -1, undefined, '', { kind: 'remove' }));
      else if (once && times > 0) report(found('repeated', field, place, -1, undefined));
      alike.set(beginning, keys?.add(key) ?? field);
      if (once) met.set(path, times + 1);
    });
  };
}

function firstFor(paths: readonly MarcPath[], field: Field): MarcPath | undefined {
  return paths.length === 1 ? undefined : paths.find((path) => path.matchesField(field));
}

function orderCheck({ fields }: MarcRecord, report: Report): void {
  const at = fields.findIndex((field, place) => place > 0 && field.tag < fields[place - 1]!.tag);
  if (at === -1) return;
  const sorted = fields.toSorted((a, b) => (a.tag < b.tag ? -1 : a.tag > b.tag ? 1 : 0));
  report(found('order', fields[at]!, at, -1, undefined, fields[at - 1]!.tag, { kind: 'fields', fields: sorted }));
}

function fixedFieldCheck(
  { length, positions }: Extract<Check, { kind: 'fixed-field' }>,
  paths: readonly MarcPath[],
): CompiledCheck {
  const parts = positions.map((one) => ({ ...one, pattern: compilePattern(one.pattern) }));
  const look = (text: string, say: (fault: 'length' | 'position', to: string, text: string) => void): void => {
    if (length !== undefined && text.length !== length) say('length', String(length), text);
    for (const [place, { at, length: size, pattern }] of parts.entries()) {
      const part = text.slice(at, at + size);
      const name = size === 1 ? String(at) : `${at}-${at + size - 1}`;
      if (!pattern.test(part)) say('position', `${name}: ${positions[place]!.pattern.text}`, part);
    }
  };
  const leader = paths.some((path) => /^LDR/i.test(path.text));
  return {
    tag: leader ? undefined : (tag) => paths.some((path) => path.matchesTag(tag)),
    ...(leader && {
      record: ({ leader: text }: MarcRecord, report: Report) =>
        look(text, (fault, to, part) =>
          report({ fault, path: 'LDR', field: -1, subfield: -1, text: short(part), to, patch: undefined }),
        ),
    }),
    field: (field, place, report) => {
      if (field.value === undefined || !fits(paths, field)) return;
      look(field.value, (fault, to, part) =>
        report({ ...found(fault, field, place, -1, undefined, to), text: short(part) }),
      );
    },
  };
}

const authorityNumber = /^\([A-Za-z0-9.:_-]{1,40}\)\s?\S+$/;

function linkCheck(paths: readonly MarcPath[], required: boolean, { isThere }: CheckWorld): CompiledCheck['field'] {
  return (field, place, report) => {
    if (!fits(paths, field) || field.value !== undefined) return;
    let has = false;
    field.subfields.forEach((subfield, at) => {
      if (subfield.code !== '0') return;
      has = true;
      const { value } = subfield;
      const number = /^[1-9]\d{0,9}$/.test(value) ? Number(value) : undefined;
      if (number !== undefined) {
        if (isThere?.(number) === false) report(found('link-dead', field, place, at, subfield));
      } else if (!authorityNumber.test(value) && !(/^https?:\/\//.test(value) && URL.canParse(value)))
        report(found('link-form', field, place, at, subfield));
    });
    if (required && !has) report(found('link-missing', field, place, -1, undefined));
  };
}
