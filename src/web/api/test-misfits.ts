import { Ajv2020 } from 'ajv/dist/2020.js';
import { schemas } from './schemas.ts';

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });

/** What is wrong with a value by the named schema of the API; for tests. */
export function misfits(name: string, value: unknown): readonly string[] {
  const validate = ajv.compile({ ...schemas[name], components: { schemas } });
  return validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
