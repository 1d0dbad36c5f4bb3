import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printQuery } from './print.ts';
import { parseSpires, spiresQuestion } from './spires.ts';

const today = new Date('2013-06-13T12:00:00Z');

function fieldNames(prefix: string): string | undefined {
  return ['title', 'author', 'citedby', 'refersto'].includes(prefix) ? prefix : undefined;
}

function understood(text: string): string {
  const question = spiresQuestion(text);
  assert.ok(question !== undefined);
  return printQuery(parseSpires(question, fieldNames, today).query);
}

const readings: readonly (readonly [string, string])[] = [
  ['find a ellis and t shapes', 'author:ellis and title:shapes'],
  ['fin t this and not that', 'title:this not title:that'],
  ['f f p', 'subject:p'],
  ['find a j ellis', 'author:"ellis, j*"'],
  ['find a a m polyakov', 'author:"polyakov, a* m*"'],
  ['find ea ellis, j', 'exactauthor:"ellis, j"'],
  ['find fa klebanov, ig.r.', 'firstauthor:"klebanov, ig* r*" or exactfirstauthor:"klebanov, i r"'],
  [
    'find a ellis, jo',
    'author:"ellis, jo*" or exactauthor:"ellis, j" or exactauthor:"ellis, jo" or exactauthor:"ellis, j *" or author:"ellis, jo, *"',
  ],
  ['find a watanabe:', 'author:watanabe:'],
  [
    'find a j ellis and (t report or k "cross section")',
    'author:"ellis, j*" and (title:report or keyword:"cross section")',
  ],
  ['find cn d0 and (a abachi or abbott)', 'collaboration:d0 and (author:abachi or author:abbott)'],
  ['find t bob sam and couch', '(title:bob and title:sam) and title:couch'],
  ['find a ellis +title:muon', 'author:ellis and title:muon'],
  ['find refersto s parke', 'refersto:"s parke"'],
  ['find refersto a witten', 'refersto:author:witten'],
  ['find a ellis and citedby:hawking', 'author:ellis and citedby:hawking'],
  ['find topcite 50+', 'cited:50->'],
  ['find j physics 1:195', 'journal:physics,1,195'],
  ['find j physics jcap', 'journal:physics and journal:jcap'],
  ['find key 1234', '970__a:"SPIRES-1234"'],
  ['find t quark#', 'title:quark*'],
  ['find dk "B --> pi pi"', '695__a:"B --> pi pi"'],
  ['find date 1976-04', 'year:1976-04'],
  ['find date < 23 Sep 1889', 'year:0->1889-09-23'],
  ['find date after 2001', 'year:2001->9999'],
  ['find date 78-10-21', 'year:1978-10-21'],
  ['find date Feb 12', 'year:2012-02'],
  ['find date this month', 'year:2013-06'],
  ['find date last month', 'year:2013-05'],
  ['find date last week', 'year:2013-06-02->2013-06-08'],
  ['find date 2011-03-01 - 1', 'year:2011-02-28'],
  ['find date 2011-02-24 + 666', 'year:2012-12-21'],
  ['find da yesterday', 'datecreated:2013-06-12'],
  ['find date foo', 'year:foo'],
  ['find t end or t and', 'title:end or title:and'],
  ['find dark matter', 'dark and matter'],
  ['find a ellis or not t shapes', 'author:ellis or not title:shapes'],
  ['find a ellis or -title:shapes', 'author:ellis or not title:shapes'],
  ['find a ellis and or t shapes', 'author:ellis or title:shapes'],
  ['find a ellis or', 'author:ellis'],
  ['find a ellis or or abbott', 'author:ellis or author:abbott'],
  ['find (a ellis or abbott or) and t constructor', '(author:ellis or author:abbott) and title:constructor'],
  ['find not a ellis', '-author:ellis'],
];

for (const [text, expected] of readings) {
  test(`reads ${text}`, () => {
    assert.equal(understood(text), expected);
  });
}

test('an operator that joins nothing is named with its place', () => {
  const read: readonly (readonly [string, readonly string[]])[] = [
    ['find a ellis or', ['operator-skipped 8']],
    ['find a ellis or or t x', ['operator-skipped 11']],
    ['find (a ellis or) t x', ['operator-skipped 9']],
    ['find or t x', ['operator-skipped 0']],
    ['find a ellis or and', ['operator-as-word 11']],
    ['find t end or t and', []],
    ['find a ellis or not t x', []],
    ['find a ellis and title:x or', ['operator-skipped 20']],
  ];
  for (const [text, expected] of read) {
    const { notices } = parseSpires(spiresQuestion(text) ?? '', fieldNames, today);
    assert.deepEqual(
      notices.map(({ kind, at }) => `${kind} ${at}`),
      expected,
      text,
    );
  }
});

test('only a leading find makes a question SPIRES', () => {
  for (const text of ['finding dory', 'f(R) gravity', 'we find t', 'find', 'f'])
    assert.equal(spiresQuestion(text), undefined);
});
