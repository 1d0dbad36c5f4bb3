import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { parseSite } from '../../site/parse.ts';
import { array, integer, object, oneOf, optional, type Schema, string } from './json-schema.ts';
import { operationsOf } from './operations.ts';
import { misfit, readParameters } from './parameters.ts';

const ajv = new Ajv2020({ strict: false });

test('a value fits its schema here when it does for Ajv, and for the same reason', () => {
  const schemas: readonly Schema[] = [
    integer({ minimum: -3, maximum: 7 }),
    integer({ minimum: 1 }),
    string({ maxLength: 3 }),
    string({ pattern: '^[a-z_]+(,[a-z_]+)*$' }),
    oneOf(['a', 'd']),
    string(),
  ];
  assertProperty(
    fc.property(
      fc.constantFrom(...schemas),
      fc.integer({ min: -5, max: 9 }),
      fc.string({ unit: 'grapheme' }),
      (schema, number, text) => {
        for (const word of [text, 'a', 'a,b', 'a,', '𝕊𝕊𝕊', '𝕊𝕊𝕊𝕊']) {
          const value = schema.type === 'integer' ? number : word;
          const validate = ajv.compile(schema);
          assert.equal(misfit(schema, value), validate(value) ? undefined : validate.errors?.[0]?.message);
        }
      },
    ),
  );
});

test('no argument of an address has a keyword that is not looked at', () => {
  const { site, problems } = parseSite(`
site: {name: Library of Tests}
fields:
  anyfield: {index: {union: [title]}}
  title: {paths: ["245__%"], index: {tokenizer: text}}
collections:
  - {name: Library of Tests, query: ""}
`);
  assert.deepEqual(problems, []);
  const known = ['type', 'description', 'default', 'enum', 'minimum', 'maximum', 'maxLength', 'pattern'];
  for (const { id, parameters } of operationsOf(site!, true, true, true))
    for (const [name, schema] of Object.entries(parameters.properties)) {
      const unknown = Object.keys(schema).filter((word) => !known.includes(word));
      assert.deepEqual(unknown, schema.type === 'array' ? ['items'] : [], `${id} ${name}`);
      if (schema.type === 'array') assert.deepEqual(schema['items'], { type: 'string' }, `${id} ${name}`);
    }
});

test('the first wrong argument is named with its reason', () => {
  const schema = object({ size: optional(integer({ minimum: 1 })), q: string(), c: optional(array(string())) });
  const read = (text: string) => readParameters(schema, new URLSearchParams(text));
  assert.deepEqual(read('q=x&size=2&c=a&c=b'), { q: 'x', size: 2, c: ['a', 'b'] });
  assert.throws(() => read('q=x&size=0'), /size must be >= 1/);
  assert.throws(() => read('q=x&size=1.5'), /size is "1.5" and must be a whole number/);
  assert.throws(() => read('size=3'), /q is missing/);
  assert.throws(() => read('q=x&siz=3'), /siz is not known; did you mean size\?/);
});

test('an argument that is given very often is looked at once', () => {
  const schema = object({ q: string() });
  const args = new URLSearchParams('q&'.repeat(8_000));
  let asked = 0;
  const counting = Object.assign(args, { getAll: (name: string) => [name, ++asked].slice(0, 1) as string[] });
  readParameters(schema, counting);
  assert.equal(asked, 1);
});
