import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { richText } from './highlight.ts';
import { mathMl } from './mathml.ts';

test('a formula is MathML, and one that cannot be read is text', () => {
  assert.match(mathMl('\\frac{a}{b}') ?? '', /^<math><mfrac><mi>a<\/mi><mi>b<\/mi><\/mfrac><\/math>$/);
  assert.match(
    richText('A ring $\\begin{matrix} a & b \\\\ c & d \\end{matrix}$ <').text,
    /^A ring <math><mtable>.*<\/math> &lt;$/,
  );
  assert.match(richText('the root $\\sqrt[3]{x^2}$').text, /<mroot>/);
  assert.equal(richText('at $\\nosuchcommand{x}$').text, 'at nosuchcommandx');
});

test('light formulas stay text that can be marked, and prices are no formulas', () => {
  assert.equal(richText('the $x_{NN}$ of $\\alpha^2$').text, 'the x<sub>NN</sub> of α<sup>2</sup>');
  assert.equal(richText('from $5 to $6').text, 'from $5 to $6');
});

test('the names of species stay italic', () => {
  assert.equal(richText('<i>Homo sapiens</i> & <em>co</em>').text, '<i>Homo sapiens</i> &amp; <i>co</i>');
});

test('whatever a formula says, nothing in it runs, loads, links or styles', () => {
  const pieces = [
    ...[
      '\\href{javascript:alert(1)}{x}',
      '\\url{javascript:x}',
      '\\includegraphics{http://x.example/}',
      '\\style{a:b}{x}',
    ],
    ...[
      '\\class{a}{b}',
      '\\id{a}{b}',
      '\\data{a=b}{c}',
      '\\color{red}',
      '\\text{<script>}',
      '"',
      '<img src=x onerror=y>',
    ],
    ...[
      '\\gdef\\a{\\a\\a}',
      '\\a',
      '\\def\\b#1{#1#1}',
      '\\b',
      '{',
      '}',
      '^',
      '_',
      '\\frac',
      '\\left(',
      '\\right)',
      '&',
      '\\\\',
    ],
    ...[
      '\\rule{9em}{9em}',
      '\\kern99em',
      '\\hspace{-99em}',
      '\\begin{array}{c|c}',
      '\\end{array}',
      '\\tag{"}',
      '\\unicode{x3c}',
      'x',
      ' ',
    ],
  ];
  const allowed = /^(?:[^<>&"]|&(?:lt|gt|amp|quot|#39);|<\/?m[a-z]+(?: [a-z]+="[\w .%+-]*")*>|<\/?none>)*$/u;
  assertProperty(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })), { maxLength: 12 }),
      (parts) => {
        const made = mathMl(parts.join(''));
        if (made === undefined) return;
        assert.match(made, allowed);
        assert.ok(made.length <= 4000);
      },
    ),
  );
  assert.equal(Object.hasOwn(Object.prototype, 'a'), false);
});

test('what expands without end and what is long come back at once as text', () => {
  assert.equal(mathMl('\\gdef\\a{\\a\\a}\\a'), undefined);
  assert.equal(mathMl('x'.repeat(301)), undefined);
  assert.equal(mathMl('\\frac{'.repeat(40)), undefined);
});
