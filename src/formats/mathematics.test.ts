import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { lineRuns, lineText, plainText, type TextRun, textRuns } from './mathematics.ts';

const read: Readonly<Record<string, string>> = {
  'plain words, 5 < 6': 'plain words, 5 < 6',
  'in $e^{+}e^{-}$ collisions at $\\sqrt{s}$ = 189-209 GeV': 'in e⁺e⁻ collisions at √s = 189-209 GeV',
  '$B^0_s \\to \\mu^+\\mu^-$': 'B⁰ₛ → μ⁺μ⁻',
  '$\\sqrt{s_{NN}}$': '√(s_NN)',
  '$\\frac{1}{2}$ of $SU(2)_L\\times U(1)$': '1/2 of SU(2)_L× U(1)',
  'H $\\rightarrow$ b$\\bar{b}$': 'H → bb̄',
  '${\\rm e}\\;\\tilde{\\nu}\\ell$': 'e ν̃ℓ',
  'B\\"acker, na\\"{\\i}ve, \\\'Ecole, Erd\\H{o}s': 'Bäcker, naïve, École, Erdős',
  'CO<sub>2</sub> &amp; <i>E. coli</i>': 'CO₂ & E. coli',
  'a price of $5': 'a price of $5',
  'from $5 to $6': 'from $5 to $6',
  '95\\% of it': '95% of it',
  '$\\unknown{x}$': 'unknownx',
  '$a_{$': 'a',
  'to \\$5 from \\$6': 'to $5 from $6',
  '$\\sqrt[3]{x^2+y^2}$': '³√(x²+y²)',
  '$\\frac{\\sin x}{x}$ of $\\|x\\|$': '(sin x)/x of ‖x‖',
  '$\\begin{matrix}a & b\\\\c & d\\end{matrix}$': 'a & b; c & d',
  '{braces} stay': '{braces} stay',
};

for (const [source, expected] of Object.entries(read)) {
  test(`${source} reads ${expected}`, () => {
    assert.equal(plainText(source).normalize('NFC'), expected.normalize('NFC'));
  });
}

test('raised and lowered text are runs of their own, so that a page can draw them', () => {
  assert.deepEqual(textRuns('m$_{\\rm top}$ in 10$^{-3}$'), [
    { text: 'm', shift: 'none' },
    { text: 'top', shift: 'lowered' },
    { text: ' in 10', shift: 'none' },
    { text: '−3', shift: 'raised' },
  ]);
});

test('a line keeps what Unicode cannot raise or lower, also when it is cut', () => {
  const line = lineText('energy $s_{NN}$ and $x^2$');
  assert.deepEqual(lineRuns(line), [
    { text: 'energy s', shift: 'none' },
    { text: 'NN', shift: 'lowered' },
    { text: ' and x²', shift: 'none' },
  ]);
  assert.deepEqual(lineRuns(line.slice(0, line.indexOf('N') + 1)).at(-1), { text: 'N', shift: 'lowered' });
});

test('text without TeX or HTML is left as it is', () => {
  assertProperty(
    fc.property(
      fc.string().filter((text) => !/[$\\<&]/.test(text)),
      (text) => plainText(text) === text,
    ),
  );
});

test('anything is read without failing, and a line has the runs of the text it was made of', () => {
  const pieces = fc.constantFrom(
    '$',
    '\\',
    '{',
    '}',
    '^',
    '_',
    '\\frac',
    '\\sqrt',
    '\\bar',
    '\\alpha',
    '<sub>',
    '</sub>',
    '&lt;',
    ' ',
    'x',
    'ab',
    '2',
    '\\%',
    "\\'",
  );
  assertProperty(
    fc.property(fc.array(pieces, { maxLength: 30 }), (list) => {
      const source = list.join('');
      const plain = (runs: readonly TextRun[]): string => runs.map((run) => run.text.normalize('NFKC')).join('');
      assert.equal(plain(lineRuns(lineText(source))), plain(textRuns(source)));
    }),
  );
});

test('deep nesting takes no time', () => {
  plainText(`$${'{'.repeat(5000)}x${'}'.repeat(5000)}$`);
  plainText(`$${'^{'.repeat(5000)}x`);
});
