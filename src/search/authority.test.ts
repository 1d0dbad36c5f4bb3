import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask } from '../access/ask.ts';
import { field } from '../formats/test-records.ts';
import type { MarcRecord } from '../marc/record.ts';
import { guest } from '../people/person.ts';
import { parseSite } from '../site/parse.ts';
import { memoryLibrary } from '../web/test-library.ts';
import { emptyRequest } from './request.ts';

const { site } = parseSite(`
site: {name: Test Library, languages: [en], admin: a@b.example}
fields:
  anyfield: {index: {union: [title, miscellaneous], stem: english, pairs: true}}
  title: {paths: ["245__a"], index: {tokenizer: text, stem: english, pairs: true}}
  author: {paths: ["100__a"], index: {tokenizer: author}}
  authorcount: {paths: ["100__a"], index: {tokenizer: author-count}}
  authorityauthor: {paths: ["100__a", "400__a"], index: {tokenizer: author}}
  authorityinstitute: {paths: ["110__a", "410__a"], index: {tokenizer: text}}
  miscellaneous: {paths: ["100__a", "100__0"], index: {tokenizer: text}}
collections:
  - name: Home
    children: [{name: Papers, query: '980__a:PAPER'}]
    virtual-children:
      - {name: Names, query: '980__a:NAME'}
      - {name: Secret Names, query: '980__a:SECRETNAME', restricted: true}
`);
assert.ok(site);

const record = (...fields: readonly ReturnType<typeof field>[]): MarcRecord => ({ leader: '', fields });

const library = memoryLibrary(site, [
  record(field('100__', '$aEllis, J$0AUTHOR|(X)a1'), field('245__', '$aOne'), field('980__', '$aPAPER')),
  record(field('100__', '$aBento, M$0INSTITUTE|(X)i1'), field('245__', '$aTwo'), field('980__', '$aPAPER')),
  record(field('100__', '$aMann, T$0AUTHOR|(X)a2'), field('245__', '$aThree'), field('980__', '$aPAPER')),
  record(
    field('035__', '$aAUTHOR|(X)a1'),
    field('100__', '$aEllis, John'),
    field('400__', '$aEllis, Jonathan Richard'),
    field('980__', '$aNAME'),
  ),
  record(
    field('035__', '$aINSTITUTE|(X)i1'),
    field('110__', '$aCERN'),
    field('410__', '$aEuropean Organization for Nuclear Research'),
    field('980__', '$aNAME'),
  ),
  record(
    field('035__', '$aAUTHOR|(X)a2'),
    field('100__', '$aMann, Thomas'),
    field('400__', '$aPseudonym, Hidden'),
    field('980__', '$aSECRETNAME'),
  ),
]);

function found(text: string): readonly number[] {
  return [...ask(library.snapshot(), guest, { ...emptyRequest, text, ascending: true }).ids];
}

test('whoever asks for another name of an authority record finds the records that name it', () => {
  assert.deepEqual(found('author:jonathan'), [1]);
  assert.deepEqual(found('author:"Ellis, Jonathan"'), [1]);
  assert.deepEqual(found('jonath*'), [1]);
  assert.deepEqual(found('nuclear'), [2]);
  assert.deepEqual(found('nuclear or jonathan'), [1, 2]);
  assert.deepEqual(found('one not jonathan'), []);
});

test('the authority records themselves stay where they are', () => {
  assert.deepEqual(found('jonathan cern'), []);
  assert.deepEqual(found('title:nuclear'), []);
  assert.deepEqual(found('authorcount:1'), [1, 2, 3]);
});

test('a name of an authority record that one may not see finds nothing', () => {
  assert.deepEqual(found('pseudonym'), []);
  assert.deepEqual(found('author:"Pseudonym, Hidden"'), []);
  assert.deepEqual(found('author:mann'), [3]);
});
