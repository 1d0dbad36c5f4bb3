import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markdown } from './markdown.ts';

test('headings stand below that of the page, however many there are', () => {
  assert.equal(String(markdown('# A\n### B\n')), '<h2>A</h2>\n<h4>B</h4>\n');
  assert.equal(String(markdown('# A\n'.repeat(90_000))).match(/<h2>/g)?.length, 90_000);
  assert.equal(String(markdown('A')), '<p>A</p>\n');
});
