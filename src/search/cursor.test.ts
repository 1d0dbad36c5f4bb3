import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { emptyRequest } from './request.ts';
import { search } from './search.ts';
import { history, snapshotOf } from './testing/library.ts';

const orders = fc.constantFrom(
  {},
  { ascending: true },
  { sort: 'title' },
  { sort: 'title', ascending: true },
  { sort: 'when' },
  { sort: 'when', ascending: true },
  { sort: 'author' },
  { sort: '245__a,100__a', ascending: true },
  { rank: 'wrd', text: 'higgs or theory or mass' },
  { rank: 'wrd', text: 'boson or x', ascending: true },
);

test('pages after each other’s ends are the whole, in order, whatever the order', () => {
  assertProperty(
    fc.property(history, orders, fc.integer({ min: 1, max: 5 }), (versions, order, size) => {
      const snapshot = snapshotOf(versions);
      const visible = snapshot.segments.map(({ live }) => live);
      const request = { ...emptyRequest, ...order };
      const whole = search(snapshot, { ...request, size: Number.POSITIVE_INFINITY }, visible).ids;
      const seen: number[] = [];
      let after: ReturnType<typeof search>['end'];
      do {
        const answer = search(snapshot, { ...request, size }, visible, { after });
        assert.equal(answer.total, whole.length);
        seen.push(...answer.ids);
        // As a cursor keeps it.
        after = answer.end === undefined ? undefined : JSON.parse(JSON.stringify(answer.end));
      } while (after !== undefined && seen.length <= whole.length);
      assert.deepEqual(seen, whole);
    }),
    { numRuns: 300 },
  );
});

test('a position holds though its record went and others came', () => {
  assertProperty(
    fc.property(history, history, orders, (before, later, order) => {
      const request = { ...emptyRequest, ...order };
      const old = snapshotOf(before);
      const page = search(
        old,
        { ...request, size: 1 },
        old.segments.map(({ live }) => live),
      );
      if (page.end === undefined || 'rank' in order) return;
      const now = snapshotOf(later);
      const visible = now.segments.map(({ live }) => live);
      const { end } = page;
      const whole = search(now, { ...request, size: Number.POSITIVE_INFINITY }, visible).ids;
      const rest = search(now, { ...request, size: Number.POSITIVE_INFINITY }, visible, { after: end }).ids;
      // What follows is the end of the whole, without the record itself.
      assert.deepEqual(rest, whole.slice(whole.length - rest.length));
      const place = whole.indexOf(end.id);
      const same = place >= 0 && search(now, { ...request, size: 1, first: place + 1 }, visible).end;
      if (same && JSON.stringify(same.key) === JSON.stringify(end.key))
        assert.equal(rest.length, whole.length - place - 1);
    }),
    { numRuns: 300 },
  );
});
