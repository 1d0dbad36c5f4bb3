import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckState } from './check.ts';
import { judge, worst } from './judge.ts';
import { checkLine } from './line.ts';
import { alerts, parseRange } from './ranges.ts';

test('ranges are those of the guidelines, value by value', () => {
  // The table of the guidelines, and its neighbours.
  for (const [text, well, alerting] of [
    ['10', [0, 10, 3.5], [-0.1, 10.1]],
    ['10:', [10, 1e12], [9.99, -1]],
    ['~:10', [-1e12, 0, 10], [10.01]],
    ['10:20', [10, 15, 20], [9.9, 20.1]],
    ['@10:20', [9.9, 20.1], [10, 15, 20]],
    ['@10', [-1, 11], [0, 5, 10]],
    [':5', [0, 5], [-1, 6]],
    ['-5:5', [-5, 0, 5], [-5.1, 5.1]],
    ['-0.5:.5', [0, 0.5], [1]],
    ['0', [0], [1, -1]],
    ['1:1', [1], [0, 2]],
    ['~:', [-1e9, 1e9], []],
  ] as const) {
    const range = parseRange(text);
    assert.ok(range !== undefined, text);
    for (const value of well) assert.equal(alerts(range, value), false, `${value} is in ${text}`);
    for (const value of alerting) assert.equal(alerts(range, value), true, `${value} is out of ${text}`);
  }
});

test('what is no range is none', () => {
  for (const text of ['', '@', ':', '20:10', '10:~', 'x', '10%', '1:2:3', ' 10', '10 ', '--5', '1e3', '~', '@~', '1,5'])
    assert.equal(parseRange(text), undefined, JSON.stringify(text));
});

const measure = { label: 'free', value: 3.125, unit: '%', minimum: 0, maximum: 100 } as const;

test('a finding is as bad as its worst measure, and not better than it says itself', () => {
  const state = (ranges: object, atLeast?: CheckState): CheckState =>
    judge({ sentence: 'x', measures: [{ ...measure, ...ranges }], ...(atLeast === undefined ? {} : { atLeast }) })
      .state;
  assert.equal(state({}), 'ok');
  assert.equal(state({ warning: '5:' }), 'warning');
  assert.equal(state({ warning: '5:', critical: '4:' }), 'critical');
  assert.equal(state({ warning: '3:', critical: '2:' }), 'ok');
  assert.equal(state({}, 'critical'), 'critical');
  assert.equal(state({ warning: '5:' }, 'unknown'), 'warning');
  assert.equal(judge({ sentence: 'x', measures: [measure] }, { warning: '@0:5' }).state, 'warning');
  const two = judge({
    sentence: 'x',
    fix: 'y',
    measures: [measure, { label: 'b', value: 9, unit: '', critical: '8' }],
  });
  assert.deepEqual([two.state, two.fix], ['critical', 'y']);
  assert.equal(
    judge({ sentence: 'x', fix: 'y', measures: [{ ...measure, value: undefined, warning: '9:' }] }).fix,
    undefined,
  );
  assert.deepEqual(
    [worst([]), worst(['ok', 'unknown']), worst(['unknown', 'warning']), worst(['critical', 'unknown', 'ok'])],
    ['ok', 'unknown', 'warning', 'critical'],
  );
});

test('the line of the guidelines: one line, one |, numbers that every reader of it takes', () => {
  const answer = judge({
    sentence: '3.1 % of a|b\nfree,\u0007 full in 5 h.',
    measures: [
      { ...measure, warning: '20:', critical: '5:' },
      { label: 'full', value: 18_000, unit: 's', minimum: 0 },
      { label: "it's = odd", value: undefined, unit: '' },
      { label: 'small', value: 0.0004, unit: 's' },
      { label: 'large', value: 75_028_930_560, unit: 'B' },
      { label: 'hundred', value: 100, unit: '' },
    ],
    fix: 'du -xhd1 /x',
  });
  assert.equal(
    checkLine('disk', answer),
    "DISK CRITICAL - 3.1 % of a/b free, full in 5 h. Try: du -xhd1 /x | free=3.125%;20:;5:;0;100 full=18000s;;;0 'it_s _ odd'=U small=0s large=75028930560B hundred=100",
  );
  assert.equal(checkLine('a-b', judge({ sentence: 'Well.' })), 'A-B OK - Well.');
});
