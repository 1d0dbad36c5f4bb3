import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSite } from '../site/parse.ts';
import { tokenizerNames, tokenizers } from './tokenizers.ts';

const problemsOf = (field: string): readonly string[] =>
  parseSite(`site: {name: T}
fields:
  some: ${field}
collections:
  - {name: T, query: 'some:a'}
`).problems.map(({ message }) => message);

test('a site file may say each tokenizer, without paths those that have standard ones; others are named', () => {
  for (const name of tokenizerNames) {
    assert.deepEqual(problemsOf(`{paths: "245__a", index: {tokenizer: ${name}}}`), [], name);
    const without = problemsOf(`{index: {tokenizer: ${name}}}`);
    if (tokenizers[name].standardPaths === undefined) assert.match(without.join(), /has no paths/, name);
    else assert.deepEqual(without, [], name);
  }
  const [unknown = ''] = problemsOf('{paths: "245__a", index: {tokenizer: txt}}');
  for (const name of tokenizerNames) assert.ok(unknown.includes(name), unknown);
});
