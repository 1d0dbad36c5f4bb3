import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseYearSpan, yearSpanText } from './year-span.ts';

test('a span of years is read as it is written, with open ends', () => {
  for (const [text, from, to] of [
    ['1999', 1999, 1999],
    ['1999->2003', 1999, 2003],
    ['1999->', 1999, undefined],
    ['->2003', undefined, 2003],
  ] as const) {
    assert.deepEqual(parseYearSpan(text), { from, to }, text);
    assert.equal(yearSpanText({ from, to }), text);
  }
  for (const text of ['', '->', 'x', '1999-2003', '1999->x']) assert.equal(parseYearSpan(text), undefined, text);
});
