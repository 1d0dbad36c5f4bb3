import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { citationView } from '../../citations/view.ts';
import type { RankMethod, Site } from '../../site/site.ts';
import { emptyRequest } from '../request.ts';
import { search, similarRecords } from '../search.ts';
import { history, liveVersions, snapshotOf, testSite, type Version, visibleBut } from '../testing/library.ts';
import { naiveRecord, refers, timesCited } from '../testing/oracle.ts';

const hiddenIds = fc.array(fc.integer({ min: 1, max: 12 }));

test('recid:N by citations lists the visible records that cite N, the most cited first', () => {
  assertProperty(
    fc.property(history, hiddenIds, fc.boolean(), (versions, hidden, ascending) => {
      const snapshot = snapshotOf(versions);
      const visible = visibleBut(snapshot, hidden);
      const records = liveVersions(versions)
        .filter(({ id }) => !hidden.includes(id))
        .map(({ id, created, record }) => naiveRecord(id, created, record));
      const options = { citations: () => citationView(snapshot, visible) };
      const sign = ascending ? 1 : -1;
      for (let id = 1; id <= 12; id++) {
        const one = records.find((record) => record.id === id);
        const expected = records
          .filter((citing) => one !== undefined && refers(citing, one))
          .sort((a, b) => sign * (timesCited(a, records) - timesCited(b, records) || a.id - b.id));
        const request = { ...emptyRequest, text: `recid:${id}`, rank: 'citation', ascending, size: 100 };
        assert.deepEqual(
          search(snapshot, request, visible, options).ids,
          expected.map((record) => record.id),
        );
      }
    }),
    { numRuns: 100 },
  );
});

test('similar records share words, are visible, and come first when they share more; nothing is like an invisible record', () => {
  assertProperty(
    fc.property(history, hiddenIds, (versions, hidden) => {
      const snapshot = snapshotOf(versions);
      const visible = visibleBut(snapshot, hidden);
      const live = new Map(
        liveVersions(versions).map(({ id, created, record }) => [id, naiveRecord(id, created, record)]),
      );
      const wordsOf = (id: number) => new Set((live.get(id)?.words.get('w:anyfield') ?? []).map(([word]) => word));
      for (let id = 1; id <= 12; id++) {
        const similar = similarRecords(snapshot, id, visible, 5);
        if (hidden.includes(id) || !live.has(id)) assert.deepEqual(similar, []);
        for (const other of similar) {
          assert.ok(live.has(other.id) && !hidden.includes(other.id) && other.id !== id);
          assert.ok([...wordsOf(id)].some((word) => wordsOf(other.id).has(word)));
        }
      }
    }),
    { numRuns: 100 },
  );
});

test('the most similar record comes first, and recid:N by relevance finds N among them', () => {
  const titles = [
    'Supersymmetry breaking in string theory',
    'Breaking of supersymmetry by gaugino condensation',
    'Cosmic strings',
    'Rotation of galaxies',
    'Spiral galaxies',
  ];
  const snapshot = snapshotOf(titles.map((title, index) => titled(index + 1, title)));
  const visible = visibleBut(snapshot, []);
  assert.equal(similarRecords(snapshot, 1, visible, 3)[0]?.id, 2);
  assert.deepEqual(
    similarRecords(snapshot, 4, visible, 3).map(({ id }) => id),
    [5],
  );
  const found = search(snapshot, { ...emptyRequest, text: 'recid:4', rank: 'wrd' }, visible);
  assert.deepEqual([...found.ids].sort(), [4, 5]);
  assert.ok(found.scores.every((score) => score > 0));
  const hidden = search(snapshot, { ...emptyRequest, text: 'recid:4', rank: 'wrd' }, visibleBut(snapshot, [4]));
  assert.deepEqual(hidden.ids, []);
});

function withRanks(...ranks: readonly RankMethod[]): Site {
  return { ...testSite, ranks: [...testSite.ranks, ...ranks] };
}

const plain = { name: '', path: undefined, base: undefined };

test('a word counts more in a weighted field, and without weights the order is that of the plain method', () => {
  const site = withRanks(
    { ...plain, code: 'heavy', method: 'relevance', weights: { title: 5 } },
    { ...plain, code: 'light', method: 'relevance', weights: {} },
  );
  // The word stands once in the title of 1 and three times in the keywords of 2.
  const versions = [
    titled(1, 'Boson physics at large'),
    titled(2, 'Physics', ['boson one', 'boson two', 'boson three']),
  ];
  const snapshot = snapshotOf(versions, site);
  const ranked = (rank: string) =>
    search(snapshot, { ...emptyRequest, text: 'boson', rank }, visibleBut(snapshot, [])).ids;
  assert.deepEqual(ranked('wrd'), [2, 1]);
  assert.deepEqual(ranked('heavy'), [1, 2]);
  assert.deepEqual(ranked('light'), [2, 1]);
});

test('combined scores are the shares of the scores of the methods, each between 0 and 1 among the hits', () => {
  const site = withRanks({ ...plain, code: 'both', method: 'combine', of: { wrd: 0.7, citation: 0.3 } });
  assertProperty(
    fc.property(history, hiddenIds, (versions, hidden) => {
      const snapshot = snapshotOf(versions, site);
      const visible = visibleBut(snapshot, hidden);
      const options = { citations: () => citationView(snapshot, visible) };
      const scores = (rank: string) => {
        const request = { ...emptyRequest, text: 'higgs or boson or mass', rank, size: 100 };
        const { ids, scores: numbers } = search(snapshot, request, visible, options);
        return new Map(ids.map((id, at) => [id, numbers[at]!]));
      };
      const words = scores('wrd');
      const cited = scores('citation');
      const most = (numbers: ReadonlyMap<number, number>) => Math.max(...numbers.values()) || 1;
      for (const [id, score] of scores('both')) {
        const expected =
          (0.7 * words.get(id)!) / most(words) + (0.3 * Math.log1p(cited.get(id)!)) / Math.log1p(most(cited));
        assert.ok(Math.abs(score - expected) < 1e-5, `${score} is not ${expected}`);
      }
    }),
    { numRuns: 100 },
  );
});

function titled(id: number, title: string, keywords: readonly string[] = []): Version {
  const field = (tag: string, ind1: string, value: string) => ({
    tag,
    ind1,
    ind2: ' ',
    value: undefined,
    subfields: [{ code: 'a', value }],
  });
  const fields = [field('245', ' ', title), ...keywords.map((keyword) => field('653', '1', keyword))];
  return { id, revision: 1, deleted: false, created: 1, segment: id % 2, record: { leader: '', fields } };
}
