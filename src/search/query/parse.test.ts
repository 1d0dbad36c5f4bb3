import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseQuery } from './parse.ts';
import { printQuery } from './print.ts';

const known = new Set([
  'title',
  'author',
  'abstract',
  'keyword',
  'year',
  'refersto',
  'citedby',
  'recid',
  'authorcount',
  'cited',
]);

function fieldNames(prefix: string): string | undefined {
  const name = prefix.toLowerCase();
  if (known.has(name)) return name;
  return /^\d\d[\w%*]{0,4}$/.test(prefix) ? prefix : undefined;
}

function understood(text: string): string {
  return printQuery(parseQuery(text, { fieldNames }).query);
}

function notices(text: string): string[] {
  return parseQuery(text, { fieldNames }).notices.map(({ kind, at }) => `${kind} ${at}`);
}

const readings: readonly (readonly [string, string])[] = [
  ['', ''],
  ['  ', ''],
  ['muon', 'muon'],
  ['צה"ל', 'צה"ל'],
  ['"תולדות צה"ל" x', '"תולדות צה"ל" and x'],
  ['muon kaon', 'muon and kaon'],
  ['muon and kaon or ellis not cern', 'muon and kaon or ellis not cern'],
  ['muon AND NOT kaon', 'muon not kaon'],
  ['foo -bar +baz |qux', 'foo not bar and baz or qux'],
  ['foo - bar', 'foo and bar'],
  ['- foo + bar & qux | baz', 'foo and bar and qux or baz'],
  ['Paris – London — Rome', 'Paris and London and Rome'],
  ['Paris –London', 'Paris and London'],
  ['Paris \u2212London \u2010Rome', 'Paris not London not Rome'],
  ['muon \u2212*son \u2010/ka*/', 'muon not *son not /ka*/'],
  ['1990\u20131995 mu\u2212e', '1990\u20131995 and mu\u2212e'],
  ['(a - b) or c', '(a and b) or c'],
  ['(a b)-(c)', '(a and b) not c'],
  ['“dusky matter” „dark matter“', '"dusky matter" and "dark matter"'],
  ['«dusky matter» ‹a b› 「c d」 『e f』', '"dusky matter" and "a b" and "c d" and "e f"'],
  ['title:“dusky matter” -‘a b’', 'title:"dusky matter" not \'a b\''],
  ['O’Brien’s “it’s here”', "O'Brien's and \"it's here\""],
  ['title：boson author:\u00a0＂Ellis, J＂', 'title:boson and author:"Ellis, J"'],
  ['\u200b“a b”\u00a0-c\u200b', '"a b" not c'],
  ['-foo bar', '-foo and bar'],
  ['|foo bar', 'foo and bar'],
  ['foo -', 'foo'],
  ['the not', 'the'],
  ['and', 'and'],
  ['and and and', '"and" and "and"'],
  ['muon and or not', 'muon or "not"'],
  ['not foo', '"not" and foo'],
  ['not cited:0', '"not" and cited:0'],
  ['(not foo) bar', '-foo and bar'],
  ['in or and not Putz', 'in or "not" and Putz'],
  ['a or not x', 'a or not x'],
  ['a or -x b', 'a or not x and b'],
  ['a or not (x or y)', 'a or not (x or y)'],
  ['a | - x', 'a or x'],
  ['a or (-x)', 'a or not x'],
  ['a or (not x) (not y)', 'a or not x not y'],
  ['a not -x', 'a not x'],
  ['a -(-x)', 'a and x'],
  ['a (-x or y)', 'a and (-x or y)'],
  ['(-1) (-) e(-)', '(-1) and (-) and e(-)'],
  ['title:-x', '-title:x'],
  ['a title:-x', 'a not title:x'],
  ['a or title:-"x y"', 'a or not title:"x y"'],
  ['title:(-x)', '-title:x'],
  ['title:-(x y)', '-(title:x and title:y)'],
  ['title:(-x y)', '-title:x and title:y'],
  ['title:- x', 'title:- and x'],
  ['refersto:-recid:1', 'refersto:-recid:1'],
  ['refersto:(-recid:1)', 'refersto:-recid:1'],
  ['refersto:-(author:a or author:b)', 'refersto:-(author:a or author:b)'],
  ['citedby:-refersto:-recid:1 or -x', 'citedby:-refersto:-recid:1 or not x'],
  ['ellis or', 'ellis'],
  ['ellis or or muon', 'ellis or muon'],
  ['ellis |', 'ellis'],
  ['(ellis or muon not) x', '(ellis or muon) and x'],
  ['Martin OR and', 'Martin or "and"'],
  ['a or ( )', 'a'],
  ['a|b hep-ph c++', 'a|b and hep-ph and c++'],
  ['U(1) SL(2,Z) e(+)e(-)', 'U(1) and SL(2,Z) and e(+)e(-)'],
  ['(muon)', '(muon)'],
  ['(U(1) or SL(2,Z)) x', '(U(1) or SL(2,Z)) and x'],
  ['((a b) or c) not d', '((a and b) or c) not d'],
  ['(expr1 x)-(expr2)', '(expr1 and x) not expr2'],
  ['"a b" (c or \'d e\')', '"a b" and (c or \'d e\')'],
  ['"expr not in (and quotes | x"', '"expr not in (and quotes | x"'],
  ["O'Shea and D'Arcy", "O'Shea and D'Arcy"],
  ['title:muon author: ellis arXiv:1007.5048', 'title:muon and author:ellis and arXiv:1007.5048'],
  ['TITLE:"Higgs boson"', 'title:"Higgs boson"'],
  ['title:(a b) c', '(title:a and title:b) and c'],
  ['title:(a author:b)', 'title:a and author:b'],
  ['author:"Ellis, K"->"Ellis, RZ"', 'author:"Ellis, K"->"Ellis, RZ"'],
  ['year:1992->1996', 'year:1992->1996'],
  ["title:'mu --> e'", "title:'mu --> e'"],
  ['mu --> e', 'mu and --> and e'],
  ['authorcount:50+', 'authorcount:50->'],
  ['245__a:/^Pos[[:alpha:]] (x|y)/', '245__a:/^Pos[[:alpha:]] (x|y)/'],
  ['24%:x 100__%:y', '24%:x and 100__%:y'],
  ['/a(b)c/ and d', '/a(b)c/ and d'],
  ['refersto:author:"Klebanov, I" x', 'refersto:author:"Klebanov, I" and x'],
  ['refersto:(author:x or title:y)', 'refersto:(author:x or title:y)'],
  ['refersto:"author:x title:y"', 'refersto:(author:x and title:y)'],
  ['refersto:citedby:recid:8', 'refersto:citedby:recid:8'],
  ['concept or large and Walker', 'concept or large and Walker'],
];

