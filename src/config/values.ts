import { resolve } from 'node:path';
import type { SettingDefinition } from './table/definition.ts';

/** What of a setting decides which values it may have. */
type ValueForm = Pick<SettingDefinition, 'type' | 'minimum' | 'maximum' | 'choices' | 'problem' | 'map'>;

/**
 * A value as the file or the environment gave it, made into what the setting is. Wrong: `problem`
 * says what it should be.
 */
export type ParsedValue =
  | { readonly value: string | number | boolean; readonly problem?: undefined }
  | { readonly problem: string };

const byteUnits: Readonly<Record<string, number>> = { '': 1, b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };
const durationUnits: Readonly<Record<string, number>> = {
  '': 1,
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `folder` is where a relative path starts. */
export function parseValue(definition: ValueForm, given: unknown, folder: string): ParsedValue {
  switch (definition.type) {
    case 'boolean':
      return parseBoolean(given);
    case 'text':
      return parseText(definition, given);
    case 'path':
      return typeof given === 'string' && given !== ''
        ? { value: resolve(folder, given) }
        : { problem: 'is not a path' };
    case 'number':
      return parseNumber(definition, given, { '': 1 }, 'a whole number');
    case 'bytes':
      return parseNumber(definition, given, byteUnits, 'a number of bytes, such as 64MB');
    case 'duration':
      return parseNumber(definition, given, durationUnits, 'a time, such as 500ms, 30s, 5min or 2d');
  }
}

function parseBoolean(given: unknown): ParsedValue {
  if (typeof given === 'boolean') return { value: given };
  const word = typeof given === 'string' ? given.toLowerCase() : '';
  if (['true', 'yes', 'on', '1'].includes(word)) return { value: true };
  if (['false', 'no', 'off', '0'].includes(word)) return { value: false };
  return { problem: 'is neither true nor false' };
}

function parseText({ choices, map, problem: problemOf }: ValueForm, given: unknown): ParsedValue {
  if (typeof given !== 'string' && typeof given !== 'number') return { problem: 'is not text' };
  const value = String(given);
  if (choices && !choices.includes(value)) return { problem: `is "${value}" and must be one of ${choices.join(', ')}` };
  if (value === '') return { problem: 'is empty' };
  const problem = problemOf?.(value);
  return problem === undefined ? { value: map === true ? shown(value) : value } : { problem };
}

/** A map of the file, which was drawn at its place there, as one line. */
function shown(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/\s*=\s*/g, ' = ')
    .replace(/\s*;\s*/g, '; ')
    .replace(/\s*,\s*/g, ', ')
    .replace(/[; ]+$/, '')
    .trim();
}

function parseNumber(
  definition: ValueForm,
  given: unknown,
  units: Readonly<Record<string, number>>,
  what: string,
): ParsedValue {
  const [, digits, unit = ''] = /^\s*(-?\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(String(given)) ?? [];
  const factor = units[unit.toLowerCase()];
  if (digits === undefined || factor === undefined) return { problem: `is "${String(given)}" and must be ${what}` };
  const value = Number(digits) * factor;
  if (!Number.isInteger(value)) return { problem: `is "${String(given)}" and must be ${what}` };
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = definition;
  if (value < minimum || value > maximum) {
    return { problem: `is ${String(given)} and must be ${rangeText(definition)}` };
  }
  return { value };
}

/** "from 1 to 64", in the units people write. Empty without a range. */
export function rangeText(definition: ValueForm): string {
  const { minimum, maximum } = definition;
  const from = minimum === undefined ? undefined : valueText(definition, minimum);
  const to = maximum === undefined ? undefined : valueText(definition, maximum);
  if (from !== undefined && to !== undefined) return `from ${from} to ${to}`;
  if (from !== undefined) return `at least ${from}`;
  return to === undefined ? '' : `at most ${to}`;
}

/** A value as people would write it: 64MB, 30s. */
export function valueText({ type }: Pick<SettingDefinition, 'type'>, value: string | number | boolean): string {
  if (typeof value !== 'number') return String(value);
  if (type === 'bytes') return withUnit(value, byteUnits, ['GB', 'MB', 'kB']);
  if (type === 'duration') return withUnit(value, durationUnits, ['d', 'h', 'min', 's', 'ms']);
  return String(value);
}

function withUnit(value: number, units: Readonly<Record<string, number>>, names: readonly string[]): string {
  const name = names.find((each) => value > 0 && value % (units[each.toLowerCase()] ?? 1) === 0);
  return name === undefined ? String(value) : `${value / (units[name.toLowerCase()] ?? 1)}${name}`;
}
