import assert from 'node:assert/strict';
import { test } from 'node:test';
import { databaseUrlProblem } from './database-url.ts';
import { readSettings } from './settings.ts';

test('addresses of PostgreSQL are taken in all their forms', () => {
  for (const url of [
    'postgresql://user:password@db1:5432/library',
    'postgres://db1/library',
    'postgresql://u@db1:5432,db2:5433,[::1]:5432/library?sslmode=require',
    'postgresql://reperio@/reperio?host=%2Fsrv%2Fdata%2Fpostgres%2Fsocket',
    'postgresql:///library',
    'postgresql://reperio@%2Fsrv%2Fdata%2Fsocket/reperio',
    'postgresql://u@db1:/library',
    'postgresql://u:p%40ss@[2001:db8::1]/library',
  ])
    assert.equal(databaseUrlProblem(url), undefined, url);
});

test('what cannot be an address is named by what is wrong with it, and the password is not said', () => {
  const wrong = {
    'postgresql://u:secret@127.0.0.1:99999/db': /port/,
    'postgresql://u:secret@127.0.0.1:0/db': /port/,
    'postgresql://u:secret@db1:5432,db2:x/db': /port/,
    'postgresql://u:secret@[::1/db': /host/,
    'postgresql://u:secret@::1/db': /host/,
    'postgresql://u:secret@a b/db': /host/,
    'mysql://u:secret@db1/db': /postgresql:/,
    'postgres//secret': /postgresql:/,
  };
  for (const [url, expected] of Object.entries(wrong)) {
    const { problems } = readSettings({ DATABASE_URL: url });
    assert.equal(problems.length, 1, url);
    assert.match(problems[0]!, expected);
    assert.doesNotMatch(problems[0]!, /secret/);
  }
});
