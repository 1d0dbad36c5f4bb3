import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSite } from './default.ts';
import { indexingReasons } from './differences.ts';
import { indexDigest } from './digest.ts';
import { parseSite } from './parse.ts';

const reasons = (text: string): readonly string[] => {
  const { site, problems } = parseSite(`extends: default\nsite: {name: L}\n${text}`);
  assert.deepEqual(problems, []);
  const found = indexingReasons(defaultSite(), site!);
  assert.equal(
    found.length > 0,
    indexDigest(site!) !== indexDigest(defaultSite()),
    'there is a reason when it is done',
  );
  return found;
};

test('what is indexed again says why', () => {
  assert.deepEqual(reasons('rank: {wrd: {weights: {title: 9}}}'), []);
  assert.deepEqual(reasons('fields: {shelf: {paths: ["900"]}, donor: {paths: ["541"]}}'), [
    'the fields shelf, donor come',
  ]);
  assert.deepEqual(reasons('fields: {caption: false}'), ['the field caption goes']);
  assert.deepEqual(reasons('fields: {title: {index: {stem: german}}}'), ['the field title is read in another way']);
  assert.deepEqual(reasons('facets: {journal: false}'), ['the facet journal goes']);
  const { site } = parseSite('extends: default\nsite: {name: L, languages: [de], hidden-paths: ["541"]}');
  assert.deepEqual(indexingReasons(defaultSite(), site!), [
    'a sort drops leading articles, and its languages were en, fr and are de',
    'the hidden paths change',
  ]);
});
