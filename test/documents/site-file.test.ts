import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkRules } from '../../src/people/rules/check.ts';
import { checkQuery } from '../../src/search/check-query.ts';
import { parseSite } from '../../src/site/parse.ts';
import { root } from '../support/markdown.ts';

const picture = '<svg xmlns="http://www.w3.org/2000/svg"></svg>';
const blocks = [...readFileSync(join(root, 'docs/site-file.md'), 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(
  (match) => match[1]!,
);

/** Parts of a file are parts of a short one. */
function wholeOf(block: string): string {
  if (/^site:/m.test(block)) return block;
  if (/^robots:/m.test(block)) return `extends: default\nsite: {name: L}\n${block}`;
  return `extends: default\nsite:\n  name: L\n${block.replace(/^(?=.)/gm, '  ')}`;
}

test('the files in the document are right', () => {
  assert.ok(blocks.length >= 3);
  for (const block of blocks) {
    const { problems } = parseSite(wholeOf(block), {
      query: checkQuery,
      rules: checkRules,
      files: (path) => Buffer.from(path.endsWith('.svg') ? picture : '# Heading'),
    });
    assert.deepEqual(problems, [], block);
  }
});

test('the worked example has what the text says of it', () => {
  const { site } = parseSite(wholeOf(blocks[0]!), { files: () => Buffer.from(picture) });
  assert.deepEqual(
    [site?.pages.map(({ slug }) => slug), site?.facets.at(-1)?.code, site?.fields.at(-1)?.code],
    [['about', 'imprint'], 'donor', 'donor'],
  );
  assert.ok(!site?.fields.some(({ code }) => code === 'reportnumber'));
  assert.ok(!site?.fields[0]?.index?.union.includes('reportnumber'));
});
