import { UserError } from '../../errors/errors.ts';
import { nearest } from '../../errors/nearest.ts';
import { webErrors } from '../http/errors.ts';
import type { Described, ObjectSchema, Schema } from './json-schema.ts';

/**
 * The arguments of an address as their schema wants them. Throws a UserError that names the first
 * wrong one.
 */
export function readParameters<S extends ObjectSchema>(schema: S, args: URLSearchParams): Described<S> {
  const { properties } = schema;
  const values: Record<string, unknown> = {};
  // Each once: what a name has is looked for in all of them.
  for (const name of new Set(args.keys())) {
    // Of every address, and passed over where they are not allowed.
    if (name === 'profile' || name === 'verbose') continue;
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (property === undefined) {
      const meant = nearest(name, Object.keys(properties));
      throw wrong(name, `is not known${meant === undefined ? '' : `; did you mean ${meant}?`}`);
    }
    const all = args.getAll(name);
    values[name] = property.type === 'array' ? all : property.type === 'integer' ? integer(name, all[0]!) : all[0];
  }
  for (const [name, value] of Object.entries(values)) {
    const reason = misfit(properties[name]!, value);
    if (reason !== undefined) throw wrong(name, reason);
  }
  const missing = schema.required?.find((name) => values[name] === undefined);
  if (missing !== undefined) throw wrong(missing, 'is missing');
  return values as Described<S>;
}

/**
 * Why a value is not as the keywords of its schema want it, in Ajv's words, or undefined. Only
 * those that arguments of addresses need; a test holds them to these, and compares with Ajv.
 */
export function misfit(schema: Schema, value: unknown): string | undefined {
  const { enum: allowed, minimum = -Infinity, maximum = Infinity, maxLength = Infinity, pattern } = schema;
  if (typeof value === 'number') {
    if (value < minimum) return `must be >= ${minimum}`;
    if (value > maximum) return `must be <= ${maximum}`;
  }
  if (typeof value === 'string') {
    if ([...value].length > maxLength) return `must NOT have more than ${maxLength} characters`;
    if (pattern !== undefined && !new RegExp(pattern, 'u').test(value)) return `must match pattern "${pattern}"`;
  }
  return allowed === undefined || allowed.includes(value) ? undefined : 'must be equal to one of the allowed values';
}

function integer(name: string, text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw wrong(name, `is "${text}" and must be a whole number`);
  return Number(text);
}

function wrong(name: string, reason: string): UserError {
  return new UserError(webErrors.parameterWrong, { name, reason });
}
