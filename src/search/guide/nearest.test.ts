import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { finish } from '../../index/work.ts';
import { parseQuery } from '../query/parse.ts';
import { fieldNamesOf } from '../question.ts';
import { emptyRequest } from '../request.ts';
import { search } from '../search.ts';
import { history, liveVersions, snapshotOf, testAnalyzer, visibleBut } from '../testing/library.ts';
import { holds, naiveRecord } from '../testing/oracle.ts';
import { nearestTerms as finding } from './nearest.ts';

const nearestTerms = (...args: Parameters<typeof finding>) => finish(finding(...args));

const fieldNames = fieldNamesOf(testAnalyzer);
const queryOf = (text: string) => parseQuery(text, { fieldNames }).query;
const hiddenIds = fc.array(fc.integer({ min: 1, max: 12 }));
const questions = fc.constantFrom(
  'hihgs',
  'title:bozon',
  'author:elis higgs',
  'keyword:"dark mater"',
  'subject:"dark m" or zzz',
  '"higgs bosom" theory',
  '245__a:"higgs"',
  'exactauthor:"ellis, k" -boson',
);

test('each neighbour that is offered finds what is promised, among visible records only, and stands on its side', () => {
  let offered = 0;
  assertProperty(
    fc.property(history, hiddenIds, questions, (versions, hidden, text) => {
      const snapshot = snapshotOf(versions);
      const records = liveVersions(versions)
        .filter(({ id }) => !hidden.includes(id))
        .map(({ id, created, record }) => naiveRecord(id, created, record));
      const finds = (asked: string) => records.filter((one) => holds(queryOf(asked), one, records)).length;
      for (const { asked, before, after } of nearestTerms(
        snapshot,
        { ...emptyRequest, text },
        visibleBut(snapshot, hidden),
      )) {
        assert.equal(finds(asked), 0, asked);
        assert.ok(before.length <= 5 && after.length <= 5);
        for (const { text: other, count } of [...before, ...after]) {
          assert.ok(count > 0);
          assert.equal(count, finds(other), other);
          offered++;
        }
      }
    }),
    { numRuns: 300 },
  );
  assert.ok(offered > 0);
});

test('the five terms on either side are offered, in order, each in the place of the one that finds nothing', () => {
  const titles = [
    'alpha',
    'beta',
    'delta',
    'epsilon',
    'eta',
    'gamma',
    'iota',
    'kappa',
    'mu',
    'nu',
    'omega',
    'pi',
    'rho',
  ];
  const snapshot = snapshotOf(titles.map((word, index) => version(index + 1, `${word} common`)));
  const [near, ...others] = nearestTerms(
    snapshot,
    { ...emptyRequest, text: 'title:gamna common' },
    visibleBut(snapshot, [12]),
  );
  assert.deepEqual(others, []);
  assert.equal(near?.asked, 'title:gamna');
  // 'common' is a word of the titles too.
  assert.deepEqual(
    near?.before.map(({ label }) => label),
    ['common', 'delta', 'epsilon', 'eta', 'gamma'],
  );
  assert.deepEqual(
    near?.after.map(({ label, text, count }) => [label, text, count]),
    [
      ['iota', 'title:iota and common', 1],
      ['kappa', 'title:kappa and common', 1],
      ['mu', 'title:mu and common', 1],
      ['nu', 'title:nu and common', 1],
      ['omega', 'title:omega and common', 1],
    ],
  );
});

test('what finds nothing is asked for without its signs, when that finds something, and it is said', () => {
  const snapshot = snapshotOf([version(1, 'Weak decay of B0 mesons'), version(2, 'Weak interactions')]);
  const visible = visibleBut(snapshot, []);
  const ask = (text: string, alternatives = true) => {
    const { ids, notices, alternative } = search(snapshot, { ...emptyRequest, text }, visible, { alternatives });
    return { ids, said: notices.map(({ kind, text: of, detail }) => `${kind}: ${of} -> ${detail}`), alternative };
  };
  assert.deepEqual(ask('weak-decay'), {
    ids: [1],
    said: ['alternative: weak-decay -> weak and decay'],
    alternative: { text: 'weak and decay', field: '', parts: [] },
  });
  assert.deepEqual(ask('weak-decay', false), { ids: [], said: [], alternative: undefined });
  assert.deepEqual(ask('245__a:"weak.interactions"'), {
    ids: [2],
    said: ['alternative: 245__a:"weak.interactions" -> 245__a:"weak*interactions"'],
    alternative: { text: '245__a:"weak*interactions"', field: '', parts: [] },
  });
  assert.deepEqual(ask('mesons weak_decay').ids, [1]);
  assert.deepEqual(ask('mesons or nothing-there').ids, [1]);
  // Excluded and alternative conditions stay as they are; so does what finds nothing without signs
  // either.
  assert.deepEqual(ask('strong-decay'), { ids: [], said: [], alternative: undefined });
  assert.deepEqual(ask('nothing or weak-decay').alternative, undefined);
});

test('a limit is never asked for in another way', () => {
  const snapshot = snapshotOf([version(1, 'Weak decay')]);
  const request = { ...emptyRequest, text: 'decay', limits: [{ field: 'title', text: 'weak.decay!x' }] };
  const { ids, alternative } = search(snapshot, request, visibleBut(snapshot, []), { alternatives: true });
  assert.deepEqual([ids, alternative], [[], undefined]);
});

function version(id: number, title: string) {
  const field = { tag: '245', ind1: ' ', ind2: ' ', value: undefined, subfields: [{ code: 'a', value: title }] };
  return { id, revision: 1, deleted: false, created: 1, segment: id % 3, record: { leader: '', fields: [field] } };
}
