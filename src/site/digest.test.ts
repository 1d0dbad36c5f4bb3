import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSiteText } from './default.ts';
import { indexDigest } from './digest.ts';
import { parseSite } from './parse.ts';

function digestWith(from: string, to: string): string {
  const text = defaultSiteText();
  assert.ok(text.includes(from), from);
  const { site, problems } = parseSite(text.replace(from, to));
  return indexDigest(site ?? assert.fail(JSON.stringify(problems)));
}

const before = digestWith('site:', 'site:');

test('what changes terms or columns changes the digest', () => {
  assert.notEqual(digestWith('"520%%b"', '"520%%c"'), before);
  assert.notEqual(digestWith('{tokenizer: exact-author}', '{tokenizer: author}'), before);
  assert.notEqual(digestWith('drop-leading-articles: true', 'drop-leading-articles: false'), before);
  assert.notEqual(digestWith('by: firstauthor', 'by: author'), before);
  assert.notEqual(digestWith('{"0247_2": doi}', '{"0247_2": hdl}'), before);
});

test('a path that becomes hidden leaves the index, so it is made anew', () => {
  assert.notEqual(digestWith('"595"', '"541"'), before);
});

test('so does a path that names owners or viewers', () => {
  assert.notEqual(digestWith('site:', 'site:\n  viewer-paths: ["859__f"]'), before);
});

test('what only people and queries see does not', () => {
  assert.equal(digestWith('name: Reperio library', 'name: Another'), before);
  assert.equal(digestWith('material:book', 'material:score'), before);
  assert.equal(digestWith('fr: titre', 'fr: Titre'), before);
  assert.equal(digestWith('index: {tokenizer: text, pairs: true}', 'index: {tokenizer: text}'), before);
});
