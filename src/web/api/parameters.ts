import { createRequire } from 'node:module';
import type { Ajv, ValidateFunction } from 'ajv';
import { UserError } from '../../errors/errors.ts';
import { nearest } from '../../errors/nearest.ts';
import { webErrors } from '../http/errors.ts';
import type { Described, ObjectSchema } from './json-schema.ts';

const require = createRequire(import.meta.url);
let ajv: Ajv | undefined;
const compiled = new WeakMap<ObjectSchema, ValidateFunction>();

/** Ajv is loaded by the first who needs it, and each schema is compiled once. */
function validatorOf(schema: ObjectSchema): ValidateFunction {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  ajv ??= new (require('ajv') as typeof import('ajv')).Ajv({ strict: false });
  const made = ajv.compile(schema);
  compiled.set(schema, made);
  return made;
}

/**
 * The arguments of an address as their schema wants them. Throws a UserError that names the first
 * wrong one.
 */
export function readParameters<S extends ObjectSchema>(schema: S, args: URLSearchParams): Described<S> {
  const { properties } = schema;
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
  const validate = validatorOf(schema);
  if (!validate(values)) {
    const { instancePath = '', message = '' } = validate.errors?.[0] ?? {};
    const name = instancePath.split('/')[1];
    if (name !== undefined) throw wrong(name, message);
    const [missing = ''] = schema.required ?? [];
    throw wrong(missing, 'is missing');
  }
  return values as Described<S>;
}

function integer(name: string, text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw wrong(name, `is "${text}" and must be a whole number`);
  return Number(text);
}

function wrong(name: string, reason: string): UserError {
  return new UserError(webErrors.parameterWrong, { name, reason });
}
