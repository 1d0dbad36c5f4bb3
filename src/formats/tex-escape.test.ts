import assert from 'node:assert/strict';
import { test } from 'node:test';
import { texText } from './tex-escape.ts';

const cases: Readonly<Record<string, string>> = {
  '<i>Drosophila bohemica</i> in ponds': '\\textit{Drosophila bohemica} in ponds',
  'CO<sub>2</sub> &amp; H<sub>2</sub>O': 'CO\\textsubscript{2} \\& H\\textsubscript{2}O',
  'from $5 to $10': 'from \\$5 to \\$10',
  'mass of \\(E=mc^2\\) there': 'mass of $E=mc^2$ there',
  'in $\\sqrt{s}$ = 189 GeV': 'in $\\sqrt{s}$ = 189 GeV',
  'a < b & c': 'a \\textless{} b \\& c',
  'one $ alone': 'one \\$ alone',
  '$x$ and $y$': '$x$ and $y$',
  'AT&amp;T': 'AT\\&T',
};

test('markup and mathematics of titles are TeX in TeX', () => {
  for (const [text, expected] of Object.entries(cases)) assert.equal(texText(text), expected, text);
});

test('very many signs take no longer than others', () => {
  assert.ok(texText('<i>'.repeat(100_000)).length > 0);
  assert.ok(texText('<i>a</i>'.repeat(100_000)).length > 0);
  assert.ok(texText('$a '.repeat(100_000)).length > 0);
  assert.ok(texText('\\('.repeat(100_000)).length > 0);
});
