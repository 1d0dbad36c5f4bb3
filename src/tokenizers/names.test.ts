import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nameForms, normaliseName, parseName } from './names.ts';

function forms(name: string): string[] {
  return [...nameForms(name)].sort();
}

test('a person is found under full names and initials, in both orders', () => {
  assert.deepEqual(forms('Curie, Marie'), ['Curie, M', 'Curie, Marie', 'M Curie', 'Marie Curie']);
  assert.deepEqual(forms('Marie Curie'), forms('Curie, Marie'));
  const two = forms('Noether, Amalie Emmy');
  for (const form of ['Noether, A E', 'Noether, Emmy', 'Noether, E', 'A Emmy Noether', 'Noether, Amalie E'])
    assert.ok(two.includes(form), form);
  assert.equal(two.length, 16);
});

test('all initials together are a form', () => {
  assert.ok(forms('Tolkien, John Ronald Reuel').includes('Tolkien, J R R'));
});

test('each part of a double surname is one, but for particles', () => {
  const found = forms('Ramon y Cajal, Santiago');
  assert.ok(found.includes('Cajal, S') && found.includes('Ramon y Cajal, Santiago'));
  assert.ok(!found.includes('y, S'));
});

test('titles stand with the whole name; roles in parentheses nowhere', () => {
  assert.ok(forms('King, Martin, Jr').includes('King, M, Jr'));
  assert.ok(!forms('Lovelace, Ada, (ed.)').some((form) => form.endsWith(', (ed.)')));
});

test('crammed initials and hyphens are taken apart', () => {
  assert.deepEqual(parseName('J.-P. Serre'), { last: ['Serre'], first: ['J', 'P'], titles: [] });
  assert.equal(normaliseName('Serre, J.-P.'), 'Serre, J P');
  assert.equal(normaliseName('J.Serre.1'), 'J.Serre.1', 'a canonical id is no name');
});

test('the normalised name is always a form, whatever the name', () => {
  for (const name of ['Plato', 'Peskin, ', ', ', '', '李白', 'de la Cruz, Juana Inés', 'Smith, J., Jr.']) {
    assert.ok(forms(name).includes(normaliseName(name)), name);
  }
});

test('what is no person makes few forms', () => {
  const committee = `${'Committee on the Further Development of '.repeat(20)}Everything`;
  assert.ok(forms(committee).length < 5);
});

test('an apostrophe of a name may be left out, or be a blank', () => {
  assert.deepEqual(forms("o'branigan, fiona"), [
    'f o branigan',
    'f obranigan',
    'fiona o branigan',
    'fiona obranigan',
    'o branigan, f',
    'o branigan, fiona',
    'obranigan, f',
    'obranigan, fiona',
  ]);
  assert.ok(forms("'abd al-nur, hasan.").includes('abd al nur, h'));
  assert.equal(normaliseName("o'branigan, f.-j."), 'obranigan, f j');
});
