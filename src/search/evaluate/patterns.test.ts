import assert from 'node:assert/strict';
import { test } from 'node:test';
import { citationView } from '../../citations/view.ts';
import type { Segment } from '../../index/segment.ts';
import type { IndexSnapshot } from '../../index/snapshot.ts';
import { finish } from '../../index/work.ts';
import { dataField } from '../../marc/record.ts';
import { nearestTerms } from '../guide/nearest.ts';
import { emptyRequest } from '../request.ts';
import { type SearchOptions, search } from '../search.ts';
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
    function* terms(...[space, from, below]: Parameters<Segment['terms']>): ReturnType<Segment['terms']> {
      for (const entry of segment.terms(space, from, below)) {
        if (['', 'wor', 'a'].includes(from ?? '')) read++;
        yield entry;
      }
    }
    const get = (target: Segment, name: keyof Segment) => {
      const value = name === 'terms' ? terms : target[name];
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

test('700 patterns share one deadline: past it each reads one term of a segment, and the asker is told', () => {
  const text = many(700, (i) => `title:wor*${i}x`).join(' or ');
  const { snapshot, read } = counted();
  const { notices } = ask(snapshot, text, { patternTime: 0 });
  assert.equal(read(), 700 * snapshot.segments.length);
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
