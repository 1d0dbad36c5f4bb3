import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { errorsManual } from '../../scripts/errors-manual.ts';
import { assertProperty } from '../../test/support/property.ts';
import { defineErrors, errorCatalogue, UserError } from './errors.ts';
import { editDistance, nearest } from './nearest.ts';

test('docs/errors.md lists exactly the errors that the rooms declare; `npm run docs` writes it', async () => {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  // No diff of the whole page.
  assert.ok(page === (await errorsManual()), 'docs/errors.md is out of date: run npm run docs');
});

test('every declared error has a code of our form, an HTTP status, a sentence and a hint', async () => {
  await errorsManual();
  assert.ok(errorCatalogue().length > 20);
  for (const { code, status, message, hint } of errorCatalogue()) {
    assert.match(code, /^REPERIO_[A-Z0-9]+(_[A-Z0-9]+)*$/);
    assert.ok(status >= 400 && status <= 599, code);
    assert.ok(message !== '' && hint !== '', code);
  }
});

test('a code can be declared once only', () => {
  const kind = { code: 'REPERIO_TEST_ONLY', status: 400, message: 'x', hint: 'y' };
  const declared = [...errorCatalogue()];
  assert.ok(declared[0]);
  assert.throws(() => defineErrors({ again: { ...kind, code: declared[0]?.code ?? '' } }), /declared twice/);
});

test('placeholders are filled in, and unknown ones stay', () => {
  const kind = { code: 'X', status: 400, message: 'The {thing} is {state}.', hint: 'See {thing}.' };
  const error = new UserError(kind, { thing: 'port', state: 80 });
  assert.deepEqual([error.message, error.hint], ['The port is 80.', 'See port.']);
  assert.equal(new UserError(kind, { thing: '{state}' }).message, 'The {state} is {state}.');
});

test('the distance of two words is symmetric, zero only for the same, and at most the longer length', () => {
  const word = fc.string({ maxLength: 12, unit: fc.constantFrom('a', 'b', 'c') });
  assertProperty(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b);
      assert.equal(distance, editDistance(b, a));
      assert.equal(distance === 0, a === b);
      assert.ok(distance <= Math.max(a.length, b.length) && distance >= Math.abs(a.length - b.length));
    }),
  );
});

test('a mistyped word finds the nearest, and a strange one nothing', () => {
  const commands = ['load', 'record', 'search', 'serve', 'site'];
  assert.deepEqual(
    ['laod', 'recrod', 'serch', 'serv', 'SITE', 'zebra', ''].map((word) => nearest(word, commands)),
    ['load', 'record', 'search', 'serve', 'site', undefined, undefined],
  );
});
