import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { fitted, headingOf, shownOn, tableLines, widthOf } from './terminal.ts';

const terminal = (columns: number) => Object.assign(new PassThrough(), { isTTY: true, columns });

test('rows stand under their heads, numbers at the right, and are cut to the window', () => {
  const columns = [{ head: 'NAME' }, { head: 'RECORDS', right: true }, { head: 'ROLES' }] as const;
  const rows = [
    ['ada', '12', 'superadmin'],
    ['bob', '1,234', ''],
  ];
  const heading = (text: string) => `<${text}>`;
  assert.deepEqual(tableLines(columns, rows, { width: Number.POSITIVE_INFINITY, heading }), [
    '<NAME  RECORDS  ROLES>',
    'ada        12  superadmin',
    'bob     1,234',
  ]);
  assert.equal(tableLines(columns, rows, { width: 20, heading })[1], 'ada        12  supe…');
});

test('a long name gives way to the last column, which goes on below itself; a file has it in one line', () => {
  const columns = [
    { head: 'JOB', right: true },
    { head: 'WHAT', givesWay: true },
    { head: 'BY', ifAny: true },
    { head: 'DONE', lines: 2 },
  ] as const;
  const name = 'a-file-with-a-very-long-name.xml';
  const message = 'The input begins with\nnothing that anybody knows, so nothing was loaded of it at all today';
  const rows = [
    ['12', name, '', message],
    ['9', 'b.xml', '', 'done'],
  ];
  const heading = (text: string) => text;
  const lines = tableLines(columns, rows, { width: 60, heading });
  assert.deepEqual(lines, [
    'JOB  WHAT              DONE',
    ' 12  a-file-with-a-v…  The input begins with nothing that',
    '                       anybody knows, so nothing was loaded…',
    '  9  b.xml             done',
  ]);
  assert.ok(lines.every((line) => line.length <= 60));
  const [, whole] = tableLines(columns, rows, { width: Number.POSITIVE_INFINITY, heading });
  assert.equal(whole, ` 12  ${name}  ${message.replace('\n', ' ')}`);
});

test('a row is one line, whatever stands in its cells', () => {
  const window = { width: 80, heading: (text: string) => text };
  assert.deepEqual(tableLines([{ head: 'NAME' }, { head: 'B' }], [['a\n\tb', 'c\u2028d']], window), [
    'NAME  B',
    'a b   c d',
  ]);
});

test('the window and bold heads are those of a terminal; a file has lines of any length', () => {
  assert.equal(widthOf(terminal(90)), 90);
  assert.equal(widthOf(new PassThrough()), Number.POSITIVE_INFINITY);
  assert.equal(headingOf(terminal(90), {})('Head'), '\x1b[1mHead\x1b[0m');
  assert.equal(headingOf(terminal(90), { NO_COLOR: '1' })('Head'), 'Head');
  assert.equal(headingOf(new PassThrough(), {})('Head'), 'Head');
  assert.equal(fitted('𝔘nicode', 3), '𝔘n…');
});

test('signs of two columns and marks of none are counted as they are drawn', () => {
  const window = { width: 24, heading: (text: string) => text };
  const rows = [
    ['東京の図書館の歴史と文化', '1'],
    ['Cafe\u0301', '2'],
  ];
  assert.deepEqual(tableLines([{ head: 'TITLE', givesWay: true }, { head: 'NOTES' }], rows, window), [
    'TITLE              NOTES',
    '東京の図書館の歴…  1',
    'Cafe\u0301               2',
  ]);
});

test('a name is no command to the terminal; a file has it as it is', () => {
  const name = 'a\x1b]0;title\x07\x1b[2Jb\rc\x9b1A\td\n\x1b[1me\x1b[0m\0\x1b[8mf\u202e';
  const shown = 'a\ufffd]0;title\ufffd\ufffd[2Jb\ufffdc\ufffd1A\td\n\x1b[1me\x1b[0m\ufffd\ufffd[8mf\ufffd';
  assert.equal(shownOn(terminal(90), name), shown);
  assert.equal(shownOn(new PassThrough(), name), name);
});
