import type { Static, TObject, TSchema } from 'typebox';
import Value from 'typebox/value';
import { UserError } from '../../errors/errors.ts';
import { nearest } from '../../errors/nearest.ts';
import { webErrors } from '../http/errors.ts';

/**
 * The arguments of an address as their schema wants them. Throws a UserError that names the first
 * wrong one.
 */
export function readParameters<T extends TObject>(schema: T, args: URLSearchParams): Static<T> {
  const properties: Readonly<Record<string, TSchema & { readonly type?: string }>> = schema.properties;
  const values: Record<string, unknown> = {};
  for (const name of args.keys()) {
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
  for (const error of Value.Errors(schema, values)) {
    const name = error.instancePath.split('/')[1];
    if (name !== undefined) throw wrong(name, error.message);
    const [missing = ''] = schema.required ?? [];
    throw wrong(missing, 'is missing');
  }
  return values as Static<T>;
}

function integer(name: string, text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw wrong(name, `is "${text}" and must be a whole number`);
  return Number(text);
}

function wrong(name: string, reason: string): UserError {
  return new UserError(webErrors.parameterWrong, { name, reason });
}