for (const [text, expected] of readings) {
  test(`reads ${JSON.stringify(text)}`, () => {
    assert.equal(understood(text), expected);
  });
}

test('what is printed reads the same again', () => {
  for (const [text] of readings) assert.equal(understood(understood(text)), understood(text));
});

test('unbalanced signs are named with their place, and the question is still answered', () => {
  assert.deepEqual(notices('(muon kaon'), ['unbalanced-parenthesis 0']);
  assert.equal(understood('(muon kaon'), 'muon and kaon');
  assert.deepEqual(notices('muon kaon) x (a b)'), ['unbalanced-parenthesis 9']);
  assert.deepEqual(notices('muon (kaon'), ['unbalanced-parenthesis 5']);
  assert.equal(understood('muon (kaon'), 'muon and kaon');
  assert.deepEqual(notices('muon) kaon'), ['unbalanced-parenthesis 4']);
  assert.deepEqual(notices('s(2'), []);
  assert.deepEqual(notices('muon "kaon pion'), ['unbalanced-quote 5']);
  assert.equal(understood('muon "kaon pion'), 'muon and "kaon and pion');
  assert.deepEqual(notices('muon title:'), ['empty-field 5']);
});

test('reading a question takes time in proportion to its length', () => {
  const start = process.cpuUsage();
  for (const piece of ["'a ", '/a ', '"', '(', ')', ':', '- ', 'a:', 'not ']) {
    parseQuery(piece.repeat(60_000 / piece.length), { fieldNames });
  }
  // A tenth of a second of a core; with a look at the rest of the question from each quotation
  // mark, ten seconds.
  assert.ok(process.cpuUsage(start).user < 3_000_000);
});

test('an operator that joins nothing is named with its place, and how it was read', () => {
  const read: readonly (readonly [string, readonly string[]])[] = [
    ['ellis or', ['operator-skipped 6']],
    ['ellis or or muon', ['operator-skipped 9']],
    ['ellis and or muon', ['operator-skipped 6']],
    ['ellis not or muon', ['operator-skipped 10']],
    ['ellis and and muon', ['operator-skipped 6']],
    ['ellis |', ['operator-skipped 6']],
    ['ellis or -', ['lone-sign 9', 'operator-skipped 6']],
    ['(ellis or muon not) x', ['operator-skipped 15']],
    ['a not -x', ['operator-skipped 6']],
    ['Paris - London', ['lone-sign 6']],
    ['Paris – London & Rome', ['lone-sign 6', 'lone-sign 15']],
    ['Paris –London', ['dash-skipped 6']],
    ['Paris \u2212London', ['dash-as-minus 6']],
    ['“Paris - London” 1990–1995 mu\u2212e', []],
    ['Martin or and', ['operator-as-word 10']],
    ['in or and not Putz', ['operator-skipped 6', 'operator-as-word 10']],
    ['or muon', ['operator-as-word 0']],
    ['not muon kaon', ['leading-not 0']],
    ['not cited:0', ['leading-not 0']],
    ['refersto:"author:x or"', ['operator-skipped 19']],
    ['a or ( )', ['empty-term 5']],
    ['title:( )', ['empty-term 6', 'empty-field 0']],
  ];
  for (const [text, expected] of read) assert.deepEqual(notices(text), expected, text);
  const plain = ['not', 'and', 'a or not x', 'a and not x', 'a and -x', 'a +x', 'a and +x', 'a |x', '-x', '(not x) y'];
  for (const text of plain) assert.deepEqual(notices(text), [], text);
  const [notice] = parseQuery('not muon kaon', { fieldNames }).notices;
  assert.equal(notice?.detail, '-muon kaon');
});
