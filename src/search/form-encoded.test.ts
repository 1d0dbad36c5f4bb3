import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formEncoded } from './form-encoded.ts';

test('arguments are written as URLSearchParams writes them', () => {
  const ascii = Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)).join('');
  for (const text of [ascii, 'Universität München', '100%', 'a+b c', '\ud83d\ude00', '\ud83d alone', '']) {
    assert.equal(formEncoded([['p', text]]), new URLSearchParams({ p: text }).toString());
  }
  const text = fc.string({
    unit: fc.oneof(fc.string({ maxLength: 1 }), fc.constantFrom('%', '~', ' ', '\udc00', 'é')),
  });
  const pairs = fc.array(fc.tuple(text, text), { maxLength: 5 });
  fc.assert(fc.property(pairs, (args) => assert.equal(formEncoded(args), new URLSearchParams(args).toString())));
});
