import assert from 'node:assert/strict';
import { test } from 'node:test';
import { citationView } from '../../citations/view.ts';
import type { Segment } from '../../index/segment.ts';
import type { IndexSnapshot } from '../../index/snapshot.ts';
import { finish } from '../../index/work.ts';
import { dataField } from '../../marc/record.ts';
import { nearestTerms } from '../guide/nearest.ts';
import { emptyRequest } from '../request.ts';
import { type SearchOptions, search, searching } from '../search.ts';
import { snapshotOf } from '../testing/library.ts';
import { mostPatterns } from './pattern-plan.ts';

const words = 700;
const plain = snapshotOf(
  Array.from({ length: words }, (_, i) => ({
    id: i + 1,
    revision: 1,
    deleted: false,
    created: 1,
    segment: i % 3,
    record: { leader: '', fields: [dataField('245', ' ', ' ', [{ code: 'a', value: `word${i}x` }])] },
  })),
);

/**
 * The library with a count of the terms that are read from the beginning of dictionaries, from "a"
 * or from "wor" on.
 */
function counted(): { readonly snapshot: IndexSnapshot; read(): number } {
  let read = 0;
  const segments = plain.segments.map(({ segment, live }) => {
    function* pages(...[space, from, below]: Parameters<Segment['pages']>): ReturnType<Segment['pages']> {
      for (const page of segment.pages(space, from, below)) {
        if (['', 'wor', 'a'].includes(from)) read += page.end - page.first;
        yield page;
      }
    }
    const get = (target: Segment, name: keyof Segment) => {
      const value = name === 'pages' ? pages : target[name];
      return typeof value === 'function' ? value.bind(target) : value;
    };
    return { segment: new Proxy(segment, { get } as ProxyHandler<Segment>), live };
  });
  return { snapshot: { ...plain, segments }, read: () => read };
}

function ask(snapshot: IndexSnapshot, text: string, options: SearchOptions = {}) {
  const visible = snapshot.segments.map(({ live }) => live);
  const { ids, notices } = search(snapshot, { ...emptyRequest, text, size: 1000 }, visible, options);
  return { ids: [...ids].sort((a, b) => a - b), notices };
}

const many = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

test('700 patterns share one deadline: past it each reads nothing, and the asker is told', () => {
  const text = many(700, (i) => `title:wor*${i}x`).join(' or ');
  const { snapshot, read } = counted();
  const { notices } = ask(snapshot, text, { patternTime: 0 });
  assert.equal(read(), 0);
  assert.equal(notices[0]?.kind, 'slow-pattern');
  const whole = ask(snapshot, text, { patternTime: 60_000 });
  assert.equal(whole.ids.length, words);
  assert.deepEqual(whole.notices, []);
});

test('equal patterns are read once in a question, wherever they stand, with a limit of terms or without', () => {
  for (const wildcardLimit of [undefined, 30, 1000]) {
    const reads = (text: string) => {
      const { snapshot, read } = counted();
      const visible = snapshot.segments.map(({ live }) => live);
      const options = { counts: true, citations: () => citationView(snapshot, visible) };
      const { total, notices } = search(snapshot, { ...emptyRequest, text, wildcardLimit }, visible, options);
      return { read: read(), total, notices };
    };
    for (const pattern of ['title:*1x', 'title:/1.x/', 'title:a->z', 'title:"*1x word2x"', 'title:*']) {
      const once = reads(pattern);
      assert.ok(once.read > 0);
      assert.deepEqual(reads(many(100, () => pattern).join(' or ')), once, pattern);
    }
    assert.equal(reads('title:*1x refersto:title:*1x').read, reads('title:*1x').read);
  }
});

test('neighbours of what finds nothing do not read the patterns beside it again', () => {
  const reads = (text: string) => {
    const { snapshot, read } = counted();
    const visible = snapshot.segments.map(({ live }) => live);
    return { near: finish(nearestTerms(snapshot, { ...emptyRequest, text }, visible)), read: read() };
  };
  const { near, read } = reads('title:*x title:word12');
  assert.ok(near[0]!.before.length + near[0]!.after.length > 5);
  assert.equal(read, reads('title:*x').read);
});

test('the first 50 different patterns are searched for, and the asker is told; narrow and equal ones do not count', () => {
  const ends = many(mostPatterns + 10, (i) => `title:*d${i}x`);
  const found = ask(plain, ends.join(' or '));
  assert.deepEqual(
    found.ids,
    many(mostPatterns, (i) => i + 1),
  );
  assert.deepEqual(found.notices, [{ kind: 'many-patterns', text: '', limit: mostPatterns }]);
  const first = ends.slice(0, mostPatterns);
  assert.deepEqual(ask(plain, [...first, ...first].join(' or ')).notices, []);
  const narrow = many(words, (i) => `title:word${i}*`);
  const all = ask(plain, [...first, ...narrow].join(' or '));
  assert.equal(all.ids.length, words);
  assert.deepEqual(all.notices, []);
  const phrase = ask(plain, [...first, 'title:"*dx y"'].join(' or '));
  assert.equal(phrase.notices[0]?.kind, 'many-patterns');
});

test('fifty patterns of one dictionary read it once', () => {
  const reads = (text: string) => {
    const { snapshot, read } = counted();
    const { ids } = ask(snapshot, text);
    return { read: read(), found: ids.length };
  };
  const ends = many(mostPatterns, (i) => `title:*d${i}x`);
  const once = reads(ends[0]!);
  assert.ok(once.read > 0);
  assert.deepEqual(reads(ends.join(' or ')), { read: once.read, found: mostPatterns });
});

/** How often others may have their turn while a question is answered. */
function turns(snapshot: IndexSnapshot, text: string): number {
  const work = searching(
    snapshot,
    { ...emptyRequest, text },
    snapshot.segments.map(({ live }) => live),
  );
  let count = 0;
  while (!work.next().done) count++;
  return count;
}

/** Titles of two words, so often in each record. */
const titled = (records: number, times: number): IndexSnapshot =>
  snapshotOf(
    many(records, (i) => ({
      id: i + 1,
      revision: 1,
      deleted: false,
      created: 1,
      segment: 0,
      record: {
        leader: '',
        fields: [dataField('245', ' ', ' ', [{ code: 'a', value: 'wave wale of '.repeat(times) }])],
      },
    })),
  );

test('places of a pattern within a phrase are put together with turns for others, the more the more there are', () => {
  const few = turns(titled(20, 2), 'title:"wa* of"');
  const lots = turns(titled(200, 500), 'title:"wa* of"');
  // 200,000 places, of which 65,536 are a turn, counted, put in order and written.
  assert.ok(lots >= few + 6, `${lots} turns, and ${few} for few`);
});
