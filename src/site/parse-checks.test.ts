import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSite } from './parse.ts';

const head = `site: {name: X}
fields: {title: {paths: ["245__a"], index: {tokenizer: text}}}
collections: [{name: Home, children: [{name: Books, query: '980__a:"BOOK"'}]}]
knowledge: {kinds: {BOOK: Book}}
checks:
`;
const told = (checks: string): readonly string[] =>
  parseSite(head + checks).problems.map(({ line, column, message }) => `${line - 5}:${column} ${message}`);

test('rules are read as plain data, with what they do not say', () => {
  const { site, problems } = parseSite(`${head}
  - {name: doi, what: doi, fix: yes}
  - name: kind
    what: enum
    paths: [980__a]
    base: kinds
    where: {collection: Books, query: 'year:2020'}
    on: nightly
    then: hold
  - {name: control, what: fixed-field, paths: ['008'], length: 40, positions: {"00-05": '[0-9]{6}'}}
`);
  assert.deepEqual(problems, []);
  const [doi, kind, control] = site!.checks;
  const { then, ...rest } = doi!;
  assert.equal(then, 'warn');
  assert.deepEqual(rest, {
    ...{ name: 'doi', says: undefined, where: undefined, check: { kind: 'doi', paths: ['0247_a'] } },
    ...{ fix: 'yes', on: ['editor', 'upload', 'nightly'] },
  });
  assert.deepEqual(
    [kind!.where, kind!.on, kind!.then],
    [{ collection: 'Books', query: 'year:2020' }, ['nightly'], 'hold'],
  );
  assert.equal(control!.check.kind === 'fixed-field' && control!.check.positions[0]!.pattern.text, '^(?:[0-9]{6})$');
});

test('a rule that is wrong is refused with line and column', () => {
  assert.deepEqual(told('  - {name: a, what: dio}\n'), [
    "1:15 checks[1].what: 'dio' is not one of mandatory, date, doi, enum, regexp, regexp-replace, rename-subfield, rename-tag, trailing-space, url, utf8, nfc, latex, repeated, order, fixed-field, link. Did you mean 'doi'?",
  ]);
  assert.deepEqual(told('  - name: a\n    what: regexp\n    paths: [245__a]\n    matches: "(a"\n'), [
    '4:5 checks[1].matches cannot be read: error parsing regexp: missing closing ): `(a`.',
  ]);
  assert.deepEqual(told('  - {name: a, what: mandatory, paths: [24]}\n'), [
    '1:32 checks[1].paths: "24" is not a MARC path: the tag is shorter than three characters and does not end in %.',
  ]);
  assert.deepEqual(told('  - {name: a, what: enum, paths: [980__a], base: none}\n'), [
    "1:44 checks[1].base: there is no knowledge base 'none' in this file.",
  ]);
  assert.deepEqual(told('  - {name: a, what: enum, paths: [980__a], values: [x], fix: yes}\n'), [
    '1:57 checks[1].fix: enum finds only, so write no.',
  ]);
  assert.deepEqual(told('  - {name: a, what: order, paths: [245]}\n'), [
    '1:28 checks[1].paths means nothing for order.',
  ]);
  assert.deepEqual(told('  - {name: a, what: doi}\n  - {name: a, what: url, on: [daily], then: stop}\n'), [
    "2:6 checks[2].name: there is already a rule 'a', in line 6.",
    "2:26 checks[2].on: 'daily' is not one of editor, upload, nightly.",
    "2:39 checks[2].then: 'stop' is not one of warn, hold, refuse.",
  ]);
  assert.deepEqual(told('  - {name: a, what: doi, where: {collection: Bookz}}\n'), [
    "1:34 checks[1].where.collection: there is no collection 'Bookz'.",
  ]);
  assert.deepEqual(told('  - {name: a, what: regexp-replace, paths: [245__a], matches: x, with: $1}\n'), [
    '1:66 checks[1].with: the expression has no group 1.',
  ]);
});
