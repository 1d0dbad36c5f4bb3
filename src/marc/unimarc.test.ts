import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataField, type Field } from './record.ts';
import { isUnimarc } from './unimarc.ts';

const marc21 = '00000nam a2200000 a 4500';
const unimarc = '00254nam0 2200109   450 ';

function field(tag: string, value: string): Field {
  return dataField(tag, ' ', ' ', [{ code: 'a', value }]);
}

test('UNIMARC is known by its title in 200, with its leader or the date in 100', () => {
  const title = field('200', 'Titre');
  const date = field('100', '19990101d1999    m  y0frey50      ba');
  assert.equal(isUnimarc({ leader: unimarc, fields: [title] }), true);
  assert.equal(isUnimarc({ leader: marc21, fields: [date, title] }), true);
  assert.equal(isUnimarc({ leader: '', fields: [date, title] }), true);
  assert.equal(isUnimarc({ leader: marc21, fields: [field('100', 'Duvall, Aimée'), title] }), false);
  assert.equal(isUnimarc({ leader: unimarc, fields: [date, title, field('245', 'Title')] }), false);
  assert.equal(isUnimarc({ leader: unimarc, fields: [date] }), false);
  assert.equal(isUnimarc({ leader: marc21, fields: [field('100', '1984'), title] }), false);
});
