import assert from 'node:assert/strict';
import { test } from 'node:test';
import { glibcOf, isOlder, platformProblem, thisMachine } from './platform.ts';

test('a release runs on its own kind of machine, with its glibc or a newer one', () => {
  const platform = { arch: 'x64', glibc: '2.28' } as const;
  assert.equal(platformProblem(platform, { arch: 'x64', glibc: '2.28' }), undefined);
  assert.equal(platformProblem(platform, { arch: 'x64', glibc: '2.36' }), undefined);
  assert.match(platformProblem(platform, { arch: 'arm64', glibc: '2.36' })!, /made for x64.* is arm64$/);
  assert.match(platformProblem(platform, { arch: 'x64', glibc: '2.9' })!, /needs glibc 2\.28 or newer.* has 2\.9$/);
  assert.match(platformProblem(platform, { arch: 'x64', glibc: undefined })!, /another C library$/);
});

test('this machine has a glibc, since its Node runs', () => {
  assert.match(String(thisMachine().glibc), /^2\.\d+/);
});

test('the newest glibc that a program asks for counts, and versions are numbers', () => {
  assert.equal(isOlder('2.9', '2.28'), true);
  const asks = (...names: readonly string[]): Buffer => Buffer.from(names.map((name) => `\0${name}\0`).join(''));
  assert.equal(glibcOf([asks('GLIBC_2.4', 'GLIBC_2.28'), asks('GLIBC_2.3.4', 'GLIBCXX_3.4.21')]), '2.28');
  assert.equal(glibcOf([asks('GLIBC_2.4')]), '2.17', 'no older one is supported by anything');
});
