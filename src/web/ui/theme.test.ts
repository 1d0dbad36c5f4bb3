import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { contrast } from '../../site/colour.ts';
import { palettes, readableAccent } from './theme.ts';

for (const [name, palette] of Object.entries(palettes)) {
  test(`text can be read in the ${name} theme`, () => {
    for (const text of [palette.ink, palette.muted]) {
      for (const ground of [palette.paper, palette.shade])
        assert.ok(contrast(text, ground) >= 4.5, `${text} on ${ground}`);
    }
    assert.ok(contrast(palette.ink, palette.mark) >= 4.5);
  });

  test(`any accent becomes readable in the ${name} theme`, () => {
    assertProperty(
      fc.property(fc.integer({ min: 0, max: 0xffffff }), (n) => {
        const accent = readableAccent(`#${n.toString(16).padStart(6, '0')}`, palette);
        assert.ok(contrast(accent, palette.paper) >= 4.5 && contrast(accent, palette.shade) >= 4.5);
      }),
    );
  });
}

test('an accent that is readable already is kept', () => {
  assert.equal(readableAccent('#0b3d63', palettes.light), '#0b3d63');
});
