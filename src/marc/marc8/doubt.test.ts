import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notMarc8At } from './doubt.ts';

test('Latin-1 is not MARC-8, and its first character that shows it is given', () => {
  for (const [text, at] of [
    ['M\xfcller', 1],
    ['caf\xe9 noir', 3],
    ['No\xebl et Pam\xfala', 2],
    ['\xabLivre\xbb', 6],
    ['\x93Quoted\x94', 0],
    ['d\xe9j\xe0.', 3],
  ] as const)
    assert.equal(notMarc8At(text), at, text);
});

test('MARC-8 is, also with a slip among many marks', () => {
  for (const text of [
    'plain',
    'M\xe8uller, Jos\xe2e, Wa\xb1\xf1esa',
    'I\xebU\xecbile\xe6in\xb8y\xe6i',
    '\xfan\xfbgalan',
    'al-\xb0Arab \xc31999, 5\xb9',
    '\x88The \x89pond',
    `${'M\xe8u '.repeat(11)}\xff`,
    '\x1b(N\x42\xfc',
  ])
    assert.equal(notMarc8At(text), undefined, text);
});
